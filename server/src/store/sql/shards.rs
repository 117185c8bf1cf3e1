//! What is of many parts is written shard by shard, each as a transaction of its own. Where there are no shards that is one.

use std::collections::BTreeMap;

use haochaping::{calendar::Instant, link::part_of};

use super::{
    SqlStore, order, quarantine,
    register::{self, Known, LEADS_MAX},
    visit,
};
use crate::store::{Lead, NewService, Registered, Registration, StoreError, order::NewEntry};

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
        mut services: Vec<NewService>,
    ) -> Result<Registration, StoreError> {
        self.name_leads(authority, &mut services).await?;
        let mut registered: Vec<Option<Known>> = vec![None; services.len()];
        let mut counted = Vec::new();
        for (part, places) in self.by_lane(services.iter().map(|new| new.part)) {
            let news: Vec<_> = places.iter().map(|n| services[*n].clone()).collect();
            let authority = authority.to_owned();
            let (known, added) = self.write_part(part, move |c| register::register(c, &authority, &news)).await?;
            places.into_iter().zip(known).for_each(|(n, one)| registered[n] = Some(one));
            counted.extend(added);
        }
        let mut standing = Vec::with_capacity(services.len());
        for (new, known) in services.into_iter().zip(registered.into_iter().flatten()) {
            standing.push(self.follow(authority, new, known).await?);
        }
        Ok(Registration { services: standing, counted })
    }

    /// Says of each service of a visit which one is rated in its place: the one that was named first, now or before.
    async fn name_leads(&self, authority: &str, services: &mut [NewService]) -> Result<(), StoreError> {
        let mut visits: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (n, new) in services.iter().enumerate() {
            if let Some(visit) = &new.service.visit {
                visits.entry(visit.clone()).or_default().push(n);
            }
        }
        for (visit, places) in visits {
            let first = key_of(&services[places[0]]);
            let items = places.iter().filter_map(|n| services[*n].service.item_name.clone()).collect::<Vec<_>>();
            let (part, authority) = (part_of(authority, &visit), authority.to_owned());
            let claim = move |c: &mut _| visit::claim(c, part, (&authority, &visit), &first, &items);
            let lead = self.write_part(part, claim).await?;
            for n in places {
                services[n].lead = (key_of(&services[n]) != lead).then(|| lead.clone());
            }
        }
        Ok(())
    }

    /// What is rated in the place of a service, as it stands.
    async fn follow(&self, authority: &str, new: NewService, known: Known) -> Result<Registered, StoreError> {
        let Known { mut standing, mut lead } = known;
        for _ in 0..LEADS_MAX {
            let Some(next) = lead else { return Ok(standing) };
            let (part, authority) = (part_of(authority, &next.case_number), authority.to_owned());
            let new = new.clone();
            let found = self.write_part(part, move |c| register::stand_in(c, &authority, &next, &new)).await?;
            // Another collector named it and has not put it on record yet.
            let found =
                found.ok_or_else(|| StoreError::Busy("the first service of a visit is not on record".into()))?;
            let Registered { is_new, region, agency, .. } = standing;
            standing = Registered { is_new, region, agency, ..found.standing };
            lead = found.lead;
        }
        Err(StoreError::Failed("visits lead in a circle".into()))
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

fn key_of(new: &NewService) -> Lead {
    let service = &new.service;
    Lead { case_number: service.case_number.as_str().to_owned(), service_number: service.service_number }
}
