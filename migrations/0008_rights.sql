-- Data rights and retention. Erasing a person replaces what names them by a pseudonym, for good. Clones keep the names and send
-- them again: what was erased is recognised by a keyed hash of it (server/data-subjects/pseudonyms.ts), never by the name itself.
create table erasure_secrets (
  org_id uuid not null primary key references orgs,
  secret bytea not null
);

create table erased_identities (
  org_id uuid not null references orgs,
  hash bytea not null, -- HMAC-SHA-256 of the address or name in one form, under the org's secret
  kind text not null check (kind in ('email', 'name')),
  words smallint not null, -- of a name: how many words to look at together
  in_text boolean not null, -- false: recognised only where a person stands, not in running text
  pseudonym text not null,
  erased_at timestamptz not null default now(),
  primary key (org_id, hash)
);

-- The register of erasures. certificate is JSON; exactly these bytes are signed.
create table erasures (
  org_id uuid not null references orgs,
  id uuid not null,
  erased_at timestamptz not null,
  certificate text not null,
  signature text,  -- null: the server has no key
  public_key text,
  primary key (org_id, id)
);

-- What a run of retention removed, added up in the transactions that removed it: a run that was cut off is told by the next one.
create table retention_runs (
  org_id uuid not null references orgs,
  id uuid not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  counts jsonb not null default '{}',
  primary key (org_id, id)
);
create unique index retention_runs_open on retention_runs (org_id) where finished_at is null;

-- The public keys that signed an org's checkpoints, the newest last.
create table audit_keys (
  org_id uuid not null references orgs,
  public_key text not null, -- base64 of its DER (SPKI)
  since timestamptz not null default now(),
  primary key (org_id, public_key)
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['erasure_secrets', 'erased_identities', 'erasures', 'retention_runs', 'audit_keys'] loop
    execute format('alter table %I enable row level security, force row level security', table_name);
    execute format(
      'create policy tenant on %I to blameprompt_app using (org_id = current_setting(''app.org_id'')::uuid) with check (org_id = current_setting(''app.org_id'')::uuid)',
      table_name
    );
  end loop;
end $$;

grant select, insert on erasure_secrets, erased_identities, erasures to blameprompt_app;
grant update (in_text) on erased_identities to blameprompt_app;
grant select, insert, update (since) on audit_keys to blameprompt_app; -- a key may come back
grant select, insert, update (finished_at, counts) on retention_runs to blameprompt_app;

-- Erasing replaces names in what else is only ever added to.
grant update (content, key_name) on policy_versions to blameprompt_app;
grant update (name) on api_keys to blameprompt_app;
-- Without its salt a detail counts as erased; what is left of it may still be read.
alter table audit_details alter column salt drop not null;
-- Retention removes receipts with what hangs on them.
grant delete on receipts, attributions, receipt_revisions, violations to blameprompt_app;
