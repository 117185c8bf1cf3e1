//! A collector in this process, under a clock that is set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use haochaping::{calendar::Instant, region::Region, work_order::Profile};
use haochaping_store::{
    SqlStore,
    contract::make::{TODAY, noon},
};

use crate::{
    config::{Config, Publication},
    intake::writer::BATCH_MAX,
    keys::{Keys, MasterKey},
    ledger,
    ports::{Clock, SystemRng},
    publication::figures::Figures,
    state::{App, Parts},
};

/// A clock that stands until it is set.
#[derive(Debug, Default)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// Sets it.
    pub fn set(&self, now: Instant) {
        self.0.store(now.millis(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A collector on the store in a directory.
pub async fn app(directory: &tempfile::TempDir, clock: &Arc<SetClock>, profile: Profile) -> App {
    let store: Arc<SqlStore> = Arc::new(SqlStore::open(directory.path()).unwrap());
    let keys = Keys::load(&store, &MasterKey::new([7; 32]), &SystemRng, noon(TODAY)).await.unwrap();
    let config = Config { profile, ..Config::usual(String::new()) };
    let figures = Arc::new(Figures::new(Publication::USUAL, Region::COUNTRY));
    let (clock, rng) = (Arc::clone(clock), Arc::new(SystemRng));
    let ledger = ledger::key(&store, &keys.ledger, "http://wake.example").await.unwrap();
    App::new(Parts { config, store, clock, rng, keys, figures, ledger, batch_max: BATCH_MAX })
}
