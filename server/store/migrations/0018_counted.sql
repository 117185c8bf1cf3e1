-- What each commit added to the figures, for a minute: a line each of region, agency, level and number.
create table counted (
  part integer not null,
  slot integer not null,
  revision integer not null,
  at integer not null,
  added text not null,
  primary key (part, slot, revision)
) without rowid;
