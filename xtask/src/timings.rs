//! How long each stage of a command took: kept in the build directory, and printed by `cargo xtask
//! timings`.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

const RECORD: &str = "target/timings.json";
/// What a fresh clone took on two cores: what is expected where nothing ran before.
const REFERENCE: &str = include_str!("../timings.json");

/// The stages of one run, in their order, each with its seconds.
pub(crate) type Run = Vec<(String, f64)>;

/// Seconds that a stage of a command is expected to take: those of its last run here, else those of
/// the reference.
pub(crate) fn expected(root: &Path, command: &str) -> Result<BTreeMap<String, f64>> {
    let last = of(&record(root), command, "last");
    let reference = of(&reference()?, command, "first");
    Ok(reference.into_iter().chain(last).collect())
}

/// Keeps a run as the last of its command, and as the first if there was none: the first of a clone
/// is its cold one.
pub(crate) fn keep(root: &Path, command: &str, run: &Run) -> Result<()> {
    let mut record = record(root);
    let stages: Vec<_> =
        run.iter().map(|(name, seconds)| json!([name, (seconds * 10.0).round() / 10.0])).collect();
    if record[command]["first"].is_null() {
        record[command]["first"] = stages.clone().into();
    }
    record[command]["last"] = stages.into();
    fs::create_dir_all(root.join("target"))?;
    fs::write(root.join(RECORD), format!("{record:#}\n"))
        .with_context(|| format!("{RECORD} cannot be written"))
}

/// Prints for each command what each of its stages took.
pub(crate) fn print(root: &Path) -> Result<()> {
    let (record, reference) = (record(root), reference()?);
    let commands = record.as_object().into_iter().flat_map(|commands| commands.keys());
    let mut is_empty = true;
    for command in commands {
        is_empty = false;
        print_command(command, &record, &reference);
    }
    if is_empty {
        println!(
            "nothing was timed in this clone yet: `cargo xtask demo` and `cargo xtask test` are"
        );
    }
    Ok(())
}

fn print_command(command: &str, record: &Value, reference: &Value) {
    let [first, last] = ["first", "last"].map(|which| of(record, command, which));
    let kept = of(reference, command, "first");
    println!("cargo xtask {command}: seconds, and the share of the last run");
    println!("{:>9} {:>9} {:>6} {:>10}  stage", "first", "last", "share", "reference");
    let sum = |run: &Run| run.iter().fold(0.0, |sum, (_, seconds)| sum + seconds);
    let total = sum(&last);
    let cell = |run: &Run, stage: &str| {
        run.iter()
            .find(|(name, _)| name == stage)
            .map_or_else(|| "–".to_owned(), |(_, seconds)| format!("{seconds:.1}"))
    };
    for (stage, seconds) in &last {
        let (first, kept, share) =
            (cell(&first, stage), cell(&kept, stage), 100.0 * seconds / total.max(0.1));
        println!("{first:>9} {seconds:>9.1} {share:>5.0}% {kept:>10}  {stage}");
    }
    println!("{:>9.1} {total:>9.1} {:>6} {:>10.1}  in all\n", sum(&first), "", sum(&kept));
}

/// A run of a record; empty where there was none.
fn of(record: &Value, command: &str, which: &str) -> Run {
    let stages = record[command][which].as_array().map_or(&[][..], Vec::as_slice);
    stages
        .iter()
        .filter_map(|stage| Some((stage[0].as_str()?.to_owned(), stage[1].as_f64()?)))
        .collect()
}

/// What ran in this clone. A file that cannot be read is as none: it is only a record.
fn record(root: &Path) -> Value {
    let text = fs::read_to_string(root.join(RECORD)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|_| json!({}))
}

fn reference() -> Result<Value> {
    serde_json::from_str(REFERENCE).context("xtask/timings.json is not JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{expected, keep, of, record};

    #[test]
    fn the_first_run_stays_and_the_last_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |seconds| vec![("builds".to_owned(), seconds)];
        keep(folder.path(), "test", &run(300.0)).expect("kept");
        keep(folder.path(), "test", &run(20.04)).expect("kept");
        assert_eq!(
            record(folder.path()),
            json!({"test": {"first": [["builds", 300.0]], "last": [["builds", 20.0]]}})
        );
        assert_eq!(json!(expected(folder.path(), "test").expect("read")["builds"]), json!(20.0));
    }

    #[test]
    fn a_record_that_is_broken_is_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("target")).expect("a folder");
        std::fs::write(folder.path().join("target/timings.json"), "{").expect("written");
        assert!(of(&record(folder.path()), "test", "last").is_empty());
        keep(folder.path(), "test", &vec![]).expect("kept");
    }
}
