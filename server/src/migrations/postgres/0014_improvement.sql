-- 以评促改: what was changed because of what people said.
create table improvement (
  id bytea primary key check (length(id) = 16),
  region bigint not null,
  kind text collate "C" not null,
  value text collate "C" not null,
  -- The day of the change, in days since 1970-01-01.
  day bigint not null,
  title text collate "C" not null,
  text text collate "C" not null,
  -- A case, published with the consent of the person whose order it is; how they gave it is encrypted.
  case_text text collate "C" not null,
  case_order bytea,
  consent bytea,
  at bigint not null,
  who text collate "C" not null,
  withdrawn_at bigint,
  withdrawn_by text collate "C"
);
create index improvement_region on improvement (region, at);
