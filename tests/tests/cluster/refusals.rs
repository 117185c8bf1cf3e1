//! A database that cannot be used: one line that says why and what to do, and exit code 1.

use haochaping_postgres::shared;
use haochaping_tests::{Collector, haochaping};

/// Asserts that `serve` on this database refuses in one line that says all of `expected` and never
/// the password.
#[track_caller]
pub(crate) fn refuses(url: &str, expected: &[&str]) {
    refuses_with(url, &[], expected);
}

/// The same of `serve` with more arguments.
#[track_caller]
pub(crate) fn refuses_with(url: &str, arguments: &[&str], expected: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    let serve =
        ["serve", "--data", data, "--database", url, "--log", "off", "--listen", "127.0.0.1:0"];
    let output = haochaping(&[&serve, arguments].concat());
    assert_eq!(output.code, Some(1), "{output:?}");
    assert_eq!(output.err.trim_end().lines().count(), 1, "{}", output.err);
    for word in expected {
        assert!(output.err.contains(word), "{word:?} is not in {:?}", output.err);
    }
    assert!(!output.err.contains("secret"), "{}", output.err);
}

#[test]
fn a_server_that_cannot_be_reached_is_named() {
    refuses(
        "postgres://hcp:secret@127.0.0.1:1/ratings",
        &["database ratings on 127.0.0.1", "refused"],
    );
    refuses(
        "postgres://hcp:secret@127.0.0.1/x?sslmode=require",
        &["sslmode=require", "use verify-full"],
    );
    refuses("mysql://hcp:secret@127.0.0.1/x", &["--database", "no address of a database"]);
}

#[test]
fn a_wrong_password_and_a_wrong_name_are_said() {
    let url = shared().database();
    refuses(&url.replace("hcp:hcp@", "hcp:secret@"), &["password authentication failed"]);
    refuses(&format!("{url}_not"), &["does not exist"]);
}

#[test]
fn a_role_that_may_only_read_is_told_so() {
    let url = shared().database();
    let _store = Collector::start_on(&url, &[]);
    let role = format!("reader_{}", std::process::id());
    let sql = format!(
        "create role {role} login password 'secret'; grant select on all tables in schema public to {role}"
    );
    shared().sql_at(&url, &sql);
    refuses(&url.replace("hcp:hcp@", &format!("{role}:secret@")), &["permission denied"]);
}

#[test]
fn a_database_without_a_store_or_of_a_later_version_is_left_alone() {
    let url = shared().database();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().to_str().unwrap();
    for command in
        [&["verify"][..], &["key", "list"], &["backup", "copy.dump"], &["api-key", "list"]]
    {
        let output = haochaping(&[command, &["--data", data, "--database", &url]].concat());
        assert_eq!(output.code, Some(1), "{command:?}");
        assert!(output.err.contains("there is no store in it"), "{command:?}: {}", output.err);
    }
    assert_eq!(
        shared().sql_at(&url, "select count(*) from pg_tables where schemaname = 'public'"),
        "0"
    );

    let mut collector = Collector::start_on(&url, &[]);
    collector.stop();
    shared().sql_at(&url, "insert into schema_migration (version, name) values (99, 'later')");
    refuses(&url, &["version 99", "newer haochaping"]);
}
