-- The record of a work order is its history, which is only ever added to; the order's row is what the history adds up to.
create table work_order_entry (
  part integer not null,
  rating blob not null,
  number integer not null,
  at integer not null,
  role text not null,
  who text not null,
  action text not null,
  -- The action with its texts, encrypted.
  detail blob not null,
  primary key (part, rating, number)
);

-- Whose it is now, and whose service was rated.
alter table work_order add column agency text not null default '';
alter table work_order add column rated_agency text not null default '';
alter table work_order add column region integer not null default 0;
alter table work_order add column real_name integer not null default 0;
alter table work_order add column has_contact integer not null default 0;
alter table work_order add column class text;
alter table work_order add column upheld integer not null default 0;
alter table work_order add column round integer not null default 1;
alter table work_order add column replied_at integer;
alter table work_order add column n_entries integer not null default 0;
-- When the collector has something to do by itself: give it to the department, or end a term of the person's.
alter table work_order add column wake_at integer;
-- What the department owes next.
alter table work_order add column due_at integer;
alter table work_order add column due_provisional integer not null default 0;
-- Counts changes over all orders, so that a system can ask for what is new to it.
alter table work_order add column changed integer not null default 0;

-- An id that tells nothing of its moment; and an anonymous one reaches its department between 1 and 24 hours later.
update work_order set (agency, rated_agency, region, real_name, has_contact, wake_at) = (
  select r.agency, r.agency, r.region,
    r.anonymous = 0 and (coalesce(s.real_name, 0) or r.contact is not null), r.contact is not null,
    work_order.opened_at + case when r.anonymous then 3600000 + abs(random() % 82800000) else 0 end
  from rating r left join service s on s.part = r.part and s.authority = r.authority
    and s.case_number = r.case_number and s.service_number = r.service_number
  where r.part = work_order.part and r.id = work_order.rating
), id = randomblob(16), changed = rowid;

create index work_order_id on work_order (id);
create index work_order_wake on work_order (wake_at) where wake_at is not null;
create index work_order_agency on work_order (agency, changed);
create index work_order_changed on work_order (changed);

-- Days off by year, beside those that are built in.
create table holiday (
  year integer primary key,
  days text not null
);
insert into revision (name, value) values ('holidays', 0);
