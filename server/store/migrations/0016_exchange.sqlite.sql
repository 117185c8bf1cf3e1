-- When another system took a rating that it relayed, or that was imported.
alter table rating add column collected_at integer;

-- Which commit of which slot brought a rating: what an export has not seen yet. Empty for ratings from before this.
alter table rating add column slot integer;
alter table rating add column revision integer;
-- The same of the commit that let a rating out of quarantine.
alter table quarantine add column slot integer;
alter table quarantine add column revision integer;

-- A service that came with its rating from another system. Of the others of that system nobody knows, so that it is none of
-- those of which a share is rated.
alter table service add column relayed integer not null default 0;
update counter set level = 'unregistered' where level = 'visit';
update released set kind = 'unregistered' where kind = 'visit';
alter table published rename column n_visits to n_unregistered;

-- `source` is the system that relayed, and empty for every other rating; `registered` is 1 where a service was registered
-- before its rating came.
create table waiting_by_source (
  part integer not null,
  region integer not null,
  agency text not null,
  item text not null,
  card integer not null,
  channel text not null,
  provenance text not null,
  source text not null,
  registered integer not null,
  day integer not null,
  slot integer not null,
  very_satisfied integer not null,
  satisfied integer not null,
  basically_satisfied integer not null,
  dissatisfied integer not null,
  very_dissatisfied integer not null,
  primary key (part, region, agency, item, card, channel, provenance, source, registered, day, slot)
) without rowid;
insert into waiting_by_source
select part, region, agency, item, card, channel, provenance, '', card = 0, day, slot, very_satisfied, satisfied,
  basically_satisfied, dissatisfied, very_dissatisfied from waiting;
drop table waiting;
alter table waiting_by_source rename to waiting;

create table released_until_by_source (
  region integer not null,
  agency text not null,
  item text not null,
  card integer not null,
  channel text not null,
  provenance text not null,
  source text not null,
  registered integer not null,
  day integer not null,
  primary key (region, agency, item, card, channel, provenance, source, registered)
) without rowid;
insert into released_until_by_source select region, agency, item, card, channel, provenance, '', card = 0, day from released_until;
drop table released_until;
alter table released_until_by_source rename to released_until;
