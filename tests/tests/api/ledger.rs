//! The ledger: what it proves to the holder of a receipt, to an auditor and to a witness; and that
//! each way of changing what people said is named by one of them.

use std::path::{Path, PathBuf};

use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    ledger::{Proof, Salt},
    link::part_of,
    rating::{Channel, Provenance, SatisfactionLevel},
};
use haochaping_collector::ports::{Clock as _, SystemClock, SystemRng, random, random_id, uuid_at};
use haochaping_store::{About, NewRating, Outcome};
use haochaping_tests::{Auditor, Collector, Http, Office, eventually, haochaping, service};
use serde_json::{Value, json};

use crate::{bad, good, rate};

/// Ratings of yesterday, committed beside the running collector; all of one department, the last
/// one bad.
fn rate_yesterday(collector: &Collector, case: &str, n: usize) {
    let services: Vec<Value> = (0..n)
        .map(|i| {
            let mut service = service();
            service["case_number"] = format!("{case}-{i}").into();
            service
        })
        .collect();
    collector.register_all(&services);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = collector.open_store().await;
        let at = Instant::from_millis(SystemClock.now().millis() - DAY_MILLIS);
        let mut batch = Vec::new();
        for i in 0..n {
            let (case, authority) = (format!("{case}-{i}"), collector.authority());
            let part = part_of(authority, &case);
            let found = store.find_service(part, authority, &case, 1).await.unwrap().unwrap();
            let level = if i + 1 == n {
                SatisfactionLevel::Dissatisfied
            } else {
                SatisfactionLevel::Satisfied
            };
            batch.push(rating(part, found.id, level, at));
        }
        let committed = store.commit(batch.into()).await.unwrap();
        assert!(committed.outcomes.iter().all(|outcome| *outcome == Outcome::Accepted));
    });
}

fn rating(part: u8, service: [u8; 16], level: SatisfactionLevel, at: Instant) -> NewRating {
    NewRating {
        part,
        about: About::Service(service),
        id: uuid_at(at, &SystemRng),
        key_digest: random(&SystemRng),
        fingerprint: random(&SystemRng),
        level,
        indicators: String::new(),
        indicator_version: "2020-05".into(),
        comment: None,
        contact: None,
        is_anonymous: false,
        channel: Channel::Pc,
        provenance: Provenance::Citizen,
        lang: "zh-Hans",
        rated_at: at,
        entered_by: None,
        collected_at: None,
        salt: Salt::new(random(&SystemRng)),
        work_order: random_id(&SystemRng),
    }
}

pub(crate) fn sequenced(collector: &Collector, size: u64) {
    eventually("every leaf has a number", || (Auditor::size(collector)? >= size).then_some(()));
}

/// Yesterday's ratings are in the log; `change` is done behind the collector's back before
/// yesterday is closed.
fn closed(change: &str) -> Collector {
    let mut collector = Collector::start(&[]);
    rate_yesterday(&collector, "JS-YESTERDAY", 6);
    sequenced(&collector, 6);
    collector.stop();
    if !change.is_empty() {
        collector.run_sql(change);
    }
    // A running collector publishes what waits when its day begins; this one begins it now.
    collector.restart_elsewhere();
    eventually("yesterday is closed", || {
        last_table(&collector).filter(|table| table["rows"][0].is_object())
    });
    collector
}

/// The newest table of a closed day.
fn last_table(collector: &Collector) -> Option<Value> {
    let tables = Http::new().get(&format!("{}/ledger/tables", collector.url())).json();
    let number = tables["tables"].as_array()?.last()?["number"].as_u64()?;
    Some(Http::new().get(&format!("{}/ledger/tables/{number}", collector.url())).json())
}

/// An audit with a state of its own in a directory.
pub(crate) fn audit(collector: &Collector, state: &Path) -> (Option<i32>, String) {
    let output = haochaping(&["audit", &collector.url(), "--state", state.to_str().unwrap()]);
    (output.code, format!("{}{}", output.out, output.err))
}

pub(crate) fn state() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("audit.json");
    (directory, file)
}

#[test]
fn a_rating_is_promised_at_once_and_proven_a_moment_later_and_neither_shows_how() {
    let collector = Collector::start(&[]);
    let ticket = &collector.register(2)[0];
    let mut rating = bad(ticket);
    rating["comment"] = "窗口态度差".into();
    let accepted = rate(&collector, &rating).json();
    let (receipt, lookup) =
        (accepted["receipt"].as_str().unwrap(), accepted["lookup"].as_str().unwrap());
    let key = Http::new().get(&format!("{}/ledger/key", collector.url())).text().trim().to_owned();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("receipt.json");
    let path = file.to_str().unwrap();

    std::fs::write(&file, accepted.to_string()).unwrap();
    let output = haochaping(&["verify-receipt", path, "--key", &key, "--receipt", receipt]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.out.contains("promised") && output.out.contains(receipt), "{}", output.out);

    let url = format!("{}/api/v1/ratings/{lookup}/proof", collector.url());
    let proof = eventually("the leaf has a number", || {
        let answer = Http::new().get(&url).json();
        answer["index"].is_u64().then_some(answer)
    });
    assert_eq!(proof["key"], key.as_str());
    let text = proof["proof"].as_str().unwrap();
    assert!(text.len() <= 2_048, "{}", text.len());
    assert_eq!(
        Proof::read(text).unwrap().entry,
        haochaping::ledger::Promise::read(accepted["proof"].as_str().unwrap()).unwrap().entry
    );
    std::fs::write(&file, proof.to_string()).unwrap();
    let output = haochaping(&["verify-receipt", path, "--key", &key]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.out.contains("leaf 0 is in the ledger"), "{}", output.out);
    assert_eq!(haochaping(&["verify-receipt", &url]).code, Some(0), "by its address");
    // The same again for a retry: what was promised is proven now.
    let again = rate(&collector, &rating).json();
    assert_eq!(again["proof"].as_str().unwrap().lines().next(), Some("c2sp.org/tlog-proof@v1"));

    // A wrong receipt, a strange key, another tree, no proof.
    let wrong = |args: &[&str], expected: &str| {
        let output = haochaping(&[&["verify-receipt", path], args].concat());
        assert!(
            output.code == Some(1) && output.err.contains(expected),
            "{expected}: {}",
            output.err
        );
    };
    wrong(&["--receipt", "0000-0000-0000-0000"], "not that of the receipt 0000-0000-0000-0000");
    let strange = haochaping::ledger::LogKey::new("other.example/ledger", &[7; 32]).unwrap();
    wrong(&["--key", strange.public()], "not signed by other.example/ledger");
    rate(&collector, &good(&collector.register(1)[0]));
    sequenced(&collector, 2);
    let checkpoint = Http::new().get(&format!("{}/ledger/checkpoint", collector.url()));
    let checkpoint = checkpoint.text();
    let (head, _) = text.split_once("\n\n").unwrap();
    std::fs::write(&file, format!("{head}\n\n{checkpoint}")).unwrap();
    wrong(&["--key", &key], "not the length of one in a tree of 2");
    std::fs::write(&file, "nothing").unwrap();
    wrong(&["--key", &key], "it is no proof");
}

#[test]
fn whoever_audits_reads_what_is_new_and_finds_every_closed_day_in_order() {
    let collector = closed("");
    let (_directory, file) = state();
    let (code, output) = audit(&collector, &file);
    assert_eq!(code, Some(0), "{output}");
    assert!(
        output.contains(" tables of closed days up to 20")
            && output.contains(" follow from their leaves; 0 leaves are in no table"),
        "{output}"
    );
    let table = last_table(&collector).unwrap();
    assert_eq!(table["rows"][0]["counts"]["satisfied"], 5, "{table}");
    assert_eq!(table["rows"][0]["counts"]["dissatisfied"], 1, "{table}");
    rate(&collector, &good(&collector.register(1)[0]));
    let size = Auditor::size(&collector).unwrap() + 1;
    sequenced(&collector, size);
    let (code, output) = audit(&collector, &file);
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("1 of them new"), "{output}");
    let output = collector.cli(&["verify"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    // Who supervises gets the remainder opened, and nothing of it is on the public address.
    let opening = file.with_file_name("opening.json");
    let opened = collector.cli(&["open-remainder"]);
    assert_eq!(opened.code, Some(0), "{}", opened.err);
    std::fs::write(&opening, &opened.out).unwrap();
    let with = |opening: &Path| {
        let (state, opening) = (file.to_str().unwrap(), opening.to_str().unwrap());
        haochaping(&["audit", &collector.url(), "--state", state, "--opening", opening])
    };
    let output = with(&opening);
    assert!(
        output.code == Some(0)
            && output.out.contains("no group is told to have more of a level than its leaves"),
        "{}",
        output.err
    );
    std::fs::write(&opening, opened.out.replace("\"table\": ", "\"table\": 1")).unwrap();
    assert!(with(&opening).err.contains("ask for that one's"), "{}", with(&opening).err);
    std::fs::write(&file, "{}").unwrap();
    assert!(audit(&collector, &file).1.contains("holds no state of an audit"));
}

#[test]
fn a_leaf_that_is_gone_is_not_promised_anew() {
    let collector = Collector::start(&[]);
    let accepted = rate(&collector, &bad(&collector.register(1)[0])).json();
    sequenced(&collector, 1);
    collector.run_sql("delete from ledger_batch");
    let url = format!(
        "{}/api/v1/ratings/{}/proof",
        collector.url(),
        accepted["lookup"].as_str().unwrap()
    );
    let answer = Http::new().get(&url);
    assert_eq!((answer.status, answer.json()["code"].as_str()), (500, Some("leaf-gone")));
    let output = haochaping(&["verify-receipt", &url]);
    assert!(
        output.code == Some(1)
            && output.err.contains("the ledger does not hold the leaf of this rating"),
        "{}",
        output.err
    );
}

/// Six of yesterday, one of today and its appeal. With them are entries of tables, as many as it
/// took to close yesterday.
const N_LEAVES: u64 = 8;

/// The store as the version before left it: ratings, what was published of them, an appeal that was
/// upheld, and no ledger.
#[test]
fn ratings_from_before_the_ledger_get_their_leaves() {
    let mut collector = closed("");
    let accepted = rate(&collector, &bad(&collector.register(1)[0])).json();
    let (department, body) = (Office::department(&collector), Office::body(&collector, "321000"));
    let is_of_today =
        |order: &&Value| !order["case_number"].as_str().unwrap().starts_with("JS-YESTERDAY");
    let order = eventually("the order of today", || {
        department.list(0)["orders"].as_array().unwrap().iter().find(is_of_today).cloned()
    });
    let contested = department.act(
        &order,
        &[
            json!({"action": "reach", "cause": "matter", "demand": "希望撤回"}),
            json!({"action": "determine_mistaken", "finding": "评价人说按错了"}),
            json!({"action": "file_appeal", "grounds": "误触"}),
        ],
    );
    body.act(&contested, &[json!({"action": "uphold", "reason": "通话录音可证"})]);
    let n_tables =
        |collector: &Collector| last_table(collector).unwrap()["number"].as_u64().unwrap();
    sequenced(&collector, N_LEAVES + n_tables(&collector));
    collector.stop();
    for table in
        ["pending", "batch", "open", "head", "tile", "due", "table", "cosignature", "before"]
    {
        collector.run_sql(&format!("drop table ledger_{table}"));
    }
    // Later migrations are made anew with it.
    collector.run_sql("drop table sign_in");
    collector.run_sql("delete from schema_migration where version >= 20");

    collector.restart_elsewhere();
    sequenced(&collector, N_LEAVES);
    eventually("yesterday is closed again", || {
        last_table(&collector).filter(|table| table["rows"][0].is_object())
    });
    let (_directory, file) = state();
    let (code, output) = audit(&collector, &file);
    assert_eq!(code, Some(0), "{output}");
    let table = last_table(&collector).unwrap();
    assert_eq!(table["rows"][0]["counts"]["satisfied"], 5, "{table}");
    assert_eq!(
        Auditor::size(&collector),
        Some(N_LEAVES + n_tables(&collector)),
        "none twice, and none left out"
    );
    let url = format!(
        "{}/api/v1/ratings/{}/proof",
        collector.url(),
        accepted["lookup"].as_str().unwrap()
    );
    assert_eq!(haochaping(&["verify-receipt", &url]).code, Some(0));
    let output = collector.cli(&["verify"]);
    assert_eq!(output.code, Some(0), "{}", output.err);
}

/// What is done to the store, and what whoever reads the public log says of it.
#[track_caller]
fn audit_names(change: &str, expected: &str) {
    let collector = closed(change);
    let (_directory, file) = state();
    let (code, message) = audit(&collector, &file);
    assert!(code == Some(1) && message.contains(expected), "{expected}: {message}");
}

const BAD: &str = "level = 'dissatisfied'";

#[test]
fn a_bad_rating_that_was_removed_is_named() {
    audit_names(
        &format!(
            "delete from work_order; delete from rating where {BAD}; update waiting set dissatisfied = 0;"
        ),
        "6 leaves are to be accounted for, and it accounts for 5",
    );
}

#[test]
fn a_good_rating_that_was_invented_is_named() {
    let columns =
        "authority, service_number, key_digest, fingerprint, indicators, indicator_version, anonymous, channel,
       provenance, lang, item_code, agency, region, rated_at, salt, slot, revision";
    audit_names(
        &format!(
            "insert into rating (part, id, case_number, level, {columns})
               select part, key_digest, 'invented', 'very_satisfied', {columns} from rating where {BAD};
             insert into ledger_open (part, rating, kind, number, day)
               select r.part, r.key_digest, o.kind, 0, o.day from rating r join ledger_open o on o.rating = r.id
               where r.{BAD};
             update waiting set very_satisfied = very_satisfied + 1;"
        ),
        "6 leaves are to be accounted for, and it accounts for 7",
    );
}

#[test]
fn a_level_that_was_flipped_is_named_with_what_it_was() {
    audit_names(
        &format!(
            "update rating set level = 'very_satisfied' where {BAD};
             update waiting set dissatisfied = 0, very_satisfied = very_satisfied + 1;"
        ),
        "citizen dissatisfied] is told as one of [",
    );
}

#[test]
fn ratings_that_were_moved_to_another_day_are_named() {
    audit_names(
        "update rating set rated_at = rated_at - 86400000;
         update ledger_open set day = day - 1; update waiting set day = day - 1;",
        "its counts are not what its leaves add up to",
    );
}

/// Whoever knows the code can still say what is on record, and is told that it is not what was
/// accepted.
#[test]
fn verify_names_the_rating_that_was_changed() {
    let mut collector = Collector::start(&[]);
    let accepted = rate(&collector, &bad(&collector.register(1)[0])).json();
    sequenced(&collector, 1);
    collector.stop();
    collector.run_sql("update rating set rated_at = rated_at + 1");
    let output = collector.cli(&["verify"]);
    let receipt = accepted["receipt"].as_str().unwrap();
    assert!(
        output.err.contains(&format!("the rating {receipt} is not what its leaf 0 says")),
        "{}",
        output.err
    );
    collector.run_sql("update rating set rated_at = rated_at - 1, comment = null, contact = null");
    assert_eq!(collector.cli(&["verify"]).code, Some(0), "a comment may be deleted");
    collector.run_sql("delete from work_order; delete from rating");
    let output = collector.cli(&["verify"]);
    assert!(
        output.err.contains("leaf 0 of the ledger stands for no rating on record"),
        "{}",
        output.err
    );
}

#[test]
fn a_table_that_was_rewritten_after_its_day_is_named() {
    let collector = closed("");
    let (_directory, file) = state();
    assert_eq!(audit(&collector, &file).0, Some(0));
    let (_other, fresh) = state();
    // As an operator would: counts and commitment of the remainder can be made to fit, the log's
    // entry cannot.
    let body = if collector.database().is_some() {
        "update ledger_table set body = convert_to(replace(convert_from(body, 'UTF8'), '\"satisfied\": 5', '\"satisfied\": 9'), 'UTF8')"
    } else {
        "update ledger_table set body = cast(replace(cast(body as text), '\"satisfied\": 5', '\"satisfied\": 9') as blob)"
    };
    collector.run_sql(body);
    let (code, message) = audit(&collector, &fresh);
    assert!(
        code == Some(1)
            && message.contains(" is not the one that leaf ")
            && message.contains("it was rewritten"),
        "{message}"
    );
    assert!(collector.cli(&["verify"]).err.contains("is not the one that was published"));
}

#[test]
fn a_tile_that_is_cut_short_and_a_strange_key_are_named() {
    let collector = Collector::start(&[]);
    rate(&collector, &bad(&collector.register(1)[0]));
    sequenced(&collector, 1);
    let (_directory, file) = state();
    let strange = haochaping::ledger::LogKey::new("other.example/ledger", &[7; 32]).unwrap();
    let output = haochaping(&[
        "audit",
        &collector.url(),
        "--state",
        file.to_str().unwrap(),
        "--key",
        strange.public(),
    ]);
    assert!(
        output.code == Some(1) && output.err.contains("not signed by other.example/ledger"),
        "{}",
        output.err
    );
    collector.run_sql("update ledger_tile set data = substr(data, 1, 40) where level = -1");
    let (code, output) = audit(&collector, &file);
    assert!(code == Some(1) && output.contains("/ledger/tile/entries/000.p/1"), "{output}");
    let wrong = ["0/000.p/0", "64/000", "0/999", "entries/000.p/256", "x"];
    for path in wrong {
        let answer = Http::new().get(&format!("{}/ledger/tile/{path}", collector.url()));
        assert_eq!(answer.status, 404, "{path}");
    }
}
