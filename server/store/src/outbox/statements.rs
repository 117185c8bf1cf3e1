//! Messages to other systems: written with what they tell of, claimed by one sender at a time, kept
//! in order by subject.

use haochaping::{calendar::Instant, link::RatingId};

use crate::{
    Id, SqlStore, StoreError,
    database::{
        self, Connection, Isolation, OptionalRow as _, Selected as _, Transaction, params,
        read_row, row,
    },
    order::OrderRow,
    outbox::{Attempted, DeadLetter, Endpoint, InvitedService, Message, NoticeKind, notice},
    row::signed,
    staff::{AuditEntry, statements::record},
};

row!(Message {
    number: "o.number",
    id: "o.id",
    part: "o.part",
    subject: "o.subject",
    entry: "o.entry",
    kind: "o.kind",
    sequence: "o.sequence",
    created_at: "o.created_at",
    n_attempts: "o.n_attempts",
    reason: "o.said",
});

row!(DeadLetter {
    message: [Message],
    endpoint: "e.name",
    n_behind:
        "(select count(*) from outbox b where b.endpoint = o.endpoint and b.part = o.part and b.subject = o.subject
                  and b.sequence > o.sequence)",
});

row!(Endpoint {
    id: "id",
    name: "name",
    kind: "kind",
    region: "region",
    agency: "agency",
    url: "url",
    secret: "secret",
    created_at: "created_at",
    disabled_at: "disabled_at",
});

row!(InvitedService {
    authority: "s.authority",
    case_number: "s.case_number",
    service_number: "s.service_number",
    item_name: "s.item_name",
    last_day: "s.last_day",
    is_rated: "r.id is not null",
    finished_at: "s.finished_at",
});

fn is_any_due(connection: &Connection, endpoint: &Id, now: Instant) -> Result<bool, StoreError> {
    Ok(connection.query_row(
        "select exists (select 1 from outbox where endpoint = ?1 and next_at <= ?2)",
        params![endpoint, now.millis()],
        |row| row.get(0),
    )?)
}

fn claim(
    connection: &Connection,
    endpoint: &Id,
    now: Instant,
    until: Instant,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let sql = format!(
        "update outbox as o set next_at = ?3, n_attempts = n_attempts + 1 where number in (
           select number from outbox where endpoint = ?1 and next_at <= ?2 order by next_at limit ?4)
           and next_at <= ?2
         returning {}",
        Message::columns().replace("o.", "")
    );
    Ok(connection.query(&sql, params![endpoint, now.millis(), until.millis(), limit], read_row)?)
}

fn attempted(
    connection: &mut Connection,
    number: i64,
    outcome: Attempted,
    reason: &str,
    now: Instant,
) -> Result<(), StoreError> {
    let transaction = connection.begin(Isolation::ReadCommitted)?;
    let (state, next_at) = match outcome {
        Attempted::Sent => ("sent", None),
        Attempted::Later(at) => ("waiting", Some(at.millis())),
        Attempted::Dead => ("dead", None),
    };
    // What was sent stays so, whatever a slower attempt says afterwards.
    let n = transaction.execute(
        "update outbox set state = ?2, next_at = ?3, said = ?4 where number = ?1 and state = 'waiting'",
        params![number, state, next_at, reason],
    )?;
    if n == 1 && outcome == Attempted::Sent {
        transaction.execute(
            "update outbox as o set next_at = ?2 from outbox as before where before.number = ?1
                   and o.endpoint = before.endpoint and o.part = before.part and o.subject = before.subject
                   and o.sequence = before.sequence + 1 and o.state = 'waiting'",
            params![number, now.millis()],
        )?;
    }
    transaction.commit()
}

fn dead_letters(connection: &Connection, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
    let sql = format!(
        "select {} from outbox o join endpoint e on e.id = o.endpoint where o.state = 'dead' order by o.number limit ?1",
        DeadLetter::columns()
    );
    Ok(connection.query(&sql, params![limit], read_row)?)
}

/// Runs `change` and records it if it did something.
fn recorded(
    connection: &mut Connection,
    entry: &AuditEntry,
    change: impl FnOnce(&Transaction<'_>) -> database::Result<usize>,
) -> Result<bool, StoreError> {
    let transaction = connection.transaction()?;
    let is_done = change(&transaction)? > 0;
    if is_done {
        record(&transaction, entry)?;
    }
    transaction.commit()?;
    Ok(is_done)
}

fn invited_service(
    connection: &Connection,
    part: u8,
    id: &Id,
) -> Result<Option<InvitedService>, StoreError> {
    let sql = format!(
        "select {} from service s left join rating r on r.part = s.part and r.authority = s.authority
           and r.case_number = s.case_number and r.service_number = s.service_number
         where s.part = ?1 and s.id = ?2",
        InvitedService::columns()
    );
    Ok(connection.query_row(&sql, params![part, id], read_row).optional()?)
}

impl SqlStore {
    /// Adds an endpoint; false if the name is taken.
    pub async fn add_endpoint(&self, new: Endpoint, entry: AuditEntry) -> Result<bool, StoreError> {
        self.write(move |c| {
            recorded(c, &entry, |t| {
                t.execute(
                    "insert into endpoint (id, name, kind, region, agency, url, secret, created_at)
                     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (name) do nothing",
                    params![
                        new.id,
                        new.name,
                        new.kind.name(),
                        signed(new.region),
                        new.agency,
                        new.url,
                        new.secret,
                        new.created_at.millis()
                    ],
                )
            })
        })
        .await
    }

    /// Every endpoint by name.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.read(|c| {
            Ok(c.query(
                &format!("select {} from endpoint order by name", Endpoint::columns()),
                params![],
                read_row,
            )?)
        })
        .await
    }

    /// Ends an endpoint, whose messages wait no longer; false if there is no live one.
    pub async fn disable_endpoint(
        &self,
        name: &str,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(move |c| {
            recorded(c, &entry, |t| {
                let sql = "select id from endpoint where name = ?1";
                let id: Option<Id> = t.query_row(sql, params![&name], |row| row.get(0)).optional()?;
                t.execute(
                    "update outbox set state = 'dropped', next_at = null where state in ('waiting', 'dead')
                       and endpoint = ?1",
                    params![id],
                )?;
                t.execute(
                    "update endpoint set disabled_at = ?2 where name = ?1 and disabled_at is null",
                    params![name, entry.at.millis()],
                )
            })
        })
        .await
    }

    /// Takes messages that are due for an endpoint, at most `limit`. Nobody else gets them until
    /// `until`.
    pub async fn claim(
        &self,
        endpoint: Id,
        now: Instant,
        until: Instant,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        // Asked again and again: it must not take the write lock for nothing.
        if !self.read(move |c| is_any_due(c, &endpoint, now)).await? {
            return Ok(Vec::new());
        }
        self.write(move |c| claim(c, &endpoint, now, until, limit)).await
    }

    /// Notes what became of an attempt, and lets the next message of the subject go.
    pub async fn attempted(
        &self,
        number: i64,
        outcome: Attempted,
        reason: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.write(move |c| attempted(c, number, outcome, &reason, now)).await
    }

    /// Messages that nobody took, oldest first.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        self.read(move |c| dead_letters(c, limit)).await
    }

    /// Tries a dead one again from the start; false if it is none.
    pub async fn resend(&self, number: i64, entry: AuditEntry) -> Result<bool, StoreError> {
        self.write(move |c| {
            recorded(c, &entry, |t| {
                t.execute(
                    "update outbox set state = 'waiting', n_attempts = 0, next_at = ?2
                     where number = ?1 and state = 'dead'",
                    params![number, entry.at.millis()],
                )
            })
        })
        .await
    }

    /// How many messages wait for each endpoint, and since when the oldest.
    pub async fn waiting(&self) -> Result<Vec<(Id, u64, Instant)>, StoreError> {
        self.read(|c| {
            Ok(c.query(
                "select endpoint, count(*), min(created_at) from outbox where state = 'waiting' group by endpoint",
                params![],
                |row| {
                    let n: i64 = row.get(1)?;
                    Ok((row.get(0)?, n.unsigned_abs(), Instant::from_millis(row.get(2)?)))
                },
            )?)
        })
        .await
    }

    /// Whether a message of this id came in and was taken.
    pub async fn has_received(&self, endpoint: Id, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.read(move |c| {
            let sql = "select exists (select 1 from inbox where endpoint = ?1 and id = ?2)";
            Ok(c.query_row(sql, params![endpoint, id], |row| row.get(0))?)
        })
        .await
    }

    /// Notes that a message came in and was taken.
    pub async fn receive(&self, endpoint: Id, id: &str, at: Instant) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.write(move |c| {
            c.execute(
                "insert into inbox (endpoint, id, at) values (?1, ?2, ?3) on conflict do nothing",
                params![endpoint, id, at.millis()],
            )?;
            Ok(())
        })
        .await
    }

    /// Forgets what was sent, and what came in, before this time.
    pub async fn purge_messages(&self, before: Instant) -> Result<(), StoreError> {
        self.write(move |c| {
            // The last of a subject stays, so that its numbers go on.
            c.execute(
                "delete from outbox where created_at < ?1 and state in ('sent', 'dropped') and exists (
                   select 1 from outbox later where later.endpoint = outbox.endpoint and later.part = outbox.part
                     and later.subject = outbox.subject and later.sequence > outbox.sequence)",
                params![before.millis()],
            )?;
            c.execute("delete from inbox where at < ?1", params![before.millis()])?;
            Ok(())
        })
        .await
    }

    /// The service of an invitation.
    pub async fn invited_service(
        &self,
        part: u8,
        id: Id,
    ) -> Result<Option<InvitedService>, StoreError> {
        self.read(move |c| invited_service(c, part, &id)).await
    }

    /// Orders of which something is to be told, the longest overdue first.
    pub async fn orders_needing_notice(
        &self,
        now: Instant,
        limit: u32,
    ) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| notice::due(c, now, limit)).await
    }

    /// Tells of the term of an order that has not moved meanwhile, once; false if it has, or was
    /// told before.
    pub async fn record_notice(
        &self,
        row: OrderRow,
        kind: NoticeKind,
        at: Instant,
    ) -> Result<bool, StoreError> {
        self.write(move |c| notice::record_notice(c, &row, kind, at)).await
    }

    /// What was told about an order: what, of which term, when.
    pub async fn notices(
        &self,
        part: u8,
        rating: RatingId,
    ) -> Result<Vec<(String, Instant, Instant)>, StoreError> {
        self.read(move |c| notice::of_order(c, part, &rating)).await
    }
}
