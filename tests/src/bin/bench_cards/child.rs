use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Seconds of CPU, user and system, over all cores.
    pub(crate) cpu: f64,
    /// Bytes of memory at the peak.
    pub(crate) peak: u64,
}

/// Clock ticks a second that Linux counts CPU in.
const TICKS: f64 = 100.0;

/// Runs a program to its end.
pub(crate) fn measure(program: &Path, args: &[&str], input: Stdio) -> Cost {
    let before = ticks_of_children();
    let mut child = Command::new(program)
        .args(args)
        .stdin(input)
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The highest that the kernel saw so far; the last look before the end is the one that
        // counts.
        peak = peak.max(
            std::fs::read_to_string(&status).ok().and_then(|text| high_water(&text)).unwrap_or(0),
        );
        match child.try_wait().expect("a child can be asked") {
            Some(ended) => break ended,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    assert!(ended.success(), "{} {args:?} ended with {ended}", program.display());
    Cost { cpu: (ticks_of_children() - before) / TICKS, peak }
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

/// Ticks that children which were waited for have used: fields 16 and 17 of the process's own line.
fn ticks_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let after_name = stat.rsplit_once(')').expect("a name in brackets").1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    [13, 14].map(|at| fields[at].parse::<f64>().expect("a number")).iter().sum()
}
