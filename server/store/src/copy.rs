//! Moves a store from one database to another, row by row, and compares both at the end.
//!
//! Tables and their keys are those of the migrations of a file, which a server's follow name by
//! name. Rows go over in the order of their keys, so that a copy that was cut off goes on after the
//! last row that arrived.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Param, Row, ToParam as _, Value, params},
    engine::sqlite::tables::{Table, tables},
};

/// Rows in one transaction.
const CHUNK: usize = 1_000;
/// Filled by migrations, so that they are taken over before everything else.
const FILLED: [&str; 2] = ["meta", "revision"];

/// What is being done: a table's name, rows done and rows in all.
pub type Progress = dyn Fn(&str, u64, u64) + Send + Sync;

/// Copies everything and compares every row.
///
/// # Errors
/// In one line: the target holds a store already, a row does not fit, or something changed
/// meanwhile.
pub async fn copy(
    from: &SqlStore,
    to: &SqlStore,
    progress: Arc<Progress>,
) -> Result<u64, StoreError> {
    let (mut source, mut target) = (from.connection().await?, to.connection().await?);
    let copied = tokio::task::spawn_blocking(move || {
        let mut tables = tables()?;
        // What running collectors tell each other, for a minute; none runs.
        tables.retain(|table| table.name != "counted");
        begin(&mut source, &mut target, &tables)?;
        let mut n_rows = 0;
        for table in &tables {
            if !FILLED.contains(&table.name.as_str()) {
                copy_table(&source, &mut target, table, &*progress)?;
            }
        }
        for table in &tables {
            n_rows += compare(&source, &target, table, &*progress)?;
        }
        target.execute("delete from meta where name = 'copying'", params![])?;
        Ok::<_, StoreError>(n_rows)
    });
    copied.await.map_err(|error| StoreError::Failed(error.to_string()))?
}

/// Whether a copy into this store was begun and has not ended.
pub(crate) fn is_half(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from meta where name = 'copying')";
    Ok(connection.query_row(sql, params![], |row| row.get(0))?)
}

/// Marks the target as half copied, or finds it so marked.
fn begin(
    source: &mut Connection,
    target: &mut Connection,
    tables: &[Table],
) -> Result<(), StoreError> {
    if is_half(source)? {
        return Err(StoreError::Failed(
            "--from is itself the target of a copy that has not ended".into(),
        ));
    }
    if is_half(target)? {
        return Ok(());
    }
    for table in
        tables.iter().filter(|table| !FILLED.contains(&table.name.as_str()) && table.name != "slot")
    {
        let sql = format!("select exists (select 1 from {})", table.name);
        if target.query_row(&sql, params![], |row| row.get::<bool>(0))? {
            return Err(StoreError::Failed(format!(
                "--to holds a store already (there are rows in {}): name an empty database",
                table.name
            )));
        }
    }
    let transaction = target.transaction()?;
    for table in tables.iter().filter(|table| FILLED.contains(&table.name.as_str())) {
        transaction.execute(&format!("delete from {}", table.name), params![])?;
        let rows: Vec<Vec<Value>> =
            source.query(&select(table, ""), params![], |row| values(row, table))?;
        insert(&transaction, table, &rows)?;
    }
    transaction.execute("delete from slot", params![])?;
    transaction.execute("insert into meta (name, value) values ('copying', '')", params![])?;
    transaction.commit()
}

fn copy_table(
    source: &Connection,
    target: &mut Connection,
    table: &Table,
    progress: &Progress,
) -> Result<(), StoreError> {
    let (n_all, mut n_done) = (count(source, table)?, count(target, table)?);
    progress(&table.name, n_done, n_all);
    let last = last_key(target, table)?;
    let (after, last) = match &last {
        Some(key) => {
            let marks = vec!["?"; key.len()].join(", ");
            (format!(" where ({}) > ({marks})", table.key.join(", ")), key.as_slice())
        }
        None => (String::new(), &[][..]),
    };
    let mut rows = Vec::with_capacity(CHUNK);
    let last: Vec<Param<'_>> = last.iter().map(Value::to_param).collect();
    source.for_each(&select(table, &after), &last, |row| {
        rows.push(values(row, table)?);
        if rows.len() == CHUNK {
            n_done += CHUNK as u64;
            write(target, table, &std::mem::take(&mut rows))?;
            progress(&table.name, n_done, n_all);
        }
        Ok(())
    })?;
    write(target, table, &rows)?;
    progress(&table.name, n_all, n_all);
    Ok(())
}

fn write(target: &mut Connection, table: &Table, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    let transaction = target.transaction()?;
    insert(&transaction, table, rows)?;
    transaction.commit()
}

fn insert(target: &Connection, table: &Table, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    let marks = vec!["?"; table.columns.len()].join(", ");
    let sql = format!("insert into {} ({}) values ({marks})", table.name, table.columns.join(", "));
    let sets: Vec<Vec<Param<'_>>> =
        rows.iter().map(|row| row.iter().map(Value::to_param).collect()).collect();
    target.insert_all(&sql, &sets)?;
    Ok(())
}

fn select(table: &Table, condition: &str) -> String {
    let Table { name, columns, key } = table;
    format!("select {} from {name}{condition} order by {}", columns.join(", "), key.join(", "))
}

fn values(row: &Row<'_>, table: &Table) -> super::database::Result<Vec<Value>> {
    (0..table.columns.len()).map(|column| row.get(column)).collect()
}

fn count(connection: &Connection, table: &Table) -> Result<u64, StoreError> {
    let sql = format!("select count(*) from {}", table.name);
    Ok(connection.query_row(&sql, params![], |row| row.get::<i64>(0))?.unsigned_abs())
}

fn last_key(connection: &Connection, table: &Table) -> Result<Option<Vec<Value>>, StoreError> {
    let down: Vec<_> = table.key.iter().map(|column| format!("{column} desc")).collect();
    let sql = format!(
        "select {} from {} order by {} limit 1",
        table.key.join(", "),
        table.name,
        down.join(", ")
    );
    let read = |row: &Row<'_>| (0..table.key.len()).map(|column| row.get(column)).collect();
    let found: Vec<Vec<Value>> = connection.query(&sql, params![], read)?;
    Ok(found.into_iter().next())
}

/// The rows of both, by number and by a hash over every value in the order of keys.
fn compare(
    source: &Connection,
    target: &Connection,
    table: &Table,
    progress: &Progress,
) -> Result<u64, StoreError> {
    let (is, should) = (digest(target, table)?, digest(source, table)?);
    progress(&table.name, should.0, should.0);
    if is == should {
        return Ok(should.0);
    }
    Err(StoreError::Failed(format!(
        "{} has {} rows in --from and {} in --to, or they differ: --from was changed meanwhile; empty --to and copy again \
         while no collector runs",
        table.name, should.0, is.0
    )))
}

fn digest(connection: &Connection, table: &Table) -> Result<(u64, [u8; 32]), StoreError> {
    let (mut n, mut hash) = (0, Sha256::new());
    // The mark of the copy itself is no row of the store.
    let own = if table.name == "meta" { " where name <> 'copying'" } else { "" };
    connection.for_each(&select(table, own), params![], |row| {
        n += 1;
        for column in 0..table.columns.len() {
            match row.get::<Value>(column)? {
                Value::Null => hash.update([0]),
                Value::Integer(number) => {
                    hash.update([1]);
                    hash.update(number.to_be_bytes());
                }
                Value::Text(text) => {
                    hash.update([2]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
                Value::Blob(bytes) => {
                    hash.update([3]);
                    hash.update((bytes.len() as u64).to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
        Ok(())
    })?;
    Ok((n, hash.finalize().into()))
}
