//! The tables of a store, as the migrations of a file make them; those of a server follow them name
//! by name.

use crate::{StoreError, engine::migrate};

/// A table of every store.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, quoted.
    pub(crate) columns: Vec<String>,
    /// Its primary key, quoted.
    pub(crate) key: Vec<String>,
}

/// Every table of a store, as the migrations make them.
pub(crate) fn tables() -> Result<Vec<Table>, StoreError> {
    let model = migrate::in_memory()?;
    let mut names = model.prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'schema_migration'
         order by name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut columns = model.prepare("select name, pk from pragma_table_info(?1) order by cid")?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        let found = columns
            .query_map([&name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Names in a column of a glossary's table, without their marks.
    fn names(column: usize) -> impl Iterator<Item = &'static str> {
        let lines = include_str!("../../../../../docs/GLOSSARY.md").lines();
        lines.filter_map(move |line| {
            line.split('|').nth(column)?.trim().strip_prefix('`')?.strip_suffix('`')
        })
    }

    #[test]
    fn the_glossary_names_columns_that_there_are() {
        let tables = tables().unwrap();
        let mut n = 0;
        for name in names(4) {
            let (table, column) = name.split_once('.').unwrap();
            let table = tables
                .iter()
                .find(|one| one.name == table)
                .unwrap_or_else(|| panic!("no table {table}"));
            assert!(table.columns.contains(&format!("\"{column}\"")), "{name} is no column");
            n += 1;
        }
        assert!(n > 20, "{n} columns");
    }

    #[test]
    fn the_glossary_names_fields_that_the_contract_has() {
        let contract = include_str!("../../../../openapi.json");
        for name in names(5) {
            assert!(contract.contains(&format!("\"{name}\": {{")), "{name} is no field");
        }
    }
}
