//! Connections that only hold a place keep nobody out.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use haochaping_tests::{Collector, Http, eventually};

/// Longer than any limit that a test here sets, on a machine that does something else too.
const LIMIT: Duration = Duration::from_secs(50);

fn connect(collector: &Collector) -> TcpStream {
    let stream = TcpStream::connect(collector.address()).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

fn sending(collector: &Collector, text: &str) -> TcpStream {
    let mut stream = connect(collector);
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

/// Everything that comes until the collector ends the connection.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it is still open: {error}"),
    }
    bytes
}

/// Reads one answer with a length.
fn answer(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    head
}

const QUICK: [&str; 6] = ["--header-seconds", "1", "--idle-seconds", "2", "--write-seconds", "2"];

#[test]
fn silence_half_a_header_and_idle_connections_are_ended() {
    let collector = Collector::start(&QUICK);
    let silent = connect(&collector);
    let half = sending(&collector, "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ");
    let mut dripping = sending(&collector, "GET /healthz HTTP/1.1\r\n");
    let mut idle = sending(&collector, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(answer(&mut idle).starts_with("http/1.1 200"));
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(answer(&mut idle).starts_with("http/1.1 200"), "a connection is used again");
    // A byte now and then is no header.
    eventually("a header that only drips is cut", || {
        dripping.write_all(b"x").is_err().then_some(())
    });
    assert_eq!((rest(silent).len(), rest(half).len(), rest(idle).len()), (0, 0, 0));
}

#[test]
fn an_answer_that_nobody_reads_is_cut() {
    let collector = Collector::start(&QUICK);
    let mut stream = connect(&collector);
    // More answers than the buffers of both sides hold, one after the other.
    let version = Http::new().get(&format!("{}/api/openapi.json", collector.url()));
    let request = b"GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    for _ in 0..64 * 1024 * 1024 / version.body.len() {
        stream.write_all(request).unwrap();
    }
    eventually("the connection is cut", || stream.write_all(request).is_err().then_some(()));
    assert_eq!(Http::new().get(&format!("{}/healthz", collector.url())).status, 200);
}

#[test]
fn silent_connections_on_all_places_shut_nobody_out() {
    let collector = Collector::start(&["--max-connections", "64"]);
    let silent: Vec<_> = (0..200).map(|_| connect(&collector)).collect();
    for _ in 0..20 {
        assert_eq!(Http::new().get(&format!("{}/healthz", collector.url())).status, 200);
    }
    drop(silent);
}

#[test]
fn whoever_finds_no_place_is_told_so() {
    let collector = Collector::start(&["--max-connections", "8"]);
    // Requests whose bodies never come are being answered, half of the places for one network.
    let head = format!(
        "POST /api/v1/ratings HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n",
        collector.address()
    );
    let held: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = sending(&collector, &head);
            assert!(
                answer(&mut stream).starts_with("http/1.1 100"),
                "the collector waits for the body"
            );
            stream
        })
        .collect();
    let text =
        rest(sending(&collector, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
    assert!(text.to_lowercase().contains("retry-after: 2"), "{text}");
    drop(held);
    eventually("places are free again", || {
        let answer = Http::new().try_send("GET", &format!("{}/healthz", collector.url()), None);
        answer.is_ok_and(|answer| answer.status == 200).then_some(())
    });
}

#[test]
fn bodies_of_strangers_are_not_read() {
    let collector = Collector::start(&[]);
    let ticket = collector.register(1).swap_remove(0);
    for (path, length, status) in [
        ("/api/v1/relay", 8_000_000, "401"),
        ("/api/v1/services", 2_000_000, "401"),
        ("/api/v1/assisted-ratings", 60_000, "401"),
        ("/api/v1/windows/x/call", 60_000, "401"),
        ("/api/v1/work-orders/x/actions", 60_000, "401"),
        ("/api/v1/ratings", 1_000_000, "413"),
        ("/desk/cards", 5_000_000, "303"),
        ("/desk/users", 250_000, "303"),
        ("/r/none", 200_000, "404"),
        (&format!("/r/{ticket}"), 300_000, "413"),
    ] {
        let is_json = path.starts_with("/api");
        let kind = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
        // Nothing of the body is sent: whoever waits for it does not answer.
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n",
            collector.address()
        );
        let answer = answer(&mut sending(&collector, &head));
        assert!(answer.starts_with(&format!("http/1.1 {status}")), "{path}: {answer}");
    }
}
