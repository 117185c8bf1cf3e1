//! Files beside the histories of orders.

use haochaping::{calendar::Instant, link::RatingId};

use crate::{
    SqlStore, StoreError,
    database::{Connection, OptionalRow as _, Selected as _, params, read_row, row},
    staff::{AuditEntry, Digest, statements::record},
};

/// A file of an order, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFile {
    /// SHA-256 of the content.
    pub digest: Digest,
    /// What the content is.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// The name it came with, encrypted.
    pub name: Vec<u8>,
    /// When it came.
    pub at: Instant,
    /// From whom.
    pub who: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Added,
    /// It was there already.
    Known,
    /// The order has as many as an order may.
    Full,
}

fn add(
    connection: &mut Connection,
    (part, rating): (u8, RatingId),
    file: &OrderFile,
    content: &[u8],
    max: u32,
    entry: &AuditEntry,
) -> Result<Kept, StoreError> {
    let transaction = connection.transaction()?;
    let n: u32 = transaction.query_row(
        "select count(*) from order_file where part = ?1 and rating = ?2 and digest <> ?3",
        params![part, rating, file.digest],
        |row| row.get(0),
    )?;
    if n >= max {
        return Ok(Kept::Full);
    }
    transaction.execute(
        "insert into file (digest, mime, size, content) values (?1, ?2, ?3, ?4) on conflict do nothing",
        params![file.digest, file.mime, file.size.cast_signed(), content],
    )?;
    let n = transaction.execute(
        "insert into order_file (part, rating, digest, name, at, who) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict do nothing",
        params![part, rating, file.digest, file.name, file.at.millis(), file.who],
    )?;
    if n == 0 {
        return Ok(Kept::Known);
    }
    record(&transaction, entry)?;
    transaction.commit()?;
    Ok(Kept::Added)
}

row!(OrderFile {
    digest: "o.digest",
    mime: "f.mime",
    size: "f.size",
    name: "o.name",
    at: "o.at",
    who: "o.who"
});

impl SqlStore {
    /// Keeps a file with its order, at most `max` an order, with the entry of the record that tells
    /// of it.
    pub async fn add_file(
        &self,
        order: (u8, RatingId),
        file: OrderFile,
        content: Vec<u8>,
        max: u32,
        entry: AuditEntry,
    ) -> Result<Kept, StoreError> {
        self.write(move |c| add(c, order, &file, &content, max, &entry)).await
    }

    /// The files of an order, oldest first.
    pub async fn files(&self, part: u8, rating: RatingId) -> Result<Vec<OrderFile>, StoreError> {
        self.read(move |c| {
            Ok(c.query(
                &format!(
                    "select {} from order_file o join file f on f.digest = o.digest
                 where o.part = ?1 and o.rating = ?2 order by o.at, o.digest",
                    OrderFile::columns()
                ),
                params![part, rating],
                read_row,
            )?)
        })
        .await
    }

    /// A file of an order with its content, encrypted.
    pub async fn file(
        &self,
        part: u8,
        rating: RatingId,
        digest: Digest,
    ) -> Result<Option<(OrderFile, Vec<u8>)>, StoreError> {
        self.read(move |c| {
            let sql = format!(
                "select {}, f.content from order_file o join file f on f.digest = o.digest
                 where o.part = ?1 and o.rating = ?2 and o.digest = ?3",
                OrderFile::columns()
            );
            let found = c.query_row(&sql, params![part, rating, digest], read_row);
            Ok(found.optional()?)
        })
        .await
    }
}
