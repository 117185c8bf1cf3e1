//! The pads that are connected to this collector, and what each shows.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use haochaping_store::window::{Call, Holder};
use tokio::sync::{Notify, watch};

/// The last call of a window; none before the first.
pub(crate) type Shown = Option<Arc<Call>>;

/// The pads here.
#[derive(Debug)]
pub struct Pads {
    held: Mutex<BTreeMap<String, Held>>,
    asked: Notify,
    closing: watch::Sender<bool>,
}

#[derive(Debug)]
struct Held {
    holder: Holder,
    shown: watch::Sender<Shown>,
}

impl Held {
    fn new(holder: &Holder) -> Self {
        Self { holder: holder.clone(), shown: watch::Sender::new(None) }
    }

    fn show(&self, call: Shown) {
        self.shown.send_if_modified(|shown| {
            let is_new = *shown != call;
            *shown = call;
            is_new
        });
    }
}

impl Default for Pads {
    fn default() -> Self {
        Self { held: Mutex::default(), asked: Notify::new(), closing: watch::Sender::new(false) }
    }
}

impl Pads {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the store at once what is called.
    pub fn wake(&self) {
        self.asked.notify_one();
    }

    /// Waits until somebody asks.
    pub(crate) async fn woken(&self) {
        self.asked.notified().await;
    }

    /// Ends every connection, so that the process can end.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether all connections end.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// How many are connected here.
    pub fn n_connected(&self) -> usize {
        self.held().values().filter(|held| held.shown.receiver_count() > 0).count()
    }

    /// Gives a page its window, which shows this. The same page once more goes on; another one that
    /// took over ends it.
    pub(crate) fn hold(&self, holder: &Holder, last: Shown) -> watch::Receiver<Shown> {
        let mut held = self.held();
        let entry = held.entry(holder.window.clone()).or_insert_with(|| Held::new(holder));
        if entry.holder.page != holder.page {
            *entry = Held::new(holder);
        }
        entry.show(last);
        entry.shown.subscribe()
    }

    /// Whether two connections of one page have a window.
    pub(crate) fn is_held_twice(&self, window: &str) -> bool {
        self.held().get(window).is_some_and(|held| held.shown.receiver_count() > 1)
    }

    /// Those that are still connected; the others are dropped.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        let mut held = self.held();
        held.retain(|_, held| held.shown.receiver_count() > 0);
        held.values().map(|held| held.holder.clone()).collect()
    }

    /// Shows a call at its window.
    pub(crate) fn show(&self, call: Call) {
        if let Some(held) = self.held().get(&call.window) {
            held.show(Some(Arc::new(call)));
        }
    }

    /// Drops a page that lost its window to another one.
    pub(crate) fn lose(&self, lost: &Holder) {
        let mut held = self.held();
        if held.get(&lost.window).is_some_and(|held| held.holder == *lost) {
            held.remove(&lost.window);
        }
    }
}
