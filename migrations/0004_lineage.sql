-- Of a commit that is not on the default branch: the commit there that makes the same patch, where its lines are now.
alter table commits add column rewritten_to text;
create index commits_by_rewritten on commits (org_id, repo_id, rewritten_to) where rewritten_to is not null;
alter table commits add column author_is_bot boolean not null default false; -- see shared/bots.ts

-- When the newest default-branch tip was committed that anybody sent from: its .mailmap says who people are.
alter table repos add column tip_committed_at timestamptz;
