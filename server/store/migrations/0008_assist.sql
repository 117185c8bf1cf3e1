-- Who entered a rating at the citizen's word; null for what people send themselves.
alter table rating add column entered_by text;

-- 口头诉求: what a person said about a matter that is no rating.
create table wish (
  id blob primary key check (length(id) = 16),
  at integer not null,
  who text not null,
  region integer not null,
  agency text not null,
  item_code text,
  item_name text not null,
  -- What was said, encrypted.
  text blob not null
);
create index wish_agency on wish (agency, at);
create index wish_at on wish (at);
