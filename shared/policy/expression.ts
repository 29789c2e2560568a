import { createRequire } from 'node:module';
import type { Environment } from '@marcbachmann/cel-js';
import { type Bounds, boundsOf, ExpressionError } from './expression-bounds.js';
import { AttributionView, CommitView, FIELDS, FileView, LinesView, ReceiptView } from './expression-views.js';

export type Subject = 'receipt' | 'commit' | 'change';

export interface Variables {
  receipt?: ReceiptView;
  commit?: CommitView;
  repo: string;
  teams: readonly string[];
}

/** A CEL expression, checked and bounded. */
export interface Expression extends Bounds {
  /** Throws what the library throws where types do not fit, such as null above a number. */
  run: (variables: Variables) => unknown;
}

// Loading the library takes as long as starting node. Hooks start for every commit, and few policies have an expression.
const require = createRequire(import.meta.url);
let environment: Environment | undefined;

function load(): Environment {
  if (environment) return environment;
  const cel = require('@marcbachmann/cel-js') as typeof import('@marcbachmann/cel-js');
  environment = new cel.Environment({
    limits: { maxAstNodes: 400, maxDepth: 24, maxListElements: 100, maxMapEntries: 0, maxCallArguments: 4 },
  });
  const views = {
    Lines: LinesView,
    File: FileView,
    Attribution: AttributionView,
    Commit: CommitView,
    Receipt: ReceiptView,
  };
  for (const [name, ctor] of Object.entries(views))
    environment.registerType(name, { ctor, fields: FIELDS[name as keyof typeof FIELDS] });
  environment
    .registerVariable('receipt', 'Receipt')
    .registerVariable('commit', 'Commit')
    .registerVariable('repo', 'string')
    .registerVariable('teams', 'list<string>');
  return environment;
}

/** Parses, type-checks and bounds an expression. Throws an ExpressionError that says what to write instead. */
export function compileExpression(text: string): Expression {
  const env = load();
  const checked = env.check(text);
  if (!checked.valid) throw new ExpressionError(summaryOf(checked.error));
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    throw new ExpressionError(`must be true or false, and is ${checked.type}`);
  }
  const parsed = env.parse(text);
  const bounds = boundsOf(parsed.ast);
  const run = env.parse(withNulls(text, bounds.presence));
  run.check();
  return { ...bounds, run: (variables) => run(variables) };
}

/**
 * `has(x.y)` as `(x.y != null)`: a field that nobody filled in is null here, as it is in JSON, and the library would
 * call null a value.
 */
function withNulls(text: string, presence: Bounds['presence']): string {
  let all = text;
  for (const { start, end, field } of [...presence].sort((a, b) => b.start - a.start)) {
    all = `${all.slice(0, start)}(${text.slice(field.start, field.end)} != null)${all.slice(end)}`;
  }
  return all;
}

/** What the library says, without the copy of the expression that it appends. */
export function summaryOf(error: unknown): string {
  const { summary, message } = (error ?? {}) as { summary?: string; message?: string };
  return (summary ?? message ?? 'cannot be read').slice(0, 200);
}
