//! Before a rating is acknowledged, the kernel was asked to put it on the disk. A kill cannot show
//! this, since the kernel outlives the process; the order of the system calls does.

use std::collections::HashSet;

use haochaping_tests::{Collector, Http, Program};

use crate::load::{Acknowledged, rating};

const N_RATINGS: usize = 20;

/// What a line of the trace says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// Something is written to the WAL.
    Write,
    /// A sync of the WAL begins.
    SyncBegins,
    /// A sync of the WAL has succeeded.
    SyncEnds,
    /// An answer with 201 goes to a socket.
    Acknowledgement,
}

/// The events of a trace of `strace -f -y`, in order. A call that lasts is two lines there: `…
/// <unfinished ...>` and `<... fdatasync resumed>) = 0`, and the second has no path.
fn events(trace: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut syncing = HashSet::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if call.starts_with("<... fsync resumed>") || call.starts_with("<... fdatasync resumed>") {
            if syncing.remove(thread) && call.ends_with("= 0") {
                events.push(Event::SyncEnds);
            }
            continue;
        }
        let Some((name, rest)) = call.split_once('(') else { continue };
        let path = rest
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'))
            .map_or("", |(path, _)| path);
        match name {
            "fsync" | "fdatasync" if path.ends_with("-wal") => {
                events.push(Event::SyncBegins);
                if call.ends_with("= 0") {
                    events.push(Event::SyncEnds);
                } else if call.contains("<unfinished") {
                    syncing.insert(thread);
                }
            }
            "write" | "writev" | "pwrite64" | "pwritev" if path.ends_with("-wal") => {
                events.push(Event::Write);
            }
            "write" | "writev" | "sendto" | "sendmsg" if rest.contains("\"HTTP/1.1 201") => {
                events.push(Event::Acknowledgement);
            }
            _ => {}
        }
    }
    events
}

/// Asserts that each acknowledgement follows a write to the WAL of its own and a whole sync that
/// began after it. The same thread may have begun to write something else by then, as numbers for
/// the ledger: on a busy machine an answer takes its time.
///
/// # Errors
/// The number of the first acknowledgement for which this is not so, from 1, and what went before
/// it.
fn check(events: &[Event]) -> Result<usize, String> {
    let mut n_acknowledged = 0;
    for before in events.split_inclusive(|event| *event == Event::Acknowledgement) {
        let Some((Event::Acknowledgement, before)) = before.split_last() else { break };
        n_acknowledged += 1;
        let Some(write) = before.iter().position(|event| *event == Event::Write) else {
            return Err(format!("acknowledgement {n_acknowledged} without a write: {before:?}"));
        };
        let after = &before[write + 1..];
        let begins = after.iter().position(|event| *event == Event::SyncBegins);
        if !begins.is_some_and(|at| after[at..].contains(&Event::SyncEnds)) {
            return Err(format!(
                "acknowledgement {n_acknowledged} without a sync after its write: {before:?}"
            ));
        }
    }
    Ok(n_acknowledged)
}

/// What the kernel saw while ratings came one after the other.
fn trace(program: Program) -> Vec<Event> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("trace");
    // No public figure moves, so that ratings alone write.
    let mut collector = Collector::run(program.traced_to(&file), &["--public-step", "1000"]);
    for ticket in collector.register(N_RATINGS) {
        let rating = rating(&ticket);
        let url = format!("{}/api/v1/ratings", collector.url());
        Acknowledged::read(&rating, &Http::new().post_json(&url, &rating));
    }
    // Its standard error is read to the end, and strace holds that open until the trace is written.
    let (status, message) = collector.stop();
    assert!(status.success(), "{status}: {message}");
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("strace wrote nothing ({error}): {message}"));
    let pid = text.lines().next().and_then(|line| line.split(' ').next()).unwrap_or("");
    let is_whole =
        text.lines().any(|line| line.starts_with(pid) && line.ends_with("+++ exited with 0 +++"));
    assert!(is_whole, "strace cannot trace here, or not to the end: {message}");
    let events = events(&text);
    let n_answers = events.iter().filter(|event| **event == Event::Acknowledgement).count();
    assert_eq!(n_answers, N_RATINGS, "the trace has every answer");
    assert!(events.contains(&Event::Write), "the trace has the writes to the WAL");
    events
}

#[test]
fn a_batch_is_synced_before_its_ratings_are_acknowledged() {
    assert_eq!(check(&trace(Program::shipped())), Ok(N_RATINGS));
}

#[test]
fn a_store_that_does_not_sync_is_caught() {
    let fault = check(&trace(Program::with_fault("sync-off"))).expect_err("nothing was synced");
    assert!(fault.starts_with("acknowledgement 1 without a sync"), "{fault}");
}

/// Calls of several threads overlap in a trace: a sync counts once it is over, and only if it began
/// after the write.
#[test]
fn a_sync_counts_from_its_begin_to_its_end() {
    let write = "7 pwrite64(9</d/s-wal>, \"a\"..., 4096, 32) = 4096\n";
    let sync = "7 fdatasync(9</d/s-wal>) = 0\n";
    let (begins, ends) =
        ("8 fdatasync(9</d/s-wal> <unfinished ...>\n", "8 <... fdatasync resumed>) = 0\n");
    let other = "7 fdatasync(8</d/s>) = 0\n";
    let answer = "6 writev(12<socket:[5]>, [{iov_base=\"HTTP/1.1 201 Created\\r\\n\"..., iov_len=99}], 2) = 99\n";
    for (trace, is_synced) in [
        ([write, sync, answer].concat(), true),
        ([write, begins, ends, answer].concat(), true),
        ([write, sync, answer, write, sync, answer].concat(), true),
        ([write, sync, write, answer].concat(), true),
        ([write, answer, sync].concat(), false),
        ([write, begins, answer, ends].concat(), false),
        ([begins, write, ends, answer].concat(), false),
        ([write, other, answer].concat(), false),
        ([write, sync, answer, answer].concat(), false),
        (
            [write, "7 fdatasync(9</d/s-wal>) = -1 EIO (Input/output error)\n", answer].concat(),
            false,
        ),
    ] {
        assert_eq!(check(&events(&trace)).is_ok(), is_synced, "{trace}");
    }
}
