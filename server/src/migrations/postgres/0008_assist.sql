-- Who entered a rating at the citizen's word; null for what people send themselves.
alter table rating add column entered_by text collate "C";

-- 口头诉求: what a person said about a matter that is no rating.
create table wish (
  id bytea primary key check (length(id) = 16),
  at bigint not null,
  who text collate "C" not null,
  region bigint not null,
  agency text collate "C" not null,
  item_code text collate "C",
  item_name text collate "C" not null,
  -- What was said, encrypted.
  text bytea not null
);
create index wish_agency on wish (agency, at);
create index wish_at on wish (at);
