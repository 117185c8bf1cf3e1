-- Several collectors on one database: whose slot it is, and until when if nothing more is heard of them.
alter table slot add column holder blob;
alter table slot add column leased_until integer not null default 0;

-- Counts changes over all orders; held until the commit, so that changes become visible in the order of their numbers.
insert into revision (name, value) select 'changes', coalesce(max(changed), 0) from work_order;
-- What other collectors published, and how they handled what is bad.
insert into revision (name, value) values ('published', 0), ('handled', 0);

