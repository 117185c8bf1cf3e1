//! A backup is a store, and worth nothing without the key file.

use haochaping_tests::{Collector, Http, haochaping};

use crate::{bad, good, rate, verified};

#[test]
fn a_backup_restores_with_the_key_file_and_only_with_it() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(3);
    let rating = bad(&tickets[0]);
    let accepted = rate(&collector, &rating).json();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("haochaping.sqlite3");
    let said = collector.cli(&["backup", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("master.key"), "it says what else is needed: {}", said.err);
    assert_eq!(collector.cli(&["backup", file.to_str().unwrap()]).code, Some(1), "no backup is overwritten");
    // What comes after the backup is not in it.
    assert_eq!(rate(&collector, &good(&tickets[1])).status, 201);

    let data = place.path().to_str().unwrap();
    let without = haochaping(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "off"]);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.err.contains("--key-file"), "{}", without.err);
    assert!(!place.path().join("master.key").exists());

    std::fs::copy(collector.data_dir().join("master.key"), place.path().join("master.key")).unwrap();
    let restored = Collector::start_in(place, &[]);
    let lookup = accepted["lookup"].as_str().unwrap();
    let found = Http::new().get(&format!("{}/api/v1/ratings/{lookup}", restored.url())).json();
    assert_eq!(found["receipt"], accepted["receipt"]);
    assert_eq!(found["handling"]["history"][0]["stage"], "opened");
    assert_eq!(verified(&restored), (1, 1));
    let again = rate(&restored, &rating);
    assert_eq!((again.status, &again.json()["receipt"]), (200, &accepted["receipt"]), "a retry is known again");
    assert_eq!(rate(&restored, &good(&tickets[2])).status, 201, "links that are out there stay good");
}

#[test]
fn a_key_file_may_lie_apart_from_the_data() {
    let place = tempfile::tempdir().unwrap();
    let made = Collector::start(&[]);
    let key = place.path().join("apart.key");
    std::fs::copy(made.data_dir().join("master.key"), &key).unwrap();
    let collector = Collector::start(&["--key-file", key.to_str().unwrap()]);
    assert_eq!(rate(&collector, &bad(&collector.register(1)[0])).status, 201);
    assert!(!collector.data_dir().join("master.key").exists());
}

#[cfg(unix)]
#[test]
fn store_copy_and_key_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let collector = Collector::start(&[]);
    assert_eq!(rate(&collector, &good(&collector.register(1)[0])).status, 201);
    let copy = collector.data_dir().join("copy.sqlite3");
    assert_eq!(collector.cli(&["backup", copy.to_str().unwrap()]).code, Some(0));
    for name in ["haochaping.sqlite3", "haochaping.sqlite3-wal", "master.key", "copy.sqlite3"] {
        let mode = std::fs::metadata(collector.data_dir().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
}
