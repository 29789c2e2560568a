import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { type Bounds, boundsOf, ExpressionError } from './expression-bounds.js';
import { type CommitView, FIELDS, type ReceiptView, VIEWS } from './expression-views.js';

export interface Variables {
  receipt?: ReceiptView;
  commit?: CommitView;
  repo: string;
  teams: readonly string[];
}

/** A CEL expression, checked and bounded. */
export interface Expression extends Bounds {
  /** True, false, or in words why neither: types that do not fit, such as null above a number. */
  ask: (variables: Variables) => boolean | string;
}

const environment = new Environment({
  limits: { maxAstNodes: 400, maxDepth: 24, maxListElements: 100, maxMapEntries: 10, maxCallArguments: 4 },
});
for (const name of Object.keys(FIELDS) as (keyof typeof FIELDS)[]) {
  environment.registerType(name, { ctor: VIEWS[name], fields: FIELDS[name] });
}
environment
  .registerVariable('receipt', 'Receipt')
  .registerVariable('commit', 'Commit')
  .registerVariable('repo', 'string')
  .registerVariable('teams', 'list<string>');

/** Parses, type-checks and bounds an expression. Throws an ExpressionError that says what to write instead. */
export function compileExpression(text: string): Expression {
  const checked = environment.check(text);
  if (!checked.valid) throw new ExpressionError(summaryOf(checked.error));
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw new ExpressionError(`must be true or false, and is ${checked.type}`);
  }
  const bounds = boundsOf(environment.parse(text).ast);
  const run = environment.parse(withNulls(text, bounds.presence));
  const rewritten = run.check();
  if (!rewritten.valid) throw new ExpressionError(summaryOf(rewritten.error));
  return { ...bounds, ask: (variables) => ask(run, variables) };
}

function ask(run: ParseResult, variables: Variables): boolean | string {
  // Taking down where an error was made is most of what it costs, and errors of expressions are made to be told in words.
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const answer: unknown = run(variables);
    return typeof answer === 'boolean' ? answer : 'the answer is neither true nor false';
  } catch (error) {
    const summary = summaryOf(error);
    return /null|No such key/.test(summary) ? `${summary} (what nobody recorded is null: ask has() first)` : summary;
  } finally {
    Error.stackTraceLimit = before;
  }
}

/**
 * `has(x.y)` as `(dyn(x.y) != null)`: a field that nobody filled in is null here, as it is in JSON, which the library
 * takes for a value.
 */
function withNulls(text: string, presence: Bounds['presence']): string {
  let all = text;
  for (const { start, end, field } of [...presence].sort((a, b) => b.start - a.start)) {
    const name = text.slice(field.start, field.end);
    if (!FIELD.test(name)) throw new ExpressionError('has() takes a field, such as receipt.model');
    if (ABSENT.test(name)) continue;
    all = `${all.slice(0, start)}(dyn(${name}) != null)${all.slice(end)}`;
  }
  return all;
}

const FIELD = /^\w+(\s*\.\s*\w+)+$/;

/** Fields that are absent and not null when they are unknown (expression-views.ts). */
const ABSENT = /\.\s*(lines|files)$/;

/** What the library says, without the copy of the expression that it appends. */
export function summaryOf(error: unknown): string {
  const { summary, message } = (error ?? {}) as { summary?: string; message?: string };
  return (summary ?? message ?? 'cannot be read').slice(0, 200);
}
