//! A log that shrank, two logs shown to two readers, and witnesses whom nobody can be shown another
//! log than before.

use std::path::Path;

use haochaping_tests::{Collector, Http, haochaping};

use crate::{
    bad, good,
    ledger::{audit, sequenced, state},
    rate,
};

/// A copy of a collector's data, with another one running on it: it signs by the same key.
fn copied(collector: &mut Collector) -> Collector {
    collector.stop();
    let directory = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(collector.data_dir()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), directory.path().join(entry.file_name())).unwrap();
        }
    }
    collector.restart_elsewhere();
    Collector::start_in(directory, &[])
}

fn cosign(collector: &Collector, directory: &Path) -> (Option<i32>, String) {
    let output = haochaping(&[
        "cosign",
        &collector.url(),
        "--name",
        "audit.example.org",
        "--directory",
        directory.to_str().unwrap(),
    ]);
    (output.code, format!("{}{}", output.out, output.err))
}

#[test]
fn two_logs_shown_to_two_readers_are_caught_by_whoever_saw_the_first() {
    let mut one = Collector::start(&[]);
    rate(&one, &good(&one.register(1)[0]));
    sequenced(&one, 1);
    let other = copied(&mut one);
    for collector in [&one, &other] {
        rate(collector, &bad(&collector.register(1)[0]));
        sequenced(collector, 2);
    }
    let (_directory, file) = state();
    assert_eq!(audit(&one, &file).0, Some(0));
    let (code, message) = audit(&other, &file);
    assert!(code == Some(1) && message.contains("two logs of 2 leaves"), "{message}");
    rate(&other, &good(&other.register(2)[1]));
    sequenced(&other, 3);
    let (code, message) = audit(&other, &file);
    assert!(code == Some(1) && message.contains("the ledger shows two logs"), "{message}");

    let witness = tempfile::tempdir().unwrap();
    // The collector does not know the witness, whose line is kept all the same.
    let (code, message) = cosign(&one, witness.path());
    assert!(code == Some(1) && message.contains("it is kept here"), "{message}");
    let (code, message) = cosign(&other, witness.path());
    assert!(code == Some(1) && message.contains("it is another log"), "{message}");
    let kept = std::fs::read_dir(witness.path()).unwrap().filter_map(Result::ok);
    assert_eq!(
        kept.filter(|file| file.file_name().to_string_lossy().starts_with("checkpoint-")).count(),
        2
    );
}

#[test]
fn a_log_that_shrank_is_named() {
    let mut one = Collector::start(&[]);
    rate(&one, &good(&one.register(1)[0]));
    sequenced(&one, 1);
    let before = copied(&mut one);
    rate(&one, &bad(&one.register(1)[0]));
    sequenced(&one, 2);
    let (_directory, file) = state();
    assert_eq!(audit(&one, &file).0, Some(0));
    let (code, message) = audit(&before, &file);
    assert!(
        code == Some(1) && message.contains("the log shrank: it had 2 leaves and has 1"),
        "{message}"
    );
}

#[test]
fn witnesses_that_are_named_have_their_lines_in_the_checkpoint() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut first = Collector::start(&[]);
    // The collector knows neither of them yet; their keys are made.
    let keys = [&one, &two]
        .map(|witness| cosign(&first, witness.path()).1.lines().next().unwrap().to_owned());
    first.stop();
    let collector = Collector::start(&["--witness", &keys[0], "--witness", &keys[1]]);
    rate(&collector, &good(&collector.register(1)[0]));
    sequenced(&collector, 1);
    let shown = |path: &str| {
        Http::new().get(&format!("{}/ledger/{path}", collector.url())).text().to_owned()
    };
    let bare = shown("checkpoint");
    let fresh = |of: &tempfile::TempDir| {
        let directory = tempfile::tempdir().unwrap();
        std::fs::copy(of.path().join("key"), directory.path().join("key")).unwrap();
        directory
    };
    for witness in [&one, &two] {
        let (code, message) = cosign(&collector, fresh(witness).path());
        assert_eq!(code, Some(0), "{message}");
    }
    let cosigned = shown("checkpoint");
    for key in &keys {
        let line = key.parse::<haochaping::ledger::WitnessKey>().unwrap().line(&cosigned).unwrap();
        assert!(line.is_some_and(|line| line.starts_with("— audit.example.org ")), "{cosigned}");
    }
    assert_eq!(
        (cosigned.lines().count(), shown("cosigned")),
        (bare.lines().count() + 2, cosigned.clone())
    );

    let post = |body: &str| {
        let url = format!("{}/ledger/cosignatures", collector.url());
        Http::new().send("POST", &url, Some(body.as_bytes())).status
    };
    assert_eq!(post("nothing"), 422);
    assert_eq!(post(&bare), 403);
    // Whoever sends it once more in another order, or with lines of nobody, takes nothing away and
    // adds nothing.
    let (text, lines) = cosigned.split_once("\n\n").unwrap();
    let (ours, witnesses) = lines.trim_end().split_once('\n').unwrap();
    let strange = ours.replace("/ledger ", "/ledger.example ");
    assert_eq!(post(&format!("{text}\n\n{witnesses}\n{strange}\n{ours}\n")), 204);
    assert_eq!((shown("checkpoint"), shown("cosigned")), (cosigned.clone(), cosigned));
}
