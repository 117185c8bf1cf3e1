//! How orders were handled, summed up by place and department.

use haochaping::statistics::Handling;

use crate::{
    FigureKey,
    database::{self, Row},
    row::region_of,
};

/// Whether an order is due, as of `?1`.
pub(crate) const IS_DUE: &str =
    "case when replied_at is not null or reply_due_at < ?1 then 1 else 0 end as is_due";
/// The sums over orders that have an `is_due` beside their columns.
pub(crate) const HANDLED_SUMS: &str =
    "select region, rated_agency, count(*), sum(upheld), count(replied_at),
  count(case when is_due = 1 and upheld = 0 then 1 end),
  count(case when is_due = 1 and upheld = 0 and replied_at <= reply_due_at then 1 end),
  count(case when is_due = 1 and real_name = 1 then 1 end),
  count(case when is_due = 1 and real_name = 1 then replied_at end)";

/// A row of [`HANDLED_SUMS`].
pub(crate) fn read_handled(row: &Row<'_>) -> database::Result<(FigureKey, Handling)> {
    let key = FigureKey { region: region_of(row.get(0)?), agency: row.get(1)? };
    let n = |column| row.get::<i64>(column).map(i64::unsigned_abs);
    let handling = Handling {
        bad: n(2)?,
        upheld: n(3)?,
        answered: n(4)?,
        valid_due: n(5)?,
        valid_on_time: n(6)?,
        real_name_due: n(7)?,
        real_name_replied: n(8)?,
    };
    Ok((key, handling))
}
