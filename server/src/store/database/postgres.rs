//! PostgreSQL's side. Statements run on a thread that may wait, as SQLite's do. Each connection has a runtime of that thread's
//! own, so that a statement costs no way to another thread and back.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    error::Error as StdError,
};

use futures_util::{StreamExt, future::try_join_all, pin_mut};
use tokio::runtime::Runtime;
use tokio_postgres::{
    Statement,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use super::{Column, Error, Param, Result, Row, value::RowOf};
use crate::store::StoreError;

/// A client with the statements that it has prepared.
pub(crate) struct Client {
    inner: tokio_postgres::Client,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    statements: RefCell<HashMap<String, Statement>>,
    /// Whether a statement of the running transaction failed: the server would answer a commit by taking it back.
    has_failed: Cell<bool>,
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may be dropped where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("is_lost", &self.is_lost()).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects from a thread that may wait. The connection's own task is spawned by `connect`.
    pub(crate) fn connect<F>(connect: impl FnOnce() -> F) -> std::result::Result<Self, StoreError>
    where
        F: Future<Output = std::result::Result<tokio_postgres::Client, StoreError>>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Failed(format!("no runtime for a connection: {error}")))?;
        let inner = runtime.block_on(async { connect().await })?;
        Ok(Self { inner, runtime: Some(runtime), statements: RefCell::default(), has_failed: Cell::new(false) })
    }

    fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("a client has a runtime until it is dropped").block_on(future)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.inner.is_closed()
    }

    fn noted<T>(&self, result: std::result::Result<T, tokio_postgres::Error>) -> Result<T> {
        result.map_err(|error| {
            self.has_failed.set(true);
            Error::Store(error.into())
        })
    }

    pub(super) fn run(&self, sql: &str) -> Result<()> {
        let result = self.wait_for(self.inner.batch_execute(sql));
        if sql.starts_with("begin") || sql == "rollback" {
            self.has_failed.set(false);
        }
        self.noted(result)
    }

    pub(super) fn commit(&self) -> std::result::Result<(), StoreError> {
        if self.has_failed.get() {
            let _ = self.run("rollback");
            return Err(StoreError::Failed("a statement of this transaction failed".into()));
        }
        match self.wait_for(self.inner.batch_execute("commit")) {
            Ok(()) => Ok(()),
            // The server answered that it did not.
            Err(error) if error.as_db_error().is_some_and(|said| !is_shutdown(said.code())) => Err(error.into()),
            Err(error) => Err(StoreError::OutcomeUnknown(said(&error))),
        }
    }

    fn prepare(&self, sql: &str) -> Result<Statement> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.noted(self.wait_for(self.inner.prepare(&numbered(sql))))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(super) fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize> {
        let statement = self.prepare(sql)?;
        let n = self.noted(self.wait_for(self.inner.execute_raw(&statement, params)))?;
        Ok(usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// All sets are on their way before the first is answered.
    pub(super) fn execute_each(&self, sql: &str, sets: &[Vec<Param<'_>>]) -> Result<Vec<usize>> {
        if sets.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.prepare(sql)?;
        let all = try_join_all(sets.iter().map(|set| self.inner.execute_raw(&statement, set)));
        let counts = self.noted(self.wait_for(all))?;
        Ok(counts.into_iter().map(|n| usize::try_from(n).unwrap_or(usize::MAX)).collect())
    }

    pub(super) fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<tokio_postgres::Row>> {
        let statement = self.prepare(sql)?;
        self.noted(self.wait_for(rows(&self.inner, &statement, params)))
    }

    pub(super) fn query_each(&self, sql: &str, sets: &[Vec<Param<'_>>]) -> Result<Vec<Vec<tokio_postgres::Row>>> {
        if sets.is_empty() {
            return Ok(Vec::new());
        }
        let statement = self.prepare(sql)?;
        let all = try_join_all(sets.iter().map(|set| rows(&self.inner, &statement, set)));
        self.noted(self.wait_for(all))
    }

    /// Runs a statement of one row once for all sets of values, whose columns travel as arrays.
    pub(super) fn query_all(
        &self,
        sql: &str,
        sets: &[Vec<Param<'_>>],
        of_all: fn(&str, &[Type]) -> String,
    ) -> Result<Vec<tokio_postgres::Row>> {
        if sets.is_empty() {
            return Ok(Vec::new());
        }
        let types = self.prepare(sql)?.params().to_vec();
        let statement = self.prepare(&of_all(sql, &types))?;
        let columns: Vec<Vec<Param<'_>>> =
            (0..types.len()).map(|column| sets.iter().map(|set| set[column]).collect()).collect();
        let found = async {
            let stream = self.inner.query_raw(&statement, &columns).await?;
            pin_mut!(stream);
            let mut found = Vec::new();
            while let Some(row) = stream.next().await {
                found.push(row?);
            }
            Ok(found)
        };
        self.noted(self.wait_for(found))
    }

    pub(super) fn for_each(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let statement = self.prepare(sql)?;
        let stream = self.noted(self.wait_for(self.inner.query_raw(&statement, params)))?;
        pin_mut!(stream);
        while let Some(row) = self.wait_for(stream.next()) {
            each(&Row(RowOf::Postgres(&self.noted(row)?)))?;
        }
        Ok(())
    }
}

/// `insert … values (…)` of one row as one of all rows, in their order.
pub(super) fn insert_of_all(sql: &str, types: &[Type]) -> String {
    let one = numbered(sql);
    let Some((before, rest)) = one.split_once("values (") else { return one };
    let Some((values, after)) = rest.split_once(')') else { return one };
    format!("{before}select {} from {} u({}){after}", columns_of(values), arrays(types), names(types))
}

/// A `select` for one set of values as one for all; the place of the set, from 1, is the last column.
pub(super) fn select_of_all(sql: &str, types: &[Type]) -> String {
    let one = columns_of(&numbered(sql));
    format!(
        "select found.*, u.place from {} with ordinality u({}, place) cross join lateral ({one}) found",
        arrays(types),
        names(types)
    )
}

/// `$3` is the column `p3` of the arrays.
fn columns_of(sql: &str) -> String {
    sql.replace('$', "u.p")
}

fn names(types: &[Type]) -> String {
    (1..=types.len()).map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ")
}

fn arrays(types: &[Type]) -> String {
    let arrays = types.iter().enumerate().map(|(n, of)| format!("${}::{}[]", n + 1, of.name()));
    format!("unnest({})", arrays.collect::<Vec<_>>().join(", "))
}

async fn rows(
    client: &tokio_postgres::Client,
    statement: &Statement,
    params: &[Param<'_>],
) -> std::result::Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let stream = client.query_raw(statement, params).await?;
    pin_mut!(stream);
    let mut found = Vec::new();
    while let Some(row) = stream.next().await {
        found.push(row?);
    }
    Ok(found)
}

/// `?1` is `$1` here, and a bare `?` the next of its kind. Statements hold no question mark else.
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut n_bare = 0;
    let mut rest = sql.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '?' if rest.peek().is_some_and(char::is_ascii_digit) => out.push('$'),
            '?' => {
                n_bare += 1;
                out.push_str(&format!("${n_bare}"));
            }
            other => out.push(other),
        }
    }
    out
}

/// The server is going down or has cut the connection: what it was asked last may have happened.
fn is_shutdown(code: &SqlState) -> bool {
    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
}

fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(answer) => format!("{} ({})", answer.message(), answer.code().code()),
        None => StdError::source(error).map_or_else(|| error.to_string(), ToString::to_string),
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let reason = said(&error);
        let Some(code) = error.code() else {
            // The connection is gone: the server has taken back whatever was not committed.
            return if error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<std::io::Error>) {
                Self::Busy(format!("the connection was lost: {reason}"))
            } else {
                Self::Failed(reason)
            };
        };
        if is_shutdown(code) {
            return Self::Busy(reason);
        }
        match &code.code()[..2] {
            // Transactions that met, deadlocks; resources; connections; locks that were not to be had; a standby that is not the
            // primary any more, which another connection mends.
            "40" | "53" | "08" | "55" | "25" => Self::Busy(reason),
            // Data and constraints.
            "22" | "23" => Self::Row(reason),
            _ => Self::Failed(reason),
        }
    }
}

/// A column as the server sent it, of one of the types that the tables have.
struct Raw<'a>(Column<'a>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(of: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(match *of {
            Type::INT8 => Column::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Column::Int(i32::from_be_bytes(raw.try_into()?).into()),
            Type::INT2 => Column::Int(i16::from_be_bytes(raw.try_into()?).into()),
            Type::BOOL => Column::Int(bool::from_sql(of, raw)?.into()),
            Type::NUMERIC => Column::Int(whole(raw).ok_or("not a whole number of 64 bits")?),
            Type::BYTEA => Column::Blob(raw),
            _ => Column::Text(std::str::from_utf8(raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Column::Null))
    }

    fn accepts(of: &Type) -> bool {
        [
            Type::INT8,
            Type::INT4,
            Type::INT2,
            Type::BOOL,
            Type::NUMERIC,
            Type::BYTEA,
            Type::TEXT,
            Type::VARCHAR,
            Type::NAME,
        ]
        .contains(of)
    }
}

/// A sum of big integers, which comes as a `numeric`: digits to the base of 10,000, most significant first.
/// <https://www.postgresql.org/docs/15/datatype-numeric.html>
fn whole(raw: &[u8]) -> Option<i64> {
    let word = |at: usize| raw.get(2 * at..2 * at + 2).map(|two| i16::from_be_bytes([two[0], two[1]]));
    let (n_digits, weight, sign) = (word(0)?, word(1)?, word(2)?);
    let mut found: i64 = 0;
    for place in 0..=weight {
        let digit = if place < n_digits { word(4 + usize::try_from(place).ok()?)? } else { 0 };
        found = found.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    match sign {
        0 if n_digits <= weight + 1 => Some(found),
        0x4000 if n_digits <= weight + 1 => Some(-found),
        _ => None,
    }
}

pub(super) fn column(row: &tokio_postgres::Row, column: usize) -> Result<Column<'_>> {
    let Raw(found) = row.try_get(column).map_err(|error| Error::Store(StoreError::Failed(error.to_string())))?;
    Ok(found)
}

impl ToSql for Param<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (*self, of) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Bool(is), &Type::BOOL) => is.to_sql(of, out),
            (Self::Bool(is), _) => Param::Int(is.into()).to_sql(of, out),
            (Self::Int(n), &Type::INT8) => n.to_sql(of, out),
            (Self::Int(n), &Type::INT4) => i32::try_from(n)?.to_sql(of, out),
            (Self::Int(n), &Type::INT2) => i16::try_from(n)?.to_sql(of, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => text.to_sql(of, out),
            (Self::Blob(bytes), &Type::BYTEA) => bytes.to_sql(of, out),
            (value, of) => Err(format!("{value:?} is no {of}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered() {
        assert_eq!(numbered("a = ?1 and b = ?12"), "a = $1 and b = $12");
        assert_eq!(numbered("a = ? and b in (?, ?)"), "a = $1 and b in ($2, $3)");
    }

    #[test]
    fn one_row_becomes_all() {
        let types = [Type::INT8, Type::TEXT];
        assert_eq!(
            insert_of_all("insert into t (a, b, c) values (0, ?1, ?2) on conflict do nothing", &types),
            "insert into t (a, b, c) select 0, u.p1, u.p2 from unnest($1::int8[], $2::text[]) u(p1, p2) on conflict do nothing"
        );
        assert_eq!(
            select_of_all("select x from t where a = ?1 and b = ?2", &types),
            "select found.*, u.place from unnest($1::int8[], $2::text[]) with ordinality u(p1, p2, place) \
             cross join lateral (select x from t where a = u.p1 and b = u.p2) found"
        );
    }

    #[test]
    fn sums_are_whole_numbers() {
        let numeric = |digits: &[i16], weight: i16, sign: i16| {
            let n = i16::try_from(digits.len()).unwrap();
            let words = [&[n, weight, sign, 0], digits].concat();
            whole(&words.into_iter().flat_map(i16::to_be_bytes).collect::<Vec<_>>())
        };
        assert_eq!(numeric(&[], 0, 0), Some(0));
        assert_eq!(numeric(&[1234], 0, 0), Some(1234));
        assert_eq!(numeric(&[1, 2], 1, 0), Some(10_002));
        assert_eq!(numeric(&[3], 2, 0), Some(300_000_000), "zeros at the end are left out");
        assert_eq!(numeric(&[7], 0, 0x4000), Some(-7));
        assert_eq!(numeric(&[1, 5000], 0, 0), None, "1.5");
    }
}
