//! Rosters on the command line: printed whole or not at all, and what may end by them.

use haochaping_tests::Http;

use crate::cards::{AGENCY, HEAD, agent, out, print, roster, start};

#[test]
fn a_roster_is_never_written_over_and_nothing_is_issued_where_nothing_can_be_printed() {
    let collector = start(&[]);
    let folder = collector.data_dir().join("office");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("cards.csv");
    std::fs::write(&file, roster(&[&agent("示例甲", "1")])).unwrap();
    let run = |out: &std::path::Path| {
        let (file, out, url) = (file.to_str().unwrap(), out.to_str().unwrap(), collector.url());
        collector.cli(&["card", "print", file, "--out", out, "--public-url", &url])
    };
    let output = run(&folder);
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("over the roster"), "{}", output.err);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with(HEAD));
    let output = run(&file.join("inside"));
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("cannot be written"), "{}", output.err);
    assert_eq!(collector.cli(&["card", "list"]).out.lines().count(), 1, "no card was issued");
}

#[test]
fn a_roster_is_printed_whole_or_not_at_all_and_again_the_same() {
    let collector = start(&[]);
    let bad = roster(&[
        &agent("示例甲", "1"),
        &agent("示例?", "2"),
        &agent("示例丙", "1").replace("321002001001", "321002001009"),
    ]);
    let (output, cards) = print(&collector, &bad, &[]);
    assert_eq!((output.code, cards.len()), (Some(1), 0));
    for fault in ["line 3, 姓名:", "line 4, 村社区代码:", "nothing was printed"] {
        assert!(output.err.contains(fault), "{fault}: {}", output.err);
    }
    assert!(!out(&collector).exists());
    assert_eq!(collector.cli(&["card", "list"]).out.lines().count(), 1, "no card was issued");
    let (output, cards) = print(&collector, &bad, &["--skip-bad"]);
    assert_eq!((output.code, cards.len()), (Some(0), 1), "{}", output.err);
    assert!(
        std::fs::read_to_string(out(&collector).join("left-out.txt")).unwrap().contains("line 3")
    );

    let good = [agent("示例甲", "1"), agent("示例乙", "2")];
    let (output, first) = print(&collector, &roster(&[&good[0], &good[1]]), &[]);
    assert!(output.err.contains("1 new, 0 replace others, 1 as before"), "{}", output.err);
    let pdf = std::fs::read(out(&collector).join("cards.pdf")).unwrap();
    let (output, again) = print(&collector, &roster(&[&good[0], &good[1]]), &[]);
    assert!(output.err.contains("0 new, 0 replace others, 2 as before"), "{}", output.err);
    assert_eq!(first, again);
    assert!(pdf == std::fs::read(out(&collector).join("cards.pdf")).unwrap(), "byte for byte");
    let (output, _) = print(&collector, &roster(&[&good[0], &agent("示例丁", "2")]), &[]);
    assert!(
        output.code == Some(1)
            && output.err.contains("card 2 of 示例丁 \"2\" would end: 姓名：“示例乙” → “示例丁”"),
        "{}",
        output.err
    );
    let (output, changed) =
        print(&collector, &roster(&[&good[0], &agent("示例丁", "2")]), &["--replace"]);
    assert!(
        output.err.contains("replaces card 2")
            && output.err.contains("1 replace others, 1 as before"),
        "{}",
        output.err
    );
    assert_eq!((&changed[0], changed[1][0].as_str()), (&first[0], "3"));

    let (output, _) = print(&collector, &roster(&[&agent("示例\u{10FFFD}", "9")]), &[]);
    assert_eq!(output.code, Some(1));
    assert!(output.err.contains("line 2: \u{10FFFD} (U+10FFFD)"), "{}", output.err);
    assert_eq!(
        collector.cli(&["card", "list"]).out.lines().count(),
        4,
        "no card was issued for it"
    );
}

/// A heading that was not understood must not cost an office its printed cards, nor a mistake for
/// ever.
#[test]
fn printed_cards_end_by_consent_only_and_a_mistake_is_undone() {
    let collector = start(&[]);
    let right = roster(&[&agent("示例甲", "1"), &agent("示例乙", "2")]);
    let (output, first) = print(&collector, &right, &[]);
    assert_eq!(output.code, Some(0), "{}", output.err);
    // The heading says more now, and is understood.
    let said_more = right.replace("服务范围", "服务范围（可办事项）");
    let (output, again) = print(&collector, &said_more, &[]);
    assert!(
        output.err.contains("0 new, 2 unchanged, 0 that replace a printed card"),
        "{}",
        output.err
    );
    assert_eq!(first, again);
    // One that is not: the plan says so, and nothing is done.
    let lost = right.replace("服务范围", "能办什么");
    for extra in [&["--dry-run"][..], &["--dry-run", "--replace"], &[]] {
        let (output, _) = print(&collector, &lost, extra);
        assert!(
            output.err.contains("columns that were not understood, and are on no card: 能办什么"),
            "{}",
            output.err
        );
        assert!(
            output.err.contains("card 1 of 示例甲 \"1\" would end: 服务范围：“社保代办” → —"),
            "{}",
            output.err
        );
        assert!(
            output.err.contains("0 new, 0 unchanged, 2 that replace a printed card"),
            "{}",
            output.err
        );
        assert_eq!(output.code, Some(i32::from(extra.is_empty())));
    }
    assert_eq!(collector.cli(&["card", "list"]).out.lines().count(), 3);
    let (output, _) = print(&collector, &lost, &["--replace"]);
    assert!(output.err.contains("2 replace others"), "{}", output.err);
    for serial in ["1", "2"] {
        let revived = collector.cli(&["card", "revive", serial]);
        assert!(revived.out.contains(&format!("card {serial} is in use again")), "{revived:?}");
    }
    assert_eq!(Http::new().get(&first[0][2]).status, 200, "what is on the wall opens");
    let (output, back) = print(&collector, &right, &[]);
    assert!(output.err.contains("0 new, 2 unchanged"), "{}", output.err);
    assert_eq!(back, first);
    assert_eq!(collector.cli(&["card", "revive", "1"]).code, Some(1));
}

/// As the office has it: names of people and villages, a title, a sum. Nobody types a code.
#[test]
fn a_roster_of_names_is_printed_without_a_code() {
    let collector = start(&[]);
    collector.cli(&[
        "staff",
        "add",
        "zhou-9",
        "--role",
        "card_office",
        "--agency",
        AGENCY,
        "--region",
        "321000",
    ]);
    let text = "示例街道网格员花名册,,\n姓名,村（社区）,电话\n示例甲,琼花观,0514-12345678\n示例乙,琼花观社区,\n合计,2,\n";
    let known = print(&collector, &roster(&[&agent("示例丙", "3")]), &[]).0;
    assert_eq!(known.code, Some(0), "{}", known.err);
    // The agency is on record by its name now.
    let (output, cards) = print(&collector, text, &["--agency", "扬州市示例代办中心"]);
    assert_eq!((output.code, cards.len()), (Some(0), 2), "{}", output.err);
    assert!(
        output.err.contains("line 3: 示例甲 gets the number 321002001001-01"),
        "{}",
        output.err
    );
    assert!(output.err.contains("line 5, \"合计\": taken for a sum"), "{}", output.err);
    let (output, again) = print(&collector, text, &["--agency", "扬州市示例代办中心"]);
    assert!(output.err.contains("0 new, 2 unchanged"), "{}", output.err);
    assert_eq!(cards, again);
    let (output, _) = print(&collector, text, &["--agency", "无此单位"]);
    assert!(output.err.contains("no credit code and no agency on record"), "{}", output.err);
}

#[test]
fn many_faults_are_counted_and_not_all_listed() {
    let collector = start(&[]);
    let rows: Vec<_> = (0..5_000).map(|_| "示例?,x,1,2,,".to_owned()).collect();
    let (output, _) =
        print(&collector, &roster(&rows.iter().map(String::as_str).collect::<Vec<_>>()), &[]);
    assert!(
        output.err.len() < 20_000 && output.err.contains("… and 14900 more"),
        "{}",
        &output.err[output.err.len() - 300..]
    );
}
