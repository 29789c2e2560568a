import type postgres from 'postgres';

const REPOS = 500;
const PEOPLE = 2_000;
const TEAMS = 50;
const DAYS = 730;
/** Receipts of a session, and commits of one: a person, a repository, a model, within an hour. */
const SESSION = 8;

/**
 * Fills an org with two years of receipts and a third as many commits, alike each time: every choice is a hash of the row's
 * number. Few repositories, people and models have most of it (squares of even numbers), people work on weekdays from
 * eight to six in a handful of repositories, and belong to one of fifty teams. Written past foreign keys and before indexes: 5 million
 * receipts take minutes.
 */
export async function generate(admin: postgres.Sql, orgId: string, receipts: number): Promise<void> {
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = 'replica'`;
    await sql`set local statement_timeout = 0`;
    const uuid = (text: string) => `md5('${orgId}' || ${text})::uuid`;
    // Even numbers in [0, 1) by a row's number and a name for the choice.
    const even = (name: string, n = 'n') =>
      `((hashint8extended(${n}, hashtextextended('${name}', 7)) & 1048575)::float8 / 1048576)`;
    const skewed = (name: string, count: number, n = 'n') => `floor(power(${even(name, n)}, 2) * ${count})::int`;
    await sql.unsafe(`
      insert into repos (org_id, id, name, default_branch)
      select '${orgId}', ${uuid(`'repo ' || n`)}, 'git.example.com/acme/repo-' || n, 'main' from generate_series(0, ${REPOS - 1}) as n;
      insert into teams (org_id, id, slug, name)
      select '${orgId}', ${uuid(`'team ' || n`)}, 'team-' || n, 'Team ' || n from generate_series(0, ${TEAMS - 1}) as n;
      insert into team_members (org_id, team_id, email, since, role)
      select '${orgId}', ${uuid(`'team ' || n % ${TEAMS}`)}, 'person-' || n || '@example.com', '2020-01-01', 'member'
      from generate_series(0, ${PEOPLE - 1}) as n;
    `);
    // A person, the day and hour, one of the five repositories of that person.
    const drawn = (to: number) => `(
      select n, session, person, "at", (person * 31 + slot * slot * 17) % ${REPOS} as repo
      from (
        select n, session, ${skewed('person', PEOPLE, 'session')} as person, floor(power(${even('slot', 'session')}, 2) * 5)::int as slot,
          timestamptz '2024-07-01 00:00Z' + day * interval '1 day'
            - case when extract(isodow from timestamptz '2024-07-01 00:00Z' + day * interval '1 day') > 5 then interval '2 days' else interval '0' end
            + (8 + 10 * ${even('hour', 'session')} + ${even('minute')}) * interval '1 hour' as "at"
        from (
          select n, n / ${SESSION} as session, floor(sqrt(${even('day', `(n / ${SESSION})`)}) * ${DAYS})::int as day
          from generate_series(1, ${to}) as n
        ) as d
      ) as p
    ) as d`;
    const indexes = await sql<{ name: string; definition: string }[]>`
      select indexname as name, indexdef as definition from pg_indexes
      where tablename in ('receipts', 'commits') and indexname not like '%_pkey'
    `;
    for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
    await sql.unsafe(`
      insert into receipts (
        org_id, id, repo_id, source, tool, provider, model, session_id, team, team_id, user_name, user_email, prompt_summary, prompt_hash,
        cost_usd, cost_basis, tokens_suspect, input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens,
        accepted_lines, overridden_lines, "timestamp", timestamp_basis, content_hash
      )
      select '${orgId}', ${uuid(`'receipt ' || n`)}, ${uuid(`'repo ' || repo`)}, 'blameprompt',
        (array['claude-code', 'cursor', 'codex', 'gemini-cli'])[1 + least(model / 3, 3)],
        (array['anthropic', 'openai', 'google', 'xai'])[1 + least(model / 3, 3)], 'model-' || model,
        'session-' || session, null, ${uuid(`'team ' || person % ${TEAMS}`)}, 'Person ' || person, 'person-' || person || '@example.com',
        'Change number ' || n || ' of the module that person ' || person || ' looks after, with its tests and documentation', 'sha256:' || md5(n::text),
        case when basis > 0.1 then round((${even('cost')} * 2)::numeric, 6) end,
        case when basis > 0.4 then 'recorded' when basis > 0.1 then 'estimated' else 'unknown' end, false,
        (${even('input')} * 20000)::int, (${even('output')} * 4000)::int, (${even('cache')} * 90000)::int, 0,
        (${even('accepted')} * 60)::int, (${even('overridden')} * 5)::int, "at", 'recorded', sha256(convert_to(n::text, 'UTF8'))
      from (
        select d.*, ${skewed('model', 12, 'session')} as model, ${even('basis', 'session')} as basis from ${drawn(receipts)}
      ) as r
    `);
    await sql.unsafe(`
      insert into commits (
        org_id, repo_id, oid, committed_at, author_name, author_email, team_id, is_merge, on_default_branch, sources, has_receipts,
        added, deleted, ai, human, unknown, ai_by, content_hash
      )
      select '${orgId}', ${uuid(`'repo ' || repo`)}, md5(n::text) || '00000000', "at", 'Person ' || person, 'person-' || person || '@example.com',
        ${uuid(`'team ' || person % ${TEAMS}`)}, false, true, '{blameprompt}', ai > 0, 60, 10, ai, 5, 55 - ai,
        jsonb_build_array(jsonb_build_object('tool', 'claude-code', 'provider', 'anthropic', 'model', 'model-' || n % 3, 'lines', ai)),
        sha256(convert_to(n::text, 'UTF8'))
      from (select d.*, (${even('ai')} * 40)::int as ai from ${drawn(Math.ceil(receipts / 3))}) as c
    `);
    for (const { definition } of indexes) await sql.unsafe(definition);
  });
  await admin`vacuum analyze receipts, commits`;
}
