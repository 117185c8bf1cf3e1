//! The three engines: what starts each of them, and that nothing of one is left behind.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder};
use haochaping_tests::workspace;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a driver may take to start or to end on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// What starts its driver. WebKit has no headless mode: it gets a screen and a bus of its own.
    fn driver(self) -> (PathBuf, &'static [&'static str]) {
        match self {
            Self::Chromium => ("chromedriver".into(), &[]),
            // Its second port is the same for all unless it is told otherwise.
            Self::Firefox => {
                (workspace().join("target/tools/bin/geckodriver"), &["--websocket-port=0"])
            }
            Self::WebKit => {
                ("xvfb-run".into(), &["-a", "dbus-run-session", "--", "WebKitWebDriver"])
            }
        }
    }

    /// What a session asks for: no window, and scripts or none.
    fn capabilities(self, runs_scripts: bool) -> Value {
        match self {
            Self::Chromium => {
                let arguments = [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-dev-shm-usage",
                    "--window-size=900,1400",
                ];
                let scripts = if runs_scripts { 1 } else { 2 };
                let preferences =
                    json!({ "profile.managed_default_content_settings.javascript": scripts });
                json!({ "browserName": "chrome", "goog:chromeOptions": { "args": arguments, "prefs": preferences } })
            }
            Self::Firefox => json!({ "browserName": "firefox", "moz:firefoxOptions": {
                "binary": "/usr/bin/firefox-esr",
                "args": ["-headless", "--width=900", "--height=1400"],
                "prefs": { "javascript.enabled": runs_scripts },
            } }),
            Self::WebKit => json!({ "browserName": "MiniBrowser", "webkitgtk:browserOptions": {
                "args": ["--automation", format!("--enable-javascript={runs_scripts}")],
            } }),
        }
    }
}

/// Runs a driver until its standard input ends, as it does when the test's process ends in whatever
/// way, and then ends the whole group: browsers do not go by themselves when their driver does.
const GUARD: &str =
    "command -v \"$1\" >/dev/null || exit 127; trap : TERM; \"$@\" & read -r _; kill 0; wait";

/// A driver and the browser it started. Both are ended when this is dropped, after a failed
/// assertion too.
#[derive(Debug)]
pub(crate) struct Browser {
    guard: Child,
    url: String,
    session: String,
    /// Profiles and what else they leave behind.
    _directory: TempDir,
}

impl Browser {
    pub(crate) async fn start(engine: Engine, runs_scripts: bool) -> (Self, Client) {
        let directory = tempfile::tempdir().expect("a directory for the profile");
        let port = free_port();
        let (driver, arguments) = engine.driver();
        let guard = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(driver)
            .args(arguments)
            .arg(format!("--port={port}"))
            .env("TMPDIR", directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("a shell runs");
        let url = format!("http://127.0.0.1:{port}");
        let mut browser = Self { guard, url, session: String::new(), _directory: directory };
        tokio::task::block_in_place(|| browser.wait_until_ready());
        let Value::Object(capabilities) = engine.capabilities(runs_scripts) else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connected = builder.capabilities(capabilities).connect(&browser.url).await;
        let client = connected.unwrap_or_else(|error| panic!("{engine:?} starts: {error}"));
        browser.session =
            client.session_id().await.expect("the driver answers").expect("a session has an id");
        // This ends it, and waits for that.
        client.persist().await.expect("the driver answers");
        (browser, client)
    }

    fn wait_until_ready(&mut self) {
        let started = Instant::now();
        while ureq::get(format!("{}/status", self.url)).call().is_err() {
            let ended = self.guard.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "the driver is missing: cargo xtask test --full installs it");
            assert!(started.elapsed() < LIMIT, "the driver does not answer");
            std::thread::sleep(Duration::from_millis(40));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().timeout_global(Some(LIMIT)).build().into();
            let _ = agent.delete(format!("{}/session/{}", self.url, self.session)).call();
        }
        drop(self.guard.stdin.take());
        let started = Instant::now();
        while matches!(self.guard.try_wait(), Ok(None)) && started.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(20));
        }
        // What did not heed the first signal.
        let group = format!("-{}", self.guard.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.guard.wait();
    }
}

/// A port that is free now; not every driver says which one it took by itself.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}
