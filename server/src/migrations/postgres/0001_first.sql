-- The same tables as in a file, version by version. No version before the last kept ratings here, so that nothing is brought over.
-- Every table that can be distributed carries `part` in its keys. Times are bigint milliseconds UTC.

create table meta (
  name text collate "C" primary key,
  value text collate "C" not null
);
insert into meta (name, value) values ('part_version', '1');

-- What running collectors re-read: each change raises the number of its kind.
create table revision (
  name text collate "C" primary key,
  value bigint not null
);
insert into revision (name, value) values ('keys', 0), ('api_keys', 0), ('regions', 0);

-- Keys of each purpose, wrapped by the master key.
create table key (
  purpose text collate "C" not null,
  id bigint not null,
  wrapped bytea not null,
  created_at bigint not null,
  retired_at bigint,
  primary key (purpose, id)
);

create table api_key (
  id text collate "C" primary key,
  authority text collate "C" not null,
  secret_hash bytea not null,
  regions text collate "C" not null,
  agencies text collate "C" not null,
  scope text collate "C" not null,
  created_at bigint not null,
  revoked_at bigint
);

create table region (
  code bigint primary key,
  name text collate "C" not null
);

create table agency (
  code text collate "C" primary key,
  name text collate "C" not null
);

create table service (
  part bigint not null,
  authority text collate "C" not null,
  case_number text collate "C" not null,
  service_number bigint not null,
  id bytea not null check (length(id) = 16),
  item_code text collate "C",
  item_name text collate "C",
  agency text collate "C" not null,
  region bigint not null,
  finished_at bigint not null,
  mode text collate "C" not null,
  real_name bigint not null,
  "window" text collate "C",
  staff_number text collate "C",
  last_day bigint not null,
  registered_at bigint not null,
  primary key (part, authority, case_number, service_number)
);
create index service_id on service (part, id);

create table rating (
  part bigint not null,
  authority text collate "C" not null,
  case_number text collate "C" not null,
  service_number bigint not null,
  id bytea not null check (length(id) = 16),
  key_digest bytea not null,
  fingerprint bytea not null,
  level text collate "C" not null,
  indicators text collate "C" not null check (length(indicators) <= 200),
  indicator_version text collate "C" not null,
  comment bytea,
  contact bytea,
  anonymous bigint not null,
  channel text collate "C" not null,
  provenance text collate "C" not null,
  lang text collate "C" not null,
  item_code text collate "C",
  agency text collate "C" not null,
  region bigint not null,
  rated_at bigint not null,
  salt bytea not null check (length(salt) = 32),
  primary key (part, authority, case_number, service_number)
);
create index rating_id on rating (part, id);

create table work_order (
  part bigint not null,
  rating bytea not null,
  id bytea not null check (length(id) = 16),
  state text collate "C" not null,
  opened_at bigint not null,
  primary key (part, rating)
) with (fillfactor = 50);

-- `agency` is empty for all agencies. A total is the sum over slots.
create table counter (
  part bigint not null,
  region bigint not null,
  agency text collate "C" not null,
  level text collate "C" not null,
  slot bigint not null,
  n bigint not null,
  primary key (part, region, agency, level, slot)
) with (fillfactor = 50);

create table slice (
  part bigint not null,
  month bigint not null,
  city bigint not null,
  kind text collate "C" not null,
  value text collate "C" not null,
  level text collate "C" not null,
  slot bigint not null,
  n bigint not null,
  primary key (part, month, city, kind, value, level, slot)
) with (fillfactor = 50);

create table slot (
  slot bigint primary key,
  revision bigint not null
) with (fillfactor = 50);

-- What the public pages show: a figure moves only after enough new ratings, also over a restart.
create table published (
  region bigint not null,
  agency text collate "C" not null,
  very_satisfied bigint not null,
  satisfied bigint not null,
  basically_satisfied bigint not null,
  dissatisfied bigint not null,
  very_dissatisfied bigint not null,
  primary key (region, agency)
);
