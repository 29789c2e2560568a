-- Reports that were built as jobs (server/reports/), kept for some days in pieces: any server process may build and any may answer.
create table report_files (
  org_id uuid not null references orgs,
  id uuid not null, -- of the job that built it
  name text not null,
  content_type text not null,
  bytes bigint not null,
  sha256 text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (org_id, id)
);

create table report_chunks (
  org_id uuid not null references orgs,
  file_id uuid not null,
  nr integer not null,
  chunk bytea not null,
  primary key (org_id, file_id, nr),
  foreign key (org_id, file_id) references report_files (org_id, id) on delete cascade
);

-- Reports that are built by themselves when a week or a month has ended.
create table report_schedules (
  org_id uuid not null references orgs,
  id uuid not null,
  every text not null check (every in ('week', 'month')),
  request jsonb not null, -- type, format, team, repo, table
  next_day date not null, -- first day of the next period to report on, in the org's time zone
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);

do $$
declare name text;
begin
  foreach name in array array['report_files', 'report_chunks', 'report_schedules'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid)
         with check (org_id = current_setting(''app.org_id'')::uuid)', name);
  end loop;
end $$;
grant select, insert, delete on report_files, report_chunks, report_schedules to blameprompt_app;
grant update (next_day) on report_schedules to blameprompt_app;
