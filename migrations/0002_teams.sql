-- Teams. Receipts point to a team's id, so that a renamed team keeps its history.
create table teams (
  org_id uuid not null references orgs,
  id uuid not null,
  slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  primary key (org_id, id),
  unique (org_id, slug)
);

-- Who belonged to a team when: a receipt counts for the team its author was in at the time. until null: still there.
create table team_members (
  org_id uuid not null references orgs,
  team_id uuid not null,
  email text not null check (email = lower(email)),
  since timestamptz not null,
  until timestamptz,
  role text not null check (role in ('admin', 'member', 'viewer')),
  primary key (org_id, team_id, email, since),
  foreign key (org_id, team_id) references teams,
  check (until > since)
);
create unique index team_members_now on team_members (org_id, team_id, email) where until is null;
create index team_members_by_email on team_members (org_id, email);

-- The repositories of a team; a repository may belong to several.
create table team_repos (
  org_id uuid not null references orgs,
  team_id uuid not null,
  repo_id uuid not null,
  added_at timestamptz not null default now(),
  primary key (org_id, team_id, repo_id),
  foreign key (org_id, team_id) references teams,
  foreign key (org_id, repo_id) references repos
);
create index team_repos_by_repo on team_repos (org_id, repo_id);

-- What an org decides for all its clones and reports. A row per org that ever changed a default; settings as in
-- shared/api/settings.ts. Its lock puts what must be exact for an org in order (limits on cost); what receipts are stored by
-- and who changes that are kept apart by server/orgs/lock.ts.
create table org_settings (
  org_id uuid not null primary key references orgs,
  settings jsonb not null default '{}',
  updated_at timestamptz not null default now()
);

-- receipts.team is what the sender's configuration says; team_id what memberships say (server/teams/attribute.ts).
alter table receipts add column team_id uuid;
create index receipts_by_team on receipts (org_id, team_id, "timestamp" desc, id desc);
create index receipts_by_declared_team on receipts (org_id, team) where team_id is null and team is not null;

-- Under row-level security lower() keeps an expression index from being used (it is not leakproof): 110 ms instead of 0.1
-- for one person's among 200,000 receipts. A column of its own can be looked up.
alter table receipts add column author text generated always as (lower(user_email)) stored;
drop index receipts_by_user;
create index receipts_by_author on receipts (org_id, author, "timestamp" desc, id desc);

-- Rotation: the old key stays valid for a while beside its successor. Use: to the hour, so that reading costs no write.
alter table api_keys add column rotated_to uuid;
alter table api_keys add column last_used_at timestamptz;

do $$
declare
  table_name text;
begin
  foreach table_name in array array['teams', 'team_members', 'team_repos', 'org_settings'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
end $$;

grant select, insert, update on teams, team_members, org_settings to blameprompt_app;
grant delete on team_members to blameprompt_app; -- a membership that was a mistake
grant select, insert, delete on team_repos to blameprompt_app;
-- Only to take prompts out when the org decides that none are kept.
grant update (content) on receipt_revisions to blameprompt_app;
-- An org's own admins make and revoke keys; what a key may do never changes.
grant insert, update (expires_at, revoked_at, rotated_to) on api_keys to blameprompt_app;
