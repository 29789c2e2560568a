import { compileGlob, type Matcher } from '../../shared/glob.js';
import { decodePath } from './quoted-path.js';
import type { Repository } from './repository.js';
import { findTreeFile, readObject } from './tree-file.js';

/** Files that nobody writes by hand (formats.md, section 4). */
export const ALWAYS_IGNORED = (
  '*.lock package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml go.sum ' +
  '*.generated.* *.min.js *.min.css *.map *.snap *.pb.go *_pb2.py *_pb2_grpc.py *.pb.cc *.pb.h ' +
  'vendor/ node_modules/ __snapshots__/'
).split(' ');

/** More rules, or a longer line (git's own limit), are no file that somebody keeps by hand. */
const MAX_RULES = 1000;
const MAX_RULE_LENGTH = 2048;

/** True for paths that don't count as written lines. */
export type Ignore = (path: string) => boolean;

/**
 * The fixed list, what the root `.gitattributes` of this commit (the default branch's tip) marks as generated, vendored
 * or binary, and the configured patterns. One commit's attributes hold for the whole history, so that every clone counts
 * alike, whatever it has checked out. In a partial clone without that file nothing is marked.
 */
export async function readIgnore(repo: Repository, tip: string, patterns: readonly string[] = []): Promise<Ignore> {
  return createIgnore(await readRootAttributes(repo, tip), patterns);
}

/** The same from the text of a `.gitattributes` file. */
export function createIgnore(attributes = '', patterns: readonly string[] = []): Ignore {
  const matchers = [...ALWAYS_IGNORED, ...patterns].map(compileGlob);
  const rules = attributes
    .split(/\r?\n/)
    .flatMap((line) => parseRule(line) ?? [])
    .slice(0, MAX_RULES);
  return (path) => matchers.some((matches) => matches(path)) || isMarked(rules, path);
}

/** The fixed list alone. */
export const isIgnored: Ignore = createIgnore();

type Mark = 'linguist-generated' | 'linguist-vendored' | 'binary';

interface Rule {
  matches: Matcher;
  marks: Map<Mark, boolean>;
}

/** Of the rules that match, the last one that says something about a mark decides. */
function isMarked(rules: readonly Rule[], path: string): boolean {
  const marks = new Map<Mark, boolean>();
  for (const rule of rules) {
    if (rule.matches(path)) for (const [mark, value] of rule.marks) marks.set(mark, value);
  }
  return [...marks.values()].includes(true);
}

/**
 *     dist/** linguist-generated
 *     "my docs/*" linguist-vendored=true -diff
 *     dist/keep.js -linguist-generated
 */
function parseRule(line: string): Rule | undefined {
  if (line.length > MAX_RULE_LENGTH) return undefined;
  const match = /^[ \t]*("(?:[^"\\]|\\.)*"|[^ \t"#][^ \t]*)[ \t]+(.*)$/.exec(line);
  if (!match) return undefined;
  const pattern = match[1]!.startsWith('"') ? decodePath(Buffer.from(match[1]!)) : match[1]!;
  // Git allows no negation here; a folder (slash at the end) has attributes, the files in it don't get them.
  if (pattern === '' || pattern.startsWith('!') || pattern.startsWith('[attr]') || pattern.endsWith('/'))
    return undefined;
  const marks = new Map<Mark, boolean>();
  for (const attribute of match[2]!.split(/[ \t]+/)) {
    const [, sign, name, value] = /^([-!]?)([^=]*)(?:=(.*))?$/.exec(attribute) ?? [];
    const isSet = sign === '' && value !== 'false';
    // Git takes files without `diff` for binary, and `binary` is its abbreviation for that among others.
    if (name === 'diff') marks.set('binary', sign === '-');
    else if (name === 'binary') isSet && marks.set('binary', true);
    else if (name === 'linguist-generated' || name === 'linguist-vendored') marks.set(name, isSet);
  }
  return marks.size > 0 ? { matches: compileGlob(pattern), marks } : undefined;
}

async function readRootAttributes(repo: Repository, tip: string): Promise<string> {
  const oid = await findTreeFile(repo, tip, '.gitattributes');
  const object = oid === undefined ? undefined : await readObject(repo, oid);
  return object && 'body' in object ? object.body.toString('utf8') : '';
}
