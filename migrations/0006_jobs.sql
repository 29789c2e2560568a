-- Background work (server/jobs/): one row a job, taken by one server process at a time.
create table jobs (
  org_id uuid not null references orgs,
  id uuid not null,
  kind text not null, -- see server/jobs/kinds.ts
  key text,           -- at most one waiting job of a kind has it; 'recurring' is for those that run again and again
  by text,            -- id of the key that queued it and may ask what became of it
  payload jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed')),
  due_at timestamptz not null default now(), -- a runner may take it from then on; of a running one: when its lease ends
  attempts integer not null default 0,
  lease uuid, -- of the attempt that is running: whoever has another one has lost it
  progress float8 not null default 0,
  error text,
  result jsonb,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (org_id, id)
);
create unique index jobs_by_key on jobs (org_id, kind, key) where status = 'waiting';
create unique index jobs_recurring on jobs (org_id, kind) where key = 'recurring' and status in ('waiting', 'running');
create index jobs_due on jobs (org_id, due_at) where status in ('waiting', 'running');

do $$
declare
  table_name text;
begin
  foreach table_name in array array['jobs'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
  -- The system role finds the orgs that have work and starts what recurs; it cannot read what the work is.
  create policy system on jobs to blameprompt_system using (true) with check (true);
end $$;

grant select, insert, update, delete on jobs to blameprompt_app;
grant select (org_id, kind, status, due_at), insert on jobs to blameprompt_system;
