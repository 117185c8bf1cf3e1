//! What only a store on a server can be held to.

use std::path::{Path, PathBuf};

use crate::SqlStore;

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Everything that a distributed engine over PostgreSQL refuses or cannot spread:
/// <https://docs.citusdata.com/en/stable/develop/reference_workarounds.html>.
#[test]
fn the_statements_are_what_a_distributed_engine_understands() {
    const REFUSED: [&str; 11] = [
        "create trigger",
        "pg_advisory",
        "pg_notify",
        "listen ",
        "skip locked",
        "create sequence",
        "nextval",
        "bigserial",
        "generated always",
        " references ",
        "partition by",
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = files(&source.join("../migrations"));
    found.extend(files(&source));
    // What only a file is asked, and this list itself.
    found.retain(|path| {
        !["contract", "engine/sqlite", "sqlite.sql"]
            .iter()
            .any(|of| path.to_string_lossy().contains(of))
    });
    assert!(found.len() > 60, "{found:?}");
    for path in found {
        // Comments of the code speak of listening; statements are in quotes.
        let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            for word in REFUSED {
                assert!(!line.contains(word), "{}: {word}: {line}", path.display());
            }
        }
    }
}

/// What can be spread over shards by `part` has it in every unique key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_unique_key_of_a_table_with_parts_contains_the_part() {
    let server = haochaping_postgres::shared();
    let url = server.database();
    drop(SqlStore::connect(&url, true).await.unwrap());
    let without = server.rows_at(
        &url,
        "select c.relname || ' ' || x.relname from pg_index i
           join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
           join pg_attribute a on a.attrelid = c.oid and a.attname = 'part'
         where i.indisunique and not a.attnum = any (i.indkey::int[]) and c.relnamespace = 'public'::regnamespace",
    );
    assert_eq!(without, [""; 0]);
    let keys = server.rows_at(&url, "select conname from pg_constraint where contype = 'f'");
    assert_eq!(keys, [""; 0], "no foreign keys, also none that would cross shards");
}

/// A server's tables are those of a file, column by column.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_have_the_same_tables() {
    let server = haochaping_postgres::shared();
    let url = server.database();
    drop(SqlStore::connect(&url, true).await.unwrap());
    let on_server = server.rows_at(
        &url,
        "select table_name || '.\"' || column_name || '\"' from information_schema.columns
         where table_schema = 'public' and table_name <> 'schema_migration' order by 1",
    );
    let tables = crate::engine::sqlite::tables::tables().unwrap();
    let mut on_file: Vec<String> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| format!("{}.{column}", table.name)))
        .collect();
    let mut on_server = on_server;
    on_file.sort();
    on_server.sort();
    assert_eq!(on_file, on_server);
    let versions = server
        .rows_at(&url, "select version || ' ' || name from schema_migration order by version");
    let directory = tempfile::tempdir().unwrap();
    drop(SqlStore::open(directory.path()).unwrap());
    let file = rusqlite::Connection::open(directory.path().join(crate::engine::sqlite::FILE_NAME))
        .unwrap();
    let mut statement = file
        .prepare("select version || ' ' || name from schema_migration order by version")
        .unwrap();
    let of_file: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(of_file, versions);
}

/// The guide distributes every table with parts, and no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guide_distributes_what_has_parts() {
    let server = haochaping_postgres::shared();
    let url = server.database();
    drop(SqlStore::connect(&url, true).await.unwrap());
    let sql = "select table_name from information_schema.columns where column_name = 'part' and table_schema = 'public'";
    let mut with_parts = server.rows_at(&url, sql);
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/databases.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let calls =
        guide.lines().filter_map(|line| line.strip_prefix("select create_distributed_table('"));
    let mut named: Vec<_> =
        calls.filter_map(|rest| rest.split_once("', 'part', ")).map(|(name, _)| name).collect();
    named.sort_unstable();
    with_parts.sort_unstable();
    assert_eq!(named, with_parts);
}

/// Tables with parts, as the guide distributes them.
fn with_parts() -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/databases.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let calls =
        guide.lines().filter_map(|line| line.strip_prefix("select create_distributed_table('"));
    calls.filter_map(|rest| rest.split_once('\'')).map(|(name, _)| name.to_owned()).collect()
}

/// A table in a statement.
struct Joined {
    table: String,
    alias: String,
    is_join: bool,
    /// What stands behind it, up to the next table.
    rest: String,
}

fn joined(sql: &str) -> Vec<Joined> {
    let words: Vec<_> =
        sql.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';', '"'])).collect();
    let mut found = Vec::new();
    for at in (0..words.len()).filter(|at| matches!(words[*at], "from" | "join")) {
        let Some(table) = words.get(at + 1) else { continue };
        let is_alias = |word: &&&str| {
            !["on", "where", "order", "left", "join", "set", "union", "select"].contains(*word)
        };
        let alias = words.get(at + 2).filter(is_alias).unwrap_or(table);
        let rest = &words[at + 2..];
        let end = rest
            .iter()
            .skip(1)
            .position(|word| ["join", "left", "from", "union", "group"].contains(word));
        let rest = rest[..end.map_or(rest.len(), |end| end + 1)].join(" ");
        found.push(Joined {
            table: (*table).into(),
            alias: (*alias).into(),
            is_join: words[at] == "join",
            rest,
        });
    }
    found
}

/// How many tables with parts a statement joins, and those that it does not join by equal parts.
fn unequal(sql: &str, tables: &[String]) -> (usize, Vec<String>) {
    let found: Vec<_> = joined(sql).into_iter().filter(|one| tables.contains(&one.table)).collect();
    let (mut n, mut faults) = (0, Vec::new());
    for (at, Joined { table, alias, is_join, rest }) in found.iter().enumerate().skip(1) {
        let refers = found[..at].iter().any(|before| rest.contains(&format!("{}.", before.alias)));
        if !is_join && !refers {
            continue;
        }
        n += 1;
        let own = format!("{alias}.part = ");
        let is_by_part = rest.match_indices(&own).any(|(at, _)| {
            let mut words = rest[at + own.len()..].split_whitespace();
            let right = words.next().unwrap_or("");
            let is_column = right.rsplit_once('.').is_some_and(|(_, column)| column == "part")
                || right.starts_with('?');
            is_column
                && !words.next().is_some_and(|next| ["/", "*", "+", "-", ">>", "%"].contains(&next))
        });
        if !is_by_part && !rest.contains(&format!(".part = {alias}.part")) {
            faults.push(format!("{table} {rest}"));
        }
    }
    (n, faults)
}

/// A distributed engine joins two tables with parts where their parts are equal, and by nothing
/// else (0A000).
#[test]
fn tables_with_parts_are_joined_by_equal_parts() {
    let (tables, source) = (with_parts(), Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(tables.len() > 20, "{tables:?}");
    let by_slot = "select b.first from rating r left join ledger_batch b on b.part = r.slot / 4294967296 and b.slot = r.slot";
    assert_eq!(unequal(by_slot, &tables).1.len(), 1, "the fault that this finds");
    let (mut n_joins, mut faults) = (0, Vec::new());
    for path in files(&source) {
        let text = std::fs::read_to_string(&path).unwrap();
        // Statements are what stands in quotes.
        for sql in text.split('"').skip(1).step_by(2) {
            let (n, unequal) = unequal(sql, &tables);
            n_joins += n;
            faults.extend(unequal.into_iter().map(|fault| format!("{}: {fault}", path.display())));
        }
    }
    assert!(n_joins > 15, "{n_joins} joins were found");
    assert_eq!(faults, [""; 0]);
}
