//! A mirror of what waits in localStorage, for web-views that lose their database or never open it.
//! A browser may forbid it.

use gloo_storage::{LocalStorage, Storage};

use super::entry::Entry;

/// Whether there is one: a browser without storage throws at a look.
fn is_there() -> bool {
    web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))))
}

/// Everything under this start of a key that can be read. What else is in the storage is the
/// portal's.
pub(super) fn load(start: &str) -> Vec<Entry> {
    if !is_there() {
        return Vec::new();
    }
    let storage = LocalStorage::raw();
    let keys = (0..LocalStorage::length()).filter_map(|place| storage.key(place).ok().flatten());
    // A collector under a path of this one has keys of its own.
    let is_own = |key: &String| key.strip_prefix(start).is_some_and(|id| !id.contains('/'));
    keys.filter(is_own)
        .filter_map(|key| LocalStorage::get(key).ok())
        .filter(Entry::is_whole)
        .collect()
}

/// Whether it is written.
pub(super) fn put(key: &str, entry: &Entry) -> bool {
    is_there() && LocalStorage::set(key, entry).is_ok()
}

pub(super) fn delete(key: &str) {
    if is_there() {
        LocalStorage::delete(key);
    }
}
