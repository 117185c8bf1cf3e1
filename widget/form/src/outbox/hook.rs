//! The outbox for a portal's own pages.

use std::rc::Rc;

use yew::{Callback, hook, use_effect_with, use_memo, use_state_eq};

use super::{Outbox, Subscription};

/// What a page knows of the ratings on their way.
#[derive(Clone, Debug)]
pub struct OutboxHandle {
    outbox: Rc<Outbox>,
    /// How many ratings of this device the collector does not have yet.
    pub n_waiting: usize,
}

impl OutboxHandle {
    /// Sends what waits now, even before the collector's own time: for a button that a person
    /// presses.
    pub fn flush(&self) {
        self.outbox.flush(true);
    }

    /// The outbox itself.
    pub fn outbox(&self) -> &Rc<Outbox> {
        &self.outbox
    }
}

/// Lets a page take part in sending: ratings that were submitted without network, here or by
/// `<hao-cha-ping>`, go on their way on any page that uses this, and the page learns how many still
/// wait. Called once near the root of a portal it makes every page of it such a page.
#[hook]
pub fn use_outbox(collector: &str) -> OutboxHandle {
    let outbox = use_memo(collector.to_owned(), |collector| Outbox::of(collector));
    let n_waiting = use_state_eq(|| 0);
    {
        let n_waiting = n_waiting.clone();
        let outbox = Rc::clone(&outbox);
        use_effect_with(collector.to_owned(), move |_| {
            n_waiting.set(outbox.n_waiting());
            let counted = Rc::clone(&outbox);
            let subscription: Subscription =
                outbox.listen(Callback::from(move |_| n_waiting.set(counted.n_waiting())));
            move || drop(subscription)
        });
    }
    OutboxHandle { outbox: Rc::clone(&outbox), n_waiting: *n_waiting }
}
