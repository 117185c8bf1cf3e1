//! Who is connected, and since when each has been waiting for.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ipnet::IpNet;
use tokio::sync::Notify;

use crate::http::client::network;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Nothing since then.
    Idle(Instant),
    /// A header has begun to come; a new connection owes one from its start.
    Header(Instant),
    /// A request is read or answered.
    Answering,
}

/// One connection's place. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    network: IpAddr,
    doing: Mutex<Doing>,
    leave: Notify,
    seats: Weak<Seats>,
}

impl Seat {
    fn set(&self, doing: Doing) {
        *self.doing.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    fn doing(&self) -> Doing {
        *self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came: the first ones after an answer begin a header.
    pub(super) fn has_read(&self) {
        let mut doing = self.doing.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*doing, Doing::Idle(_)) {
            *doing = Doing::Header(Instant::now());
        }
    }

    /// A whole header came.
    pub(super) fn begins_answer(&self) {
        self.set(Doing::Answering);
    }

    /// The answer was sent.
    pub(super) fn ends_answer(&self) {
        self.set(Doing::Idle(Instant::now()));
    }

    /// Ends when somebody else needs the place, or this one has waited too long.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(seats) = self.seats.upgrade() {
            seats.taken().remove(&self.number);
            metrics::gauge!("haochaping_connections").decrement(1);
        }
    }
}

/// All places.
#[derive(Debug)]
pub(super) struct Seats {
    max: usize,
    /// Behind these are many people.
    trusted: Vec<IpNet>,
    taken: Mutex<HashMap<u64, Weak<Seat>>>,
    next: AtomicU64,
}

impl Seats {
    pub(super) fn new(max: usize, trusted: Vec<IpNet>) -> Self {
        Self { max, trusted, taken: Mutex::default(), next: AtomicU64::new(0) }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<u64, Weak<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a peer. When all are taken the longest idle one is asked to leave; when none is
    /// idle there is none. One network has at most half of all places for what it has begun and not
    /// ended.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Arc<Seat>> {
        let network = network(peer);
        let is_proxy = self.trusted.iter().any(|net| net.contains(&peer.to_canonical()));
        let all = self.all();
        if !is_proxy && all.iter().filter(|seat| seat.network == network).count() >= self.max / 2 {
            leave_longest_idle(all.iter().filter(|seat| seat.network == network))?;
        } else if all.len() >= self.max {
            leave_longest_idle(all.iter())?;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let doing = Mutex::new(Doing::Header(Instant::now()));
        let seat = Arc::new(Seat {
            number,
            network,
            doing,
            leave: Notify::new(),
            seats: Arc::downgrade(self),
        });
        self.taken().insert(number, Arc::downgrade(&seat));
        metrics::gauge!("haochaping_connections").increment(1);
        Some(seat)
    }

    /// Asks the longest idle one to leave.
    pub(super) fn make_room(&self) {
        leave_longest_idle(self.all().iter());
    }

    /// Asks all to leave that have waited too long.
    pub(super) fn sweep(&self, header: Duration, idle: Duration) {
        for seat in self.all() {
            let is_late = match seat.doing() {
                Doing::Header(since) => since.elapsed() >= header,
                Doing::Idle(since) => since.elapsed() >= idle,
                Doing::Answering => false,
            };
            if is_late {
                seat.leave.notify_one();
            }
        }
    }

    /// Those that were not asked to leave are counted; outside of the lock, since a seat that is
    /// dropped takes it.
    fn all(&self) -> Vec<Arc<Seat>> {
        let taken: Vec<_> = self.taken().values().cloned().collect();
        taken.iter().filter_map(Weak::upgrade).collect()
    }
}

/// Frees one place; `None` if everybody is being answered.
fn leave_longest_idle<'a>(seats: impl Iterator<Item = &'a Arc<Seat>>) -> Option<()> {
    let waiting = seats.filter_map(|seat| match seat.doing() {
        Doing::Idle(since) | Doing::Header(since) => Some((since, seat)),
        Doing::Answering => None,
    });
    let (_, longest) = waiting.min_by_key(|(since, _)| *since)?;
    if let Some(seats) = longest.seats.upgrade() {
        seats.taken().remove(&longest.number);
    }
    longest.leave.notify_one();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, last, 1])
    }

    #[test]
    fn the_longest_idle_one_makes_room_and_nobody_who_is_answered_does() {
        let seats = Arc::new(Seats::new(2, Vec::new()));
        let first = seats.take(address(1)).unwrap();
        let second = seats.take(address(2)).unwrap();
        first.begins_answer();
        let third = seats.take(address(3)).unwrap();
        assert!(
            seats.all().iter().all(|seat| seat.number != second.number),
            "the second one waited"
        );
        third.begins_answer();
        assert!(seats.take(address(4)).is_none(), "all are being answered");
        third.ends_answer();
        assert!(seats.take(address(4)).is_some());
    }

    #[test]
    fn one_network_has_half_of_the_places_and_a_proxy_all() {
        let answering = |seats: &Arc<Seats>, peer| {
            let taken: Vec<_> =
                std::iter::from_fn(|| seats.take(peer).inspect(|seat| seat.begins_answer()))
                    .take(20)
                    .collect();
            taken.len()
        };
        assert_eq!(answering(&Arc::new(Seats::new(8, Vec::new())), address(1)), 4);
        assert_eq!(answering(&Arc::new(Seats::new(8, vec![address(1).into()])), address(1)), 8);
    }
}
