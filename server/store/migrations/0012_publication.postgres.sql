-- Ratings that count and are not published yet by place, agent and item. What agrees in all columns up to the
-- provenance waits together.
create table waiting (
  part bigint not null,
  region bigint not null,
  agency text collate "C" not null,
  item text collate "C" not null,
  card bigint not null,
  channel text collate "C" not null,
  provenance text collate "C" not null,
  day bigint not null,
  slot bigint not null,
  very_satisfied bigint not null,
  satisfied bigint not null,
  basically_satisfied bigint not null,
  dissatisfied bigint not null,
  very_dissatisfied bigint not null,
  primary key (part, region, agency, item, card, channel, provenance, day, slot)
) with (fillfactor = 50);

-- What was published, in its region and all around it, along each dimension, under the month in which it waited last.
create table released (
  region bigint not null,
  kind text collate "C" not null,
  value text collate "C" not null,
  month bigint not null,
  very_satisfied bigint not null,
  satisfied bigint not null,
  basically_satisfied bigint not null,
  dissatisfied bigint not null,
  very_dissatisfied bigint not null,
  primary key (region, kind, value, month)
) with (fillfactor = 50);

-- Up to which day an atom was published: whose bad ratings the handling of smaller places speaks of.
create table released_until (
  region bigint not null,
  agency text collate "C" not null,
  item text collate "C" not null,
  card bigint not null,
  channel text collate "C" not null,
  provenance text collate "C" not null,
  day bigint not null,
  primary key (region, agency, item, card, channel, provenance)
);

-- How many of the ratings are of visits to cards, which no registered service belongs to.
alter table published add column n_visits bigint not null default 0;

create table item (
  code text collate "C" primary key,
  name text collate "C" not null
);
insert into revision (name, value) values ('released', 0), ('names', 0);

