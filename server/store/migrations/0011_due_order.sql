-- A term ends with a working day, so that very many orders share one: the list needs the order's id in its indexes too.
drop index work_order_due_agency;
drop index work_order_due_district;
drop index work_order_due_city;
drop index work_order_due_province;
drop index work_order_due;
create index work_order_due_agency on work_order (agency, due_at, id) where due_at is not null;
create index work_order_due_district on work_order ((region / 1000000), due_at, id) where due_at is not null;
create index work_order_due_city on work_order ((region / 100000000), due_at, id) where due_at is not null;
create index work_order_due_province on work_order ((region / 10000000000), due_at, id) where due_at is not null;
create index work_order_due on work_order (due_at, id) where due_at is not null;
