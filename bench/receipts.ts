import { encodeCursor } from '../server/http/cursor.js';
import { type BenchServer, startBenchServer } from './database.js';
import { generate } from './generate.js';
import { median, round } from './measure.js';

const ROUNDS = 3;
/** A page may take this many milliseconds, as a search stops after 500 of them and ends the step it is in. */
const LIMIT_MS = 1_000;
/** Requests in a row for one page, where the first ones do not fill it. */
const FOLLOWED = 4;

/** Names of a request and its query; values that many receipts have, few, and none. */
const PAGES: Record<string, string> = {
  'first page': '',
  'first page of 500': 'limit=500',
  'repo, busy': 'repo=git.example.com/acme/repo-0',
  'repo, absent': 'repo=git.example.com/acme/none',
  'user by e-mail': 'user=person-3@example.com',
  'user by name, busy': 'user=person%203',
  'user by name, rare': 'user=person%201999',
  'user by name, absent': 'user=nobody',
  'model, rare': 'model=model-11',
  'provider, rare': 'provider=xai',
  'provider, absent': 'provider=none',
  'tool, frequent': 'tool=cursor',
  team: 'team=team-7',
  'team, absent': 'team=none',
  'from, to': 'from=2025-03-03&to=2025-03-04',
  'repo and model': 'repo=git.example.com/acme/repo-0&model=model-11',
  'user and team of others': 'user=person-3@example.com&team=team-7',
  'model and tool, none': 'model=model-0&tool=codex',
  'team and provider': 'team=team-7&provider=xai',
  'q, frequent': 'q=module',
  'q, frequent in paths': 'q=src/module-0',
  'q, rare': 'q=number%2012345%20',
  'q, absent': 'q=nowhere-at-all',
  'q, absent, and repo': 'q=nowhere-at-all&repo=git.example.com/acme/repo-0',
  'q, rare, and user': 'q=number%201&user=person-3@example.com',
  'q, absent, and a month': 'q=nowhere-at-all&from=2026-02-01&to=2026-02-28',
};

/** `GET /receipts` of an org with many: pages of all kinds, through HTTP, against the first page without filters. */
export async function benchReceipts(receipts: number) {
  const server = await startBenchServer();
  try {
    await generate(server.admin, server.orgId, receipts);
    await attribute(server);
    const deep = await cursorAt(server, Math.min(500_000, Math.floor(receipts * 0.9)));
    const cases = Object.entries({
      ...PAGES,
      'page 10,000': `cursor=${deep}`,
      'page 10,000, team': `team=team-7&cursor=${deep}`,
    });
    await measure(server, '');
    const measured = [];
    for (const [name, query] of cases) measured.push({ name, ...(await measure(server, query)) });
    const first = measured[0]!.ms;
    const slowest = Math.max(...measured.map(({ slowest }) => slowest));
    return {
      rows: measured.map(({ name, ms, slowest, pages, items, ended }) => [
        `${name} (slowest ${round(slowest, 0)} ms; ${items} in ${pages}${ended ? '' : ', and on'})`,
        `${round(ms, 1)} ms`,
        `${round(ms / first, 1)}`,
      ]),
      result: {
        bench: 'receipts',
        receipts,
        first_page_ms: round(first, 1),
        slowest_ms: round(slowest, 0),
        ratio_to_limit: round(slowest / LIMIT_MS),
        ms: Object.fromEntries(measured.map(({ name, ms }) => [name, round(ms, 1)])),
      },
    };
  } finally {
    await server.close();
  }
}

/** Asks for a page, and on from there until it is full or there are no more. Milliseconds of single requests. */
async function measure({ origin, key }: BenchServer, query: string) {
  const times: number[] = [];
  let pages = 0;
  let items = 0;
  let ended = false;
  for (let nth = 0; nth < ROUNDS; nth++) {
    pages = items = 0;
    ended = false;
    for (let cursor = ''; !ended && pages < FOLLOWED; pages++) {
      const started = performance.now();
      const url = `${origin}/api/v1/receipts?${query}${cursor}`;
      const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
      if (reply.status !== 200) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`);
      const page = (await reply.json()) as { receipts: unknown[]; next_cursor: string | null };
      times.push(performance.now() - started);
      items += page.receipts.length;
      ended = page.next_cursor === null || items >= 50;
      cursor = `&cursor=${page.next_cursor}`;
    }
  }
  return { ms: median(times), slowest: Math.max(...times), pages, items, ended };
}

/** Three files for each receipt, in one commit for each session. */
async function attribute({ admin }: BenchServer): Promise<void> {
  const file = (folder: string, at: number, name: string) =>
    `jsonb_build_object('path', '${folder}/module-' || substr(md5(id::text), ${at}, 2) || '${name}', 'lines', '1-40')`;
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = 'replica'`;
    await sql`set local statement_timeout = 0`;
    await sql.unsafe(`
      insert into attributions (org_id, receipt_id, repo_id, commit_oid, files, content_hash)
      select org_id, id, repo_id, md5(session_id) || '00000000',
        jsonb_build_array(${file('src', 1, '/index.ts')}, ${file('src', 3, '/view.ts')}, ${file('test', 5, '.test.ts')}), content_hash
      from receipts
    `);
  });
  await admin`vacuum analyze attributions`;
}

async function cursorAt({ admin, orgId }: BenchServer, offset: number): Promise<string> {
  const [row] = await admin<{ timestamp: string; id: string }[]>`
    select id, to_char("timestamp" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "timestamp"
    from receipts where org_id = ${orgId} order by receipts."timestamp" desc, id desc offset ${offset} limit 1
  `;
  return encodeCursor(row!);
}
