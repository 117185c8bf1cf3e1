//! The tables and the goals, as Markdown.

use std::fmt::Write as _;

use haochaping_tests::goals::Goals;

use crate::{
    case::Case,
    load::{Load, NETWORKS, Network},
    memory::Held,
};

/// Everything that a run found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Version of Chromium.
    pub(crate) browser: String,
    pub(crate) n_runs: usize,
    /// Loads by network and case, in the orders of [`NETWORKS`] and [`Case::ALL`].
    pub(crate) loads: Vec<Vec<Vec<Load>>>,
    /// One more form: ours, Preact's, React's.
    pub(crate) instances: [Vec<Held>; 3],
    /// Mounts and unmounts, and what each left.
    pub(crate) leak: (u32, Held),
    /// Script and wasm file, brotli.
    pub(crate) download: f64,
}

impl Found {
    fn median(&self, network: usize, case: Case, value: impl Fn(&Load) -> f64) -> f64 {
        median(self.loads[network][case as usize].iter().map(value))
    }

    fn instance(&self, whose: usize, value: impl Fn(&Held) -> f64) -> f64 {
        median(self.instances[whose].iter().map(value))
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The middle one, or the upper of the middle two.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    values[values.len() / 2]
}

/// The ends of the middle half.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let values = sorted(values);
    let outside = values.len() / 4;
    [values[outside], values[values.len() - 1 - outside]]
}

/// The whole answer of a run.
pub(crate) fn tables(found: &Found) -> String {
    let mut out = String::new();
    write(&mut out, found).expect("writing to a string cannot fail");
    out
}

fn write(out: &mut String, found: &Found) -> std::fmt::Result {
    let n_cores = std::thread::available_parallelism().map_or(0, usize::from);
    writeln!(
        out,
        "Chromium {}, {n_cores} cores, medians of {}, in brackets the middle half. Times in ms; KB are 1,000 bytes.",
        found.browser, found.n_runs
    )?;
    for (at, network) in NETWORKS.iter().enumerate() {
        write_network(out, found, at, *network)?;
    }
    write_memory(out, found)?;
    out.push_str(&goals(found).report());
    Ok(())
}

fn write_network(out: &mut String, found: &Found, at: usize, network: Network) -> std::fmt::Result {
    writeln!(
        out,
        "\n| {} | a level can be chosen | ÷ Preact, script only | it can be sent | script has taken over | long tasks | KB on the wire |\n\
         |---|--:|--:|--:|--:|--:|--:|",
        name(network)
    )?;
    let preact = found.median(at, Case::Preact, |load| load.chosen);
    for case in Case::ALL {
        let of = |value: fn(&Load) -> f64| found.median(at, case, value);
        let chosen = of(|load| load.chosen);
        let [from, to] =
            spread(found.loads[at][case as usize].iter().map(|load| load.chosen)).map(grouped);
        let taken_over = of(|load| load.taken_over.unwrap_or_default());
        writeln!(
            out,
            "| {} | {} ({from}–{to}) | {:.2} | {} | {} | {:.0}, {} ms | {:.1} |",
            case.name(),
            grouped(chosen),
            chosen / preact,
            grouped(of(|load| load.sent)),
            if case.has_script() { grouped(taken_over) } else { "—".to_owned() },
            of(|load| load.n_long_tasks),
            grouped(of(|load| load.long_tasks)),
            of(|load| load.bytes) / 1e3,
        )?;
    }
    Ok(())
}

fn write_memory(out: &mut String, found: &Found) -> std::fmt::Result {
    writeln!(
        out,
        "\n| KB for each form | wasm | JavaScript | the browser's elements |\n|---|--:|--:|--:|"
    )?;
    let mut row = |name: &str, held: Held| {
        writeln!(
            out,
            "| {name} | {:.1} | {:.1} | {:.1} |",
            held.wasm / 1e3,
            held.script / 1e3,
            held.dom / 1e3
        )
    };
    for (whose, name) in
        ["our widget, one more", "Preact, one more", "React, one more"].into_iter().enumerate()
    {
        let of = |value: fn(&Held) -> f64| found.instance(whose, value);
        row(
            name,
            Held {
                wasm: of(|held| held.wasm),
                script: of(|held| held.script),
                dom: of(|held| held.dom),
            },
        )?;
    }
    let (n, left) = found.leak;
    row(&format!("our widget, left by each of {n} mounts and unmounts"), left)
}

fn goals(found: &Found) -> Goals {
    let mut goals = Goals::default();
    let limits = [
        (Case::Page, Case::Preact, 0.95),
        (Case::Page, Case::Plain, 1.03),
        (Case::InPage, Case::Preact, 0.95),
        (Case::InPage, Case::Plain, 1.03),
        (Case::OneTag, Case::Preact, 1.0),
        (Case::Fetched, Case::Preact, 1.25),
        (Case::Preloaded, Case::Preact, 1.1),
    ];
    for (at, network) in NETWORKS.iter().enumerate() {
        for (of, to, limit) in limits {
            let chosen = |case| found.median(at, case, |load| load.chosen);
            let what =
                format!("a level can be chosen, {}: {} ÷ {}", name(*network), of.name(), to.name());
            goals.at_most(what, chosen(of) / chosen(to), limit);
        }
    }
    let ours = found.instance(0, |held| held.own());
    let rest = [
        ("script and wasm file, KB brotli", found.download, 64.0),
        ("memory for one more form, wasm and JavaScript, KB", ours, 20.0),
        ("left by a mount and unmount, wasm and JavaScript, KB", found.leak.1.own(), 2.0),
    ];
    for (what, bytes, limit) in rest {
        goals.at_most(what, bytes / 1e3, limit);
    }
    goals
}

fn name(network: Network) -> String {
    let Network { kbit_per_second, latency_ms } = network;
    if kbit_per_second < 1_000 {
        return format!("{kbit_per_second} kbit/s, {latency_ms} ms");
    }
    format!("{} Mbit/s, {latency_ms} ms", f64::from(kbit_per_second) / 1e3)
}

/// A whole number with a comma after the thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    match digits.len() {
        4.. => format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        _ => digits,
    }
}
