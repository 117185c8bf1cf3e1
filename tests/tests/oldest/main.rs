//! Journeys in a Chromium of 2018, driven from Node: form, element and outbox. Each ends in the
//! store.

use std::{net::TcpListener, process::Command};

use haochaping_tests::{Collector, workspace};

#[test]
fn a_browser_of_2018_rates_on_every_entrance() {
    let port = TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("it is bound")
        .port();
    let origin = format!("http://localhost:{port}");
    let collector = Collector::start(&["--allow-origin", &origin]);
    let tickets = collector.register(6).join(",");
    let output = Command::new("node")
        .args(["--test", "journeys.mjs"])
        .current_dir(workspace().join("tests/oldest"))
        .envs([
            ("COLLECTOR", collector.url()),
            ("PORTAL_PORT", port.to_string()),
            ("TICKETS", tickets),
        ])
        .output()
        .expect("node is installed");
    let result = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&result));
    let verified = collector.cli(&["verify"]);
    assert!(verified.out.starts_with("5 ratings, 5 work orders"), "{verified:?}");
}
