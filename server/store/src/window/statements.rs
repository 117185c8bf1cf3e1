//! Halls, windows and pads.

use std::collections::BTreeMap;

use haochaping::{
    calendar::Instant,
    call::{CallAction, CallState},
    region::Region,
};

use crate::{
    Id, SqlStore, StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row, row, set},
    row::{signed, span},
    staff::{AuditEntry, Digest, statements::record},
    window::{Call, Hall, Holder, Pairing, Window, call},
};

row!(Window {
    id: "w.id",
    hall: [Hall],
    name: "w.name",
    has_pad: "w.pad is not null",
    pairs_until: "w.code_ends_at",
    seen_at: "w.seen_at",
    version: "w.version",
});

row!(Hall { id: "h.id", name: "h.name", region: "h.region" });

/// A statement for windows `w` with their halls `h`; `rest` says which and in what order.
fn select(rest: &str) -> String {
    format!(
        "select {} from service_window w join hall h on h.id = w.hall {rest}",
        Window::columns()
    )
}

fn add_windows(
    connection: &mut Connection,
    hall: Id,
    windows: &[(String, String)],
    entry: &AuditEntry,
) -> Result<Vec<String>, StoreError> {
    let transaction = connection.transaction()?;
    let sets: Vec<_> = windows.iter().map(|(id, _)| set![id]).collect();
    let known =
        transaction.select_each("select id from service_window where id = ?1", &sets, |row| {
            row.get::<String>(0)
        })?;
    let taken: Vec<String> = known.into_iter().flatten().collect();
    if !taken.is_empty() {
        return Ok(taken);
    }
    for (id, name) in windows {
        transaction.execute(
            "insert into service_window (id, hall, name, added_at) values (?1, ?2, ?3, ?4)",
            params![id, hall, name, entry.at.millis()],
        )?;
    }
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(taken)
}

fn pair(
    connection: &mut Connection,
    id: &str,
    (code, pad): (Digest, Digest),
    tries_max: u32,
    entry: &AuditEntry,
) -> Result<Pairing, StoreError> {
    let transaction = connection.transaction()?;
    let found = transaction
        .query_row(
            "select pad is not null, code, code_ends_at, code_tries from service_window where id = ?1",
            params![id],
            read_row::<(bool, Option<Digest>, Option<i64>, u32)>,
        )
        .optional()?;
    let (expected, tries) = match found {
        None => return Ok(Pairing::Unknown),
        Some((true, ..)) => return Ok(Pairing::Taken),
        Some((_, Some(expected), Some(until), tries))
            if until > entry.at.millis() && tries < tries_max =>
        {
            (expected, tries)
        }
        Some(_) => return Ok(Pairing::NoCode),
    };
    if expected != code {
        // A wrong one counts whoever tried it, so that nobody can try them all.
        transaction.execute(
            "update service_window set code_tries = ?2 where id = ?1",
            params![id, i64::from(tries) + 1],
        )?;
        transaction.commit()?;
        return Ok(Pairing::Wrong);
    }
    transaction.execute(
        "update service_window set pad = ?2, code = null, code_ends_at = null, code_tries = 0, page = null where id = ?1",
        params![id, pad],
    )?;
    transaction.execute(
        "insert into pad (id, \"window\", paired_at) values (?1, ?2, ?3)",
        params![pad, id, entry.at.millis()],
    )?;
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(Pairing::Done)
}

fn unpair(connection: &mut Connection, id: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let ended = transaction.execute(
        "update pad set unpaired_at = ?2 where unpaired_at is null and \"window\" = ?1",
        params![id, entry.at.millis()],
    )?;
    if ended == 0 {
        return Ok(false);
    }
    transaction.execute(
        "update service_window set pad = null, page = null, seen_at = null, version = null where id = ?1",
        params![id],
    )?;
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(true)
}

/// Those that have their windows no longer.
fn heartbeat(
    connection: &mut Connection,
    holders: &[Holder],
    at: Instant,
) -> Result<Vec<Holder>, StoreError> {
    let transaction = connection.transaction()?;
    let mut gone = Vec::new();
    for holder in holders {
        let noted = transaction.execute(
            "update service_window set page = ?2, seen_at = ?3 where id = ?1 and pad is not null
               and (page = ?2 or page is null)",
            params![holder.window, holder.page, at.millis()],
        )?;
        if noted == 0 {
            gone.push(holder.clone());
        }
    }
    transaction.commit()?;
    Ok(gone)
}

impl SqlStore {
    /// Adds a hall.
    pub async fn add_hall(&self, hall: Hall, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |c| {
            let t = c.transaction()?;
            t.execute(
                "insert into hall (id, name, region, added_at) values (?1, ?2, ?3, ?4)",
                params![hall.id, hall.name, signed(hall.region), entry.at.millis()],
            )?;
            record(&t, &entry)?;
            t.commit()
        })
        .await
    }

    /// Halls of a region with all below, by name.
    pub async fn halls(&self, region: Region) -> Result<Vec<Hall>, StoreError> {
        let (low, high) = span(region);
        self.read(move |c| {
            let sql = format!(
                "select {} from hall h where h.region between ?1 and ?2 order by h.name, h.id",
                Hall::columns()
            );
            Ok(c.query(&sql, params![low, high], read_row)?)
        })
        .await
    }

    /// Adds windows to a hall, code and name each; none of them where a code is in use, and those
    /// codes are given back.
    pub async fn add_windows(
        &self,
        hall: Id,
        windows: Vec<(String, String)>,
        entry: AuditEntry,
    ) -> Result<Vec<String>, StoreError> {
        self.write(move |c| add_windows(c, hall, &windows, &entry)).await
    }

    /// Takes a window away that has no pad; false if there is none such.
    pub async fn remove_window(&self, id: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| {
            let t = c.transaction()?;
            if t.execute("delete from service_window where id = ?1 and pad is null", params![id])?
                == 0
            {
                return Ok(false);
            }
            record(&t, &entry)?;
            t.commit()?;
            Ok(true)
        })
        .await
    }

    /// A window.
    pub async fn window(&self, id: &str) -> Result<Option<Window>, StoreError> {
        let id = id.to_owned();
        self.read(move |c| {
            Ok(c.query_row(&select("where w.id = ?1"), params![id], read_row).optional()?)
        })
        .await
    }

    /// The windows of a region with all below, by hall and code.
    pub async fn windows(&self, region: Region) -> Result<Vec<Window>, StoreError> {
        let (low, high) = span(region);
        self.read(move |c| {
            let sql = select("where h.region between ?1 and ?2 order by h.name, h.id, w.id");
            Ok(c.query(&sql, params![low, high], read_row)?)
        })
        .await
    }

    /// How many calls since a moment stand how, by window.
    pub async fn call_counts(
        &self,
        since: Instant,
    ) -> Result<BTreeMap<String, BTreeMap<CallState, u64>>, StoreError> {
        self.read(move |c| {
            let mut counts: BTreeMap<String, BTreeMap<CallState, u64>> = BTreeMap::new();
            c.for_each(
                "select \"window\", state, count(*) from window_call where called_at >= ?1 group by \"window\", state",
                params![since.millis()],
                |row| {
                    let (window, state, n): (String, CallState, u64) = row.read()?;
                    counts.entry(window).or_default().insert(state, n);
                    Ok(())
                },
            )?;
            Ok(counts)
        })
        .await
    }

    /// Hands out a code by which one pad is paired; false if there is no such window, or it has a
    /// pad.
    pub async fn offer_code(
        &self,
        id: &str,
        code: Digest,
        until: Instant,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| {
            let t = c.transaction()?;
            let sql = "update service_window set code = ?2, code_ends_at = ?3, code_tries = 0
                       where id = ?1 and pad is null";
            if t.execute(sql, params![id, code, until.millis()])? == 0 {
                return Ok(false);
            }
            record(&t, &entry)?;
            t.commit()?;
            Ok(true)
        })
        .await
    }

    /// Tries a code; the right one is used up, and so is any after `tries_max` wrong ones.
    pub async fn pair(
        &self,
        id: &str,
        code: Digest,
        pad: Digest,
        tries_max: u32,
        entry: AuditEntry,
    ) -> Result<Pairing, StoreError> {
        let id = id.to_owned();
        self.write(move |c| pair(c, &id, (code, pad), tries_max, &entry)).await
    }

    /// Ends the pairing of a window; false if it has no pad.
    pub async fn unpair(&self, id: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |c| unpair(c, &id, &entry)).await
    }

    /// The window of a pad, and whether it is still paired with it; `None` of a pad that never was.
    pub async fn pad(&self, pad: Digest) -> Result<Option<(String, bool)>, StoreError> {
        self.read(move |c| {
            let sql = "select \"window\", unpaired_at is null from pad where id = ?1";
            Ok(c.query_row(sql, params![pad], read_row).optional()?)
        })
        .await
    }

    /// Gives the window to a page, unless another one had it after `stale`.
    pub async fn acquire_window(
        &self,
        holder: &Holder,
        at: Instant,
        stale: Instant,
    ) -> Result<bool, StoreError> {
        let Holder { window, page, version } = holder.clone();
        self.write(move |c| {
            let sql = "update service_window set page = ?2, seen_at = ?3, version = ?5
                       where id = ?1 and (page is null or page = ?2 or seen_at < ?4)";
            Ok(c.execute(sql, params![window, page, at.millis(), stale.millis(), version])? > 0)
        })
        .await
    }

    /// Notes that these pages still have their windows; gives those that do not.
    pub async fn heartbeat(
        &self,
        holders: Vec<Holder>,
        at: Instant,
    ) -> Result<Vec<Holder>, StoreError> {
        self.write(move |c| heartbeat(c, &holders, at)).await
    }

    /// Gives a window back that a page had.
    pub async fn release_window(&self, holder: &Holder) -> Result<(), StoreError> {
        let Holder { window, page, .. } = holder.clone();
        self.write(move |c| {
            c.execute(
                "update service_window set page = null where id = ?1 and page = ?2",
                params![window, page],
            )?;
            Ok(())
        })
        .await
    }

    /// Makes a call, where none is open; else gives that one back.
    pub async fn make_call(&self, new: Call) -> Result<Option<Call>, StoreError> {
        self.write(move |c| call::make(c, &new)).await
    }

    /// A call by its id.
    pub async fn call(&self, id: Id) -> Result<Option<Call>, StoreError> {
        self.read(move |c| call::by_id(c, id)).await
    }

    /// The last call of each of these windows, where there is one.
    pub async fn last_calls(&self, windows: Vec<String>) -> Result<Vec<Call>, StoreError> {
        self.read(move |c| call::last(c, &windows)).await
    }

    /// Every open call, and whether what it asks about was rated.
    pub async fn open_calls(&self) -> Result<Vec<(Call, bool)>, StoreError> {
        self.read(call::open).await
    }

    /// Takes a step and gives the call after it, `None` where there is no such step. `ends_at`
    /// counts if time begins anew.
    pub async fn move_call(
        &self,
        id: Id,
        action: CallAction,
        at: Instant,
        ends_at: Instant,
    ) -> Result<Option<Call>, StoreError> {
        self.write(move |c| call::step(c, id, action, at, ends_at)).await
    }

    /// Forgets calls that were made before.
    pub async fn purge_calls(&self, before: Instant) -> Result<u64, StoreError> {
        self.write(move |c| {
            Ok(c.execute("delete from window_call where called_at < ?1", params![before.millis()])?
                as u64)
        })
        .await
    }
}
