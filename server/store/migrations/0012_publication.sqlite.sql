-- Ratings that count and are not published yet by place, agent and item. What agrees in all columns up to the
-- provenance waits together.
create table waiting (
  part integer not null,
  region integer not null,
  agency text not null,
  item text not null,
  card integer not null,
  channel text not null,
  provenance text not null,
  day integer not null,
  slot integer not null,
  very_satisfied integer not null,
  satisfied integer not null,
  basically_satisfied integer not null,
  dissatisfied integer not null,
  very_dissatisfied integer not null,
  primary key (part, region, agency, item, card, channel, provenance, day, slot)
) without rowid;

-- What was published, in its region and all around it, along each dimension, under the month in which it waited last.
create table released (
  region integer not null,
  kind text not null,
  value text not null,
  month integer not null,
  very_satisfied integer not null,
  satisfied integer not null,
  basically_satisfied integer not null,
  dissatisfied integer not null,
  very_dissatisfied integer not null,
  primary key (region, kind, value, month)
) without rowid;

-- Up to which day an atom was published: whose bad ratings the handling of smaller places speaks of.
create table released_until (
  region integer not null,
  agency text not null,
  item text not null,
  card integer not null,
  channel text not null,
  provenance text not null,
  day integer not null,
  primary key (region, agency, item, card, channel, provenance)
) without rowid;

-- Everything from before waits.
insert into waiting (part, region, agency, item, card, channel, provenance, day, slot, very_satisfied, satisfied,
  basically_satisfied, dissatisfied, very_dissatisfied)
select 0, r.region, r.agency, coalesce(r.item_code, ''), coalesce(r.card, 0), r.channel, r.provenance,
  (coalesce(q.decided_at, r.rated_at) + 28800000) / 86400000 as day, 0, sum(r.level = 'very_satisfied'),
  sum(r.level = 'satisfied'), sum(r.level = 'basically_satisfied'), sum(r.level = 'dissatisfied'),
  sum(r.level = 'very_dissatisfied')
from rating r left join quarantine q on q.part = r.part and q.rating = r.id
where r.provenance in ('citizen', 'assisted', 'relayed') and (q.part is null or q.decision = 'released')
group by r.region, r.agency, coalesce(r.item_code, ''), coalesce(r.card, 0), r.channel, r.provenance, day;

-- From now on only large figures are here; each comes back with its next refresh.
delete from published;
delete from published_handling;
-- How many of the ratings are of visits to cards, which no registered service belongs to.
alter table published add column n_visits integer not null default 0;

-- What a month is made of is in `released` now; briefings go on from the departments' months.
delete from slice where kind <> 'agency';

create table item (
  code text primary key,
  name text not null
);
insert into item (code, name)
select item_code, coalesce(max(item_name), item_code) from service where item_code is not null group by item_code;
insert into revision (name, value) values ('released', 0), ('names', 0);

-- Services that can be rated, in their region and all around it, for their agency and for all.
create temp table around as
with size (s) as (values (1), (1000), (1000000), (100000000), (10000000000), (1000000000000))
select distinct region, region / s * s as around from (select region from service union select region from waiting), size;
insert into counter (part, region, agency, level, slot, n)
select 0, around.around, s.agency, 'service', 0, count(*) from service s join around on around.region = s.region
where s.probe = 0 group by around.around, s.agency;
insert into counter (part, region, agency, level, slot, n)
select 0, around.around, '', 'service', 0, count(*) from service s join around on around.region = s.region
where s.probe = 0 group by around.around;
insert into counter (part, region, agency, level, slot, n)
select 0, around.around, r.agency, 'visit', 0, sum(r.very_satisfied + r.satisfied + r.basically_satisfied + r.dissatisfied + r.very_dissatisfied)
from waiting r join around on around.region = r.region
where r.card > 0 group by around.around, r.agency;
insert into counter (part, region, agency, level, slot, n)
select 0, around.around, '', 'visit', 0, sum(r.very_satisfied + r.satisfied + r.basically_satisfied + r.dissatisfied + r.very_dissatisfied)
from waiting r join around on around.region = r.region
where r.card > 0 group by around.around;
drop table around;
