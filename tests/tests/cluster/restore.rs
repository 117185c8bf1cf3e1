//! The drill: a backup of a running collector's database is read into another one, and is a store.

use haochaping_postgres::shared;
use haochaping_tests::{Collector, Http, eventually};
use serde_json::json;

use crate::load::{Crowd, verified};

#[test]
fn a_backup_made_under_load_is_read_back_and_goes_on() {
    let collector = Collector::start_on(&shared().database(), &[]);
    let before = Crowd::gather(&[collector.url()], &collector.register(60), 6).finish();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("copy.dump");
    let crowd = Crowd::gather(&[collector.url()], &collector.register(300), 6);
    let output = collector.cli(&["backup", file.to_str().unwrap()]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.err.contains("master.key"), "it says what else is needed: {}", output.err);
    let after = crowd.finish();
    assert_eq!(
        collector.cli(&["backup", file.to_str().unwrap()]).code,
        Some(1),
        "no backup is overwritten"
    );

    let url = shared().database();
    shared().restore(&url, &file);
    let restored = collector.beside_at(&url, &[]);
    let n = verified(&restored);
    assert!((before..=before + after).contains(&n), "{n} of {before} and {after}");
    let ticket = restored.register(1).remove(0);
    let rating = json!({
        "ticket": ticket, "key": "key-0000000000000000000001", "level": "dissatisfied", "indicators": [],
        "indicator_version": "2020-05", "comment": "说明", "anonymous": false, "contact": null, "lang": "zh-Hans",
        "via": null,
    });
    assert_eq!(
        Http::new().post_json(&format!("{}/api/v1/ratings", restored.url()), &rating).status,
        201
    );
    eventually("its order is given out", || {
        (restored.cli(&["verify"]).code == Some(0)).then_some(())
    });
}
