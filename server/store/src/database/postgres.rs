//! PostgreSQL's side. Statements run on a thread that may wait, as SQLite's do. Each connection has
//! a runtime of that thread's own, so that a statement costs no way to another thread and back.

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
    types::{BorrowToSql, Type},
};

use crate::{
    StoreError,
    database::{Error, Param, Result, Row, raw_row::RowOf, rewrite::numbered},
};

/// A client with the statements that it has prepared.
pub(crate) struct Client {
    inner: tokio_postgres::Client,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    statements: RefCell<HashMap<String, Statement>>,
    /// Whether a statement of the running transaction failed: the server would answer a commit by
    /// taking it back.
    has_failed: Cell<bool>,
    /// Whether the server turned out to be a standby: a new connection may find the primary.
    is_standby: Cell<bool>,
    /// Whether rows of a statement are being handed over. Another statement would wait for them,
    /// and they for it.
    is_handing_over: Cell<bool>,
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
        let runtime = runtime
            .map_err(|error| StoreError::Failed(format!("no runtime for a connection: {error}")))?;
        let inner = runtime.block_on(async { connect().await })?;
        Ok(Self {
            inner,
            runtime: Some(runtime),
            statements: RefCell::default(),
            has_failed: Cell::new(false),
            is_standby: Cell::new(false),
            is_handing_over: Cell::new(false),
        })
    }

    fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("a client has a runtime until it is dropped").block_on(future)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.inner.is_closed() || self.is_standby.get()
    }

    fn noted<T>(&self, result: std::result::Result<T, tokio_postgres::Error>) -> Result<T> {
        result.map_err(|error| {
            self.has_failed.set(true);
            if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
                self.is_standby.set(true);
            }
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
            // The server answered that it did not. A distributed one may not know, and says so by
            // an internal error.
            Err(error) if error.as_db_error().is_some_and(|answer| is_certain(answer.code())) => {
                Err(error.into())
            }
            Err(error) => Err(StoreError::OutcomeUnknown(message(&error))),
        }
    }

    fn prepare(&self, sql: &str) -> Result<Statement> {
        assert!(
            !self.is_handing_over.get(),
            "no statement while rows of another are handed over: {sql}"
        );
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

    pub(super) fn query(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<tokio_postgres::Row>> {
        let statement = self.prepare(sql)?;
        self.noted(self.wait_for(rows(&self.inner, &statement, params)))
    }

    pub(super) fn query_each(
        &self,
        sql: &str,
        sets: &[Vec<Param<'_>>],
    ) -> Result<Vec<Vec<tokio_postgres::Row>>> {
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
        self.noted(self.wait_for(rows(&self.inner, &statement, &columns)))
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
        self.is_handing_over.set(true);
        let mut hand_over = || {
            while let Some(row) = self.wait_for(stream.next()) {
                each(&Row(RowOf::Postgres(&self.noted(row)?)))?;
            }
            Ok(())
        };
        let handed_over = hand_over();
        self.is_handing_over.set(false);
        handed_over
    }
}

async fn rows<P: BorrowToSql>(
    client: &tokio_postgres::Client,
    statement: &Statement,
    params: impl IntoIterator<Item = P, IntoIter: ExactSizeIterator>,
) -> std::result::Result<Vec<tokio_postgres::Row>, tokio_postgres::Error> {
    let stream = client.query_raw(statement, params).await?;
    pin_mut!(stream);
    let mut found = Vec::new();
    while let Some(row) = stream.next().await {
        found.push(row?);
    }
    Ok(found)
}

/// Whether a commit that was answered by this did not happen.
fn is_certain(code: &SqlState) -> bool {
    !is_shutdown(code) && *code != SqlState::INTERNAL_ERROR
}

/// The server is going down or has cut the connection: what it was asked last may have happened.
fn is_shutdown(code: &SqlState) -> bool {
    [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
        .contains(code)
}

/// Whether a worker refused a row by its data: the texts of PostgreSQL's classes 22 and 23.
fn is_of_a_row(reason: &str) -> bool {
    const TEXTS: [&str; 6] = [
        "violates unique constraint",
        "violates check constraint",
        "violates not-null constraint",
        "value too long",
        "out of range",
        "invalid byte sequence",
    ];
    TEXTS.iter().any(|text| reason.contains(text))
}

fn message(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(answer) => format!("{} ({})", answer.message(), answer.code().code()),
        None => StdError::source(error).map_or_else(|| error.to_string(), ToString::to_string),
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let reason = message(&error);
        let Some(code) = error.code() else {
            // The connection is gone: the server has taken back whatever was not committed.
            return if error.is_closed()
                || error.source().is_some_and(<dyn StdError>::is::<std::io::Error>)
            {
                Self::Busy(format!("the connection was lost: {reason}"))
            } else {
                Self::Failed(reason)
            };
        };
        if is_shutdown(code) {
            return Self::Busy(reason);
        }
        if matches!(*code, SqlState::DISK_FULL | SqlState::IO_ERROR) {
            return Self::Unwritable(reason);
        }
        if *code == SqlState::INTERNAL_ERROR {
            // A distributed engine says so of whatever a worker said, by its text alone.
            return if is_of_a_row(&reason) { Self::Row(reason) } else { Self::Busy(reason) };
        }
        match &code.code()[..2] {
            // Transactions that met, deadlocks; resources; connections; locks that were not to be
            // had; a standby that is not the primary any more, which another connection mends.
            "40" | "53" | "08" | "55" | "25" => Self::Busy(reason),
            // Data and constraints.
            "22" | "23" => Self::Row(reason),
            _ => Self::Failed(reason),
        }
    }
}
