import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { time } from './measure.js';

/**
 * A bare repository of the shape that is hard: many commits, most notes small, some with conversations of megabytes, a
 * fanned-out notes tree. Written with `git fast-import`; the same numbers give the same content.
 */
export async function createSyntheticRepository({ commits = 2_000, conversation = 55_000 } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-bench-'));
  await time('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const git = spawn('git', ['fast-import', '--quiet', '--export-marks=marks'], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const closed = once(git, 'close');
  const write = async (text: string) => {
    if (!git.stdin.write(text)) await once(git.stdin, 'drain');
  };
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const person = (n: number) => `Dev ${n % 20} <dev${n % 20}@example.com> ${1_760_000_000 + n * 600} +0000`;
  for (let n = 0; n < commits; n++) {
    const code = Array.from({ length: 40 + (n % 60) }, (_, line) => `const value${line} = ${n} + ${line};\n`).join('');
    await write(`commit refs/heads/main\nmark :${n + 1}\ncommitter ${person(n)}\n${data(`Change ${n}`)}`);
    await write(`M 100644 inline src/module${n % 200}.ts\n${data(code)}\n`);
  }
  for (let n = 0; n < commits; n++) {
    await write(
      `commit refs/notes/ai\ncommitter ${person(n)}\n${data('note')}N inline :${n + 1}\n${data(note(n, conversation))}\n`,
    );
  }
  git.stdin.end();
  const [code] = await closed;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  return folder;
}

function note(n: number, conversation: number): string {
  const key = n.toString(16).padStart(16, '0');
  const size = n % 10 === 0 ? conversation * 9 : Math.floor(conversation / 9);
  const messages = Array.from({ length: Math.ceil(size / 500) }, (_, i) => ({
    type: 'assistant',
    text: `Step ${i}: "quoted" \\ ${'words and words '.repeat(28)}`,
  }));
  const prompts = {
    [key]: {
      agent_id: { tool: 'cursor', id: `session-${n % 300}`, model: 'gpt-5' },
      human_author: `Dev ${n % 20} <dev${n % 20}@example.com>`,
      messages,
    },
  };
  const metadata = {
    schema_version: 'authorship/3.0.0',
    git_ai_version: '1.2.0',
    base_commit_sha: '0'.repeat(40),
    prompts,
  };
  return `src/module${n % 200}.ts\n  ${key} 1-${10 + (n % 30)},${45 + (n % 3)}-60\n---\n${JSON.stringify(metadata, null, 2)}\n`;
}
