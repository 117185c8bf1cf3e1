//! The board and the alerts that come with the collector: right by Prometheus' own checker, and
//! about measures that there are.

use std::{net::TcpListener, path::PathBuf, process::Command};

use haochaping_tests::{Collector, Http, eventually, workspace};
use serde_json::{Value, json};

fn file(name: &str) -> PathBuf {
    workspace().join("server/monitoring").join(name)
}

fn promtool(args: &[&str], input: Option<&str>) {
    let mut command = Command::new("promtool");
    command.args(args).current_dir(file(""));
    if let Some(input) = input {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("input"), input).unwrap();
        command.stdin(std::fs::File::open(folder.path().join("input")).unwrap());
    }
    let output = command.output().expect("promtool is installed");
    let result = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&result));
}

/// Every query of the board, its variables filled in.
fn queries() -> Vec<String> {
    let board: Value =
        serde_json::from_str(&std::fs::read_to_string(file("board.json")).unwrap()).unwrap();
    let targets = board["panels"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    let notes = board["annotations"]["list"].as_array().unwrap().iter();
    let queries: Vec<_> = targets
        .chain(notes)
        .map(|one| one["expr"].as_str().unwrap().replace("$instance", "a"))
        .collect();
    assert!(queries.len() > 20, "{} queries", queries.len());
    queries
}

/// Words of ours in a text that are names of measures.
fn measures(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_')
        .filter(|word| word.starts_with("haochaping_"))
}

#[test]
fn alerts_are_right_and_each_rings_at_what_it_is_for() {
    promtool(&["check", "rules", "--lint-fatal", "alerts.yml"], None);
    promtool(&["test", "rules", "alerts.test.yml"], None);
}

#[test]
fn every_query_of_the_board_is_one() {
    let rule = |(n, query): (usize, String)| json!({"record": format!("board:{n}"), "expr": query});
    let rules: Vec<_> = queries().into_iter().enumerate().map(rule).collect();
    let rules = json!({"groups": [{"name": "board", "rules": rules}]});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("board.yml");
    // JSON is YAML.
    std::fs::write(&path, rules.to_string()).unwrap();
    promtool(&["check", "rules", path.to_str().unwrap()], None);
}

/// A measure that was renamed would leave its alert silent for ever.
#[test]
fn board_and_alerts_are_about_measures_that_the_collector_has() {
    let admin = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let collector = Collector::start(&["--admin-listen", &admin.to_string()]);
    assert_eq!(Http::new().get(&format!("{}/healthz", collector.url())).status, 200);
    let read = || Http::new().get(&format!("http://{admin}/metrics")).text().to_owned();
    let text = eventually("it was looked at", || {
        Some(read()).filter(|text| text.contains("haochaping_build_info{"))
    });
    promtool(&["check", "metrics"], Some(&text));
    let source = std::fs::read_to_string(workspace().join("server/src/measures.rs")).unwrap();
    let described = |name: &str| source.contains(&format!("\"{name}\""));
    for name in measures(&text) {
        let name = ["_sum", "_count"]
            .iter()
            .fold(name, |name, end| name.strip_suffix(end).unwrap_or(name));
        assert!(described(name), "{name} is not described");
    }
    let alerts = std::fs::read_to_string(file("alerts.yml")).unwrap();
    for text in queries().iter().chain([&alerts]) {
        for name in measures(text) {
            assert!(described(name), "there is no measure {name}");
        }
    }
}
