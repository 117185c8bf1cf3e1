-- Printed cards. What a card stands for never changes: a changed one is a new card that replaces it. Small enough to be
-- kept whole on every node of a distributed store, so its key needs no `part`.
create table card (
  serial integer primary key,
  kind text not null,
  name text not null,
  number text not null,
  agency text not null,
  region integer not null,
  scope text,
  phone text,
  -- Months since January 2026.
  expires integer not null,
  -- A digest of what the roster says of it: the same row again is the same card.
  content blob not null check (length(content) = 32),
  issued_at integer not null,
  revoked_at integer,
  revoked_reason text,
  replaced_by integer
);
create index card_of on card (agency, kind, number);

-- The card by which a rating came; its case number is then that of a visit.
alter table rating add column card integer;
-- What was done for the person, as the city lists it.
alter table rating add column purpose text;

-- How many ratings a card had on a civil day, in all and by source. A source is a keyed hash that changes daily.
create table card_day (
  part integer not null,
  card integer not null,
  day integer not null,
  n integer not null,
  primary key (part, card, day)
) without rowid /* postgres: with (fillfactor = 50) */;
create table card_source (
  part integer not null,
  card integer not null,
  day integer not null,
  source blob not null check (length(source) = 8),
  n integer not null,
  primary key (part, card, day, source)
) without rowid /* postgres: with (fillfactor = 50) */;
create index card_source_day on card_source (day);

-- Ratings that are kept and acknowledged and do not count yet.
create table quarantine (
  part integer not null,
  rating blob not null check (length(rating) = 16),
  reason text not null,
  release_at integer not null,
  decided_at integer,
  decision text,
  why text,
  primary key (part, rating)
);
create index quarantine_due on quarantine (release_at) where decided_at is null;
