//! Running other programs: what runs is said, what fails is named.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

/// Says what is about to be done.
pub(crate) fn say(what: &str) {
    eprintln!("\x1b[1m==>\x1b[0m {what}");
}

/// Runs a program to its end, its output shown.
pub(crate) fn execute(what: &str, command: &mut Command) -> Result<()> {
    say(what);
    let started = Instant::now();
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{program} cannot be started"))?;
    ensure!(status.success(), "{what}: {program} ended with {status}");
    eprintln!("    done in {:.0} s", started.elapsed().as_secs_f32());
    Ok(())
}

/// Whether a program runs and ends well, its output hidden.
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
