-- Counters of a slot lie in one part, so that a rating and all that it counts for can be in one shard.
create table slot_by_part (
  part integer not null,
  slot integer not null,
  revision integer not null,
  holder blob,
  leased_until integer not null default 0,
  primary key (part, slot)
) without rowid;
insert into slot_by_part (part, slot, revision, holder, leased_until) select 0, slot, revision, holder, leased_until from slot;
drop table slot;
alter table slot_by_part rename to slot;
