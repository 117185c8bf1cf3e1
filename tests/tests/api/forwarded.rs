//! Who is counted as who behind a proxy.

use haochaping_tests::{Collector, Http, PASSWORD, try_sign_in};

const PROXIED: [&str; 2] = ["--trusted-proxy", "127.0.0.0/8"];

/// Looks a code up that nobody has, as a proxy that was reached from there.
fn look_up(collector: &Collector, header: &str, value: &str) -> u16 {
    let http = Http::new().header(header, value);
    http.get(&format!("{}/api/v1/ratings/00000-00000-00000-00000", collector.url())).status
}

/// How often one may look up before it is too often; bounded well above the limit.
fn admitted(collector: &Collector, header: &str, value: impl Fn(usize) -> String) -> usize {
    (0..300).take_while(|n| look_up(collector, header, &value(*n)) != 429).count()
}

#[test]
fn what_a_client_made_up_before_its_own_address_is_not_believed() {
    let collector = Collector::start(&PROXIED);
    // A proxy that adds the port of each connection, as some do.
    let n = admitted(&collector, "x-forwarded-for", |n| {
        format!("6.6.6.{n}, 203.0.113.9:{}", 40_000 + n)
    });
    assert!(n < 300, "each entry of the client's own was believed");
    assert_eq!(
        look_up(&collector, "x-forwarded-for", "203.0.113.10:40000"),
        404,
        "another person is another"
    );
    let n = admitted(&collector, "forwarded", |n| {
        format!("for=6.6.6.{n}, for=\"[2001:db8::{n:x}]:4711\"")
    });
    assert!(n < 300, "a /64 is one");
    let n = admitted(&collector, "x-forwarded-for", |n| format!("6.6.6.{n}, unknown"));
    assert!(n < 300, "what cannot be read ends the walk");
}

#[test]
fn looking_up_too_often_keeps_nobody_from_signing_in() {
    let collector = Collector::start(&[]);
    assert!(admitted(&collector, "x-nothing", |_| "x".to_owned()) < 300);
    assert_eq!(
        try_sign_in(&collector.url(), "nobody", PASSWORD).status,
        422,
        "wrong, and not too often"
    );
}

#[test]
fn a_proxy_that_hides_people_is_named_once_a_minute() {
    let mut collector = Collector::start(&[&PROXIED[..], &["--log", "text"]].concat());
    for _ in 0..5 {
        look_up(&collector, "x-nothing", "x");
    }
    let (_, log) = collector.stop();
    let named = log.lines().filter(|line| line.contains("sends no address of the person"));
    assert_eq!(named.filter(|line| line.contains("127.0.0.1")).count(), 1, "{log}");
}
