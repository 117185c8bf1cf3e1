-- Every table that can be distributed carries `part` in its keys. Times are integer milliseconds UTC.

create table meta (
  name text primary key,
  value text not null
);
insert into meta (name, value) values ('part_version', '1');

-- What running collectors re-read: each change raises the number of its kind.
create table revision (
  name text primary key,
  value integer not null
);
insert into revision (name, value) values ('keys', 0), ('api_keys', 0), ('regions', 0);

-- Keys of each purpose, wrapped by the master key.
create table key (
  purpose text not null,
  id integer not null,
  wrapped blob not null,
  created_at integer not null,
  retired_at integer,
  primary key (purpose, id)
);

create table api_key (
  id text primary key,
  authority text not null,
  secret_hash blob not null,
  regions text not null,
  agencies text not null,
  scope text not null,
  created_at integer not null,
  revoked_at integer
);

create table region (
  code integer primary key,
  name text not null
);

create table agency (
  code text primary key,
  name text not null
);

create table service (
  part integer not null,
  authority text not null,
  case_number text not null,
  service_number integer not null,
  id blob not null check (length(id) = 16),
  item_code text,
  item_name text,
  agency text not null,
  region integer not null,
  finished_at integer not null,
  mode text not null,
  real_name integer not null,
  window text,
  staff_number text,
  last_day integer not null,
  registered_at integer not null,
  primary key (part, authority, case_number, service_number)
);
create index service_id on service (part, id);

create table rating (
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
  primary key (part, authority, case_number, service_number)
);
create index rating_id on rating (part, id);

create table work_order (
  part integer not null,
  rating blob not null,
  id blob not null check (length(id) = 16),
  state text not null,
  opened_at integer not null,
  primary key (part, rating)
) /* postgres: with (fillfactor = 50) */;

-- `agency` is empty for all agencies. A total is the sum over slots.
create table counter (
  part integer not null,
  region integer not null,
  agency text not null,
  level text not null,
  slot integer not null,
  n integer not null,
  primary key (part, region, agency, level, slot)
) without rowid /* postgres: with (fillfactor = 50) */;

create table slice (
  part integer not null,
  month integer not null,
  city integer not null,
  kind text not null,
  value text not null,
  level text not null,
  slot integer not null,
  n integer not null,
  primary key (part, month, city, kind, value, level, slot)
) without rowid /* postgres: with (fillfactor = 50) */;

create table slot (
  slot integer primary key,
  revision integer not null
) /* postgres: with (fillfactor = 50) */;

-- What the public pages show: a figure moves only after enough new ratings, also over a restart.
create table published (
  region integer not null,
  agency text not null,
  very_satisfied integer not null,
  satisfied integer not null,
  basically_satisfied integer not null,
  dissatisfied integer not null,
  very_dissatisfied integer not null,
  primary key (region, agency)
);
