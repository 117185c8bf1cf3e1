//! Accounts, sessions and the record of what staff did.

use haochaping::calendar::Instant;

use crate::{
    SqlStore, StoreError,
    database::{Connection, OptionalRow as _, Selected as _, Transaction, params, read_row},
    number::number,
    revision::raise,
    row::signed,
    staff::{Attempt, AuditEntry, Digest, Invitation, Session, StaffRow, row::select, sign_in},
};

/// Writes an entry of the record in the transaction of what it tells of.
pub(crate) fn record(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    connection.execute(
        "insert into audit (number, at, who, what, about) values (?1, ?2, ?3, ?4, ?5)",
        params![number(entry.at), entry.at.millis(), entry.who, entry.what, entry.about],
    )?;
    Ok(())
}

/// Runs `change` and records it if it did something, in one transaction that also tells running
/// collectors.
fn changed(
    connection: &mut Connection,
    entry: &AuditEntry,
    change: impl FnOnce(&Transaction<'_>) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let is_done = change(&transaction)?;
    if is_done {
        record(&transaction, entry)?;
        raise(&transaction, "staff")?;
    }
    transaction.commit()?;
    Ok(is_done)
}

fn end_sessions_of(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.execute("delete from staff_session where staff = ?1", params![name])?;
    Ok(())
}

fn add(connection: &Connection, row: &StaffRow, link: &Invitation) -> Result<bool, StoreError> {
    let n = connection.execute(
        "insert into staff (name, role, agency, region, invitation, invited_until, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do nothing",
        params![
            row.name,
            row.role.name(),
            row.agency,
            signed(row.region),
            link.digest,
            link.until.millis(),
            row.created_at.millis()
        ],
    )?;
    Ok(n == 1)
}

fn session(connection: &Connection, id: &Digest) -> Result<Option<Session>, StoreError> {
    let sql = format!(
        "select {} from staff f join staff_session s on s.staff = f.name where s.id = ?1 and f.disabled_at is null",
        Session::columns()
    );
    Ok(connection.query_row(&sql, params![id], read_row).optional()?)
}

fn audit(connection: &Connection, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
    Ok(connection.query(
        "select at, who, what, about from audit order by number desc limit ?1",
        params![limit],
        |row| {
            let at = Instant::from_millis(row.get(0)?);
            Ok(AuditEntry { at, who: row.get(1)?, what: row.get(2)?, about: row.get(3)? })
        },
    )?)
}

impl SqlStore {
    /// Every account by name.
    pub async fn staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        self.read(|c| Ok(c.query(&select("order by f.name"), params![], read_row)?)).await
    }

    /// Adds an account that waits for its password; false if the name is taken.
    pub async fn add_staff(
        &self,
        row: StaffRow,
        link: Invitation,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.write(move |c| changed(c, &entry, |t| add(t, &row, &link))).await
    }

    /// Takes the password and all sessions away and hands a link out, also to a disabled account,
    /// which lives again; false if there is none.
    pub async fn reset_staff(
        &self,
        name: &str,
        link: Invitation,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |c| {
            changed(c, &entry, |t| {
                end_sessions_of(t, &name)?;
                sign_in::unlock(t, &name)?;
                let n = t.execute(
                    "update staff set password = null, disabled_at = null, invitation = ?2, invited_until = ?3
                     where name = ?1",
                    params![name, link.digest, link.until.millis()],
                )?;
                Ok(n == 1)
            })
        })
        .await
    }

    /// Ends an account and its sessions; false if there is no live one, or if it is the last
    /// administrator.
    pub async fn disable_staff(&self, name: &str, entry: AuditEntry) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |c| {
            changed(c, &entry, |t| {
                let n = t.execute(
                    "update staff set disabled_at = ?2, invitation = null where name = ?1 and disabled_at is null
                       and (role <> 'administrator' or exists (select 1 from staff where name <> ?1
                         and role = 'administrator' and disabled_at is null and password is not null))",
                    params![name, entry.at.millis()],
                )?;
                if n == 1 {
                    end_sessions_of(t, &name)?;
                }
                Ok(n == 1)
            })
        })
        .await
    }

    /// Whose link it is, if it works at that time.
    pub async fn invited(
        &self,
        digest: Digest,
        now: Instant,
    ) -> Result<Option<StaffRow>, StoreError> {
        self.read(move |c| {
            let sql = select("where f.invitation = ?1 and f.invited_until >= ?2");
            Ok(c.query_row(&sql, params![digest, now.millis()], read_row).optional()?)
        })
        .await
    }

    /// Sets a password by a link, which works no longer, and ends all sessions; false if it does
    /// not work.
    pub async fn accept_invitation(
        &self,
        digest: Digest,
        password: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let password = password.to_owned();
        self.write(move |c| {
            changed(c, &entry, |t| {
                let name: Option<String> = t
                    .query_row(
                        "update staff set password = ?2, invitation = null, invited_until = null
                         where invitation = ?1 and invited_until >= ?3 returning name",
                        params![digest, password, entry.at.millis()],
                        |row| row.get(0),
                    )
                    .optional()?;
                if let Some(name) = &name {
                    end_sessions_of(t, name)?;
                    sign_in::unlock(t, name)?;
                }
                Ok(name.is_some())
            })
        })
        .await
    }

    /// Counts an attempt to sign in from a network. After `n_free` attempts each further one locks
    /// the account there, twice as long each time. Many attempts from many networks lock it in all
    /// where it never signed in.
    pub async fn attempt(
        &self,
        name: &str,
        network: &str,
        now: Instant,
        n_free: u32,
    ) -> Result<Attempt, StoreError> {
        let (name, network) = (name.to_owned(), network.to_owned());
        self.write(move |c| sign_in::attempt(c, &name, &network, now, n_free)).await
    }

    /// Forgets failed attempts from a network, after the password was right.
    pub async fn purge_attempts(
        &self,
        name: &str,
        network: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        let (name, network) = (name.to_owned(), network.to_owned());
        self.write(move |c| sign_in::succeed(c, &name, &network, now)).await
    }

    /// Begins a session and forgets failed attempts from its network; false if the account has not
    /// this password any more, or was ended.
    pub async fn begin_session(
        &self,
        id: Digest,
        row: &StaffRow,
        network: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let (name, password, network) =
            (row.name.clone(), row.password.clone(), network.to_owned());
        self.write(move |c| {
            let t = c.transaction()?;
            let stands: bool = t.query_row(
                "select exists (select 1 from staff where name = ?1 and password = ?2 and disabled_at is null)",
                params![name, password],
                |row| row.get(0),
            )?;
            if stands {
                t.execute(
                    "insert into staff_session (id, staff, created_at, last_at) values (?1, ?2, ?3, ?3)",
                    params![id, name, entry.at.millis()],
                )?;
                sign_in::succeed(&t, &name, &network, entry.at)?;
                record(&t, &entry)?;
            }
            t.commit()?;
            Ok(stands)
        })
        .await
    }

    /// A session by what its cookie holds.
    pub async fn session(&self, id: Digest) -> Result<Option<Session>, StoreError> {
        self.read(move |c| session(c, &id)).await
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, id: Digest, at: Instant) -> Result<(), StoreError> {
        self.write(move |c| {
            c.execute(
                "update staff_session set last_at = ?2 where id = ?1 and last_at < ?2",
                params![id, at.millis()],
            )?;
            Ok(())
        })
        .await
    }

    /// Ends a session.
    pub async fn end_session(&self, id: Digest) -> Result<(), StoreError> {
        self.write(move |c| {
            c.execute("delete from staff_session where id = ?1", params![id])?;
            Ok(())
        })
        .await
    }

    /// Forgets sessions that were used last, or began, before these times.
    pub async fn purge_sessions(
        &self,
        last_before: Instant,
        begun_before: Instant,
    ) -> Result<(), StoreError> {
        self.write(move |c| {
            c.execute(
                "delete from staff_session where last_at < ?1 or created_at < ?2",
                params![last_before.millis(), begun_before.millis()],
            )?;
            Ok(())
        })
        .await
    }

    /// Puts on record what changed nothing: that something was refused.
    pub async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |c| record(c, &entry)).await
    }

    /// Forgets attempts of the day before, and networks in which an account has not signed in for
    /// half a year.
    pub async fn purge_sign_ins(&self, now: Instant) -> Result<(), StoreError> {
        self.write(move |c| sign_in::forget(c, now)).await
    }

    /// The record, newest first.
    pub async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(move |c| audit(c, limit)).await
    }
}
