-- Foreign keys of the tables that batches fill took a fifth of the time of storing them: a lookup and a row lock for every
-- row. What they promise holds without them: nobody may delete orgs and repos (there is no such grant), a batch finds its
-- repository in its own transaction, row-level security checks org_id, and receipts are deleted only by retention, which no
-- batch of the org runs beside (server/orgs/lock.ts) and which deletes their attributions first.
alter table receipts drop constraint receipts_org_id_fkey, drop constraint receipts_org_id_repo_id_fkey;
alter table attributions
  drop constraint attributions_org_id_fkey,
  drop constraint attributions_org_id_repo_id_fkey,
  drop constraint attributions_org_id_receipt_id_fkey;
alter table commits drop constraint commits_org_id_fkey, drop constraint commits_org_id_repo_id_fkey;
alter table rollup_deltas drop constraint rollup_deltas_org_id_fkey;
alter table rollups drop constraint rollups_org_id_fkey;

-- Where a cost comes from is a measure now and no dimension: kinds are provider, model, tool. Rollups are built anew.
-- A server of before this migration that runs on beside it would note and fold deltas without these: docs/operations.md.
alter table rollup_deltas
  add column recorded bigint, add column recorded_cost numeric, add column estimated bigint, add column estimated_cost numeric,
  add column suspect bigint, add column suspect_cost numeric;
alter table rollups
  add column recorded bigint, add column recorded_cost numeric, add column estimated bigint, add column estimated_cost numeric,
  add column suspect bigint, add column suspect_cost numeric;
truncate rollup_deltas, rollups, rollup_keys, rollup_state;

-- Goes up with every change of the org's rollups: until then an answer of analytics stays what it is.
alter table rollup_state add column version bigint not null default 0;
