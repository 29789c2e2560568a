import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../shared/api/policies.js';
import type { Bundle } from '../shared/policy/bundle.js';
import { interleave, round, time } from './measure.js';

const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
const ROUNDS = 25;

/**
 * What our hooks add to `git commit` of one staged file, against a bare `node -e 0`: where policies are in force and nothing is
 * staged to be checked (with a server that answers, one that is down and one that hangs), and where receipts are.
 */
export async function benchHook() {
  const folder = mkdtempSync(join(tmpdir(), 'bp-bench-'));
  const hanging = createServer(() => {});
  const answering = createServer((_req, res) =>
    res.writeHead(404, { 'content-type': 'application/problem+json' }).end('{}'),
  );
  for (const server of [hanging, answering]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = (server: typeof hanging) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const clone = new Clone(folder);
    const node = async () => (await time(process.execPath, ['-e', '0'])).seconds;
    const medians = await interleave(ROUNDS, {
      node,
      bare: () => clone.commit({ hooks: false }),
      up: () => clone.commit({ server: origin(answering) }),
      down: () => clone.commit({ server: 'http://127.0.0.1:9' }),
      hangs: () => clone.commit({ server: origin(hanging) }),
      checked: () => clone.commit({ server: origin(answering), staged: true }),
    });
    const added = (name: 'up' | 'down' | 'hangs' | 'checked') => medians[name] - medians.bare;
    const ratio = (name: 'up' | 'down' | 'hangs' | 'checked') => round(added(name) / medians.node);
    const row = (text: string, name: 'up' | 'down' | 'hangs' | 'checked') => [
      text,
      `+ ${round(added(name) * 1000, 1)} ms`,
      `${ratio(name)}`,
    ];
    return {
      rows: [
        ['node -e 0 (the limit)', `${round(medians.node * 1000, 1)} ms`, '1'],
        ['git commit without hooks', `${round(medians.bare * 1000, 1)} ms`, `${round(medians.bare / medians.node)}`],
        row('hooks, nothing to check, server up', 'up'),
        row('hooks, nothing to check, server down', 'down'),
        row('hooks, nothing to check, server hangs', 'hangs'),
        row('hooks, 20 receipts checked by 10 policies', 'checked'),
      ],
      result: {
        bench: 'hook',
        ratio_to_limit: Math.max(ratio('up'), ratio('down'), ratio('hangs')),
        ratio_checked: ratio('checked'),
        ratios: { up: ratio('up'), down: ratio('down'), hangs: ratio('hangs') },
        node_ms: round(medians.node * 1000, 1),
        commit_ms: round(medians.bare * 1000, 1),
      },
    };
  } finally {
    for (const server of [hanging, answering]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

class Clone {
  readonly #path: string;
  readonly #state: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string) {
    this.#path = join(folder, 'clone');
    this.#state = join(this.#path, '.git', 'blameprompt');
    const home = join(folder, 'home');
    const person = { NAME: 'Ada Example', EMAIL: 'ada@example.com' };
    const identity = Object.entries(person).flatMap(([name, value]) => [
      [`GIT_AUTHOR_${name}`, value],
      [`GIT_COMMITTER_${name}`, value],
    ]);
    this.#env = { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(identity) };
    mkdirSync(join(home, '.config', 'blameprompt'), { recursive: true });
    execFileSync('git', ['init', '--quiet', this.#path], { env: this.#env });
    writeFileSync(join(this.#path, '.git', 'info', 'exclude'), '.blameprompt/\n');
    execFileSync(process.execPath, [CLI, 'enterprise', 'hooks', 'install', '-C', this.#path], { env: this.#env });
    mkdirSync(join(this.#path, '.blameprompt'));
    this.#giveBundle(join(home, '.config', 'blameprompt', 'policy-keys.json'));
  }

  /** Seconds that one commit takes. Then waits for what it started, so that the next one is alone. */
  async commit({ hooks = true, server = '', staged = false }): Promise<number> {
    const receipts = staged ? Array.from({ length: 20 }, (_, n) => stagedReceipt(n)) : [];
    writeFileSync(join(this.#path, '.blameprompt', 'staging.json'), JSON.stringify({ receipts }));
    appendFileSync(join(this.#path, 'file.ts'), `${Math.random()}\n`);
    execFileSync('git', ['add', 'file.ts'], { cwd: this.#path, env: this.#env });
    rmSync(join(this.#state, 'problem'), { force: true });
    const off = hooks ? [] : ['-c', 'core.hooksPath=/dev/null'];
    const logged = this.#logSize();
    const { seconds } = await time('git', [...off, 'commit', '--quiet', '-m', 'x'], {
      cwd: this.#path,
      env: { ...this.#env, BLAMEPROMPT_API_URL: server, BLAMEPROMPT_API_KEY: 'bench' },
    });
    if (hooks) await this.#settle(logged);
    return seconds;
  }

  /** Until it has said how it went, or two seconds: a server that hangs lets it say nothing. Then it is ended. */
  async #settle(logged: number): Promise<void> {
    for (let n = 0; n < 40 && this.#logSize() === logged; n++) await setTimeout(50);
    const worker = Number.parseInt(readLock(this.#state), 10);
    for (const pid of worker > 0 ? [worker, ...childrenOf(worker)] : []) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended by itself
      }
    }
    for (const name of ['lock', 'waiting']) rmSync(join(this.#state, name), { force: true });
  }

  #logSize(): number {
    return statSync(join(this.#state, 'hook.log'), { throwIfNoEntry: false })?.size ?? 0;
  }

  #giveBundle(keysFile: string): void {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const key = {
      key_id: createHash('sha256').update(der).digest('hex').slice(0, 16),
      public_key: der.toString('base64'),
    };
    const now = Date.now();
    const bundle: Bundle = {
      ...{ version: 1, org: 'bench', repo: 'git.example.com/acme/shop', person: null, teams: [] },
      generated_at: new Date(now).toISOString(),
      not_after: new Date(now + 86_400_000).toISOString(),
      policies: Array.from({ length: 10 }, (_, n) => policy(n)),
      state: { as_of: new Date(now).toISOString(), spend: [], lines: null },
    };
    const payload = JSON.stringify(bundle);
    const signature = sign(null, Buffer.from(payload), privateKey).toString('base64');
    const cached = { payload, signature, ...key, origin: 'https://bench.example.com', etag: null };
    writeFileSync(join(this.#state, 'bundle.json'), JSON.stringify(cached));
    writeFileSync(keysFile, JSON.stringify({ [cached.origin]: key }));
  }
}

function readLock(state: string): string {
  try {
    return readFileSync(join(state, 'lock'), 'utf8');
  } catch {
    return ''; // it has ended already
  }
}

function childrenOf(parent: number): number[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = list.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([pid, of]) => (of === parent ? [pid!] : []));
}

const RULES: Policy['rule'][] = [
  { blocked_models: ['evil-*', 'gpt-3*'] },
  { allowed_providers: ['anthropic', 'openai'] },
  { max_cost_per_day: 100_000 },
  { forbidden_paths: ['crypto/**', '*.pem'] },
  { require_review_above: 100_000 },
];

const policy = (n: number): Policy => ({
  ...{ id: null, version: 1, name: `policy ${n}`, action: 'block', enabled: true },
  rule: RULES[n % RULES.length]!,
});

const stagedReceipt = (n: number) => ({
  ...{ id: randomUUID(), provider: 'claude', model: 'claude-opus-4-6', cost_usd: 0.1, session_id: `session-${n}` },
  ...{
    user: 'Ada Example <ada@example.com>',
    timestamp: new Date().toISOString(),
    prompt_summary: 'words '.repeat(50),
  },
  files_changed: [{ path: `src/file${n}.ts`, line_range: [1, 40] }],
});
