-- When another system took a rating that it relayed, or that was imported.
alter table rating add column collected_at bigint;

-- Which commit of which slot brought a rating: what an export has not seen yet. Empty for ratings from before this.
alter table rating add column slot bigint;
alter table rating add column revision bigint;
-- The same of the commit that let a rating out of quarantine.
alter table quarantine add column slot bigint;
alter table quarantine add column revision bigint;

-- A service that came with its rating from another system. Of the others of that system nobody knows, so that it is none of
-- those of which a share is rated.
alter table service add column relayed bigint not null default 0;
update counter set level = 'unregistered' where level = 'visit';
update released set kind = 'unregistered' where kind = 'visit';
alter table published rename column n_visits to n_unregistered;

-- `source` is the system that relayed, and empty for every other rating; `registered` is 1 where a service was registered
-- before its rating came.
alter table waiting add column source text collate "C" not null default '';
alter table waiting add column registered bigint not null default 1;
update waiting set registered = 0 where card > 0;
alter table waiting drop constraint waiting_pkey;
alter table waiting add primary key (part, region, agency, item, card, channel, provenance, source, registered, day, slot);
alter table released_until add column source text collate "C" not null default '';
alter table released_until add column registered bigint not null default 1;
update released_until set registered = 0 where card > 0;
alter table released_until drop constraint released_until_pkey;
alter table released_until add primary key (region, agency, item, card, channel, provenance, source, registered);
