import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const IMPORT = /^(?:import|export) (?:.* from )?'([^']+)';$/gm;

/** Everything that a compiled file loads as soon as it is imported. */
function importsOf(file: string, seen = new Map<string, string>()): Map<string, string> {
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const target = specifier!.startsWith('.') ? resolve(dirname(file), specifier!) : specifier!;
    if (seen.has(target)) continue;
    seen.set(target, file);
    if (target !== specifier) importsOf(target, seen);
  }
  return seen;
}

test('the evaluator loads no package and no schema: hooks start at every commit', (t) => {
  const imports = importsOf(fileURLToPath(new URL('./evaluate.js', import.meta.url)));
  t.true(
    [...imports.keys()].some((path) => path.endsWith('shared/glob.js')),
    'the imports are found',
  );
  for (const [target, file] of imports) {
    t.true(target.startsWith('/') || target === 'node:module', `${file} imports ${target}`);
    t.false(target.includes('/shared/api/'), `${file} imports ${target}`);
    t.false(
      target.endsWith('/expression.js') && file.endsWith('/index.js'),
      'expressions are loaded by the first policy that has one',
    );
  }
});
