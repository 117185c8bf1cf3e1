//! A disk that is full or read-only: what was acknowledged stays, pages are served, and the
//! collector goes on by itself when there is room.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use haochaping_tests::{Collector, Http, Staff, eventually, form, on_server};
use serde_json::Value;
use tempfile::TempDir;

use crate::load::{Acknowledged, rating};

const AGENCY: &str = "11321000014216389W";
const TYPED: &str = "已经电话联系过本人，情况属实";

/// A disk of 24 MB of its own.
struct Disk(TempDir);

impl Disk {
    /// `None` where nobody may mount one, as in most containers, and where stores lie on a server.
    fn new() -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        if on_server() || !disk.mount(&["-t", "tmpfs", "-o", "size=24m", "tmpfs"]) {
            println!("not tested: no disk could be mounted");
            return None;
        }
        Some(disk)
    }

    fn mount(&self, args: &[&str]) -> bool {
        let mounted = Command::new("mount").args(args).arg(self.0.path()).status();
        mounted.is_ok_and(|status| status.success())
    }

    fn filler(&self) -> PathBuf {
        self.0.path().join("filler")
    }

    /// Takes the room there is, to the last byte.
    fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let chunk = vec![7; 64 * 1024];
        while filler.write_all(&chunk).is_ok() {}
        while filler.write_all(&[7]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn make_read_only(&self, is_read_only: bool) {
        assert!(self.mount(&["-o", if is_read_only { "remount,ro" } else { "remount,rw" }]));
    }

    /// A collector with its data on it.
    fn collector(&self) -> Collector {
        let data = tempfile::tempdir_in(self.0.path()).unwrap();
        Collector::start_in(data, &["--admin-listen", "127.0.0.1:0"])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let path: &Path = self.0.path();
        let _ = Command::new("umount").arg("-l").arg(path).status();
    }
}

/// What stood before the disk was full.
struct Before {
    acknowledged: Vec<Acknowledged>,
    handler: Staff,
    order: String,
    /// Services that nobody rated yet.
    tickets: Vec<String>,
}

impl Before {
    fn new(collector: &Collector) -> Self {
        let mut tickets = collector.register(400);
        let rated = tickets.split_off(390);
        let acknowledged = rated.iter().enumerate().map(|(n, ticket)| {
            let mut rating = rating(ticket);
            if n == 0 {
                // At least one that is bad: which ones are follows from all tests that run.
                rating["level"] = "very_dissatisfied".into();
                rating["indicators"] = serde_json::json!(["110"]);
            }
            Acknowledged::read(&rating, &send(collector, &rating))
        });
        let acknowledged: Vec<_> = acknowledged.collect();
        let n_bad = acknowledged.iter().filter(|rating| rating.is_bad).count();
        let handler = Staff::new(
            collector,
            "li-si",
            &["--role", "handler", "--agency", AGENCY, "--region", "321002"],
        );
        let order = handler.orders(n_bad).swap_remove(0);
        Self { acknowledged, handler, order, tickets }
    }

    /// Rates services until nothing is taken any more; what was acknowledged by then is
    /// acknowledged.
    fn rate_until_refused(&mut self, collector: &Collector) -> Value {
        while let Some(ticket) = self.tickets.pop() {
            let rating = rating(&ticket);
            let answer = send(collector, &rating);
            if answer.status == 503 {
                assert_eq!(answer.json()["code"], "storage-unavailable", "{}", answer.text());
                assert_eq!(answer.header("retry-after"), "30");
                return rating;
            }
            self.acknowledged.push(Acknowledged::read(&rating, &answer));
        }
        panic!("400 ratings found room on a disk without any");
    }

    /// Everything that is read goes on, and everything that is written is refused with what was
    /// typed.
    fn can_only_be_read(&self, collector: &Collector) {
        let (url, http) = (collector.url(), Http::new());
        let ready = http.get(&format!("{url}/readyz"));
        assert_eq!(ready.status, 503);
        assert!(ready.text().contains("full or read-only"), "{}", ready.text());
        let lookup = &self.acknowledged[0].lookup;
        let proof = format!("/api/v1/ratings/{lookup}/proof");
        let pages = [
            "/healthz",
            "/",
            "/api/v1/statistics",
            "/v1/haochaping.js",
            "/q",
            &format!("/q/{lookup}"),
            &proof,
        ];
        for path in pages {
            let answer = http.get(&format!("{url}{path}"));
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        }
        let handler = self.handler.moved_to(collector);
        for path in ["/desk", &self.order] {
            assert_eq!(handler.get(path).status, 200, "{path}");
        }
        let acted = handler.act(&self.order, "ask_reassignment", &[("reason", TYPED)]);
        assert_eq!(acted.status, 503, "{}", acted.text());
        assert!(acted.text().contains(TYPED), "what was typed comes back: {}", acted.text());
        let page = http.get(&format!("{url}/r/{}", self.tickets[0]));
        assert_eq!(page.status, 200);
        let posted = post_page(collector, &self.tickets[0], page.text());
        assert_eq!(posted.status, 503, "{}", posted.text());
        assert!(posted.text().contains(TYPED), "{}", posted.text());
        let service = serde_json::json!({ "services": [haochaping_tests::service()] });
        let bearer = format!("Bearer {}", collector.api_key());
        let registered = http
            .header("authorization", &bearer)
            .post_json(&format!("{url}/api/v1/services"), &service);
        assert_eq!(
            (registered.status, registered.json()["code"].clone()),
            (503, "storage-unavailable".into())
        );
    }

    fn is_whole_again(&mut self, collector: &Collector, refused: &Value) {
        let ready = format!("{}/readyz", collector.url());
        eventually("it takes ratings again", || {
            (Http::new().get(&ready).status == 200).then_some(())
        });
        let answer = send(collector, refused);
        self.acknowledged.push(Acknowledged::read(refused, &answer));
        for rating in &self.acknowledged {
            let answer =
                Http::new().get(&format!("{}/api/v1/ratings/{}", collector.url(), rating.lookup));
            assert_eq!(answer.json()["receipt"], rating.receipt.as_str());
        }
        let output = collector.cli(&["verify"]);
        assert_eq!(output.code, Some(0), "{}{}", output.out, output.err);
        assert!(
            output.out.contains(&format!("{} ratings", self.acknowledged.len())),
            "{}",
            output.out
        );
    }
}

fn send(collector: &Collector, rating: &Value) -> haochaping_tests::Answer {
    Http::new().post_json(&format!("{}/api/v1/ratings", collector.url()), rating)
}

/// Posts the page's own form with a comment.
fn post_page(collector: &Collector, ticket: &str, page: &str) -> haochaping_tests::Answer {
    let hidden = |name: &str| {
        let (_, rest) = page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_else(|| panic!("{name}: {page}"));
        rest.split('"').next().unwrap().to_owned()
    };
    let (key, token) = (hidden("key"), hidden("page_token"));
    let fields = [
        ("level", "dissatisfied"),
        ("indicator_version", "2020-05"),
        ("comment", TYPED),
        ("key", &key),
        ("page_token", &token),
    ];
    let http = Http::new().header("origin", &collector.url());
    http.post_form(&format!("{}/r/{ticket}", collector.url()), &form(&fields))
}

#[test]
fn a_full_disk_refuses_ratings_keeps_pages_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::new() else { return };
    let mut collector = disk.collector();
    let mut before = Before::new(&collector);
    disk.fill();
    let refused = before.rate_until_refused(&collector);
    before.can_only_be_read(&collector);
    disk.make_room();
    before.is_whole_again(&collector, &refused);

    disk.fill();
    let refused = before.rate_until_refused(&collector);
    let log = collector.kill();
    assert!(!log.contains("outcome of a commit is unknown"), "{log}");
    collector.restart_elsewhere();
    before.rate_until_refused(&collector);
    before.can_only_be_read(&collector);
    // What a clean end gives back is taken at once by somebody else.
    let (status, log) = collector.stop();
    assert!(status.success(), "{log}");
    disk.fill();
    collector.restart_elsewhere();
    before.can_only_be_read(&collector);
    disk.make_room();
    before.is_whole_again(&collector, &refused);
}

#[test]
fn a_read_only_disk_is_served_from_until_it_is_writable() {
    let Some(disk) = Disk::new() else { return };
    let mut collector = disk.collector();
    let mut before = Before::new(&collector);
    for end in ["stop", "kill"] {
        if end == "stop" {
            collector.stop();
            // What a start would write down anew.
            collector.run_sql("update work_order set due_provisional = 1");
        } else {
            collector.kill();
        }
        disk.make_read_only(true);
        collector.restart_elsewhere();
        let refused = before.rate_until_refused(&collector);
        before.can_only_be_read(&collector);
        disk.make_read_only(false);
        before.is_whole_again(&collector, &refused);
    }
}
