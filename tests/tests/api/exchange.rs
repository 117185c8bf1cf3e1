//! Ratings for other systems, and other systems' old records.

use std::{collections::BTreeSet, path::PathBuf};

use haochaping_tests::{Collector, Http, Said, service};
use serde_json::{Value, json};

use crate::{bad, good, rate, verified};

const ITEM: &str = "11320000014000128P3000116001000";
const CASE: &str = "办件编号,评价渠道,评价人,评价时间,评价次数,满意度代码,文字评价,行政区划";
const OLD: &str = "projectNo,serviceNumber,areaCode,orgcode,pf,satisfaction,evalDetail,writingEvaluation,assessTime";

fn export(collector: &Collector, args: &[&str]) -> Said {
    let output = collector.cli(&[&["export"], args].concat());
    assert_eq!(output.code, Some(0), "{}", output.err);
    output
}

/// Rows as objects, by the names of their columns.
fn rows(csv: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let object = |record: csv::StringRecord| {
        let pairs =
            heads.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), json!(value)));
        Value::Object(pairs.collect())
    };
    reader.records().map(|record| object(record.unwrap())).collect()
}

fn lines(jsonl: &str) -> Vec<Value> {
    jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn path_in(collector: &Collector, name: &str) -> String {
    collector.data_dir().join(name).to_str().unwrap().to_owned()
}

/// A good and a bad rating, the bad one with everything a rating can have.
fn with_two_ratings() -> (Collector, String) {
    let collector = Collector::start(&[]);
    let mut first = service();
    first["item_code"] = ITEM.into();
    first["item_name"] = "社会保障卡申领".into();
    let case = first["case_number"].as_str().unwrap().to_owned();
    let tickets = collector.register_all(&[first, service()]);
    let ticket = |n: usize| tickets["tickets"][n]["ticket"].as_str().unwrap();
    let mut message = bad(ticket(0));
    message["comment"] = "跑了三趟,\n\"还\"没办成".into();
    message["contact"] = json!({"name": "示例·王某", "phone": "13800000000"});
    assert_eq!(rate(&collector, &message).status, 201);
    assert_eq!(rate(&collector, &good(ticket(1))).status, 201);
    (collector, case)
}

/// The names of columns and the numbers of levels are those of national practice and of GB/T
/// 39046-2020 table 9.
#[test]
fn a_rating_leaves_in_the_form_of_each_profile() {
    let (collector, case) = with_two_ratings();
    let national = export(&collector, &[]).out;
    let national = rows(&national);
    assert_eq!(national.len(), 2);
    let of_case = |rows: &[Value], column: &str| {
        rows.iter().find(|row| row[column] == case.as_str()).unwrap().clone()
    };
    let row = of_case(&national, "projectNo");
    for (column, value) in [
        ("serviceNumber", "1"),
        ("taskCode", ITEM),
        ("taskName", "社会保障卡申领"),
        ("areaCode", "321002"),
        ("orgcode", "11321000014216389W"),
        ("pf", "1"),
        ("satisfaction", "1"),
        ("evalDetail", "110"),
        ("writingEvaluation", "跑了三趟,\n\"还\"没办成"),
        ("provenance", "citizen"),
    ] {
        assert_eq!(row[column], value, "{column}: {row}");
    }
    let time = row["assessTime"].as_str().unwrap();
    assert!(time.len() == 19 && time.as_bytes()[10] == b' ', "{time}");
    let jsonl = export(&collector, &["--format", "jsonl"]).out;
    assert_eq!(of_case(&lines(&jsonl), "projectNo"), row, "both formats say the same");
    let all = format!("{national:?}{jsonl}");
    assert!(!all.contains("13800000000") && !all.contains("示例·王某"), "nobody's name leaves");

    let reversed = export(&collector, &["--profile", "gbt-39046"]).out;
    assert!(reversed.starts_with(CASE), "{reversed}");
    let row = of_case(&rows(&reversed), "办件编号");
    assert_eq!(
        (&row["满意度代码"], &row["评价人"], &row["行政区划"]),
        (&json!("5"), &json!(""), &json!("321002"))
    );
    let time = row["评价时间"].as_str().unwrap();
    assert!(time.len() == 15 && time.as_bytes()[8] == b'T', "{time}");
}

#[test]
fn an_export_goes_on_where_the_last_one_ended() {
    let (collector, _) = with_two_ratings();
    let (mark, first, second) = (
        path_in(&collector, "last.json"),
        path_in(&collector, "1.csv"),
        path_in(&collector, "2.csv"),
    );
    let to = |output: &str| collector.cli(&["export", "--watermark", &mark, "--output", output]);
    assert!(to(&first).err.contains("2 ratings exported by the profile national"));
    let again = to(&first);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("1.csv exists: name a new file"), "{}", again.err);
    let ticket = collector.register(1).remove(0);
    assert_eq!(rate(&collector, &good(&ticket)).status, 201);
    assert!(to(&second).err.contains("1 ratings exported"));
    let receipts = |path: &str| -> BTreeSet<String> {
        rows(&std::fs::read_to_string(path).unwrap())
            .iter()
            .map(|row| row["receipt"].to_string())
            .collect()
    };
    assert!(receipts(&first).is_disjoint(&receipts(&second)));
    assert!(!PathBuf::from(format!("{first}.part")).exists());
    // What a receiver has not taken is exported again: the watermark is a file like any other.
    std::fs::write(
        &mark,
        "{\"at\": \"2026-11-20T00:00:00+08:00\", \"slots\": {\"0\": 999999}, \"newest\": {}}",
    )
    .unwrap();
    let set_back = collector.cli(&["export", "--watermark", &mark]);
    assert!(set_back.err.contains("of a later state of this store"), "{}", set_back.err);
}

/// A store that was set back and has gone on has as many commits again, of other ratings: those
/// would never leave.
#[test]
fn a_watermark_of_a_store_that_was_set_back_is_refused() {
    let (collector, _) = with_two_ratings();
    let mark = path_in(&collector, "last.json");
    assert!(export(&collector, &["--watermark", &mark]).err.contains("2 ratings exported"));
    assert!(export(&collector, &["--watermark", &mark]).err.contains("0 ratings exported"));
    collector.run_sql("update rating set revision = revision + 1");
    let refused = collector.cli(&["export", "--watermark", &mark]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("the store was set back"), "{}", refused.err);
    assert_eq!(refused.out, "");
}

/// However exports and ratings meet, all exports together have every rating once.
#[test]
fn exports_beside_a_running_collector_miss_and_double_nothing() {
    const N: usize = 120;
    let collector = Collector::start(&[]);
    let tickets = collector.register(N);
    let mark = path_in(&collector, "last.json");
    let mut exported = Vec::new();
    let mut export_once = || {
        let output = collector.cli(&["export", "--watermark", &mark, "--format", "jsonl"]);
        assert_eq!(output.code, Some(0), "{}", output.err);
        exported.extend(
            lines(&output.out).iter().map(|row| row["receipt"].as_str().unwrap().to_owned()),
        );
    };
    let accepted: Vec<String> = std::thread::scope(|scope| {
        let rater = |tickets: &[String]| -> Vec<String> {
            let receipt = |ticket: &String| {
                let answer = rate(&collector, &good(ticket));
                assert_eq!(answer.status, 201, "{}", answer.text());
                answer.json()["receipt"].as_str().unwrap().to_owned()
            };
            tickets.iter().map(receipt).collect()
        };
        let raters: Vec<_> =
            tickets.chunks(N / 4).map(|some| scope.spawn(move || rater(some))).collect();
        while !raters.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            export_once();
        }
        raters.into_iter().flat_map(|rater| rater.join().unwrap()).collect()
    });
    export_once();
    let once: BTreeSet<_> = exported.iter().cloned().collect();
    assert_eq!((exported.len(), once), (N, accepted.into_iter().collect()));
}

#[test]
fn tests_and_history_are_not_exported() {
    let collector = Collector::start(&[]);
    let key = collector.cli(&["api-key", "add", "night-watch", "--scope", "probe"]);
    let probe = Http::new().header("authorization", &format!("Bearer {}", key.out.trim()));
    let url = format!("{}/api/v1/services", collector.url());
    let registered = haochaping_tests::eventually("the key is known", || {
        let answer = probe.post_json(&url, &json!({"services": [service()]}));
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(
        rate(&collector, &good(registered["tickets"][0]["ticket"].as_str().unwrap())).status,
        201
    );
    assert_eq!(import(&collector, &[old("A", "5", "510")], &[]).code, Some(0));
    assert_eq!(rows(&export(&collector, &[]).out).len(), 0);
    verified(&collector);
}

fn old(case: &str, level: &str, indicators: &str) -> String {
    format!("{case},1,321002,11321000014216389W,4,{level},{indicators},,2020-03-02 09:10:11")
}

fn import(collector: &Collector, lines: &[String], args: &[&str]) -> Said {
    let file = path_in(collector, "old.csv");
    std::fs::write(&file, format!("{OLD}\n{}\n", lines.join("\n"))).unwrap();
    collector.cli(&[&["import", &file, "--authority", "old-portal"], args].concat())
}

#[test]
fn old_records_are_shown_apart_and_never_count() {
    let collector = Collector::start(&[]);
    let records = [old("A", "5", "510"), old("B", "1", "110"), old("C", "2", "")];
    let output = import(&collector, &records, &[]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    assert!(output.err.contains("3 ratings imported, 0 were there already"), "{}", output.err);
    let again = import(&collector, &records, &[]);
    assert!(again.err.contains("0 ratings imported, 3 were there already"), "{}", again.err);
    let statistics = format!("{}/api/v1/statistics?region=321000", collector.url());
    let shown = haochaping_tests::eventually("the collector has seen the import", || {
        let shown = Http::new().get(&statistics).json();
        (shown["imported"] == 3).then_some(shown)
    });
    assert_eq!((&shown["good"], &shown["bad"]), (&json!(0), &json!(0)), "{shown}");
    assert_eq!(collector.read_sql("select count(*) from work_order"), ["0"]);
    assert_eq!(collector.read_sql("select distinct provenance from rating"), ["imported"]);
    assert_eq!(collector.read_sql("select distinct collected_at from rating"), ["1583111411000"]);
    // The same case number of a living case is another case.
    let mut living = service();
    living["case_number"] = "A".into();
    let ticket =
        collector.register_all(&[living])["tickets"][0]["ticket"].as_str().unwrap().to_owned();
    assert_eq!(rate(&collector, &good(&ticket)).status, 201);
    assert_eq!(verified(&collector), (4, 0));
}

#[test]
fn of_a_file_with_faults_nothing_is_imported() {
    let collector = Collector::start(&[]);
    let directory = collector.data_dir().to_str().unwrap();
    let refused = collector.cli(&["import", directory, "--authority", "x", "--format", "jsonl"]);
    assert!(
        refused.err.contains("1 faults, nothing was imported\nline 1, cannot be read"),
        "{}",
        refused.err
    );
    let mut records: Vec<String> = (0..600).map(|n| old(&format!("OLD-{n}"), "4", "406")).collect();
    records[1] = old("OLD-1", "6", "406");
    records[550] = old("OLD-550", "4", "999");
    records.push(old("OLD-0", "3", ""));
    let output = import(&collector, &records, &[]);
    assert_eq!(output.code, Some(1));
    for expected in [
        "3 faults, nothing was imported",
        "line 3, satisfaction: \"6\" is no level of this profile",
        "line 552, evalDetail: \"999\" was never an option",
        "line 602, the same case and number as line 2, with another content",
    ] {
        assert!(output.err.contains(expected), "{expected}: {}", output.err);
    }
    assert_eq!(collector.read_sql("select count(*) from rating"), ["0"]);
    assert_eq!(import(&collector, &[old("OLD-0", "4", "406")], &[]).code, Some(0));
    let changed = import(&collector, &[old("NEW", "4", ""), old("OLD-0", "3", "")], &[]);
    assert!(
        changed.err.contains("line 3, case OLD-0 was imported with another content"),
        "{}",
        changed.err
    );
    assert_eq!(collector.read_sql("select count(*) from rating"), ["1"]);
    let file = path_in(&collector, "none.csv");
    std::fs::write(&file, "projectNo,pf\nA,1\n").unwrap();
    let missing = collector.cli(&["import", &file, "--authority", "x"]);
    assert!(
        missing
            .err
            .contains("has no column serviceNumber, areaCode, orgcode, satisfaction, assessTime"),
        "{}",
        missing.err
    );
    let unknown = collector.cli(&["import", &file, "--authority", "x", "--profile", "nation"]);
    assert!(unknown.err.contains("none of the profiles national, gbt-39046"), "{}", unknown.err);
}

/// What one collector exports another can import: levels keep their meaning through the reversed
/// count too.
#[test]
fn an_export_is_read_by_an_import_in_every_profile_and_format() {
    let (collector, case) = with_two_ratings();
    for (n, profile) in ["national", "gbt-39046"].into_iter().enumerate() {
        for format in ["csv", "jsonl"] {
            let file = path_in(&collector, &format!("{profile}.{format}"));
            export(&collector, &["--profile", profile, "--format", format, "--output", &file]);
            let other = Collector::start(&[]);
            let agency = ["--agency", "11321000014216389W"];
            let usual =
                ["import", &file, "--authority", "x", "--profile", profile, "--format", format];
            let result = other.cli(&[&usual[..], if n == 1 { &agency } else { &[] }].concat());
            assert!(
                result.err.contains("2 ratings imported"),
                "{profile} {format}: {}",
                result.err
            );
            let level =
                other.read_sql(&format!("select level from rating where case_number = '{case}'"));
            assert_eq!(level, ["very_dissatisfied"], "{profile} {format}");
            verified(&other);
        }
    }
}
