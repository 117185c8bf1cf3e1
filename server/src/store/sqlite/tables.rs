//! The tables of a store, as the migrations of a file make them; those of a server follow them name by name.

use super::migrate;
use crate::store::StoreError;

/// A table of every store.
#[derive(Clone, Debug)]
pub(in crate::store) struct Table {
    /// Its name.
    pub(in crate::store) name: String,
    /// Its columns, quoted.
    pub(in crate::store) columns: Vec<String>,
    /// Its primary key, quoted.
    pub(in crate::store) key: Vec<String>,
}

/// Every table of a store, as the migrations make them.
pub(in crate::store) fn tables() -> Result<Vec<Table>, StoreError> {
    let mut model = rusqlite::Connection::open_in_memory()?;
    migrate::run(&mut model)?;
    let mut names = model.prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'schema_migration'
         order by name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut columns = model.prepare("select name, pk from pragma_table_info(?1) order by cid")?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let found = columns.query_map([&name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
        let found: Vec<_> = found.collect::<Result<_, _>>()?;
        let mut key: Vec<_> = found.iter().filter(|(_, place)| *place > 0).collect();
        key.sort_by_key(|(_, place)| *place);
        let quoted = |(column, _): &(String, u32)| format!("\"{column}\"");
        tables.push(Table {
            name,
            columns: found.iter().map(quoted).collect(),
            key: key.into_iter().map(quoted).collect(),
        });
    }
    Ok(tables)
}
