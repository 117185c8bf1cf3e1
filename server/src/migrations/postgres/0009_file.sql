-- Files beside the histories of orders: images and PDF, each content once.
create table file (
  -- SHA-256 of the content.
  digest bytea primary key check (length(digest) = 32),
  mime text collate "C" not null,
  size bigint not null,
  -- Encrypted.
  content bytea not null
);
create table order_file (
  part bigint not null,
  rating bytea not null,
  digest bytea not null,
  -- The name it came with, encrypted.
  name bytea not null,
  at bigint not null,
  who text collate "C" not null,
  primary key (part, rating, digest)
);
