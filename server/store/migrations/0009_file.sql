-- Files beside the histories of orders: images and PDF, each content once.
create table file (
  -- SHA-256 of the content.
  digest blob primary key check (length(digest) = 32),
  mime text not null,
  size integer not null,
  -- Encrypted.
  content blob not null
);
create table order_file (
  part integer not null,
  rating blob not null,
  digest blob not null,
  -- The name it came with, encrypted.
  name blob not null,
  at integer not null,
  who text not null,
  primary key (part, rating, digest)
);
