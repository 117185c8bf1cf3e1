-- Services by which a collector tests itself: their ratings are kept and enter no figure but their own number.
alter table service add column probe integer not null default 0;
