-- Where messages go. Few, so the table needs no `part`.
create table endpoint (
  id bytea primary key check (length(id) = 16),
  name text collate "C" not null unique,
  -- `hotline`, `department`, `invitations` or `raters`.
  kind text collate "C" not null,
  region bigint not null,
  -- Of a department's system: whose orders it gets.
  agency text collate "C",
  url text collate "C" not null,
  -- Shared with the other side, encrypted.
  secret bytea not null,
  created_at bigint not null,
  disabled_at bigint
);

-- Messages: each written in the transaction of what it tells of, and kept as a reference to it. Of the messages about one
-- subject to one endpoint only the first that was not sent has a `next_at`.
create table outbox (
  number bigint not null,
  id bytea not null check (length(id) = 16),
  endpoint bytea not null,
  part bigint not null,
  -- A rating or a service.
  subject bytea not null,
  -- The order's entry that it tells of; 0 for what is no entry.
  entry bigint not null,
  kind text collate "C" not null,
  sequence bigint not null,
  created_at bigint not null,
  -- `waiting`, `sent`, or `dead` after the last attempt.
  state text collate "C" not null,
  n_attempts bigint not null default 0,
  next_at bigint,
  said text collate "C" not null default '',
  primary key (part, number),
  unique (part, endpoint, subject, sequence)
) with (fillfactor = 70);
create index outbox_next on outbox (endpoint, next_at) where next_at is not null;
create index outbox_waiting on outbox (endpoint, created_at) where state = 'waiting';
create index outbox_dead on outbox (number) where state = 'dead';

-- Messages that came in and were taken, so that none is taken twice.
create table inbox (
  endpoint bytea not null,
  id text collate "C" not null,
  at bigint not null,
  primary key (endpoint, id)
);
create index inbox_at on inbox (at);

-- What was told about the terms of an order, each once.
create table notice (
  part bigint not null,
  rating bytea not null,
  kind text collate "C" not null,
  due_at bigint not null,
  at bigint not null,
  primary key (part, rating, kind, due_at)
);

-- When something is to be told of it next.
alter table work_order add column notice_at bigint;
create index work_order_notice on work_order (notice_at) where notice_at is not null;
