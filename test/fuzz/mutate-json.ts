import { oddValue } from './odd.js';
import type { Random } from './random.js';

type Container = Record<string, unknown>;

/** Stands before the name of a key that is to be written a second time. */
const AGAIN = '\u0001again ';

/**
 * The JSON text with one to five of its values replaced by others, removed, doubled, wrapped, or joined by keys that do
 * not belong there. Texts stay under their keys, so what must not be read can be told from what may.
 */
export function mutateJson(json: string, random: Random): string {
  const root: Container = { value: JSON.parse(json) };
  for (let left = 1 + random.below(5); left > 0; left--) {
    const place = random.pick(placesIn(root));
    if (place !== undefined) random.pick(CHANGES)(...place, random);
  }
  const indent = random.pick([0, 0, 2]);
  const text = JSON.stringify(root.value) ?? 'null';
  return unmarked(text.length > MAX_INDENTED ? text : (JSON.stringify(root.value, null, indent) ?? 'null'));
}

/** Indentation makes a deep and wide value a hundred times as long, which says nothing new about a reader. */
const MAX_INDENTED = 256 * 1024;

function unmarked(text: string): string {
  return text.replaceAll(`"${JSON.stringify(AGAIN).slice(1, -1)}`, '"');
}

type Change = (parent: Container, key: string, random: Random) => void;

const CHANGES: Change[] = [
  (parent, key, random) => set(parent, key, oddValue(random)),
  (parent, key, random) => set(parent, key, oddValue(random)),
  (parent, key) => void (Array.isArray(parent) ? parent.splice(Number(key), 1) : delete parent[key]),
  (parent, key, random) => set(parent, Array.isArray(parent) ? key : AGAIN + key, oddValue(random)),
  (parent, key, random) =>
    set(
      parent,
      Array.isArray(parent) ? key : random.pick(['__proto__', 'constructor', 'toString', '']),
      oddValue(random),
    ),
  (parent, key) => set(parent, key, [parent[key]]),
  (parent, key) => Array.isArray(parent[key]) && parent[key].push(...structuredClone(parent[key].slice(0, 100))),
  (parent, key, random) => {
    for (let depth = random.size(1, 100); depth > 0; depth--)
      set(parent, key, random.pick([[parent[key]], { [key]: parent[key] }]));
  },
];

/** Not by assignment, which would make `__proto__` the prototype. */
function set(parent: Container, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every value inside, by what holds it, from the outside in. */
function placesIn(root: Container): [Container, string][] {
  const places: [Container, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      places.push([node as Container, key]);
      visit(value);
    }
  };
  visit(root);
  return places;
}

/** The JSON that a text is, ends with (git-ai) or begins with (one value a line); undefined when there is none. */
export function jsonIn(text: string): { before: string; json: string; after: string } | undefined {
  const start = /^[{[]/.test(text) ? 0 : text.indexOf('\n{') + 1;
  for (const end of [text.length, text.indexOf('\n', start)]) {
    const json = text.slice(start, end);
    if (/^[{[]/.test(json) && isJson(json)) return { before: text.slice(0, start), json, after: text.slice(end) };
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
