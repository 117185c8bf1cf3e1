-- Services that are rated together: the first of a visit is rated for all of them. `items` holds the names of what was done, a line
-- each.
create table visit (
  part integer not null,
  authority text not null,
  visit text not null,
  case_number text not null,
  service_number integer not null,
  items text not null,
  primary key (part, authority, visit)
) without rowid;
alter table service add column visit text;
-- The first service of the visit, of every other one.
alter table service add column lead_case text;
alter table service add column lead_number integer;

create table hall (
  id blob primary key check (length(id) = 16),
  name text not null,
  region integer not null,
  added_at integer not null
);
create table service_window (
  id text primary key,
  hall blob not null,
  name text not null,
  added_at integer not null,
  -- The code by which a pad is paired: its digest, its end, and how often a wrong one was tried.
  code blob,
  code_ends_at integer,
  code_tries integer not null default 0,
  -- The digest of the secret of the pad that is paired.
  pad blob,
  -- The page that holds the window, since when it was heard of, and its release.
  page text,
  seen_at integer,
  version text
);
create index service_window_hall on service_window (hall);
-- Pads that were ever paired: what was given on one is taken after its end too.
create table pad (
  id blob primary key check (length(id) = 32),
  "window" text not null,
  paired_at integer not null,
  unpaired_at integer
);
-- Who is asked, for some weeks. A call holds no level.
create table window_call (
  id blob primary key check (length(id) = 16),
  "window" text not null,
  service_part integer not null,
  service blob not null,
  ticket_day integer not null,
  items text not null,
  agency text not null,
  state text not null,
  called_at integer not null,
  ends_at integer not null,
  ended_at integer
);
create index window_call_window on window_call ("window", called_at);
-- One question at a time.
create unique index window_call_open on window_call ("window") where ended_at is null;
