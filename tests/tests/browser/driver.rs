//! A chromedriver and its browser, both ended with the test, also one that fails.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// How often a driver is started before it is given up.
const STARTS_MAX: usize = 5;

pub(crate) struct Driver {
    child: Child,
    port: u16,
    profile: PathBuf,
    /// A profile of its own goes with it.
    _own: Option<TempDir>,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let own = tempfile::tempdir().expect("a directory for the profile");
        Self::run(own.path().to_owned(), Some(own))
    }

    /// A driver whose browser has this profile, which outlives it.
    pub(crate) fn on_profile(profile: &Path) -> Self {
        Self::run(profile.to_owned(), None)
    }

    fn run(profile: PathBuf, own: Option<TempDir>) -> Self {
        // It takes a free port of IPv4 and wants the same of IPv6, which somebody else may have by then: it ends, and tries another.
        let started = (0..STARTS_MAX).find_map(|_| spawn());
        let (child, port) = started.expect("chromedriver names its port");
        Self { child, port, profile, _own: own }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn profile_argument(&self) -> String {
        format!("--user-data-dir={}", self.profile.display())
    }
}

/// A driver and its port; `None` if it ended before it had one.
fn spawn() -> Option<(Child, u16)> {
    let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = driver.expect("chromedriver is installed: apt-get install chromium-driver");
    let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    let Some(port) = port else {
        let _ = child.kill();
        child.wait().expect("a child can be waited for");
        return None;
    };
    // What it says later must have somewhere to go.
    std::thread::spawn(move || lines.for_each(drop));
    Some((child, port))
}

impl Drop for Driver {
    /// Ends every process of the browser, known by its profile, and the driver.
    fn drop(&mut self) {
        let mark = self.profile_argument();
        for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&line).contains(&mark) {
                let _ = Command::new("kill")
                    .args(["-KILL", &process.file_name().to_string_lossy()])
                    .stderr(Stdio::null())
                    .status();
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
