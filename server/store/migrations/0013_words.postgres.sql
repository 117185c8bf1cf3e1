-- Ratings that count and whose options and words were not counted yet, by the day from which on they count.
create table unread (
  part bigint not null,
  rating bytea not null,
  day bigint not null,
  primary key (day, part, rating)
);

-- In how many ratings of a month an option or a word is, in its region and all around it to the district, in all and by
-- department and item. `shown` is what everybody may see of `n`.
create table word (
  region bigint not null,
  kind text collate "C" not null,
  value text collate "C" not null,
  good bigint not null,
  source text collate "C" not null,
  word text collate "C" not null,
  month bigint not null,
  n bigint not null,
  shown bigint not null default 0,
  primary key (region, kind, value, good, source, word, month)
);
create index word_shown on word (region, kind, value) where shown > 0;

-- Words that stand for others, or for none where they are not to be shown; staff write it.
create table synonym (
  word text collate "C" primary key,
  stands_for text collate "C" not null
);

insert into meta (name, value) values ('words_version', '');
insert into revision (name, value) values ('words', 0);
