//! What is of many parts is written shard by shard, each as a transaction of its own. Where there are no shards that is one.

use std::collections::BTreeMap;

use haochaping::calendar::Instant;

use super::{SqlStore, order, quarantine, register};
use crate::store::{NewService, Registered, Registration, Store as _, StoreError, order::NewEntry};

impl SqlStore {
    /// The places in a list of those of one lane, each lane with a part of it.
    fn by_lane(&self, parts: impl Iterator<Item = u8>) -> Vec<(u8, Vec<usize>)> {
        let mut lanes: BTreeMap<usize, (u8, Vec<usize>)> = BTreeMap::new();
        for (n, part) in parts.enumerate() {
            lanes.entry(self.lane(part)).or_insert((part, Vec::new())).1.push(n);
        }
        lanes.into_values().collect()
    }

    /// Entries of one shard's orders are one transaction.
    pub(super) async fn append_all(&self, news: &[NewEntry]) -> Result<Vec<bool>, StoreError> {
        let mut appended = vec![false; news.len()];
        for (part, places) in self.by_lane(news.iter().map(|new| new.part)) {
            let of_lane: Vec<_> = places.iter().map(|n| news[*n].clone()).collect();
            let done = self.write_part(part, move |c| order::append(c, &of_lane)).await?;
            places.into_iter().zip(done).for_each(|(n, is_done)| appended[n] = is_done);
        }
        Ok(appended)
    }

    /// Services of one shard are one transaction.
    pub(super) async fn register_all(
        &self,
        authority: &str,
        services: Vec<NewService>,
    ) -> Result<Registration, StoreError> {
        let mut registered: Vec<Option<Registered>> = vec![None; services.len()];
        let mut counted = Vec::new();
        for (part, places) in self.by_lane(services.iter().map(|new| new.part)) {
            let news: Vec<_> = places.iter().map(|n| services[*n].clone()).collect();
            let authority = authority.to_owned();
            let done = self.write_part(part, move |c| register::register(c, &authority, &news)).await?;
            places.into_iter().zip(done.services).for_each(|(n, one)| registered[n] = Some(one));
            counted.extend(done.counted);
        }
        Ok(Registration { services: registered.into_iter().flatten().collect(), counted })
    }

    /// Releases of one shard's ratings are one transaction.
    pub(super) async fn release_all(&self, at: Instant) -> Result<u64, StoreError> {
        // Asked once a second: it must not take the write lock for nothing.
        let due = self.read(move |c| quarantine::due(c, at)).await?;
        let mut n_released = 0;
        for (part, places) in self.by_lane(due.iter().map(|(part, _)| *part)) {
            let of_lane: Vec<_> = places.iter().map(|n| due[*n]).collect();
            n_released += self.write_part(part, move |c| quarantine::release(c, &of_lane, at)).await?;
        }
        Ok(n_released)
    }
}
