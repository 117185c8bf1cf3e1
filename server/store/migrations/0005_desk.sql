-- People who work at the desk. Few and read by name, so their tables need no `part`.
create table staff (
  name text primary key,
  role text not null,
  -- The credit code of their body; null for administrators.
  agency text,
  region integer not null,
  -- Argon2id in PHC format; null until a link was used.
  password text,
  -- Attempts since the last sign-in, and until when none is taken.
  n_attempts integer not null default 0,
  locked_until integer,
  -- SHA-256 of the one link by which a password can be set.
  invitation blob unique,
  invited_until integer,
  created_at integer not null,
  disabled_at integer
);
insert into revision (name, value) values ('staff', 0);

create table staff_session (
  -- SHA-256 of what the cookie holds.
  id blob primary key check (length(id) = 32),
  staff text not null,
  created_at integer not null,
  last_at integer not null
);
create index staff_session_staff on staff_session (staff);

-- What staff did beside the histories of orders, only ever added to.
create table audit (
  number integer primary key,
  at integer not null,
  who text not null,
  what text not null,
  about text not null
);

-- Inner notes on a work order, encrypted: no step, and never for the person.
create table order_note (
  part integer not null,
  rating blob not null,
  id blob not null check (length(id) = 16),
  at integer not null,
  who text not null,
  text blob not null,
  primary key (part, rating, id)
);

-- What is due, by department and by region at each of its levels; and what is open and waits for somebody else.
create index work_order_due_agency on work_order (agency, due_at) where due_at is not null;
create index work_order_due_district on work_order ((region / 1000000), due_at) where due_at is not null;
create index work_order_due_city on work_order ((region / 100000000), due_at) where due_at is not null;
create index work_order_due_province on work_order ((region / 10000000000), due_at) where due_at is not null;
create index work_order_due on work_order (due_at) where due_at is not null;
create index work_order_waiting on work_order (changed) where due_at is null and state <> 'closed';
