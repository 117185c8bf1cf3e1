-- When another system took a rating that it relayed, or that was imported.
alter table rating add column collected_at bigint;

-- Which commit of which slot brought a rating: what an export has not seen yet. Empty for ratings from before this.
alter table rating add column slot bigint;
alter table rating add column revision bigint;
-- The same of the commit that let a rating out of quarantine.
alter table quarantine add column slot bigint;
alter table quarantine add column revision bigint;

-- `source` is the system that relayed, and empty for every other rating.
alter table waiting add column source text collate "C" not null default '';
alter table waiting drop constraint waiting_pkey;
alter table waiting add primary key (part, region, agency, item, card, channel, provenance, source, day, slot);
alter table released_until add column source text collate "C" not null default '';
alter table released_until drop constraint released_until_pkey;
alter table released_until add primary key (region, agency, item, card, channel, provenance, source);
