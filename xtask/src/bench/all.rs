//! Every measurement in one run: all ratios with their goals in one table, kept as JSON and
//! compared with those in the repository.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Name, build_programs};
use crate::{
    build,
    shell::{execute, say},
    stages::{self, Stage},
    tools::LeftOut,
};

/// What this run found.
const FOUND: &str = "target/bench/goals.json";
/// What the last run found that was kept: `--keep` puts this run in its place.
const KEPT: &str = "tests/bench/goals.json";
/// A ratio that is worse by more than this share has fallen.
const TOLERANCE: f64 = 0.10;

/// A program with its arguments.
const RUNS: [(Name, &[&str]); 11] = [
    (Name::HotWords, &[]),
    (Name::Cards, &[]),
    (Name::Pads, &[]),
    (Name::Widget, &[]),
    (Name::Public, &[]),
    (Name::WorkOrders, &[]),
    (Name::Ingest, &[]),
    (Name::Ingest, &["--store", "postgres"]),
    (Name::Ingest, &["--ledger"]),
    (Name::Ingest, &["--ledger", "--store", "postgres"]),
    (Name::Growth, &[]),
];

/// Measures all of it. `arguments`: `--short` for small stores and few rounds, `--keep` to keep
/// what is found.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let (mut is_short, mut keeps) = (false, false);
    for argument in arguments {
        match argument.as_str() {
            "--short" => is_short = true,
            "--keep" => keeps = true,
            other => {
                bail!("{other:?} is not known here: `cargo xtask bench all [--short] [--keep]`")
            }
        }
    }
    let mut stages = vec![
        Stage::new("what the measurements need", || {
            RUNS.iter().try_for_each(|(name, _)| name.prepare(root))
        }),
        Stage::new("the widget", || build::widget(root)),
        Stage::new("the collector and what measures it", build_programs),
    ];
    for (number, (name, arguments)) in RUNS.iter().enumerate() {
        let title = [&[name.program()], *arguments].concat().join(" ");
        stages.push(Stage::new(title, move || measure(root, number, *name, arguments, is_short)));
    }
    fs::create_dir_all(root.join("target/bench"))?;
    stages::run(
        root,
        if is_short { "bench all --short" } else { "bench all" },
        stages,
        &LeftOut::default(),
    )?;
    report(root, is_short, keeps)
}

fn file_of(root: &Path, number: usize) -> std::path::PathBuf {
    root.join(format!("target/bench/goals-{number}.json"))
}

fn measure(
    root: &Path,
    number: usize,
    name: Name,
    arguments: &[&str],
    is_short: bool,
) -> Result<()> {
    let file = file_of(root, number);
    if file.exists() {
        fs::remove_file(&file)?;
    }
    let mut program = Command::new(root.join("target/measure").join(name.program()));
    program.args(is_short.then_some("--short")).args(arguments).env("HAOCHAPING_GOALS", &file);
    execute(name.program(), &mut program)?;
    ensure!(file.exists(), "{} found nothing", name.program());
    Ok(())
}

/// One table of everything, and what has fallen since the run that was kept.
fn report(root: &Path, is_short: bool, keeps: bool) -> Result<()> {
    let mut goals = Vec::new();
    for number in 0..RUNS.len() {
        let found: Value = serde_json::from_slice(&fs::read(file_of(root, number))?)?;
        goals.extend(found.as_array().context("goals are a list")?.iter().cloned());
    }
    let kept = read_kept(root, is_short)?;
    println!("\n{:>10} {:>10} {:>10}  {:<7}  what", "found", "limit", "kept", "");
    let mut fallen = Vec::new();
    for goal in &goals {
        let what = goal["what"].as_str().context("a goal has a name")?;
        let number =
            |field: &str| goal[field].as_f64().with_context(|| format!("{what} has no {field}"));
        let (found, limit, before) = (number("found")?, number("limit")?, kept.get(what).copied());
        let is_most = goal["sign"] == "≤";
        let verdict = if goal["met"] == true { "met" } else { "NOT met" };
        let before_text = before.map_or_else(|| "–".to_owned(), |before| format!("{before:.2}"));
        println!(
            "{found:>10.2} {:>8} {before_text:>10}  {verdict:<7}  {what}",
            format!("{} {limit}", if is_most { "≤" } else { "≥" })
        );
        if before.is_some_and(|before| has_fallen(found, before, is_most)) {
            fallen.push(format!("{what}: {found:.2} after {before_text}"));
        }
    }
    let n_met = goals.iter().filter(|goal| goal["met"] == true).count();
    println!("\n{n_met} of {} goals met", goals.len());
    for line in &fallen {
        println!("fell by more than 10 %: {line}");
    }
    let found = format!("{:#}\n", json!({ "short": is_short, "goals": goals }));
    fs::write(root.join(FOUND), &found)?;
    if keeps {
        fs::write(root.join(KEPT), &found)?;
    }
    say(&format!("written to {}", if keeps { KEPT } else { FOUND }));
    Ok(())
}

/// What was found before, by name; nothing where the run that was kept was of another length.
fn read_kept(root: &Path, is_short: bool) -> Result<BTreeMap<String, f64>> {
    let Ok(text) = fs::read_to_string(root.join(KEPT)) else { return Ok(BTreeMap::new()) };
    let kept: Value = serde_json::from_str(&text).with_context(|| format!("{KEPT} is not JSON"))?;
    if kept["short"] != is_short {
        return Ok(BTreeMap::new());
    }
    let goals = kept["goals"].as_array().map_or(&[][..], Vec::as_slice);
    Ok(goals
        .iter()
        .filter_map(|goal| Some((goal["what"].as_str()?.to_owned(), goal["found"].as_f64()?)))
        .collect())
}

fn has_fallen(found: f64, before: f64, is_most: bool) -> bool {
    if is_most { found > before / (1.0 - TOLERANCE) } else { found < before * (1.0 - TOLERANCE) }
}

#[cfg(test)]
mod tests {
    use super::has_fallen;

    #[test]
    fn a_ratio_falls_when_it_is_worse_by_more_than_a_tenth() {
        assert!(
            has_fallen(0.89, 1.0, false)
                && !has_fallen(0.91, 1.0, false)
                && !has_fallen(2.0, 1.0, false)
        );
        assert!(
            has_fallen(1.12, 1.0, true)
                && !has_fallen(1.1, 1.0, true)
                && !has_fallen(0.5, 1.0, true)
        );
    }
}
