import type { ASTNode, SourceRange } from '@marcbachmann/cel-js';

/** What is wrong with an expression. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

/** What an expression is about, and what one look at it costs at most. */
export interface Bounds {
  subject: 'receipt' | 'commit' | 'change';
  nodes: number;
  /** True when it goes through lists. */
  loops: boolean;
  /** Where it asks `has(field)`. */
  presence: { start: number; end: number; field: SourceRange }[];
}

/** Longest text between quotes: looking for a text in another takes the square of its length at worst. */
const MAX_TEXT = 200;

const LOOPS = new Set(['all', 'exists', 'exists_one', 'filter']);
const VARIABLES = new Set(['receipt', 'commit', 'repo', 'teams']);

/** Functions whose answer is no larger than what they are given, in time that is linear in it. */
const FUNCTIONS = new Set(['has', 'size', 'int', 'double', 'string', 'timestamp']);
const METHODS = new Map([
  ['startsWith', 1],
  ['endsWith', 1],
  ['contains', 1],
  ['size', 0],
  ['lowerAscii', 0],
  ['upperAscii', 0],
  ['trim', 0],
  ['getFullYear', 0],
  ['getMonth', 0],
  ['getDate', 0],
  ['getDayOfMonth', 0],
  ['getDayOfWeek', 0],
  ['getHours', 0],
  ['getMinutes', 0],
  ['getSeconds', 0],
]);

/** Fields that are numbers wherever they stand. */
const NUMBERS = new Set(['cost_usd', 'added', 'deleted', 'ai', 'human', 'unknown', 'line_count']);

/**
 * Reads from the tree what an expression may cost, and refuses what has no bound: loops in loops, texts and lists that
 * grow (`s + s`), regular expressions (JavaScript's backtrack). What is left takes at most its number of nodes for each
 * item of the lists it goes through.
 */
export function boundsOf(ast: ASTNode): Bounds {
  const bounds: Bounds = { subject: 'change', nodes: 0, loops: false, presence: [] };
  visit(ast, bounds, false);
  return bounds;
}

function visit(node: ASTNode, bounds: Bounds, inLoop: boolean): void {
  bounds.nodes++;
  if (node.op === 'call' || node.op === 'rcall') visitCall(node, bounds, inLoop);
  else {
    if (node.op === 'id') nameSubject(node.args, bounds);
    refuseGrowth(node);
    for (const child of childrenOf(node)) visit(child, bounds, inLoop);
  }
}

function nameSubject(name: string, bounds: Bounds): void {
  if (name !== 'receipt' && name !== 'commit') return;
  if (bounds.subject !== 'change' && bounds.subject !== name) {
    throw new ExpressionError('is about receipt and commit: it can be about one of them only');
  }
  bounds.subject = name;
}

function refuseGrowth(node: ASTNode): void {
  if (node.op === 'value' && typeof node.args === 'string' && node.args.length > MAX_TEXT) {
    throw new ExpressionError(`holds a text of more than ${MAX_TEXT} characters`);
  }
  if (node.op === 'map') throw new ExpressionError('maps ({…}) are not available');
  if (node.op === '+' && !isNumber(node)) {
    throw new ExpressionError('+ adds numbers: one side must be one, such as double(x) or int(x)');
  }
  if (node.op === 'in') {
    const [, list] = node.args;
    if (list.op === 'list' || (list.op === 'id' && list.args === 'teams')) return;
    throw new ExpressionError('in needs a list such as ["a", "b"], or teams, on its right');
  }
}

function visitCall(node: ASTNode & { op: 'call' | 'rcall' }, bounds: Bounds, inLoop: boolean): void {
  const name = node.args[0];
  const receiver = node.op === 'rcall' ? node.args[1] : undefined;
  const args = node.op === 'rcall' ? node.args[2] : node.args[1];
  if (receiver) visit(receiver, bounds, inLoop);
  if (receiver && LOOPS.has(name)) {
    if (inLoop) throw new ExpressionError(`${name}() inside of another loop is not available`);
    const [variable, ...rest] = args;
    if (variable?.op === 'id' && VARIABLES.has(variable.args)) {
      throw new ExpressionError(`${variable.args} is taken: name the items of the list otherwise`);
    }
    bounds.loops = true;
    for (const arg of rest) visit(arg, bounds, true);
    return;
  }
  if (receiver ? METHODS.get(name) !== args.length : !FUNCTIONS.has(name)) {
    throw new ExpressionError(`${name}() is not available${ALTERNATIVES[name] ?? ''}`);
  }
  if (name === 'contains' && args[0]!.op !== 'value') throw new ExpressionError('contains() takes a text in quotes');
  if (name === 'has') bounds.presence.push({ start: node.start, end: node.end, field: args[0]!.range });
  for (const arg of args) visit(arg, bounds, inLoop);
}

const ALTERNATIVES: Record<string, string> = {
  matches: ': use startsWith(), endsWith() or contains()',
  map: ': use filter(), exists() or all()',
};

function childrenOf(node: ASTNode): ASTNode[] {
  const args = Array.isArray(node.args) ? node.args : [node.args];
  return (args as unknown[]).filter((arg): arg is ASTNode => typeof arg === 'object' && arg !== null && 'op' in arg);
}

/** True when the node can only be a number: adding those makes nothing larger. */
function isNumber(node: ASTNode): boolean {
  switch (node.op) {
    case 'value':
      return typeof node.args === 'number' || typeof node.args === 'bigint';
    case '.':
      return NUMBERS.has(node.args[1]);
    case '-':
    case '*':
    case '/':
    case '%':
    case '-_':
      return true;
    case '+':
      return isNumber(node.args[0]) || isNumber(node.args[1]);
    case '?:':
      return isNumber(node.args[1]) && isNumber(node.args[2]);
    case 'call':
      return ['size', 'int', 'double'].includes(node.args[0]);
    case 'rcall':
      return node.args[0] === 'size' || node.args[0].startsWith('get');
    default:
      return false;
  }
}
