import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { blamePromptNote, CLI, gitAiNote, lines, run, TestClone } from './cli.js';
import { receipt } from './fixtures.js';
import { startTestServer, type TestServer } from './server.js';

let server: TestServer;
test.before(async () => {
  server = await startTestServer();
});
test.after.always(() => server?.stop());

/** A clone with one receipt of many words and some generated files, and an org to send it to. */
async function setup(t: ExecutionContext) {
  const { key } = await server.createOrg();
  const clone = await TestClone.create(t);
  const commit = await clone.commit({ 'a.ts': lines(10), 'gen/b.ts': lines(30) });
  await clone.note('ai', commit, gitAiNote({ 'a.ts': '1-5', 'gen/b.ts': '1-30' }));
  await clone.note('blameprompt', commit, blamePromptNote({ ...receipt(), prompt_summary: 'unmistakable' }));
  const env = { HOME: clone.home, BLAMEPROMPT_API_URL: server.origin, BLAMEPROMPT_API_KEY: key };
  const start = async (args: string[], more: Record<string, string> = {}) => {
    const outcome = await run(CLI, ['enterprise', ...args, '-C', clone.path], { env: { ...env, ...more } });
    t.is(outcome.code, 0, outcome.stderr + outcome.stdout);
    return outcome;
  };
  return {
    clone,
    start,
    sync: async (...args: string[]) => (await start(['sync', '--json', ...args])).json,
    patch: (body: object) => server.request('/api/v1/settings', { key, method: 'PATCH', body }),
    analytics: async () => (await server.request('/api/v1/analytics', { key })).body,
    summaries: async () =>
      (await server.request('/api/v1/receipts', { key })).body.receipts.map(
        (item: { prompt_summary: string | null }) => item.prompt_summary,
      ),
  };
}

test('prompts that the org does not want are not even sent', async (t) => {
  const { start } = await setup(t);
  const bodies: string[] = [];
  const recorder = createServer(async (req, res) => {
    const settings = { privacy: { prompts: 'none' }, ignore: [] };
    if (req.method === 'GET') return res.end(JSON.stringify({ settings, commits: [], tip_committed_at: null }));
    const body = await text(req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req);
    bodies.push(body);
    const { receipts, commits } = JSON.parse(body);
    const inserted = receipts.length;
    const facts = { received: commits.length, inserted: commits.length, updated: 0 };
    return res.end(
      JSON.stringify({ received: inserted, inserted, duplicates: 0, amended: 0, rejected: [], commits: facts }),
    );
  });
  await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
  t.teardown(() => recorder.close());
  await start(['sync'], { BLAMEPROMPT_API_URL: `http://127.0.0.1:${(recorder.address() as AddressInfo).port}` });
  t.true(bodies.length > 0);
  t.regex(bodies.join(''), /"prompt_summary":null/);
  t.notRegex(bodies.join(''), /unmistakable|sha256:/);
});

test('a floor that rises reaches the clone at its next real sync, which amends nothing', async (t) => {
  const { clone, sync, start, patch, summaries } = await setup(t);
  t.like(await sync(), { receipts: { inserted: 2 } });
  t.deepEqual((await summaries()).sort(), [null, 'unmistakable'].sort());
  await patch({ privacy: { prompts: 'hash' } });
  t.deepEqual(await summaries(), [null, null]);
  t.like(await sync(), { receipts: { sent: 0 } }, 'nothing new is answered without the server');
  await clone.commit({ 'c.ts': lines(1) });
  t.like(await sync(), { receipts: { sent: 2, duplicates: 2, amended: 0 } });
  t.deepEqual(await summaries(), [null, null]);
  t.like((await start(['status', '--json'])).json, { pending: { notes: 0, commits: 0 } });
  t.notRegex((await start(['sync', '--full', '--dry-run', '--show-payload'])).stdout, /unmistakable/);
  t.like(await sync('--full'), { receipts: { amended: 0 } });
});

test('files that the org ignores do not count, here and there, and count again when it takes that back', async (t) => {
  const { clone, sync, start, patch, analytics } = await setup(t);
  const counted = async () => {
    const here = (await start(['stats', '--json'])).json.lines;
    const there = (await analytics()).lines;
    t.deepEqual(here, there);
    return [there.added, there.ai];
  };
  await clone.write('.blameprompt/config.toml', '[enterprise]\nignore = ["docs/**"]\n');
  await sync();
  t.deepEqual(await counted(), [40, 35]);
  await patch({ ignore: ['gen/**'] });
  await sync('--default-branch', 'main');
  t.deepEqual(await counted(), [10, 5]);
  await patch({ ignore: null });
  await sync('--default-branch', 'main');
  t.deepEqual(await counted(), [40, 35]);
});

test('a person who keeps more back than the org asks for does so still', async (t) => {
  const { clone, sync, patch, summaries } = await setup(t);
  await clone.write('.blameprompt/config.toml', '[privacy]\nprompts = "none"\n');
  await patch({ privacy: { prompts: 'hash' } });
  await sync();
  t.deepEqual(await summaries(), [null, null]);
});
