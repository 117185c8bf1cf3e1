//! What the store does with work orders.

use haochaping::{calendar::Instant, link::RatingId};

use super::{NewEntry, OrderQuery, OrderRow, OrderStanding, StoredEntry, statements};
use crate::{Id, SqlStore, StoreError};

impl SqlStore {
    /// A work order by its id.
    pub async fn order(&self, id: Id) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| statements::by_id(c, &id)).await
    }

    /// The work order of a rating.
    pub async fn order_of(
        &self,
        part: u8,
        rating: RatingId,
    ) -> Result<Option<OrderRow>, StoreError> {
        self.read(move |c| statements::of_rating(c, part, &rating)).await
    }

    /// Work orders in the order of their last change.
    pub async fn orders(&self, query: OrderQuery) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| statements::list(c, &query)).await
    }

    /// Work orders with which the collector has something to do by itself, the longest overdue
    /// first.
    pub async fn due_orders(&self, now: Instant, limit: u32) -> Result<Vec<OrderRow>, StoreError> {
        self.read(move |c| statements::to_wake(c, now, limit)).await
    }

    /// Work orders whose term reaches into a year without known days off, or was never computed.
    pub async fn provisional_orders(&self) -> Result<Vec<OrderRow>, StoreError> {
        self.read(statements::provisional).await
    }

    /// The history of a work order.
    pub async fn entries(
        &self,
        part: u8,
        rating: RatingId,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(move |c| statements::entries(c, part, &rating)).await
    }

    /// Appends entries, a transaction for each lane, each only if its order has not moved
    /// meanwhile; says which were.
    pub async fn append_entries(&self, news: Vec<NewEntry>) -> Result<Vec<bool>, StoreError> {
        let mut appended = vec![false; news.len()];
        for (part, places) in self.by_lane(news.iter().map(|new| new.part)) {
            let of_lane: Vec<_> = places.iter().map(|n| news[*n].clone()).collect();
            let done = self.write_part(part, move |c| statements::append(c, &of_lane)).await?;
            places.into_iter().zip(done).for_each(|(n, is_done)| appended[n] = is_done);
        }
        Ok(appended)
    }

    /// Moves what is due of an order that has not moved meanwhile; false if it has.
    pub async fn move_due(
        &self,
        part: u8,
        rating: RatingId,
        after: OrderStanding,
    ) -> Result<bool, StoreError> {
        self.write_part(part, move |c| statements::move_due(c, part, &rating, &after)).await
    }
}
