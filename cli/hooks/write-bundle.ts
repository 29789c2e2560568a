/**
 * Writes dist/cli/hooks/check.cjs, part of every build: the check before a commit with all that it imports, in one file of
 * CommonJS. Node takes a third longer to start with these forty modules than with one (ADR 11). Knows the few forms of import
 * and export that our compiled modules have, and ends the build at any other. What is imported lazily stays where it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../', import.meta.url));
const ENTRY = 'cli/hooks/run/check.js';
const TARGET = 'cli/hooks/check.cjs';

const modules = new Map<string, string>();
add(ENTRY);
const list = [...modules].map(([name, code]) => `${JSON.stringify(name)}(__export, __load, __url) {\n${code}\n}`);
writeFileSync(
  join(DIST, TARGET),
  `'use strict';
const __require = require;
const __root = require('node:path').join(__dirname, ${JSON.stringify(relative(dirname(TARGET), '.'))});
const __modules = {
${list.join(',\n')}
};
const __loaded = new Map();
function __load(name) {
  let exported = __loaded.get(name);
  if (exported) return exported;
  __loaded.set(name, (exported = {}));
  const url = require('node:url').pathToFileURL(require('node:path').join(__root, name)).href;
  __modules[name]((getters) => {
    for (const key in getters) Object.defineProperty(exported, key, { get: getters[key] });
  }, __load, url);
  return exported;
}
__load(${JSON.stringify(ENTRY)});
`,
);

function add(name: string): void {
  if (modules.has(name)) return;
  modules.set(name, ''); // its place in the order
  const exported: string[] = [];
  const code = readFileSync(join(DIST, name), 'utf8')
    .replace(/^\/\/# sourceMappingURL=.*$/m, '')
    .replace(/^import \{([^}]*)\} from '([^']+)';$/gm, (_, names: string, from: string) => {
      const bindings = names.replaceAll(' as ', ': ');
      if (from.startsWith('node:')) return `const {${bindings}} = __require('${from}');`;
      const target = resolve(name, from);
      add(target);
      return `const {${bindings}} = __load('${target}');`;
    })
    .replace(/^export \{\};$/gm, '')
    .replace(/^export ((?:async )?(?:function\*?|class|const|let) ([\w$]+))/gm, (_, rest: string, key: string) => {
      exported.push(key);
      return rest;
    })
    .replace(/\bimport\('(\.[^']+)'\)/g, (_, from: string) => {
      const path = relative(dirname(TARGET), resolve(name, from)).split(sep).join('/');
      return `import('${path.startsWith('.') ? path : `./${path}`}')`;
    })
    .replaceAll('import.meta.url', '__url');
  const foreign = /^(?:import|export)\b.*$|import\.meta.*$/m.exec(code);
  if (foreign) throw new Error(`${name} has a form that write-bundle.ts does not know: ${foreign[0]}`);
  modules.set(name, `__export({ ${exported.map((key) => `${key}: () => ${key}`).join(', ')} });\n${code}`);
}

/** The path below dist/ of what a module imports. */
function resolve(name: string, from: string): string {
  if (!from.startsWith('.')) throw new Error(`${name} imports ${from}: the check before a commit loads no packages`);
  return join(dirname(name), from).split(sep).join('/');
}
