-- Two roles that the server steps into for the length of one transaction (server/db.ts). Neither owns anything, is a
-- superuser or has BYPASSRLS. Roles belong to the whole cluster: another database of it may have made them already.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['blameprompt_app', 'blameprompt_system'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin nosuperuser nobypassrls nocreatedb nocreaterole', role_name);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- made by somebody else a moment ago
    end;
    if not pg_has_role(current_user, role_name, 'member') then
      execute format('grant %I to current_user', role_name);
    end if;
  end loop;
end $$;

-- Citus: orgs and api_keys are reference tables, everything else is distributed by org_id.

create table orgs (
  org_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  created_at timestamptz not null default now()
);

create table api_keys (
  org_id uuid not null references orgs,
  id uuid not null,
  name text not null,
  selector text not null unique, -- finds the row; not secret
  verifier bytea not null,       -- SHA-256 of the whole key
  last_four text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id)
);

create table repos (
  org_id uuid not null references orgs,
  id uuid not null,
  name text not null, -- host/path, see shared/repo-name.ts
  default_branch text,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);

-- One AI interaction: who, tool, model, tokens, cost. Always the current revision.
create table receipts (
  org_id uuid not null references orgs,
  id uuid not null,
  repo_id uuid not null,
  source text not null,
  tool text,
  provider text,
  model text,
  session_id text,
  team text,
  user_name text,
  user_email text,
  prompt_summary text,
  prompt_hash text,
  message_count bigint,
  cost_usd numeric,
  cost_basis text not null check (cost_basis in ('recorded', 'estimated', 'unknown')),
  price_version text, -- of an estimate, see shared/cost
  tokens_suspect boolean not null,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_creation_tokens bigint,
  session_duration_secs bigint,
  total_additions bigint,
  total_deletions bigint,
  accepted_lines bigint,
  overridden_lines bigint,
  "timestamp" timestamptz not null,
  timestamp_basis text not null check (timestamp_basis in ('recorded', 'commit', 'note', 'received')),
  revision integer not null default 1,
  content_hash bytea not null, -- see server/receipts/content.ts
  synced_at timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, repo_id) references repos
);
create index receipts_by_time on receipts (org_id, "timestamp" desc, id desc);
create index receipts_by_repo on receipts (org_id, repo_id, "timestamp" desc, id desc);
create index receipts_by_user on receipts (org_id, lower(user_email), "timestamp" desc, id desc);
create index receipts_by_model on receipts (org_id, model, "timestamp" desc, id desc);

-- The lines of one commit that one receipt accounts for: files is [{"path", "lines"}], lines as in shared/line-set.ts.
-- commit_oid is '' when the sender named no commit.
create table attributions (
  org_id uuid not null references orgs,
  receipt_id uuid not null,
  repo_id uuid not null,
  commit_oid text not null,
  files jsonb not null,
  content_hash bytea not null,
  received_at timestamptz not null default now(),
  primary key (org_id, receipt_id, repo_id, commit_oid),
  foreign key (org_id, receipt_id) references receipts,
  foreign key (org_id, repo_id) references repos
);
create index attributions_by_commit on attributions (org_id, repo_id, commit_oid);

-- What an amendment replaced, so that it stays readable and is recognised when a clone that lags behind sends it again.
-- part is 'receipt', or 'repo_id:commit_oid' for the attributions of one commit.
create table receipt_revisions (
  org_id uuid not null references orgs,
  receipt_id uuid not null,
  part text not null,
  content_hash bytea not null,
  content jsonb not null,
  superseded_at timestamptz not null default now(),
  primary key (org_id, receipt_id, part, content_hash),
  foreign key (org_id, receipt_id) references receipts
);

-- Lines of one commit against its first parent: ai + human + unknown = added. Null: not counted (merges).
create table commits (
  org_id uuid not null references orgs,
  repo_id uuid not null,
  oid text not null,
  committed_at timestamptz not null,
  author_name text,
  author_email text,
  is_merge boolean not null,
  on_default_branch boolean not null,
  sources text[] not null, -- note formats that speak of it
  has_receipts boolean not null,
  added integer,
  deleted integer,
  ai integer,
  human integer,
  unknown integer,
  ai_by jsonb not null default '[]', -- [{"tool", "provider", "model", "lines"}]
  ai_involved jsonb not null default '[]', -- [{"tool", "provider", "model"}], said by the commit message alone
  content_hash bytea not null,
  seen_hashes bytea[] not null default '{}', -- of earlier contents: a clone that lags behind must not bring them back
  updated_at timestamptz not null default now(),
  primary key (org_id, repo_id, oid),
  foreign key (org_id, repo_id) references repos,
  check (added = ai + human + unknown)
);
create index commits_by_time on commits (org_id, committed_at) where on_default_branch and not is_merge;

-- Tenancy: a transaction of the app role sees and writes the rows of app.org_id, and fails where none is set.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['orgs', 'api_keys', 'repos', 'receipts', 'attributions', 'receipt_revisions', 'commits'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
  foreach table_name in array array['orgs', 'api_keys'] loop
    execute format('create policy system on %I to blameprompt_system using (true) with check (true)', table_name);
  end loop;
end $$;

grant usage on schema public to blameprompt_app, blameprompt_system;
grant select on orgs, api_keys to blameprompt_app;
grant select, insert, update on repos, receipts, attributions, commits to blameprompt_app;
grant select, insert on receipt_revisions to blameprompt_app;
grant select, insert, update on orgs, api_keys to blameprompt_system;
