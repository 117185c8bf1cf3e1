-- Printed cards. What a card stands for never changes: a changed one is a new card that replaces it. Small enough to be
-- kept whole on every node of a distributed store, so its key needs no `part`.
create table card (
  serial bigint primary key,
  kind text collate "C" not null,
  name text collate "C" not null,
  number text collate "C" not null,
  agency text collate "C" not null,
  region bigint not null,
  scope text collate "C",
  phone text collate "C",
  -- Months since January 2026.
  expires bigint not null,
  -- A digest of what the roster says of it: the same row again is the same card.
  content bytea not null check (length(content) = 32),
  issued_at bigint not null,
  revoked_at bigint,
  revoked_reason text collate "C",
  replaced_by bigint
);
create index card_of on card (agency, kind, number);

-- The card by which a rating came; its case number is then that of a visit.
alter table rating add column card bigint;
-- What was done for the person, as the city lists it.
alter table rating add column purpose text collate "C";

-- How many ratings a card had on a civil day, in all and by source. A source is a keyed hash that changes daily.
create table card_day (
  part bigint not null,
  card bigint not null,
  day bigint not null,
  n bigint not null,
  primary key (part, card, day)
) with (fillfactor = 50);
create table card_source (
  part bigint not null,
  card bigint not null,
  day bigint not null,
  source bytea not null check (length(source) = 8),
  n bigint not null,
  primary key (part, card, day, source)
) with (fillfactor = 50);
create index card_source_day on card_source (day);

-- Ratings that are kept and acknowledged and do not count yet.
create table quarantine (
  part bigint not null,
  rating bytea not null check (length(rating) = 16),
  reason text collate "C" not null,
  release_at bigint not null,
  decided_at bigint,
  decision text collate "C",
  why text collate "C",
  primary key (part, rating)
);
create index quarantine_due on quarantine (release_at) where decided_at is null;
