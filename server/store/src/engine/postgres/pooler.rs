//! A pooler between the collector and its server. One that lends the server's sessions out for a
//! transaction or a statement takes settings and prepared statements of one client to another, and
//! what is set for a batch would hold for somebody else.

use crate::{
    StoreError,
    database::{Connection, params},
    random::{Rng as _, SystemRng},
};

/// Refuses two connections of which one sees what the other has set for itself, or does not see it
/// any more.
///
/// # Errors
/// In one line.
pub(crate) fn refuse_shared_sessions(
    first: &Connection,
    second: &Connection,
) -> Result<(), StoreError> {
    let mut random = [0; 8];
    SystemRng.fill(&mut random);
    let mark = u64::from_be_bytes(random).to_string();
    first.run(&format!("set haochaping.session = '{mark}'"))?;
    // In a transaction each keeps whatever session it was lent, and both have one at once.
    let (of_second, of_first) = (second.snapshot()?, first.snapshot()?);
    let read = |connection: &Connection| {
        let sql = "select coalesce(current_setting('haochaping.session', true), '')";
        connection.query_row(sql, params![], |row| row.get::<String>(0))
    };
    let is_shared = read(&of_second)? == mark || read(&of_first)? != mark;
    if is_shared {
        return Err(StoreError::Failed(
            "a pooler stands before it that lends sessions for a transaction (pool_mode of PgBouncer): use pool_mode = session, \
             or connect to the server itself"
                .into(),
        ));
    }
    Ok(())
}
