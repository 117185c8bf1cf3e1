-- Where messages go. Few, so the table needs no `part`.
create table endpoint (
  id blob primary key check (length(id) = 16),
  name text not null unique,
  -- `hotline`, `department`, `invitations` or `raters`.
  kind text not null,
  region integer not null,
  -- Of a department's system: whose orders it gets.
  agency text,
  url text not null,
  -- Shared with the other side, encrypted.
  secret blob not null,
  created_at integer not null,
  disabled_at integer
);

-- Messages: each written in the transaction of what it tells of, and kept as a reference to it. Of the messages about one
-- subject to one endpoint only the first that was not sent has a `next_at`.
create table outbox (
  number integer primary key,
  id blob not null unique check (length(id) = 16),
  endpoint blob not null,
  part integer not null,
  -- A rating or a service.
  subject blob not null,
  -- The order's entry that it tells of; 0 for what is no entry.
  entry integer not null,
  kind text not null,
  sequence integer not null,
  created_at integer not null,
  -- `waiting`, `sent`, or `dead` after the last attempt.
  state text not null,
  n_attempts integer not null default 0,
  next_at integer,
  said text not null default '',
  unique (endpoint, part, subject, sequence)
);
create index outbox_next on outbox (endpoint, next_at) where next_at is not null;
create index outbox_waiting on outbox (endpoint, created_at) where state = 'waiting';
create index outbox_dead on outbox (number) where state = 'dead';

-- Messages that came in and were taken, so that none is taken twice.
create table inbox (
  endpoint blob not null,
  id text not null,
  at integer not null,
  primary key (endpoint, id)
) without rowid;
create index inbox_at on inbox (at);

-- What was told about the terms of an order, each once.
create table notice (
  part integer not null,
  rating blob not null,
  kind text not null,
  due_at integer not null,
  at integer not null,
  primary key (part, rating, kind, due_at)
) without rowid;

-- When something is to be told of it next.
alter table work_order add column notice_at integer;
update work_order set notice_at = due_at where due_at is not null;
create index work_order_notice on work_order (notice_at) where notice_at is not null;
