//! One load of a page as somebody sees it who has never been there, on a slow network with a slow
//! phone.

use serde_json::{Value, json};

use crate::{browser::Browser, case::Case, places::Places};

const WATCH: &str = include_str!("watch.js");
/// How many times slower than this machine.
pub(crate) const SLOWDOWN: u32 = 4;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    pub(crate) kbit_per_second: u32,
    /// From a request to the first byte of its answer.
    pub(crate) latency_ms: u32,
}

/// Both networks of the tables.
pub(crate) const NETWORKS: [Network; 2] = [
    Network { kbit_per_second: 1_600, latency_ms: 150 },
    Network { kbit_per_second: 400, latency_ms: 400 },
];

/// What one load showed. Times in milliseconds from the start of the navigation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// A click reaches the first level.
    pub(crate) chosen: f64,
    /// A click reaches the button, and something sends the form then.
    pub(crate) sent: f64,
    /// The script has taken over; none without one.
    pub(crate) taken_over: Option<f64>,
    /// Tasks over 50 ms, and how long they took together.
    pub(crate) n_long_tasks: f64,
    pub(crate) long_tasks: f64,
    /// Everything that came from any server, heads included.
    pub(crate) bytes: f64,
}

/// Loads a page. Without a network the machine is as fast as it is.
pub(crate) fn load(
    browser: &Browser,
    places: &Places,
    case: Case,
    network: Option<Network>,
) -> Load {
    browser.fresh_tab();
    let url = case.url(places);
    // The tab is in its process before that is slowed down; a process keeps its pace only as long
    // as it lives.
    browser.open_page(&case.blank(places));
    browser.run_first(&format!("{WATCH}({})", case.has_script()));
    if let Some(Network { kbit_per_second, latency_ms }) = network {
        let bytes_per_second = kbit_per_second * 1_000 / 8;
        browser.devtools(
            "Network.emulateNetworkConditions",
            &json!({ "offline": false, "latency": latency_ms, "downloadThroughput": bytes_per_second,
                "uploadThroughput": bytes_per_second }),
        );
        browser.devtools("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWDOWN }));
    }
    let before = places.n_bytes();
    browser.open_page(&url);
    let found = browser.value_of("benchFound");
    let bytes = as_number(places.n_bytes() - before);
    let time = |name: &str| found[name].as_f64();
    let must =
        |name: &str| time(name).unwrap_or_else(|| panic!("{}: never {name}: {found}", case.name()));
    let tasks: Vec<f64> =
        found["tasks"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Load {
        chosen: must("chosen"),
        sent: must("sent"),
        taken_over: case.has_script().then(|| must("takenOver")),
        n_long_tasks: as_number(tasks.len() as u64),
        long_tasks: tasks.iter().sum(),
        bytes,
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
pub(crate) fn as_number(n: u64) -> f64 {
    n as f64
}
