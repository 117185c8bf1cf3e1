//! Starts that must fail: one line that names what and why, and exit code 1.

use std::{net::TcpListener, path::Path};

use haochaping_tests::{Collector, haochaping};

/// Asserts that `serve` refuses in one line that says all of `expected`.
#[track_caller]
fn refuses(data: &Path, extra: &[&str], expected: &[&str]) {
    let data = data.to_str().unwrap();
    let usual = ["serve", "--data", data, "--log", "off"];
    let listen: &[&str] =
        if extra.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
    let output = haochaping(&[&usual, listen, extra].concat());
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(output.err.trim_end().lines().count(), 1, "{}", output.err);
    assert_eq!(output.out, "", "it never says that it is ready");
    for word in expected {
        assert!(output.err.contains(word), "{word:?} is not in {:?}", output.err);
    }
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    refuses(directory.path(), &["--listen", &address], &["cannot listen on", &address]);
}

#[test]
fn a_data_directory_that_cannot_be_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("data");
    refuses(&inside, &[], &[inside.to_str().unwrap(), "cannot be written"]);
}

#[test]
fn a_key_file_that_is_missing_or_of_another_store_is_named() {
    let mut collector = Collector::start(&[]);
    collector.stop();
    let data = collector.data_dir();
    let key = data.join("master.key");
    let other = Collector::start(&[]);
    let foreign = other.data_dir().join("master.key");
    refuses(
        data,
        &["--key-file", foreign.to_str().unwrap()],
        &["does not fit this store", "--key-file"],
    );
    refuses(
        data,
        &["--key-file", data.join("none").to_str().unwrap()],
        &["none is not there", "--key-file"],
    );

    std::fs::rename(&key, data.join("elsewhere.key")).unwrap();
    refuses(data, &[], &["master.key is not there", "--key-file"]);
    assert!(!key.exists(), "a store that has keys never gets another");
    std::fs::rename(data.join("elsewhere.key"), &key).unwrap();
    collector.restart();
}

#[test]
fn a_file_that_is_no_store_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("haochaping.sqlite3");
    let text = "这不是数据库。".repeat(100);
    std::fs::write(&file, &text).unwrap();
    refuses(directory.path(), &[], &["not a database"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn commands_make_no_store_by_a_slip_of_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    for command in
        [&["verify"][..], &["key", "list"], &["backup", "copy.sqlite3"], &["api-key", "list"]]
    {
        let output = haochaping(&[command, &["--data", data]].concat());
        assert_eq!(output.code, Some(1), "{command:?}");
        assert!(output.err.contains("is not there"), "{command:?}: {}", output.err);
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
