-- What comes in at the same time lies together: a key that begins with the part spreads a batch over 64 places of each index, and
-- every page that is touched is written. The tables are made anew, which takes as much room again until it is done.
create table rating_by_case (
  part integer not null,
  authority text not null,
  case_number text not null,
  service_number integer not null,
  id blob not null check (length(id) = 16),
  key_digest blob not null,
  fingerprint blob not null,
  level text not null,
  indicators text not null check (length(indicators) <= 200),
  indicator_version text not null,
  comment blob,
  contact blob,
  anonymous integer not null,
  channel text not null,
  provenance text not null,
  lang text not null,
  item_code text,
  agency text not null,
  region integer not null,
  rated_at integer not null,
  salt blob not null check (length(salt) = 32),
  card integer,
  purpose text,
  entered_by text,
  collected_at integer,
  slot integer,
  revision integer,
  primary key (authority, case_number, service_number, part)
);
insert into rating_by_case select * from rating;
drop table rating;
alter table rating_by_case rename to rating;
create index rating_id on rating (part, id);
create index rating_contact on rating (rated_at) where contact is not null;

create table unread_by_time (
  part integer not null,
  rating blob not null,
  day integer not null,
  primary key (day, rating, part)
) without rowid;
insert into unread_by_time select * from unread;
drop table unread;
alter table unread_by_time rename to unread;

create table ledger_open_by_time (
  part integer not null,
  rating blob not null,
  kind text not null,
  number integer not null,
  day integer not null,
  primary key (rating, part, kind, number)
) without rowid;
insert into ledger_open_by_time select * from ledger_open;
drop table ledger_open;
alter table ledger_open_by_time rename to ledger_open;

create table work_order_by_time (
  part integer not null,
  rating blob not null,
  id blob not null check (length(id) = 16),
  state text not null,
  opened_at integer not null,
  agency text not null default '',
  rated_agency text not null default '',
  region integer not null default 0,
  real_name integer not null default 0,
  has_contact integer not null default 0,
  class text,
  upheld integer not null default 0,
  round integer not null default 1,
  replied_at integer,
  n_entries integer not null default 0,
  wake_at integer,
  due_at integer,
  due_provisional integer not null default 0,
  changed integer not null default 0,
  notice_at integer,
  reply_due_at integer,
  primary key (rating, part)
);
insert into work_order_by_time select * from work_order;
drop table work_order;
alter table work_order_by_time rename to work_order;
create index work_order_id on work_order (id);
create index work_order_wake on work_order (wake_at) where wake_at is not null;
create index work_order_agency on work_order (agency, changed);
create index work_order_changed on work_order (changed);
create index work_order_waiting on work_order (changed) where due_at is null and state <> 'closed';
create index work_order_body on work_order (changed) where state in ('reassigning', 'appealed');
create index work_order_notice on work_order (notice_at) where notice_at is not null;
create index work_order_opened on work_order (opened_at);
create index work_order_due_agency on work_order (agency, due_at, id) where due_at is not null;
create index work_order_due_district on work_order ((region / 1000000), due_at, id) where due_at is not null;
create index work_order_due_city on work_order ((region / 100000000), due_at, id) where due_at is not null;
create index work_order_due_province on work_order ((region / 10000000000), due_at, id) where due_at is not null;
create index work_order_due on work_order (due_at, id) where due_at is not null;
