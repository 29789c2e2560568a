-- What senders declare as their team, in the order of time, as the other indexes have it that pages of receipts are read from.
drop index receipts_by_declared_team;
create index receipts_by_declared_team on receipts (org_id, team, "timestamp" desc, id desc)
  where team_id is null and team is not null;
