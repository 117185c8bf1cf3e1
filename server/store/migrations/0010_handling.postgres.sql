-- The last moment of the reply, which stays when the reply was given. Filled in at the next start for orders from before.
alter table work_order add column reply_due_at bigint;
create index work_order_opened on work_order (opened_at);

-- The handling of bad ratings as the public pages show it: it moves only after a step, also over a restart.
create table published_handling (
  region bigint not null,
  agency text collate "C" not null,
  figures text collate "C" not null,
  primary key (region, agency)
);

-- 通报: what staff write for a month and region, and the figures as they stood when it was published.
create table briefing (
  region bigint not null,
  month bigint not null,
  -- JSON, encrypted: it may name people who forgot to mask them.
  cases bytea not null,
  id bytea not null check (length(id) = 16),
  changed_at bigint not null,
  changed_by text collate "C" not null,
  published_at bigint,
  published_by text collate "C",
  is_public bigint not null default 0,
  figures text collate "C",
  primary key (region, month)
);

