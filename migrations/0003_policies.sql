-- Policies; content is a PolicyInput of shared/api/policies.ts. A deleted one keeps its row, its versions and its violations.
create table policies (
  org_id uuid not null references orgs,
  id uuid not null,
  version integer not null,
  name text not null,       -- of content, for uniqueness
  enabled boolean not null, -- of content, for the question whether there is anything to evaluate
  content jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (org_id, id)
);
create unique index policies_by_name on policies (org_id, name) where deleted_at is null;

-- Every version that ever was, and the key that made it. content null: this version is the deletion.
create table policy_versions (
  org_id uuid not null references orgs,
  policy_id uuid not null,
  version integer not null,
  content jsonb,
  key_id uuid not null,
  key_name text not null,
  created_at timestamptz not null default now(),
  primary key (org_id, policy_id, version),
  foreign key (org_id, policy_id) references policies
);

-- What policies found in what was stored. The id is derived from what is violated where (server/policies/violation-id.ts),
-- so that the same finding is the same row however often and in whatever order it is found; content is a Violation of
-- shared/api/policies.ts as it was found last.
create table violations (
  org_id uuid not null references orgs,
  id uuid not null,
  policy_id uuid not null,
  policy_version integer not null,
  rule text not null,
  action text not null check (action in ('warn', 'block')),
  repo_id uuid,
  person text, -- e-mail in lower case, else name
  team text,   -- slug
  content jsonb not null,
  occurred_at timestamptz not null, -- the receipt's or commit's time, the beginning of a day or month
  found_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text, -- name of the key
  note text,
  primary key (org_id, id),
  foreign key (org_id, policy_id) references policies,
  foreign key (org_id, repo_id) references repos
);
create index violations_by_time on violations (org_id, occurred_at desc, id desc);
create index violations_by_policy on violations (org_id, policy_id, occurred_at desc, id desc);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['policies', 'policy_versions', 'violations'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
end $$;

grant select, insert, update on policies, violations to blameprompt_app;
grant select, insert on policy_versions to blameprompt_app;
