//! What a collector asks of a distributed engine's catalogue, answered by a server that is not
//! distributed: the grouping of rows by shard can be seen there, the engine's own planning cannot.

use super::Server;

impl Server {
    /// Has the database of this address say of each part which of `n` shards holds it, under the
    /// names of Citus.
    pub fn spread(&self, url: &str, n: u8) {
        let catalogue = format!(
            "create function get_shard_id_for_distribution_column(of regclass, part anyelement) returns bigint
               language sql as 'select 102008 + $2::bigint * 7 % {n}';
             create function column_to_column_name(of regclass, name text) returns text language sql as 'select $2';
             create view pg_dist_partition as select c.oid::regclass as logicalrelid, 'h'::\"char\" as partmethod,
                 'part'::text as partkey, 1 as colocationid
               from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'part' where c.relkind = 'r'"
        );
        self.sql_at(url, &catalogue);
    }

    /// Has a row that a worker would refuse refused as the engine does it where rows are copied to
    /// workers: by the code of an internal error, with the worker's own text.
    pub fn refuse_like_workers(&self, url: &str) {
        self.sql_at(
            url,
            "create function as_worker() returns trigger language plpgsql as $$
             declare
               rule record;
               is_broken boolean;
             begin
               for rule in
                 select format('null value in column \"%s\" of relation \"%s_102008\" violates not-null constraint', attname,
                     tg_table_name) as said, format('%I is not null', attname) as expression
                   from pg_attribute where attrelid = tg_relid and attnotnull and attnum > 0
                 union all
                 select format('new row for relation \"%s_102008\" violates check constraint \"%s\"', tg_table_name, conname),
                     pg_get_expr(conbin, conrelid)
                   from pg_constraint where conrelid = tg_relid and contype = 'c'
               loop
                 execute format('select not coalesce(%s, true) from (select ($1).*) as copied', rule.expression)
                   into is_broken using new;
                 if is_broken then
                   raise exception using errcode = 'XX000', message = rule.said;
                 end if;
               end loop;
               return new;
             end $$;
             do $$ declare of text; begin
               for of in select logicalrelid from pg_dist_partition loop
                 execute format('create trigger as_worker before insert on %s for each row execute function as_worker()', of);
               end loop;
             end $$",
        );
    }

    /// Notes from now on which shards each transaction writes to.
    pub fn watch_shards(&self, url: &str) {
        self.sql_at(
            url,
            "create table touched (transaction bigint, shard bigint, of text, primary key (transaction, shard, of));
             create function touch() returns trigger language plpgsql as $$ begin
               insert into touched values (txid_current(),
                 get_shard_id_for_distribution_column('rating'::regclass, coalesce(new.part, old.part)), tg_table_name)
               on conflict do nothing;
               return null;
             end $$;
             do $$ declare of text; begin
               -- What collectors tell each other is forgotten on all shards at once.
               for of in select logicalrelid from pg_dist_partition where logicalrelid <> 'counted'::regclass loop
                 execute format('create trigger touch after insert or update or delete on %s for each row
                   execute function touch()', of);
               end loop;
             end $$",
        );
    }

    /// How many transactions wrote to these tables since, and those that wrote to more than one
    /// shard, with their tables.
    pub fn touched_shards(&self, url: &str) -> (usize, Vec<String>) {
        let n = self
            .sql_at(url, "select count(distinct transaction) from touched")
            .parse()
            .unwrap_or_default();
        let many = "select string_agg(distinct of, ' ' order by of) from touched
             group by transaction having count(distinct shard) > 1";
        (n, self.rows_at(url, many))
    }
}
