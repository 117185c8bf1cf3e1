//! Days off that were imported.

use crate::{
    SqlStore, StoreError,
    database::{Connection, params},
    revision::change,
};

impl SqlStore {
    /// Imported days off: a year each, as JSON of one year of `haochaping::calendar::HolidayFile`.
    pub async fn holidays(&self) -> Result<Vec<(i32, String)>, StoreError> {
        self.read(holidays).await
    }

    /// Adds years of days off or puts them in the place of what was there.
    pub async fn import_holidays(&self, years: Vec<(i32, String)>) -> Result<(), StoreError> {
        self.write(move |c| import_holidays(c, &years)).await
    }
}

fn holidays(connection: &Connection) -> Result<Vec<(i32, String)>, StoreError> {
    Ok(connection.query("select year, days from holiday order by year", params![], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?)
}

fn import_holidays(connection: &mut Connection, years: &[(i32, String)]) -> Result<(), StoreError> {
    change(connection, "holidays", |c| {
        let sql = "insert into holiday (year, days) values (?1, ?2) on conflict (year) do update set days = excluded.days";
        for (year, days) in years {
            c.execute(sql, params![year, days])?;
        }
        Ok(())
    })
}
