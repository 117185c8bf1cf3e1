-- Leaves of a commit that have no number in the ledger yet, one after the other. `last` is the last rating of those that were on
-- record before there was a ledger.
create table ledger_pending (
  part integer not null,
  slot integer not null,
  revision integer not null,
  leaves blob not null,
  last blob,
  primary key (part, slot, revision)
);
-- Which numbers the leaves of a commit have.
create table ledger_batch (
  part integer not null,
  slot integer not null,
  revision integer not null,
  first integer not null,
  n integer not null,
  last blob,
  primary key (part, slot, revision)
);
-- Leaves with a number that are in no table of a closed day yet. `number` is 0 for a rating's own leaf.
create table ledger_open (
  part integer not null,
  rating blob not null,
  kind text not null,
  number integer not null,
  day integer not null,
  primary key (part, rating, kind, number)
) without rowid;

-- The log: how long it is, its root, and the signed checkpoint. One row.
create table ledger_head (
  id integer primary key check (id = 1),
  size integer not null,
  root blob not null,
  checkpoint text not null
);
-- Tiles of 256: hashes by level from 0 up, and entries at level -1.
create table ledger_tile (
  level integer not null,
  n integer not null,
  data blob not null,
  primary key (level, n)
);
-- Groups that were published and whose leaves are in no table yet; as in `released_until`, with what was published.
create table ledger_due (
  region integer not null,
  agency text not null,
  item text not null,
  card integer not null,
  channel text not null,
  provenance text not null,
  source text not null,
  registered integer not null,
  day integer not null,
  very_satisfied integer not null,
  satisfied integer not null,
  basically_satisfied integer not null,
  dissatisfied integer not null,
  very_dissatisfied integer not null,
  primary key (region, agency, item, card, channel, provenance, source, registered, day)
) without rowid;
-- Tables of closed days, as published. `leaf` is the number of the entry that says so; `kept` is what the newest one needs
-- for the next, and what opens its remainder: not published.
create table ledger_table (
  number integer primary key,
  day integer not null,
  size integer not null,
  body blob not null,
  hash blob not null,
  leaf integer,
  kept blob
);
-- The newest line of each witness, and the checkpoint that it is of.
create table ledger_cosignature (
  witness text primary key,
  size integer not null,
  checkpoint text not null
);

-- What had happened to ratings before there was a ledger; what happens to them later has leaves from the first moment.
create table ledger_before (
  part integer not null,
  rating blob not null,
  kind text not null,
  number integer not null,
  at integer not null,
  primary key (part, rating, kind, number)
);
insert into ledger_before (part, rating, kind, number, at)
select q.part, q.rating, case when q.decision = 'released' then 'counted' else 'excluded' end, 1, q.decided_at
from quarantine q where q.decision is not null and q.decided_at is not null
union all
select e.part, e.rating, 'upheld', max(e.number), max(e.at)
from work_order_entry e join work_order w on w.part = e.part and w.rating = e.rating
where e.action = 'uphold' and w.upheld = 1 group by e.part, e.rating;

-- How far ratings from before have leaves: a part, and the last rating of it.
insert into meta (name, value) values ('ledger_backfill', '0 ');

-- What was published before.
insert into ledger_due (region, agency, item, card, channel, provenance, source, registered, day, very_satisfied, satisfied,
  basically_satisfied, dissatisfied, very_dissatisfied)
select x.region, x.agency, x.item, x.card, x.channel, x.provenance, x.source, x.registered, x.day,
  sum(n1), sum(n2), sum(n3), sum(n4), sum(n5)
from released_until x join (
  select r.region, r.agency, coalesce(r.item_code, '') as item, coalesce(r.card, 0) as card, r.channel, r.provenance,
    case when r.provenance = 'relayed' then r.authority else '' end as source,
    case when r.card is null and coalesce(s.relayed, 0) = 0 then 1 else 0 end as registered,
    (coalesce(q.decided_at, r.rated_at) + 28800000) / 86400000 as day,
    case when r.level = 'very_satisfied' then 1 else 0 end as n1, case when r.level = 'satisfied' then 1 else 0 end as n2,
    case when r.level = 'basically_satisfied' then 1 else 0 end as n3,
    case when r.level = 'dissatisfied' then 1 else 0 end as n4, case when r.level = 'very_dissatisfied' then 1 else 0 end as n5
  from rating r left join quarantine q on q.part = r.part and q.rating = r.id
    left join service s on s.part = r.part and s.authority = r.authority and s.case_number = r.case_number
      and s.service_number = r.service_number
  where r.provenance in ('citizen', 'assisted', 'relayed') and (q.part is null or q.decision = 'released')
  union all
  select region, agency, item, card, channel, provenance, source, registered, day, -very_satisfied, -satisfied,
    -basically_satisfied, -dissatisfied, -very_dissatisfied
  from waiting
) o on o.region = x.region and o.agency = x.agency and o.item = x.item and o.card = x.card and o.channel = x.channel
  and o.provenance = x.provenance and o.source = x.source and o.registered = x.registered and o.day <= x.day
group by x.region, x.agency, x.item, x.card, x.channel, x.provenance, x.source, x.registered, x.day
having sum(n1) + sum(n2) + sum(n3) + sum(n4) + sum(n5) > 0;
