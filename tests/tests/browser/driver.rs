//! A chromedriver and its browser, both ended with the test, also one that fails.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use haochaping_tests::start_chromedriver;
use tempfile::TempDir;

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
        let (child, port) = start_chromedriver();
        Self { child, port, profile, _own: own }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn profile_argument(&self) -> String {
        format!("--user-data-dir={}", self.profile.display())
    }
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
