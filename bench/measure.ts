import { type SpawnOptions, spawn } from 'node:child_process';
import { openSync } from 'node:fs';

export interface Measured {
  seconds: number;
  stdout: string;
}

/** Wall time of a process from its start to its end. `input` is a file for standard input; output goes to /dev/null unless kept. */
export function time(
  command: string,
  args: string[],
  options: SpawnOptions & { input?: string; keep?: boolean } = {},
): Promise<Measured> {
  const { input, keep = false, ...rest } = options;
  const started = performance.now();
  const child = spawn(command, args, {
    ...rest,
    stdio: [input ? openSync(input, 'r') : 'ignore', keep ? 'pipe' : 'ignore', 'inherit'],
  });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, stdout });
      else reject(new Error(`${command} ${args.slice(0, 3).join(' ')} ended with ${code}`));
    });
  });
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Runs each measurement in turn, `rounds` times, so that what else the machine does hits all of them alike; answers medians. */
export async function interleave<K extends string>(
  rounds: number,
  measurements: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(measurements) as K[];
  const all = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) all[name].push(await measurements[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(all[name])])) as Record<K, number>;
}

export const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;
