//! One line on standard error that says how far it is; a line for each step where nobody looks on.

use std::{io::IsTerminal, time::Instant};

use crate::load::Load;

#[derive(Debug)]
pub(crate) struct Progress {
    n_done: usize,
    n_steps: usize,
    started: Instant,
    /// Begins a line.
    start: &'static str,
}

impl Progress {
    pub(crate) fn of(n_steps: usize) -> Self {
        let start = if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "\n" };
        Self { n_done: 0, n_steps, started: Instant::now(), start }
    }

    /// The next step.
    pub(crate) fn step(&mut self, what: &str) {
        let (percent, seconds) =
            (self.n_done * 100 / self.n_steps, self.started.elapsed().as_secs());
        eprint!("{}{percent:>3} % {seconds:>4} s  {what}", self.start);
        self.n_done += 1;
    }

    /// What the step showed.
    pub(crate) fn show(&self, load: &Load) {
        // On a terminal the next step writes over it.
        let taken_over =
            load.taken_over.map_or(String::new(), |at| format!(", {at:.0} taken over"));
        eprint!(
            "{} {:.0} chosen, {:.0} sent{taken_over}",
            if self.start == "\n" { ":" } else { " " },
            load.chosen,
            load.sent
        );
    }

    pub(crate) fn end(&self) {
        eprintln!("{}{} s in all", self.start, self.started.elapsed().as_secs());
    }
}
