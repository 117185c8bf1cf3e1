-- 以评促改: what was changed because of what people said.
create table improvement (
  id blob primary key check (length(id) = 16),
  region integer not null,
  kind text not null,
  value text not null,
  -- The day of the change, in days since 1970-01-01.
  day integer not null,
  title text not null,
  text text not null,
  -- A case, published with the consent of the person whose order it is; how they gave it is encrypted.
  case_text text not null,
  case_order blob,
  consent blob,
  at integer not null,
  who text not null,
  withdrawn_at integer,
  withdrawn_by text
);
create index improvement_region on improvement (region, at);
