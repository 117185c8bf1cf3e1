-- The record of a work order is its history, which is only ever added to; the order's row is what the history adds up to.
create table work_order_entry (
  part bigint not null,
  rating bytea not null,
  number bigint not null,
  at bigint not null,
  role text collate "C" not null,
  who text collate "C" not null,
  action text collate "C" not null,
  -- The action with its texts, encrypted.
  detail bytea not null,
  primary key (part, rating, number)
);

-- Whose it is now, and whose service was rated.
alter table work_order add column agency text collate "C" not null default '';
alter table work_order add column rated_agency text collate "C" not null default '';
alter table work_order add column region bigint not null default 0;
alter table work_order add column real_name bigint not null default 0;
alter table work_order add column has_contact bigint not null default 0;
alter table work_order add column class text collate "C";
alter table work_order add column upheld bigint not null default 0;
alter table work_order add column round bigint not null default 1;
alter table work_order add column replied_at bigint;
alter table work_order add column n_entries bigint not null default 0;
-- When the collector has something to do by itself: give it to the department, or end a term of the person's.
alter table work_order add column wake_at bigint;
-- What the department owes next.
alter table work_order add column due_at bigint;
alter table work_order add column due_provisional bigint not null default 0;
-- Counts changes over all orders, so that a system can ask for what is new to it.
alter table work_order add column changed bigint not null default 0;

create index work_order_id on work_order (id);
create index work_order_wake on work_order (wake_at) where wake_at is not null;
create index work_order_agency on work_order (agency, changed);
create index work_order_changed on work_order (changed);

-- Days off by year, beside those that are built in.
create table holiday (
  year bigint primary key,
  days text collate "C" not null
);
insert into revision (name, value) values ('holidays', 0);
