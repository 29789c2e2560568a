-- Sums of receipts and commits that analytics read instead of the facts (docs/adr/0021-rollups.md).

-- What a commit counts for, as receipts have it: by its author's membership at the time (docs/adr/0022). What is
-- there already is worked out when the org's rollups are built first.
alter table commits
  add column team text, -- what the sender's configuration names
  add column team_id uuid,
  add column author text generated always as (lower(author_email)) stored;

-- How an org's rollups stand. Whoever folds holds its row. Without a row they are not built yet: the first fold does it.
create table rollup_state (
  org_id uuid not null primary key references orgs,
  time_zone text not null, -- of the days and months in them
  rebuilt_at timestamptz not null default now(),
  verified_at timestamptz,
  drift bigint -- rows that the last verification found different from the facts
);

-- What rollups are by, numbered within an org: a repository, a person, a team, a kind (provider, model, tool, cost basis, suspect).
create table rollup_keys (
  org_id uuid not null references orgs,
  id integer not null,
  dimension text not null check (dimension in ('repo', 'person', 'team', 'kind')),
  hash bytea not null, -- SHA-256 of the value, which may be longer than an index takes
  value text[] not null,
  is_bot boolean not null,
  primary key (org_id, id),
  unique (org_id, dimension, hash)
);

-- Changes that wait to be folded: added by the transaction that changed the facts, never changed, so nobody waits for anybody.
create table rollup_deltas (
  org_id uuid not null references orgs,
  id bigint generated always as identity,
  at timestamptz not null, -- a quarter of an hour
  repo text[] not null,
  person text[] not null,
  team text[] not null,
  kind text[] not null,
  receipts bigint, cost numeric, input numeric, output numeric, cache_read numeric, cache_creation numeric, accepted numeric,
  overridden numeric,
  commits bigint, commits_with_receipts bigint, commits_with_ai_trailers bigint, commits_by_bots bigint, added bigint,
  deleted bigint, ai bigint, human bigint, unknown bigint, added_by_bots bigint,
  ai_of_kind bigint,
  primary key (org_id, id)
);

-- The sums. A cube (server/rollups/cubes.ts) is a grain of time and a set of dimensions; 0 stands for those not in it. Null is 0.
create table rollups (
  org_id uuid not null references orgs,
  cube smallint not null,
  bucket timestamptz not null,
  repo integer not null,
  person integer not null,
  team integer not null,
  kind integer not null,
  receipts bigint, cost numeric, input numeric, output numeric, cache_read numeric, cache_creation numeric, accepted numeric,
  overridden numeric,
  commits bigint, commits_with_receipts bigint, commits_with_ai_trailers bigint, commits_by_bots bigint, added bigint,
  deleted bigint, ai bigint, human bigint, unknown bigint, added_by_bots bigint,
  ai_of_kind bigint,
  primary key (org_id, cube, bucket, repo, person, team, kind)
) with (fillfactor = 85);
create index rollups_by_repo on rollups (org_id, cube, repo, bucket) where repo > 0;
create index rollups_by_person on rollups (org_id, cube, person, bucket) where person > 0;
create index rollups_by_team on rollups (org_id, cube, team, bucket) where team > 0;

do $$
declare
  table_name text;
begin
  foreach table_name in array array['rollup_state', 'rollup_keys', 'rollup_deltas', 'rollups'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
  -- The system role finds the orgs whose deltas wait, and how their rollups stand.
  foreach table_name in array array['rollup_state', 'rollup_deltas'] loop
    execute format('create policy system on %I to blameprompt_system using (true)', table_name);
  end loop;
end $$;

grant select, insert, update on rollup_state to blameprompt_app;
grant select, insert, delete on rollup_keys to blameprompt_app;
grant select, insert, delete on rollup_deltas to blameprompt_app;
grant select, insert, update, delete on rollups to blameprompt_app;
grant select on rollup_state to blameprompt_system;
grant select (org_id) on rollup_deltas to blameprompt_system;
