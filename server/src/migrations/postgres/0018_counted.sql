-- What each commit added to the figures, for a minute: a line each of region, agency, level and number.
create table counted (
  part bigint not null,
  slot bigint not null,
  revision bigint not null,
  at bigint not null,
  added text collate "C" not null,
  primary key (part, slot, revision)
);
