-- Counters of a slot lie in one part, so that a rating and all that it counts for can be in one shard.
alter table slot add column part bigint not null default 0;
alter table slot alter column part drop default;
alter table slot drop constraint slot_pkey;
alter table slot add primary key (part, slot);
