//! `cargo xtask bench widget`: how soon a person can rate, and what that costs, against the same
//! form written by hand with Preact and with React (`tests/peers`), in one run.
//!
//! `bench-widget [--short] [--write FILE]`. Everything is on loopback; Chromium slows network and
//! processor down. A collector of the same build serves our page and the widget; a small server in
//! this process serves the peers, and the portal's pages by another name, so that the collector is
//! foreign to them. Each load is the first of a new tab in a process of its own, with empty caches.
//! All cases take turns, load by load, so that a machine that others use slows all of them alike:
//! the ratios count, not the numbers.

#![expect(clippy::print_stdout, reason = "a measurement prints its table")]

mod browser;
mod case;
mod load;
mod memory;
mod orphans;
mod places;
mod progress;
mod report;
mod site;
mod wire;

use std::path::{Path, PathBuf};

use browser::Browser;
use case::Case;
use haochaping_tests::{
    Http,
    goals::{arguments, is_short},
};
use load::{Load, NETWORKS};
use places::Places;
use progress::Progress;
use report::Found;
use tokio::task::block_in_place;

/// Stand before and after the tables in the file that `--write` names.
const MARKS: [&str; 2] = ["<!-- bench widget -->\n", "<!-- end of bench widget -->"];
/// Pages whose memory is looked at.
const N_PAGES: usize = 3;

#[tokio::main]
async fn main() {
    let args = arguments();
    let file = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--write", file] => Some(PathBuf::from(file)),
        _ => panic!("bench-widget [--short] [--write FILE]"),
    };
    let places = Places::open().await;
    let tables = block_in_place(|| report::tables(&measure(&places)));
    print!("{tables}");
    if let Some(file) = file {
        put_in(&file, &tables);
    }
}

fn measure(places: &Places) -> Found {
    let (n_runs, n_mounts) = if is_short() { (3, 200) } else { (7, 1_000) };
    let browser = Browser::open();
    let mut progress = Progress::of(Case::ALL.len() * (1 + n_runs * NETWORKS.len()) + N_PAGES + 1);
    // The first load of each is not counted: fonts are read, and the machine wakes up.
    for case in Case::ALL {
        progress.step(&format!("trying {}", case.name()));
        load::load(&browser, places, case, None);
        if case.is_scripted_peer() {
            assert_works(&browser, places, case);
        }
    }
    let download = download(&browser, places);
    let mut loads: Vec<Vec<Vec<Load>>> = vec![vec![Vec::new(); Case::ALL.len()]; NETWORKS.len()];
    for run in 0..n_runs {
        for (at, network) in NETWORKS.into_iter().enumerate() {
            for turn in 0..Case::ALL.len() {
                let case = Case::ALL[(turn + run) % Case::ALL.len()];
                let (run, name) = (run + 1, case.name());
                progress.step(&format!(
                    "{run} of {n_runs}, {} kbit/s, {name}",
                    network.kbit_per_second
                ));
                let load = load::load(&browser, places, case, Some(network));
                progress.show(&load);
                loads[at][case as usize].push(load);
            }
        }
    }
    let mut instances = [Vec::new(), Vec::new(), Vec::new()];
    for page in 1..=N_PAGES {
        progress.step(&format!("memory, {page} of {N_PAGES}"));
        instances[0].push(memory::per_instance(&browser, places));
        instances[1].push(memory::per_instance_of_peer(&browser, places, "preact"));
        instances[2].push(memory::per_instance_of_peer(&browser, places, "react"));
    }
    progress.step(&format!("{n_mounts} mounts and unmounts"));
    let leak = (n_mounts, memory::leak(&browser, places, n_mounts));
    progress.end();
    Found { browser: browser.version.clone(), n_runs, loads, instances, leak, download }
}

/// A peer that cannot be used is none.
fn assert_works(browser: &Browser, places: &Places, case: Case) {
    browser.fresh_tab();
    browser.open_page(&case.url(places));
    let message = browser.value_of(include_str!("use_peer.js"));
    assert_eq!(message, "已写 2 字，最多 500 字,3,SHILI", "{}", case.name());
}

/// What our page loads besides itself, as it is sent.
fn download(browser: &Browser, places: &Places) -> f64 {
    browser.fresh_tab();
    browser.open_page(&places.rating_page());
    browser.value_of("new Promise(done => setTimeout(done, 500))");
    let names = browser.value_of("performance.getEntriesByType('resource').map(one => one.name)");
    let names =
        names.as_array().expect("a list").iter().map(|name| name.as_str().expect("an address"));
    let http = Http::unchecked().header("accept-encoding", "br");
    names.map(|url| load::as_number(http.get(url).body.len() as u64)).sum()
}

/// Puts the tables between the two marks of a file.
fn put_in(file: &Path, tables: &str) {
    let text = std::fs::read_to_string(file).expect("the file is there");
    let [begin, end] = MARKS
        .map(|mark| text.find(mark).unwrap_or_else(|| panic!("no {mark} in {}", file.display())));
    let text = format!("{}\n{tables}\n{}", &text[..begin + MARKS[0].len()], &text[end..]);
    std::fs::write(file, text).expect("the file can be written");
}
