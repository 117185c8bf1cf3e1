-- People who work at the desk. Few and read by name, so their tables need no `part`.
create table staff (
  name text collate "C" primary key,
  role text collate "C" not null,
  -- The credit code of their body; null for administrators.
  agency text collate "C",
  region bigint not null,
  -- Argon2id in PHC format; null until a link was used.
  password text collate "C",
  -- Attempts since the last sign-in, and until when none is taken.
  n_attempts bigint not null default 0,
  locked_until bigint,
  -- SHA-256 of the one link by which a password can be set.
  invitation bytea unique,
  invited_until bigint,
  created_at bigint not null,
  disabled_at bigint
);
insert into revision (name, value) values ('staff', 0);

create table staff_session (
  -- SHA-256 of what the cookie holds.
  id bytea primary key check (length(id) = 32),
  staff text collate "C" not null,
  created_at bigint not null,
  last_at bigint not null
);
create index staff_session_staff on staff_session (staff);

-- What staff did beside the histories of orders, only ever added to.
create table audit (
  number bigint primary key,
  at bigint not null,
  who text collate "C" not null,
  what text collate "C" not null,
  about text collate "C" not null
);

-- Inner notes on a work order, encrypted: no step, and never for the person.
create table order_note (
  part bigint not null,
  rating bytea not null,
  id bytea not null check (length(id) = 16),
  at bigint not null,
  who text collate "C" not null,
  text bytea not null,
  primary key (part, rating, id)
);

-- What is due, by department and by region at each of its levels; and what is open and waits for somebody else.
create index work_order_due_agency on work_order (agency, due_at) where due_at is not null;
create index work_order_due_district on work_order ((region / 1000000), due_at) where due_at is not null;
create index work_order_due_city on work_order ((region / 100000000), due_at) where due_at is not null;
create index work_order_due_province on work_order ((region / 10000000000), due_at) where due_at is not null;
create index work_order_due on work_order (due_at) where due_at is not null;
create index work_order_waiting on work_order (changed) where due_at is null and state <> 'closed';
