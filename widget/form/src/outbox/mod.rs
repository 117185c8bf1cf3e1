//! Ratings on their way: written down before they are sent, kept until the collector has them or
//! refuses them for good, and sent again when the network is back or the next page of the portal is
//! opened.

mod entry;
mod hook;
mod mirror;
pub(crate) mod send;
mod store;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::{Rc, Weak},
};

use futures::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use gloo_events::EventListener;
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use haochaping::client::outbox::{MAX_ENTRIES, request_limit, wait};
use yew::{Callback, platform::spawn_local};

pub use self::{
    entry::{End, Entry, Refusal},
    hook::{OutboxHandle, use_outbox},
};
use self::{
    send::Verdict,
    store::{Store, not_long},
};

/// Where a rating on its way stands.
#[derive(Clone, Debug, PartialEq)]
pub enum EntryStatus {
    /// It was found waiting.
    Waits,
    /// It was tried and waits; it is tried again by itself.
    Later,
    /// It ended. Whoever shows that to the person calls [`Outbox::acknowledge`].
    Ended(End),
}

/// Something that happened to a rating on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxEvent {
    /// The rating.
    pub entry: Entry,
    /// What happened.
    pub status: EntryStatus,
    /// Whether nobody showed this end so far: whoever hears it now may, although it is of another
    /// link.
    pub is_late: bool,
}

/// The outbox of a collector: one for a page, whatever it holds several of.
#[derive(Debug)]
pub struct Outbox {
    collector: String,
    store: Store,
    ready: Shared<LocalBoxFuture<'static, ()>>,
    entries: RefCell<BTreeMap<String, Entry>>,
    /// What a person has seen the end of: a store that is slow to forget brings none of it back.
    acknowledged: RefCell<BTreeSet<String>>,
    runs: RefCell<BTreeMap<String, Run>>,
    listeners: RefCell<Vec<(u32, Callback<OutboxEvent>)>>,
    n_listeners: Cell<u32>,
    wakes: RefCell<Vec<EventListener>>,
}

/// How far the sending of one entry is.
#[derive(Debug, Default)]
struct Run {
    n_tries: u32,
    is_busy: bool,
    /// Not before this moment, by the device's clock.
    not_before: f64,
    timer: Option<Timeout>,
}

/// Hears for as long as it lives.
#[derive(Debug)]
pub struct Subscription {
    outbox: Weak<Outbox>,
    number: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(outbox) = self.outbox.upgrade() {
            outbox.listeners.borrow_mut().retain(|(number, _)| *number != self.number);
        }
    }
}

thread_local! {
    static OUTBOXES: RefCell<BTreeMap<String, Rc<Outbox>>> = const { RefCell::new(BTreeMap::new()) };
}

impl Outbox {
    /// The outbox of the collector at this origin (and path), which begins to send what waits.
    pub fn of(collector: &str) -> Rc<Self> {
        let collector = collector.trim_end_matches('/');
        OUTBOXES.with_borrow_mut(|all| {
            let outbox = all.entry(collector.to_owned()).or_insert_with(|| Self::start(collector));
            Rc::clone(outbox)
        })
    }

    fn start(collector: &str) -> Rc<Self> {
        let outbox = Rc::new_cyclic(|this: &Weak<Self>| {
            let store = Store::open(collector);
            let (loading, this) = (store.clone(), this.clone());
            let loaded = async move {
                let take_in = |found| {
                    if let Some(outbox) = this.upgrade() {
                        outbox.take_in(found);
                        outbox.flush(false);
                    }
                };
                // The mirror at once: a database may open late, or never.
                take_in(loading.mirrored());
                take_in(loading.load().await);
            };
            let loaded = loaded.boxed_local().shared();
            spawn_local(loaded.clone());
            Self {
                collector: collector.to_owned(),
                store,
                ready: not_long(loaded).map(|_| ()).boxed_local().shared(),
                entries: RefCell::default(),
                acknowledged: RefCell::default(),
                runs: RefCell::default(),
                listeners: RefCell::default(),
                n_listeners: Cell::default(),
                wakes: RefCell::default(),
            }
        });
        outbox.wake_with_the_page();
        outbox
    }

    fn take_in(&self, found: Vec<Entry>) {
        let mut entries = self.entries.borrow_mut();
        let seen = self.acknowledged.borrow();
        for entry in found.into_iter().filter(|entry| !seen.contains(&entry.id)) {
            // What was given meanwhile is known better here.
            entries.entry(entry.id.clone()).or_insert(Entry { kept: true, ..entry });
        }
    }

    /// The network is back, or the person is.
    fn wake_with_the_page(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else { return };
        let wake = |this: &Rc<Self>| {
            let this = Rc::downgrade(this);
            move |_: &web_sys::Event| {
                let is_hidden = web_sys::window()
                    .and_then(|window| window.document())
                    .is_some_and(|page| page.hidden());
                if let Some(outbox) = this.upgrade().filter(|_| !is_hidden) {
                    outbox.flush(false);
                }
            }
        };
        let mut wakes = self.wakes.borrow_mut();
        for event in ["online", "pageshow"] {
            wakes.push(EventListener::new(&window, event, wake(self)));
        }
        if let Some(document) = window.document() {
            wakes.push(EventListener::new(&document, "visibilitychange", wake(self)));
        }
    }

    /// Hears of every rating on its way, first of those that wait already or ended unseen.
    pub fn listen(self: &Rc<Self>, listener: Callback<OutboxEvent>) -> Subscription {
        let number = self.n_listeners.get() + 1;
        self.n_listeners.set(number);
        self.listeners.borrow_mut().push((number, listener.clone()));
        let this = Rc::clone(self);
        spawn_local(async move {
            this.ready.clone().await;
            let known: Vec<Entry> = this.entries.borrow().values().cloned().collect();
            for entry in known {
                match entry.end.clone() {
                    None => listener.emit(OutboxEvent {
                        entry,
                        status: EntryStatus::Waits,
                        is_late: false,
                    }),
                    Some(end) => this.tell_one(&listener, &entry, &end).await,
                }
            }
        });
        Subscription { outbox: Rc::downgrade(self), number }
    }

    /// Writes a rating down, then sends it.
    pub fn put(self: &Rc<Self>, entry: Entry) {
        let this = Rc::clone(self);
        spawn_local(async move {
            this.ready.clone().await;
            let id = entry.id.clone();
            this.acknowledged.borrow_mut().remove(&id);
            // What is not written down yet is not sent.
            this.runs.borrow_mut().insert(id.clone(), Run { is_busy: true, ..Run::default() });
            this.save(entry).await;
            if let Some(run) = this.runs.borrow_mut().get_mut(&id) {
                run.is_busy = false;
            }
            this.try_to_send(id).await;
        });
    }

    /// Sends whatever waits, now; where a person asks, even before the collector's own time.
    pub fn flush(self: &Rc<Self>, is_asked: bool) {
        let waiting: Vec<String> = self
            .entries
            .borrow()
            .values()
            .filter(|entry| entry.end.is_none())
            .map(|entry| entry.id.clone())
            .collect();
        for id in waiting {
            if is_asked && let Some(run) = self.runs.borrow_mut().get_mut(&id) {
                run.not_before = 0.0;
            }
            let this = Rc::clone(self);
            spawn_local(async move { this.try_to_send(id).await });
        }
    }

    /// The person sees the end of this rating: nothing of it is kept any longer.
    pub fn acknowledge(self: &Rc<Self>, id: &str) {
        self.acknowledged.borrow_mut().insert(id.to_owned());
        self.entries.borrow_mut().remove(id);
        self.runs.borrow_mut().remove(id);
        let (store, id) = (self.store.clone(), id.to_owned());
        spawn_local(async move { store.delete(&id).await });
    }

    /// How many are on their way or wait.
    pub fn n_waiting(&self) -> usize {
        self.entries.borrow().values().filter(|entry| entry.end.is_none()).count()
    }

    /// Writes it down; whether that succeeded stands in the entry.
    async fn save(&self, mut entry: Entry) {
        let n_others = self
            .entries
            .borrow()
            .values()
            .filter(|other| other.kept && other.id != entry.id)
            .count();
        let has_room = n_others < MAX_ENTRIES || entry.end.is_some();
        entry.kept = false;
        self.entries.borrow_mut().insert(entry.id.clone(), entry.clone());
        entry.kept = true;
        let is_kept = has_room && self.store.put(&entry).await;
        // Not if a person saw its end meanwhile.
        if let Some(found) = self.entries.borrow_mut().get_mut(&entry.id) {
            found.kept = is_kept;
        }
    }

    async fn try_to_send(self: &Rc<Self>, id: String) {
        let Some((body, n_tries)) = self.begin(&id) else { return };
        let outcome = send::send(&self.collector, &body, request_limit(n_tries)).await;
        let (entry, is_spent) = {
            let mut entries = self.entries.borrow_mut();
            let Some(entry) = entries.get_mut(&id) else { return };
            let is_spent = entry.waited.count(entry.at, now());
            (entry.clone(), is_spent)
        };
        let verdict = match send::verdict(outcome) {
            // Old ones got a last try before they are given up.
            Verdict::Later { .. } if is_spent => Verdict::Ended(End::Refused(Refusal {
                code: "kept-too-long".into(),
                ..Refusal::default()
            })),
            verdict => verdict,
        };
        match verdict {
            Verdict::Ended(end) => self.settle(entry, end).await,
            Verdict::Later { after_millis } => {
                self.wait_for(&id, after_millis);
                for listener in self.listeners() {
                    listener.emit(OutboxEvent {
                        entry: entry.clone(),
                        status: EntryStatus::Later,
                        is_late: false,
                    });
                }
                // How long it has waited is known to the next page too.
                if entry.kept && self.entries.borrow().contains_key(&id) {
                    self.store.put(&entry).await;
                }
            }
        }
    }

    /// What is to be sent, and how often that was tried; `None` if it is on its way already, or has
    /// to wait.
    fn begin(&self, id: &str) -> Option<(String, u32)> {
        let body = self.entries.borrow().get(id).filter(|entry| entry.end.is_none())?.body.clone();
        let mut runs = self.runs.borrow_mut();
        let run = runs.entry(id.to_owned()).or_default();
        if run.is_busy || now() < run.not_before {
            return None;
        }
        run.is_busy = true;
        run.timer = None;
        Some((body, run.n_tries))
    }

    fn wait_for(self: &Rc<Self>, id: &str, asked_millis: f64) {
        let mut runs = self.runs.borrow_mut();
        let run = runs.entry(id.to_owned()).or_default();
        run.is_busy = false;
        run.n_tries += 1;
        run.not_before = if asked_millis > 0.0 { now() + asked_millis } else { 0.0 };
        let millis = wait(run.n_tries, asked_millis, js_sys::Math::random());
        let (this, id) = (Rc::downgrade(self), id.to_owned());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a wait of at most some hours"
        )]
        let millis = millis as u32;
        run.timer = Some(Timeout::new(millis, move || {
            let Some(outbox) = this.upgrade() else { return };
            if let Some(run) = outbox.runs.borrow_mut().get_mut(&id) {
                run.not_before = 0.0;
            }
            spawn_local(async move { outbox.try_to_send(id).await });
        }));
    }

    /// It ended. Until somebody shows that to the person it is kept, without what was written once
    /// the collector has it.
    async fn settle(self: &Rc<Self>, mut entry: Entry, end: End) {
        entry.settle(end.clone());
        self.runs.borrow_mut().remove(&entry.id);
        self.entries.borrow_mut().insert(entry.id.clone(), entry.clone());
        for listener in self.listeners() {
            listener.emit(OutboxEvent {
                entry: entry.clone(),
                status: EntryStatus::Ended(end.clone()),
                is_late: false,
            });
        }
        // Whoever sent it comes first, and then anybody who can show it.
        for listener in self.listeners() {
            self.tell_late(&listener, &entry, &end).await;
        }
        // Nobody looks: the end waits for the next page.
        if self.entries.borrow().contains_key(&entry.id) {
            self.save(entry).await;
        }
    }

    /// An end that was found: to one that may have sent it, and if it did not, to the same as
    /// anybody.
    async fn tell_one(&self, listener: &Callback<OutboxEvent>, entry: &Entry, end: &End) {
        listener.emit(OutboxEvent {
            entry: entry.clone(),
            status: EntryStatus::Ended(end.clone()),
            is_late: false,
        });
        self.tell_late(listener, entry, end).await;
    }

    async fn tell_late(&self, listener: &Callback<OutboxEvent>, entry: &Entry, end: &End) {
        // Components hear in their own time, and acknowledge then.
        TimeoutFuture::new(0).await;
        if self.entries.borrow().contains_key(&entry.id) {
            listener.emit(OutboxEvent {
                entry: entry.clone(),
                status: EntryStatus::Ended(end.clone()),
                is_late: true,
            });
        }
    }

    fn listeners(&self) -> Vec<Callback<OutboxEvent>> {
        self.listeners.borrow().iter().map(|(_, listener)| listener.clone()).collect()
    }
}

/// The device's clock, in milliseconds since 1970.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}
