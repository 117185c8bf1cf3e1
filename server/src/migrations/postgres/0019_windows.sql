-- Services that are rated together: the first of a visit is rated for all of them. `items` holds the names of what was done, a line
-- each.
create table visit (
  part bigint not null,
  authority text collate "C" not null,
  visit text collate "C" not null,
  case_number text collate "C" not null,
  service_number bigint not null,
  items text collate "C" not null,
  primary key (part, authority, visit)
);
alter table service add column visit text collate "C";
-- The first service of the visit, of every other one.
alter table service add column lead_case text collate "C";
alter table service add column lead_number bigint;

create table hall (
  id bytea primary key check (length(id) = 16),
  name text collate "C" not null,
  region bigint not null,
  added_at bigint not null
);
create table service_window (
  id text collate "C" primary key,
  hall bytea not null,
  name text collate "C" not null,
  added_at bigint not null,
  -- The code by which a pad is paired: its digest, its end, and how often a wrong one was tried.
  code bytea,
  code_ends_at bigint,
  code_tries bigint not null default 0,
  -- The digest of the secret of the pad that is paired.
  pad bytea,
  -- The page that holds the window, since when it was heard of, and its release.
  page text collate "C",
  seen_at bigint,
  version text collate "C"
);
create index service_window_hall on service_window (hall);
-- Pads that were ever paired: what was given on one is taken after its end too.
create table pad (
  id bytea primary key check (length(id) = 32),
  "window" text collate "C" not null,
  paired_at bigint not null,
  unpaired_at bigint
);
-- Who is asked, for some weeks. A call holds no level.
create table window_call (
  id bytea primary key check (length(id) = 16),
  "window" text collate "C" not null,
  service_part bigint not null,
  service bytea not null,
  ticket_day bigint not null,
  items text collate "C" not null,
  agency text collate "C" not null,
  state text collate "C" not null,
  called_at bigint not null,
  ends_at bigint not null,
  ended_at bigint
);
create index window_call_window on window_call ("window", called_at);
-- One question at a time.
create unique index window_call_open on window_call ("window") where ended_at is null;
