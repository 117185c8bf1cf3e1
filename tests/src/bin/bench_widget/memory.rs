//! What a form on a page holds, and what it leaves behind when it goes. At full speed: nothing is
//! timed.

use serde_json::json;

use crate::{browser::Browser, load::as_number, places::Places};

const INSTANCES: &str = include_str!("instances.js");
/// So many more forms than one.
const N_MORE: u32 = 50;
/// Before leaks are counted: the engine compiles what runs often, and keeps that.
const N_WARM_UP: u32 = 200;
/// So many mounts by one command: the driver does not wait without end.
const PART: u32 = 100;

/// Bytes held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// The linear memory of wasm, which grows by 64 KiB and never shrinks.
    pub(crate) wasm: f64,
    /// Objects of JavaScript.
    pub(crate) script: f64,
    /// The browser's own objects: elements, style sheets.
    pub(crate) dom: f64,
}

impl Held {
    fn since(self, before: Self, n: u32) -> Self {
        let each = |now: f64, then: f64| (now - then) / f64::from(n);
        Self {
            wasm: each(self.wasm, before.wasm),
            script: each(self.script, before.script),
            dom: each(self.dom, before.dom),
        }
    }

    /// What our code holds; the form's elements cost the same whatever made them.
    pub(crate) fn own(self) -> f64 {
        self.wasm + self.script
    }
}

/// What one more of our forms holds.
pub(crate) fn per_instance(browser: &Browser, places: &Places) -> Held {
    open_many(browser, places);
    browser.value_of("bench.put(1)");
    let one = held(browser);
    browser.value_of(&format!("bench.put({N_MORE})"));
    held(browser).since(one, N_MORE)
}

/// What one more form of a peer holds.
pub(crate) fn per_instance_of_peer(browser: &Browser, places: &Places, name: &str) -> Held {
    let open = |name: &str| {
        browser.fresh_tab();
        browser.open_page(&places.of_peer(name));
        browser.value_of("new Promise(done => setTimeout(done, 300))");
        held(browser)
    };
    let one = open(name);
    open(&format!("{name}-many")).since(one, N_MORE)
}

/// What each of `n` mounts and unmounts leaves behind.
pub(crate) fn leak(browser: &Browser, places: &Places, n: u32) -> Held {
    open_many(browser, places);
    browser.value_of(&format!("bench.cycle({N_WARM_UP})"));
    let before = held(browser);
    for _ in 0..n / PART {
        browser.value_of(&format!("bench.cycle({PART})"));
    }
    held(browser).since(before, n)
}

fn open_many(browser: &Browser, places: &Places) {
    browser.fresh_tab();
    browser.run_first(INSTANCES);
    browser.open_page(&places.of_portal("/many"));
}

fn held(browser: &Browser) -> Held {
    // What was freed may have held others that only the next round finds.
    for _ in 0..3 {
        browser.value_of("new Promise(done => setTimeout(done, 100))");
        browser.devtools("HeapProfiler.collectGarbage", &json!({}));
    }
    let heap = browser.devtools("Runtime.getHeapUsage", &json!({}));
    let size = |name: &str| {
        as_number(heap[name].as_u64().unwrap_or_else(|| panic!("no {name} in {heap}")))
    };
    let wasm = browser.value_of("window.bench ? bench.wasm() : 0");
    Held {
        wasm: as_number(wasm.as_u64().expect("a size")),
        script: size("usedSize"),
        dom: size("embedderHeapUsedSize"),
    }
}
