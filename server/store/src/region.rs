//! Names of regions that were imported.

use std::collections::BTreeMap;

use haochaping::region::Region;

use crate::{
    SqlStore, StoreError,
    database::{Connection, params, set},
    revision::change,
    row::{region_of, signed},
};

impl SqlStore {
    /// Imported names of regions.
    pub async fn regions(&self) -> Result<BTreeMap<Region, String>, StoreError> {
        self.read(regions).await
    }

    /// Adds names of regions or changes them.
    pub async fn import_regions(&self, names: Vec<(Region, String)>) -> Result<(), StoreError> {
        self.write(move |c| import_regions(c, &names)).await
    }
}

fn regions(connection: &Connection) -> Result<BTreeMap<Region, String>, StoreError> {
    Ok(connection.query("select code, name from region", params![], |row| {
        Ok((region_of(row.get(0)?), row.get(1)?))
    })?)
}

fn import_regions(
    connection: &mut Connection,
    names: &[(Region, String)],
) -> Result<(), StoreError> {
    change(connection, "regions", |c| {
        let sql = "insert into region (code, name) values (?1, ?2) on conflict (code) do update set name = excluded.name";
        let sets: Vec<_> = names.iter().map(|(region, name)| set![signed(*region), name]).collect();
        c.insert_all(sql, &sets)?;
        Ok(())
    })
}
