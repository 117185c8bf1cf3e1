//! What handlers share.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use haochaping::{calendar::WorkingCalendar, ledger::LogKey, region::Region};
use haochaping_store::SqlStore;

use crate::{
    accounts::api_key::ApiKeys,
    config::Config,
    halls::pads::Pads,
    intake::{
        limits::Limits,
        writer::{RatingSink, Writer},
    },
    keys::Keys,
    ports::{Clock, Rng},
    publication::{
        figures::{Figures, lines::Lines},
        hot_words::HotWords,
    },
    work_orders::handling_figures::HandlingFigures,
};

/// What an [`App`] is made of.
#[expect(missing_debug_implementations, reason = "the ports have none")]
pub struct Parts {
    /// What the operator set.
    pub config: Config,
    /// Where ratings are kept.
    pub store: Arc<SqlStore>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// All keys, unwrapped.
    pub keys: Keys,
    /// The figures behind public pages.
    pub figures: Arc<Figures>,
    /// The key of the ledger.
    pub ledger: LogKey,
    /// The most ratings in one transaction.
    pub batch_max: usize,
}

/// Names that registrations gave to codes.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Of departments.
    pub agencies: BTreeMap<String, String>,
    /// Of items.
    pub items: BTreeMap<String, String>,
}

/// Everything a handler needs.
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// Where ratings are kept.
    pub store: Arc<SqlStore>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// The way of a rating into the store.
    pub writer: Writer,
    /// The figures behind public pages.
    pub figures: Arc<Figures>,
    /// How bad ratings were worked, behind public pages.
    pub handled: HandlingFigures,
    /// The counting of hot words.
    pub hot_words: HotWords,
    /// Published lines, as they were read last.
    pub lines: Lines,
    /// How often one link may be used.
    pub limits: Limits,
    /// The pads that are connected here.
    pub pads: Pads,
    /// The key of the ledger.
    pub ledger: Arc<LogKey>,
    keys: RwLock<Arc<Keys>>,
    callers: RwLock<Arc<ApiKeys>>,
    region_names: RwLock<Arc<BTreeMap<Region, String>>>,
    names: RwLock<Arc<Names>>,
    calendar: RwLock<Arc<WorkingCalendar>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}

macro_rules! shared {
    ($get:ident, $set:ident, $field:ident, $type:ty) => {
        /// The current state; changed by [`crate::refresh`] when another process changed it.
        pub fn $get(&self) -> Arc<$type> {
            Arc::clone(&self.$field.read().unwrap_or_else(std::sync::PoisonError::into_inner))
        }
        /// Puts a new state in place.
        pub fn $set(&self, new: $type) {
            *self.$field.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(new);
        }
    };
}

impl App {
    /// Puts the parts together and starts the writer.
    pub fn new(parts: Parts) -> Self {
        let sink: Arc<dyn RatingSink> = Arc::clone(&parts.store) as _;
        Self::with_sink(parts, sink)
    }

    /// The same, but accepted ratings go into `sink` and not into the store.
    pub fn with_sink(parts: Parts, sink: Arc<dyn RatingSink>) -> Self {
        let Parts { config, store, clock, rng, keys, figures, ledger, batch_max } = parts;
        let ledger = Arc::new(ledger);
        let writer = Writer::start(&sink, &figures, &ledger, batch_max);
        Self {
            config,
            store,
            clock,
            rng,
            writer,
            figures,
            handled: HandlingFigures::default(),
            hot_words: HotWords::default(),
            lines: Lines::default(),
            limits: Limits::new(),
            pads: Pads::default(),
            ledger,
            keys: RwLock::new(Arc::new(keys)),
            callers: RwLock::default(),
            region_names: RwLock::default(),
            names: RwLock::default(),
            calendar: RwLock::new(Arc::new(WorkingCalendar::built_in())),
        }
    }

    shared!(keys, set_keys, keys, Keys);
    shared!(callers, set_callers, callers, ApiKeys);
    shared!(calendar, set_calendar, calendar, WorkingCalendar);
    shared!(names, set_names, names, Names);
    shared!(region_names, set_region_names, region_names, BTreeMap<Region, String>);

    /// The name of a region: official, imported, or its code where nobody named it.
    pub fn region_name(&self, region: Region) -> String {
        let imported = || self.region_names().get(&region).cloned();
        region
            .builtin_name()
            .map(str::to_owned)
            .or_else(imported)
            .unwrap_or_else(|| region.to_string())
    }
}
