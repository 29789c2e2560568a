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

-- Violations in the order in which they go out (server/feed/): numbered when somebody listens, after they were committed,
-- as a number given while they are written would let a slow transaction's slip behind a reader.
alter table violations add column seq bigint;
create index violations_without_seq on violations (org_id) where seq is null;
create unique index violations_by_seq on violations (org_id, seq) where seq is not null;

-- Number of violations that have a number. Its lock makes one process at a time give them.
create table violation_heads (
  org_id uuid not null primary key references orgs,
  size bigint not null default 0
);

-- Where events are sent to (Standard Webhooks). There is no secret in it: see server/webhooks/secret.ts.
create table webhooks (
  org_id uuid not null references orgs,
  id uuid not null,
  url text not null,
  description text,
  events text[] not null,
  enabled boolean not null default true,
  disabled_reason text,                 -- of the server, when it gave up
  secret_number integer not null default 1, -- grows with each rotation
  secret_key_id text not null,          -- of the signing key that the secret is derived from
  previous_until timestamptz,           -- until then messages are signed with the secret before, too
  audit_seq bigint not null,            -- first event of the audit log that was not looked at
  violation_seq bigint not null,        -- the same of violations
  failures integer not null default 0,  -- attempts that failed, one after the other
  paused_until timestamptz,
  succeeded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id)
);

create table webhook_deliveries (
  org_id uuid not null,
  id uuid not null, -- of the message: the same in every attempt
  webhook_id uuid not null,
  type text not null,
  body text not null, -- what is sent, byte for byte
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  last_attempt_at timestamptz,
  url text, -- of the last attempt, as what follows
  response_status integer,
  response_body text,
  error text,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  foreign key (org_id, webhook_id) references webhooks on delete cascade
);
create index webhook_deliveries_by_time on webhook_deliveries (org_id, webhook_id, created_at desc, id desc);
create index webhook_deliveries_due on webhook_deliveries (org_id, webhook_id, next_attempt_at) where status = 'waiting';

do $$
declare
  table_name text;
begin
  foreach table_name in array array['jobs', 'violation_heads', 'webhooks', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
  -- The system role finds the orgs that have work and starts what recurs; it cannot read what the work is.
  create policy system on jobs to blameprompt_system using (true) with check (true);
end $$;

grant select, insert, update, delete on jobs, webhooks, webhook_deliveries to blameprompt_app;
grant select, insert, update (size) on violation_heads to blameprompt_app;
grant select (org_id, kind, status, due_at), insert on jobs to blameprompt_system;
