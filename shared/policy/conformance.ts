import type { ConformanceCase } from './conformance/case.js';
import { COST } from './conformance/cost.js';
import { EXPRESSIONS } from './conformance/expressions.js';
import { LINES } from './conformance/lines.js';
import { NAMES } from './conformance/names.js';
import { PATHS } from './conformance/paths.js';
import { SCOPE } from './conformance/scope.js';

export type { ConformanceCase };

/**
 * What policies mean, as a table: the evaluator, the server through HTTP and the built hook are held to the same rows. No row depends
 * on the time of the day it is run on.
 */
export const CONFORMANCE: readonly ConformanceCase[] = [
  ...SCOPE,
  ...COST,
  ...NAMES,
  ...LINES,
  ...PATHS,
  ...EXPRESSIONS,
];
