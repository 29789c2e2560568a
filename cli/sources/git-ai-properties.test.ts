import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { Receipt } from '../../shared/api/receipts.js';
import { formatLines, normalize } from '../../shared/line-set.js';
import { compileBody } from '../../shared/validate.js';
import { isOfRepository } from './draft.js';
import { gitAi } from './git-ai.js';
import { parseNote } from './index.js';
import type { Claim, NoteContext, ParsedNote } from './source.js';

const context: NoteContext = {
  commit: 'a'.repeat(40),
  repo: 'github.com/acme/app',
  time: { timestamp: '2026-03-01T09:00:00.000000Z', timestamp_basis: 'note' },
  prompts: 'summary',
};

const checkReceipt = compileBody(Receipt);

/** A key of an attestation and whom it stands for. */
const KEYS: Record<string, string> = {
  's_0123456789abcd::t_aaaaaaaaaaaaaa': 'claude-code',
  's_0123456789abcd::t_bbbbbbbbbbbbbb': 'claude-code',
  s_0123456789abcd: 'claude-code',
  '0f1e2d3c4b5a6978': 'cursor',
  '0f1e2d3': 'codex',
  '1f1e2d3': 'nobody',
  h_fedcba98765432: 'human',
  h_0000000000000a: 'human',
  human: 'human',
  ai_agent: 'unknown',
  '3f0e8a52-0000-4000-8000-000000000000': 'unknown',
  's_ffffffffffffff::t_aaaaaaaaaaaaaa': 'unknown',
};

const agent = (tool: string) => ({
  agent_id: { tool, id: `id of ${tool}`, model: null },
  human_author: 'ada@example.com',
});
const json = (messages: unknown) => ({
  schema_version: 'authorship/3.0.0',
  prompts: {
    '0f1e2d3c4b5a6978': { ...agent('cursor'), messages },
    '0f1e2d3': agent('codex'),
    '1f1e2d3': agent('mock_ai'),
  },
  sessions: { s_0123456789abcd: { ...agent('claude'), messages } },
  humans: { h_fedcba98765432: { author: 'Ada <ada@example.com>' } },
});

const lines = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(6)).map(([start, more]) => [start, start + more] as const),
  { minLength: 1, maxLength: 5 },
);
const entry = fc.record({ key: fc.constantFrom(...Object.keys(KEYS)), lines });
const path = fc
  .string({
    unit: fc.constantFrom('a', 'b', '/', '.', ' ', '\t', '\n', '-', '{', 'é', '😀', '\\'),
    minLength: 1,
    maxLength: 8,
  })
  .filter((text) => text !== '---' && isOfRepository(text) && !/\n( {2}|---(\n|$))/.test(text));
const file = fc.record({ path, entries: fc.array(entry, { minLength: 1, maxLength: 6 }) });
const note = fc.record({
  files: fc.array(file, { maxLength: 5 }),
  messages: fc.oneof(fc.constant([]), fc.array(fc.json({ maxDepth: 2 })), fc.constant(['\\"]}', { '---': '\n{' }])),
  indent: fc.constantFrom(undefined, 2),
});
type Note = typeof note extends fc.Arbitrary<infer T> ? T : never;

function attestation(files: Note['files']): string {
  const written = files.map(({ path, entries }) => {
    const listed = entries.map(({ key, lines }) => `  ${key} ${lines.map((range) => range.join('-')).join(',')}\n`);
    return `${/[ \t\n]/.test(path) ? `"${path}"` : path}\n${listed.join('')}`;
  });
  return `${written.join('')}---\n`;
}

/** `second` is what a fork writes below the first attestation. */
function write({ files, messages, indent }: Note, second = ''): Buffer {
  return Buffer.from(`${attestation(files)}${second}${JSON.stringify(json(messages), null, indent)}`);
}

/** The plain idea: one line at a time, later entries over earlier ones. */
function expected({ files }: Note): string[] {
  const owners = new Map<string, Map<number, string>>();
  for (const { path, entries } of files) {
    const owner = owners.get(path) ?? new Map<number, string>();
    owners.set(path, owner);
    for (const { key, lines } of entries) {
      for (const [start, end] of lines) for (let line = start; line <= end; line++) owner.set(line, KEYS[key]!);
    }
  }
  const found = [...owners].flatMap(([path, owner]) => [...owner].map(([line, by]) => `${path}:${line}:${by}`));
  return found.filter((line) => !line.endsWith(':nobody')).sort();
}

const label = ({ by, tool }: Claim) => (by === 'human' ? 'human' : (tool ?? 'unknown'));

function claimed({ claims }: ParsedNote): string[] {
  const found: string[] = [];
  for (const claim of claims) {
    for (const [start, end] of claim.lines) {
      for (let line = start; line <= end; line++) found.push(`${claim.path}:${line}:${label(claim)}`);
    }
  }
  return found.sort();
}

function attributed({ receipts }: ParsedNote): string[] {
  return receipts.flatMap(({ tool, attributions = [] }) =>
    attributions!.flatMap(({ path, lines }) => (path ? [`${path}:${lines}:${tool ?? 'unknown'}`] : [])),
  );
}

test('what was written is read back, each line under the last entry that names it', (t) => {
  fc.assert(
    fc.property(note, (written) => {
      const bytes = write(written);
      if (!gitAi.matches(bytes)) throw new Error('not recognised');
      const parsed = gitAi.parse(bytes, context);
      if ('reason' in parsed) throw new Error(parsed.reason);
      const [actual, wanted] = [claimed(parsed), expected(written)].map((list) => list.join('|'));
      if (actual !== wanted) throw new Error(`${actual} is not ${wanted}`);
      if (parsed.skipped.join() !== 'test tool mock_ai') throw new Error(parsed.skipped.join());
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

test('receipts account for exactly the AI lines that are claimed', (t) => {
  fc.assert(
    fc.property(note, (written) => {
      const parsed = gitAi.parse(write(written), context) as ParsedNote;
      const ranges = new Map<string, { path: string; by: string; lines: (readonly [number, number])[] }>();
      for (const claim of parsed.claims.filter(({ by }) => by === 'ai')) {
        const key = `${claim.path}:${label(claim)}`;
        const known = ranges.get(key) ?? { path: claim.path, by: label(claim), lines: [] };
        known.lines.push(...claim.lines);
        ranges.set(key, known);
      }
      const wanted = [...ranges.values()].map(
        ({ path, by, lines }) => `${path}:${formatLines(normalize(lines))}:${by}`,
      );
      if (attributed(parsed).sort().join('|') !== wanted.sort().join('|'))
        throw new Error('receipts and claims differ');
    }),
  );
  t.pass();
});

/** Prompts where the first attestation has sessions: some of the same lines again, each prompt's for itself. */
const restated = fc.array(
  fc.record({
    path: path.filter((text) => !/(^|\n)\{([ \t\n]|$)/.test(text)),
    entries: fc.array(fc.record({ key: fc.uuid(), lines }), { minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 5 },
);

test('a second attestation, as a fork writes for authorship/4.0.0, counts nothing twice', (t) => {
  fc.assert(
    fc.property(note, restated, fc.nat(), (written, others, from) => {
      const paths = written.files.map(({ path: known }) => known).filter((known) => !/(^|\n)\{([ \t\n]|$)/.test(known));
      const second = others.map((file, i) => ({ ...file, path: paths[(from + i) % (paths.length + 1)] ?? file.path }));
      const [once, twice] = [write(written), write(written, attestation(second))].map((bytes) =>
        gitAi.parse(bytes, context),
      );
      if (!isDeepStrictEqual(twice, once)) throw new Error(`${JSON.stringify(twice)} is not ${JSON.stringify(once)}`);
    }),
    { numRuns: 1_000 },
  );
  t.pass();
});

/** A note with bytes overwritten, cut off, doubled or taken out. */
const damage = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), kind: fc.nat(4) }),
  { minLength: 1, maxLength: 6 },
);

function damaged(bytes: Buffer, faults: { at: number; byte: number; kind: number }[]): Buffer {
  let note = Buffer.from(bytes);
  for (const { at, byte, kind } of faults) {
    const place = Math.floor(at * note.length);
    if (kind === 0) note = note.subarray(0, place);
    else if (kind === 1) note = Buffer.concat([note.subarray(0, place), note.subarray(place + byte)]);
    else if (kind === 2) note = Buffer.concat([note.subarray(0, place + byte), note.subarray(place)]);
    else if (place < note.length) note[place] = byte;
  }
  return note;
}

test('a damaged note is parsed or has a reason, and what is parsed can be sent', (t) => {
  fc.assert(
    fc.property(note, damage, (written, faults) => {
      const parsed = parseNote(damaged(write(written), faults), context);
      if ('reason' in parsed) {
        if (parsed.reason === '' || parsed.reason.length > 200 || /\p{C}/u.test(parsed.reason))
          throw new Error(parsed.reason);
        return;
      }
      for (const receipt of parsed.receipts) {
        const { faults: wrong } = checkReceipt(receipt);
        if (wrong) throw new Error(JSON.stringify(wrong));
      }
      const lines = claimed(parsed).map((line) => line.slice(0, line.lastIndexOf(':')));
      if (new Set(lines).size !== lines.length) throw new Error('a line is claimed twice');
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});
