-- Who has seen the contact of a rater, and the reason they gave, encrypted.
create table disclosure (
  part integer not null,
  rating blob not null,
  id blob not null check (length(id) = 16),
  at integer not null,
  who text not null,
  reason blob not null,
  primary key (part, rating, id)
);
-- What is to be forgotten when its time is over.
create index rating_contact on rating (rated_at) where contact is not null;

-- What waits for a service-management body.
create index work_order_body on work_order (changed) where state in ('reassigning', 'appealed');
