import * as fs from 'node:fs';
import { mkdir } from 'node:fs/promises';
import * as git from 'isomorphic-git';
import { SampleFiles } from './files.js';
import { blamePromptNote, gitAiNote, hexOf, type Usage, type Written } from './notes.js';
import { DEVELOPERS, type Developer, SESSIONS, STEPS, type Step } from './plan.js';

export interface SampleOptions {
  /** Another number gives other tokens, costs and identities; the story stays. */
  seed?: number;
  /** Milliseconds. The last commit is about an hour older. */
  now?: number;
}

export interface Sample {
  /** Tip of `main`. */
  head: string;
  commits: number;
  /** All of them: the damaged one and the one without a commit, too. */
  notes: number;
}

const HOUR = 3600;
const SPAN = 29 * 24 * HOUR;

/** This commit's note was cut off while it was written. */
const DAMAGED = 'Tidy the server';
/** This commit was squashed out of another, whose note is still there. */
const SQUASHED = 'Reserve stock while paying';

/**
 * Writes a small repository with a believable history: four developers, a month of work, notes of two recorders that
 * account for lines which are really in the files, commits by people alone, one damaged note, and one whose commit is
 * gone. The same seed and time give the same object names.
 *
 * isomorphic-git does it in this process: no git, no identity and no configuration of the user's is involved, so the
 * sample is the same everywhere. The notes it writes have no fan-out, which is one of the layouts we read.
 */
export async function createSampleRepository(dir: string, options: SampleOptions = {}): Promise<Sample> {
  const seed = options.seed ?? 1;
  const random = generator(seed);
  const end = Math.floor((options.now ?? Date.now()) / 1000) - HOUR;
  await mkdir(dir, { recursive: true });
  // The cache makes it three times as fast.
  const repo = { fs, dir, cache: {} };
  await git.init({ fs, dir, defaultBranch: 'main' });
  await git.addRemote({ fs, dir, remote: 'origin', url: 'https://git.example.com/acme/storefront.git' });

  const files = new SampleFiles(dir);
  const prompts = new Map<string, number>();
  const sample: Sample = { head: '', commits: 0, notes: 0 };
  for (const [i, step] of STEPS.entries()) {
    // Not on the hour: up to 50 minutes earlier, and never before the commit before it.
    const time = end - Math.round(SPAN * (1 - i / (STEPS.length - 1))) - ((i * 7919) % 3000);
    const written = await files.write(step.files);
    await git.add({ ...repo, filepath: Object.keys(step.files) });
    const author = signature(DEVELOPERS[step.by], time);
    sample.head = await git.commit({ ...repo, message: `${step.message}\n`, author, committer: author });
    sample.commits++;
    const prompt = (prompts.get(step.session ?? '') ?? 0) + 1;
    if (step.session) prompts.set(step.session, prompt);
    for (const note of notesFor(step, sample.head, { seed, random, time, prompt, written })) {
      const annotator = signature(DEVELOPERS[step.by], time + 5);
      await git.addNote({ ...repo, ...note, author: annotator, committer: annotator });
      sample.notes++;
    }
  }
  return sample;
}

interface Circumstances {
  seed: number;
  random: () => number;
  time: number;
  /** Which prompt of its session it was. */
  prompt: number;
  written: Written['files'];
}

function notesFor(step: Step, oid: string, circumstances: Circumstances): { ref: string; oid: string; note: string }[] {
  const { seed, random, time, prompt, written: files } = circumstances;
  const name = step.session ?? (step.message === DAMAGED ? 'stock' : null);
  if (name === null) return [];
  const written: Written = {
    by: DEVELOPERS[step.by],
    session: SESSIONS[name],
    sessionKey: hexOf(`${name} ${seed}`),
    prompt: step.message,
    time,
    files,
  };
  if (written.session.recorder === 'blameprompt') {
    return [{ ref: 'refs/notes/blameprompt', oid, note: blamePromptNote(written, usage(random, prompt)) }];
  }
  const ref = 'refs/notes/ai';
  const note = gitAiNote(written, hexOf(`${oid} ${seed}`));
  if (step.message === DAMAGED) return [{ ref, oid, note: note.slice(0, note.length / 2) }];
  if (step.message === SQUASHED) return [oid, gone(oid)].map((o) => ({ ref, oid: o, note }));
  return [{ ref, oid, note }];
}

/** The name of a commit that nobody has. */
function gone(oid: string): string {
  return hexOf(oid).repeat(3).slice(0, oid.length);
}

function signature(by: Developer, time: number) {
  return { ...by, timestamp: time, timezoneOffset: 0 };
}

function usage(random: () => number, prompt: number): Usage {
  const between = (low: number, high: number) => Math.floor(low + random() * (high - low));
  const hex = (digits: number) => Array.from({ length: digits }, () => between(0, 16).toString(16)).join('');
  return {
    id: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    promptNumber: prompt,
    messages: between(3, 18),
    inputTokens: between(2_000, 30_000),
    outputTokens: between(1_500, 12_000),
    cacheReadTokens: between(50_000, 600_000),
    cacheCreationTokens: between(5_000, 60_000),
    seconds: between(90, 2_400),
  };
}

/** mulberry32: small, and the same on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
