//! A command in stages: what share of it is done, how long each took, and what had to be left out.

use std::{collections::BTreeSet, path::Path, time::Instant};

use anyhow::{Result, bail};

use crate::{
    shell::say,
    timings,
    tools::{LeftOut, Tool},
};

/// One stage.
pub(crate) struct Stage<'a> {
    name: String,
    needs: Vec<Tool>,
    run: Box<dyn FnOnce() -> Result<()> + 'a>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(name: impl Into<String>, run: impl FnOnce() -> Result<()> + 'a) -> Self {
        Self { name: name.into(), needs: Vec::new(), run: Box::new(run) }
    }

    /// The same, left out where one of these is missing.
    pub(crate) fn needing(self, tools: &[Tool]) -> Self {
        Self { needs: tools.to_vec(), ..self }
    }
}

/// Runs the stages of a command in their order and keeps what each took.
///
/// # Errors
/// At the first stage that fails. If all went well but something was left out, here or inside a
/// stage: an error that lists it, each with the line that installs what was missing.
pub(crate) fn run(
    root: &Path,
    command: &str,
    stages: Vec<Stage<'_>>,
    left_out: &LeftOut,
) -> Result<()> {
    let expected = timings::expected(root, command)?;
    let seconds_of = |name: &str| expected.get(name).copied().unwrap_or(10.0);
    let total: f64 = stages.iter().map(|stage| seconds_of(&stage.name)).sum();
    let n_stages = stages.len();
    let (mut took, mut before) = (Vec::new(), 0.0);
    for (number, stage) in (1..).zip(stages) {
        let seconds = seconds_of(&stage.name);
        let share = 100.0 * before / total.max(0.1);
        before += seconds;
        if let Some(missing) = stage.needs.iter().find(|tool| !tool.is_there(root)) {
            left_out.add(&stage.name, *missing);
            continue;
        }
        say(&format!(
            "[{share:.0} %] {number} of {n_stages}: {} (about {seconds:.0} s)",
            stage.name
        ));
        let started = Instant::now();
        (stage.run)()?;
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("    took {seconds:.0} s");
        took.push((stage.name, seconds));
    }
    timings::keep(root, command, &took)?;
    complete(left_out)
}

/// All is well only if nothing was left out.
fn complete(left_out: &LeftOut) -> Result<()> {
    let entries = left_out.entries();
    if entries.is_empty() {
        return Ok(());
    }
    say("what ran has passed; this was left out:");
    for (what, tool) in &entries {
        eprintln!("    {what}: no {}", tool.name());
    }
    eprintln!("to run it too:");
    let lines: BTreeSet<_> = entries.iter().map(|(_, tool)| tool.install_line()).collect();
    for line in lines {
        eprintln!("    {line}");
    }
    bail!(
        "{} left out",
        if entries.len() == 1 {
            "one part was".to_owned()
        } else {
            format!("{} parts were", entries.len())
        }
    )
}
