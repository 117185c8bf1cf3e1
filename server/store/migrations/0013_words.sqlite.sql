-- Ratings that count and whose options and words were not counted yet, by the day from which on they count.
create table unread (
  part integer not null,
  rating blob not null,
  day integer not null,
  primary key (day, part, rating)
) without rowid;

insert into unread (part, rating, day)
select r.part, r.id, (coalesce(q.decided_at, r.rated_at) + 28800000) / 86400000
from rating r left join quarantine q on q.part = r.part and q.rating = r.id
where r.provenance in ('citizen', 'assisted', 'relayed') and (q.part is null or q.decision = 'released')
  and (r.comment is not null or r.indicators <> '');

-- In how many ratings of a month an option or a word is, in its region and all around it to the district, in all and by
-- department and item. `shown` is what everybody may see of `n`.
create table word (
  region integer not null,
  kind text not null,
  value text not null,
  good integer not null,
  source text not null,
  word text not null,
  month integer not null,
  n integer not null,
  shown integer not null default 0,
  primary key (region, kind, value, good, source, word, month)
) without rowid;
create index word_shown on word (region, kind, value) where shown > 0;

-- Words that stand for others, or for none where they are not to be shown; staff write it.
create table synonym (
  word text primary key,
  stands_for text not null
);

insert into meta (name, value) values ('words_version', '');
insert into revision (name, value) values ('words', 0);
