//! A backup is a store, and worth nothing without the key file.

use std::path::{Path, PathBuf};

use haochaping_tests::{Collector, Http, Said, haochaping, on_server};
use tempfile::TempDir;

use crate::{bad, good, rate, verified};

#[test]
fn a_backup_restores_with_the_key_file_and_only_with_it() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(3);
    let rating = bad(&tickets[0]);
    let accepted = rate(&collector, &rating).json();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("haochaping.sqlite3");
    let output = collector.cli(&["backup", file.to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.err.contains("master.key"), "it says what else is needed: {}", output.err);
    assert_eq!(
        collector.cli(&["backup", file.to_str().unwrap()]).code,
        Some(1),
        "no backup is overwritten"
    );
    // What comes after the backup is not in it.
    assert_eq!(rate(&collector, &good(&tickets[1])).status, 201);

    let data = place.path().to_str().unwrap();
    let without = haochaping(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--log", "off"]);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.err.contains("--key-file"), "{}", without.err);
    assert!(!place.path().join("master.key").exists());

    std::fs::copy(collector.data_dir().join("master.key"), place.path().join("master.key"))
        .unwrap();
    let restored = Collector::start_in(place, &[]);
    let lookup = accepted["lookup"].as_str().unwrap();
    let found = Http::new().get(&format!("{}/api/v1/ratings/{lookup}", restored.url())).json();
    assert_eq!(found["receipt"], accepted["receipt"]);
    assert_eq!(found["handling"]["history"][0]["stage"], "opened");
    assert_eq!(verified(&restored), (1, 1));
    let again = rate(&restored, &rating);
    assert_eq!(
        (again.status, &again.json()["receipt"]),
        (200, &accepted["receipt"]),
        "a retry is known again"
    );
    assert_eq!(
        rate(&restored, &good(&tickets[2])).status,
        201,
        "links that are out there stay good"
    );
}

/// A collector with one bad rating, its backup, and an empty place to restore to.
fn backed_up() -> (Collector, PathBuf, TempDir) {
    let collector = Collector::start(&[]);
    assert_eq!(rate(&collector, &bad(&collector.register(1)[0])).status, 201);
    let file = collector.data_dir().join("backup.sqlite3");
    assert_eq!(collector.cli(&["backup", file.to_str().unwrap()]).code, Some(0));
    (collector, file, tempfile::tempdir().unwrap())
}

fn restore(file: &Path, place: &Path, key: &Path) -> Said {
    let [file, place, key] = [file, place, key].map(|path| path.to_str().unwrap());
    haochaping(&["restore", file, "--data", place, "--key-file", key])
}

#[test]
fn a_backup_is_put_in_place_once_it_was_verified() {
    if on_server() {
        return;
    }
    let (collector, file, place) = backed_up();
    let key = collector.data_dir().join("master.key");
    let output = restore(&file, place.path(), &key);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(
        output.out.contains("1 ratings") && output.err.contains("haochaping serve"),
        "{output:?}"
    );
    let names: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(names, ["haochaping.sqlite3"], "nothing is left beside it");
    let again = restore(&file, place.path(), &key);
    assert!(again.code == Some(1) && again.err.contains("never written over"), "{again:?}");
    std::fs::copy(&key, place.path().join("master.key")).unwrap();
    assert_eq!(verified(&Collector::start_in(place, &[])), (1, 1));
}

#[test]
fn what_is_no_whole_backup_is_not_put_in_place() {
    if on_server() {
        return;
    }
    let (collector, file, place) = backed_up();
    let key = collector.data_dir().join("master.key");
    let other = Collector::start(&[]);
    let wrong = restore(&file, place.path(), &other.data_dir().join("master.key"));
    assert!(wrong.code == Some(1) && wrong.err.contains("nothing was restored"), "{wrong:?}");
    let live = restore(&collector.data_dir().join("haochaping.sqlite3"), place.path(), &key);
    assert!(
        live.code == Some(1) && live.err.contains("-wal"),
        "a copy of what runs lacks its log: {live:?}"
    );

    let left = place.path().join("haochaping.sqlite3-wal");
    std::fs::write(&left, "of another store").unwrap();
    let output = restore(&file, place.path(), &key);
    assert!(
        output.code == Some(1) && output.err.contains("haochaping.sqlite3-wal is there"),
        "{output:?}"
    );
    let served = haochaping(&[
        "serve",
        "--data",
        place.path().to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
        "--log",
        "off",
    ]);
    assert!(served.code == Some(1) && served.err.contains("left of a store"), "{served:?}");
    assert_eq!(std::fs::read(&left).unwrap(), b"of another store", "it is not thrown away");
    std::fs::remove_file(&left).unwrap();

    let damaged = place.path().join("damaged.sqlite3");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("update rating set level = 'satisfied'", []).unwrap();
    connection.close().unwrap();
    std::fs::copy(&file, &damaged).unwrap();
    let output = restore(&damaged, place.path(), &key);
    assert!(
        output.code == Some(1)
            && output.err.contains("is damaged")
            && output.err.contains("faults"),
        "{output:?}"
    );
    std::fs::write(&damaged, "no database").unwrap();
    assert_eq!(restore(&damaged, place.path(), &key).code, Some(1));
    assert!(
        !place.path().join("haochaping.sqlite3").exists()
            && !place.path().join("restoring").exists()
    );
}

#[test]
fn a_clean_stop_leaves_one_file_that_is_the_whole_store() {
    if on_server() {
        return;
    }
    let mut collector = Collector::start(&[]);
    let accepted = rate(&collector, &bad(&collector.register(1)[0])).json();
    assert!(collector.stop().0.success());
    let place = tempfile::tempdir().unwrap();
    for name in ["haochaping.sqlite3", "master.key"] {
        std::fs::copy(collector.data_dir().join(name), place.path().join(name)).unwrap();
    }
    for left in ["haochaping.sqlite3-wal", "haochaping.sqlite3-shm"] {
        assert!(!collector.data_dir().join(left).exists(), "{left}");
    }
    let copy = Collector::start_in(place, &[]);
    let found = Http::new().get(&format!(
        "{}/api/v1/ratings/{}",
        copy.url(),
        accepted["lookup"].as_str().unwrap()
    ));
    assert_eq!(found.json()["receipt"], accepted["receipt"]);
}

#[test]
fn an_empty_store_beside_a_key_is_made_on_request_only() {
    let (collector, place) = (Collector::start(&[]), tempfile::tempdir().unwrap());
    std::fs::copy(collector.data_dir().join("master.key"), place.path().join("master.key"))
        .unwrap();
    let data = place.path().to_str().unwrap();
    let file = place.path().join("haochaping.sqlite3");
    for is_empty in [false, true] {
        if is_empty {
            std::fs::write(&file, "").unwrap();
        }
        for command in
            [&["serve", "--listen", "127.0.0.1:0", "--log", "off"][..], &["api-key", "add", "x"]]
        {
            let output = haochaping(&[command, &["--data", data]].concat());
            assert!(
                output.code == Some(1)
                    && output.err.contains("--new")
                    && output.err.contains("restore"),
                "{output:?}"
            );
        }
    }
    let output = haochaping(&["api-key", "add", "x", "--data", data, "--new"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
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
