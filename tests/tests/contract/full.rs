//! With `--full`: another generator, and a tester that makes requests up from the contract, right
//! ones and wrong ones.

use std::path::PathBuf;

use haochaping_tests::workspace;

use crate::Ground;

fn is_full() -> bool {
    std::env::var_os("HAOCHAPING_TEST_FULL").is_some()
}

fn full(name: &str) -> PathBuf {
    workspace().join("target/venv-contract-full/bin").join(name)
}

#[test]
fn openapi_generator_makes_a_client_that_rates_and_acts() {
    if !is_full() {
        return;
    }
    let ground = Ground::new();
    ground.run(
        &full("openapi-generator-cli"),
        &["generate", "-i", "openapi.json", "-g", "python", "-o", "generated"],
    );
    ground.copy("full/journey.py");
    std::fs::rename(ground.path("generated/openapi_client"), ground.path("openapi_client"))
        .unwrap();
    let message = ground.run(&full("python"), &["journey.py"]);
    ground.assert_worked(&message);
}

#[test]
fn schemathesis_finds_nothing() {
    if !is_full() {
        return;
    }
    let ground = Ground::new();
    ground.copy("full/schemathesis.toml");
    let url = ground.collector.url();
    let args = [
        "run",
        "openapi.json",
        "--url",
        &url,
        "--max-examples",
        "40",
        "--seed",
        "1",
        "--workers",
        "1",
    ];
    let message = ground.run(&full("schemathesis"), &args);
    assert!(!message.contains("FAILURES"), "{message}");
}
