-- The audit log. What happened is written once, in the transaction that did it, and never changed: the app's role may
-- insert and read, nothing else. A sequencer numbers committed events afterwards and builds the Merkle tree
-- (shared/audit/merkle.ts): a chain written at once would fork under concurrency.
create table audit_events (
  org_id uuid not null references orgs,
  id uuid not null,
  recorded_at timestamptz not null,
  event text not null, -- JSON; exactly these bytes are hashed. What follows is read from them.
  action text not null generated always as ((event::jsonb) ->> 'action') stored,
  actor text not null generated always as ((event::jsonb) #>> '{actor,id}') stored,
  target text generated always as ((event::jsonb) #>> '{target,id}') stored,
  primary key (org_id, id)
);
create index audit_events_by_time on audit_events (org_id, recorded_at desc, id desc);

-- Names, addresses, before and after. The event holds the hash of salt and detail: the detail of an erased person can be
-- replaced or deleted, and the tree still verifies.
create table audit_details (
  org_id uuid not null,
  event_id uuid not null,
  salt text not null,
  detail text not null,
  primary key (org_id, event_id),
  foreign key (org_id, event_id) references audit_events
);

-- Committed events that have no number yet.
create table audit_pending (
  org_id uuid not null,
  event_id uuid not null,
  primary key (org_id, event_id),
  foreign key (org_id, event_id) references audit_events
);

-- The order of events: without a gap from 0 on.
create table audit_log (
  org_id uuid not null,
  seq bigint not null,
  event_id uuid not null,
  leaf_hash bytea not null,
  primary key (org_id, seq),
  unique (org_id, event_id),
  foreign key (org_id, event_id) references audit_events
);

-- Hashes of perfect subtrees: 2^level leaves, the index-th of that size.
create table audit_nodes (
  org_id uuid not null references orgs,
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (org_id, level, index)
);

create table audit_checkpoints (
  org_id uuid not null references orgs,
  size bigint not null,
  checkpoint text not null, -- signed, see shared/audit/checkpoint.ts
  created_at timestamptz not null default now(),
  primary key (org_id, size)
);

-- Number of events in the tree. Its lock makes one sequencer at a time work on an org.
create table audit_heads (
  org_id uuid not null primary key references orgs,
  size bigint not null default 0
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array[
    'audit_events', 'audit_details', 'audit_pending', 'audit_log', 'audit_nodes', 'audit_checkpoints', 'audit_heads'
  ] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
  -- The system role administers orgs and keys, which is audited, too; and it finds the orgs whose events wait.
  foreach table_name in array array['audit_events', 'audit_details', 'audit_pending'] loop
    execute format('create policy system on %I to blameprompt_system using (true) with check (true)', table_name);
  end loop;
end $$;

grant select, insert on audit_events, audit_log, audit_nodes, audit_checkpoints to blameprompt_app;
grant select, insert, delete, update (detail, salt) on audit_details to blameprompt_app;
grant select, insert, delete on audit_pending to blameprompt_app;
grant select, insert, update (size) on audit_heads to blameprompt_app;
grant insert on audit_events, audit_details to blameprompt_system;
grant select, insert on audit_pending to blameprompt_system;
