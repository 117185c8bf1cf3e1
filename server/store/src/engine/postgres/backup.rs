//! The backup of a server's database, by PostgreSQL's own tools: `pg_dump` writes it in the state
//! of one moment, and `pg_restore` reads back what is in it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use crate::{StoreError, engine::postgres::address::Address};

/// Drives `pg_dump`, hears which tables are left, and checks that the file holds all of them.
pub(crate) fn backup(
    address: &Address,
    tables: &[String],
    to: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Failed(format!(
            "{} is there already: name another file",
            to.display()
        )));
    }
    let written = dump(address, tables.len() as u64, to, progress).and_then(|()| check(tables, to));
    if written.is_err() {
        // What is there is no backup, and must not look like one.
        let _ = std::fs::remove_file(to);
    }
    written
}

fn dump(
    address: &Address,
    n_tables: u64,
    to: &Path,
    progress: &dyn Fn(u64, u64),
) -> Result<(), StoreError> {
    make_private(to).map_err(|error| {
        StoreError::Failed(format!("{} cannot be written: {error}", to.display()))
    })?;
    let mut command = Command::new("pg_dump");
    command
        .args(["--format=custom", "--no-owner", "--no-privileges", "--verbose", "--file"])
        .arg(to);
    let mut child = command
        .envs(address.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| missing("pg_dump", &error))?;
    let (mut n_done, mut last) = (0, String::new());
    for line in
        BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok)
    {
        if line.contains("dumping contents of table") {
            n_done += 1;
            progress(n_tables.saturating_sub(n_done), n_tables);
        }
        if line.contains("error:") || line.contains("FATAL") {
            last = line;
        }
    }
    let status = child.wait().map_err(|error| StoreError::Failed(error.to_string()))?;
    if status.success() {
        return std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|error| {
            StoreError::Failed(format!("{} cannot be written: {error}", to.display()))
        });
    }
    Err(StoreError::Failed(format!(
        "pg_dump did not end well: {}",
        last.trim_start_matches("pg_dump: ")
    )))
}

/// Every table is in it with its rows, by the file's own list.
fn check(tables: &[String], file: &Path) -> Result<(), StoreError> {
    let listed = Command::new("pg_restore").arg("--list").arg(file).output();
    let listed = listed.map_err(|error| missing("pg_restore", &error))?;
    if !listed.status.success() {
        let text = String::from_utf8_lossy(&listed.stderr).trim().to_owned();
        return Err(StoreError::Failed(format!("{} cannot be read back: {text}", file.display())));
    }
    let list = String::from_utf8_lossy(&listed.stdout);
    let has = |table: &String| {
        list.lines().any(|line| line.contains(&format!("TABLE DATA public {table} ")))
    };
    match tables.iter().find(|table| !has(table)) {
        None => Ok(()),
        Some(table) => {
            Err(StoreError::Failed(format!("the table {table} is not in {}", file.display())))
        }
    }
}

/// Readable by its owner alone before anything is in it.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).map(drop)
}

fn missing(program: &str, error: &std::io::Error) -> StoreError {
    StoreError::Failed(format!(
        "{program} does not run ({error}): install PostgreSQL's client programs"
    ))
}
