-- The keys of a server begin with the part, by which a distributed one tells rows to its machines; a batch's pages go to its log once.
select 1;
