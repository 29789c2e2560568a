import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';

/** Fills an org with plausible receipts, each in a commit of its own, by one statement a table: `sql` is the owner of the database. */
export async function insertReceipts(sql: postgres.Sql, orgId: string, count: number): Promise<void> {
  const repoId = randomUUID();
  await sql.begin(async (tx) => {
    await tx`insert into repos (org_id, id, name) values (${orgId}, ${repoId}, 'git.example.com/acme/large')`;
    await tx`
      insert into receipts (
        org_id, id, repo_id, source, tool, provider, model, session_id, user_name, user_email, prompt_hash, cost_usd, cost_basis,
        tokens_suspect, input_tokens, output_tokens, "timestamp", timestamp_basis, content_hash
      )
      select ${orgId}, md5(${orgId} || n)::uuid, ${repoId}, 'git-ai', 'claude-code', 'anthropic', 'claude-opus-' || n % 7, 'session-' || n / 20,
        'Dev ' || n % 2000, 'dev' || n % 2000 || '@example.com', 'sha256:' || md5(n::text), (n % 500) / 100.0, 'recorded',
        false, 1000, 500, timestamptz '2026-01-01T00:00:00Z' + n * interval '17 seconds', 'recorded', decode(md5(n::text), 'hex')
      from generate_series(1, ${count}::int) as n
    `;
    await tx`
      insert into commits (
        org_id, repo_id, oid, committed_at, author_name, author_email, is_merge, on_default_branch, sources, has_receipts,
        added, deleted, ai, human, unknown, ai_by, content_hash
      )
      select ${orgId}, ${repoId}, md5('c' || n) || '00000000', timestamptz '2026-01-01T00:00:00Z' + n * interval '17 seconds',
        'Dev ' || n % 2000, 'dev' || n % 2000 || '@example.com', false, true, '{git-ai}', n % 10 <> 0, 100, 5, 60, 30, 10,
        '[{"tool":"claude-code","provider":"anthropic","model":"claude-opus-1","lines":60}]', decode(md5(n::text), 'hex')
      from generate_series(1, ${count}::int) as n
    `;
    await tx`
      insert into attributions (org_id, receipt_id, repo_id, commit_oid, files, content_hash)
      select ${orgId}, md5(${orgId} || n)::uuid, ${repoId}, md5('c' || n) || '00000000',
        jsonb_build_array(jsonb_build_object('path', 'src/file' || n % 300 || '.ts', 'lines', '1-60')), decode(md5(n::text), 'hex')
      from generate_series(1, ${count}::int) as n
    `;
  });
  for (const table of ['receipts', 'commits', 'attributions']) await sql`analyze ${sql(table)}`;
}
