//! Somebody outside who audits a ledger again and again and remembers what was seen.

use tempfile::TempDir;

use crate::{Collector, Http, eventually, haochaping};

/// An auditor with one state file.
#[derive(Debug)]
pub struct Auditor {
    directory: TempDir,
}

impl Default for Auditor {
    fn default() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory for the state") }
    }
}

impl Auditor {
    /// The size of the ledger that a collector shows now.
    pub fn size(collector: &Collector) -> Option<u64> {
        let answer = Http::new().get(&format!("{}/ledger/checkpoint", collector.url()));
        answer.text().lines().nth(1)?.parse().ok()
    }

    /// Waits until as many leaves have a number, and audits: the log grew out of what this auditor
    /// has seen.
    ///
    /// # Panics
    /// If it did not, or never grows so far.
    #[track_caller]
    pub fn follow(&self, collector: &Collector, size: usize) {
        eventually("every leaf has a number", || {
            (Self::size(collector)? >= size as u64).then_some(())
        });
        let file = self.directory.path().join("audit.json");
        let output = haochaping(&[
            "audit",
            &collector.url(),
            "--state",
            file.to_str().expect("a plain path"),
        ]);
        assert_eq!(output.code, Some(0), "{}{}", output.out, output.err);
        assert!(output.out.contains("the log has only grown"), "{}", output.out);
    }
}
