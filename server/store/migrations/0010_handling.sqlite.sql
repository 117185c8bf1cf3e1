-- The last moment of the reply, which stays when the reply was given. Filled in at the next start for orders from before.
alter table work_order add column reply_due_at integer;
create index work_order_opened on work_order (opened_at);

-- The handling of bad ratings as the public pages show it: it moves only after a step, also over a restart.
create table published_handling (
  region integer not null,
  agency text not null,
  figures text not null,
  primary key (region, agency)
);

-- 通报: what staff write for a month and region, and the figures as they stood when it was published.
create table briefing (
  region integer not null,
  month integer not null,
  -- JSON, encrypted: it may name people who forgot to mask them.
  cases blob not null,
  id blob not null check (length(id) = 16),
  changed_at integer not null,
  changed_by text not null,
  published_at integer,
  published_by text,
  is_public integer not null default 0,
  figures text,
  primary key (region, month)
);

-- Earlier versions lost the hour of an order that a supervisor spoke about before its department had it.
update work_order set wake_at = opened_at + 86400000 where state = 'opened' and wake_at is null;
