//! Signing in at the desk: who gets in, who is kept out, and what is on record of it.

use haochaping_tests::{Answer, Collector, Http, PASSWORD, Staff, form};

const PROXIED: [&str; 2] = ["--trusted-proxy", "127.0.0.1"];

fn sign_in_from(collector: &Collector, address: &str, fields: &[(&str, &str)]) -> Answer {
    let http = Http::new().header("origin", &collector.url()).header("x-forwarded-for", address);
    http.post_form(&format!("{}/desk/sign-in", collector.url()), &form(fields))
}

fn attempt(collector: &Collector, address: &str, name: &str, password: &str) -> u16 {
    sign_in_from(collector, address, &[("name", name), ("password", password)]).status
}

#[test]
fn nobody_locks_an_account_from_outside() {
    let collector = Collector::start(&PROXIED);
    Staff::add(&collector, "zhang", &["--role", "administrator"]);
    assert_eq!(attempt(&collector, "192.0.2.1", "zhang", PASSWORD), 303, "the office signs in");
    for n in 0..120 {
        assert_eq!(attempt(&collector, &format!("203.0.{n}.9"), "zhang", "wrong"), 422);
    }
    for _ in 0..6 {
        attempt(&collector, "203.0.0.9", "zhang", "wrong");
    }
    assert_eq!(
        attempt(&collector, "203.0.0.9", "zhang", PASSWORD),
        422,
        "locked where it was guessed"
    );
    assert_eq!(
        attempt(&collector, "198.51.100.7", "zhang", PASSWORD),
        422,
        "and where it never signed in"
    );
    assert_eq!(attempt(&collector, "192.0.2.1", "zhang", PASSWORD), 303, "and not where it did");
}

#[test]
fn what_was_refused_is_on_record_with_account_address_and_time() {
    let collector = Collector::start(&PROXIED);
    let admin = Staff::new(&collector, "zhang", &["--role", "administrator"]);
    let clerk = ["--role", "handler", "--agency", "11321000014216389W", "--region", "321002"];
    let clerk = Staff::new(&collector, "li-si", &clerk);
    for _ in 0..6 {
        attempt(&collector, "203.0.113.9:40123", "li-si", "wrong");
    }
    attempt(&collector, "203.0.113.9", "nobody-here", "wrong");
    let foreign = Http::new().header("origin", "https://evil.example");
    foreign.post_form(
        &format!("{}/desk/sign-in", collector.url()),
        &form(&[("name", "zhang"), ("password", "x")]),
    );
    assert_eq!(clerk.get("/desk/users").status, 404);
    let elsewhere =
        Http::new().header("origin", "https://evil.example").header("cookie", &clerk.cookie);
    assert_eq!(
        elsewhere.post_form(&format!("{}/desk/wishes", collector.url()), "text=x").status,
        403
    );

    assert_eq!(
        elsewhere.post_form(&format!("{}/desk/orders/x/files", collector.url()), "x").status,
        403
    );
    assert_eq!(clerk.get("/desk/assist/0-x?via=phone").status, 404);

    let record = admin.get("/desk/record");
    let lines: Vec<_> = record.text().split("<tr role=\"row\">").skip(1).collect();
    for expected in [
        ["登录失败：账号或密码不正确", "li-si 203.0.113.9"],
        ["登录失败：账号在该网络暂停登录", "li-si 203.0.113.9"],
        ["登录失败：账号或密码不正确", "nobody-here 203.0.113.9"],
        ["拒绝：请求来自其他网站", "zhang 127.0.0.1"],
        ["拒绝：请求来自其他网站", "/desk/wishes 127.0.0.1"],
        ["拒绝：请求来自其他网站", "/desk/orders/x/files 127.0.0.1"],
        ["拒绝：没有该页面的权限", "/desk/users 127.0.0.1"],
        ["拒绝：没有该页面的权限", "/desk/assist 127.0.0.1"],
    ] {
        let is_there = lines
            .iter()
            .any(|line| expected.iter().all(|part| line.contains(part)) && line.contains(':'));
        assert!(is_there, "{expected:?} is not on record: {lines:?}");
    }
}

#[test]
fn the_way_back_leads_to_pages_of_our_own_only() {
    let collector = Collector::start(&[]);
    Staff::add(&collector, "zhang", &["--role", "administrator"]);
    for (next, to) in [
        ("/desk/users", "/desk/users"),
        ("//evil.example/desk/", "/desk"),
        ("/desk//evil.example", "/desk"),
        ("/desk/../r/x", "/desk"),
        ("/desk/users\r\nset-cookie: a=b", "/desk"),
        ("/desk/users\u{0}", "/desk"),
        ("/desk/用户", "/desk"),
        ("https://evil.example/desk/", "/desk"),
        ("/desk/\\evil.example", "/desk"),
    ] {
        let answer = sign_in_from(
            &collector,
            "x",
            &[("name", "zhang"), ("password", PASSWORD), ("next", next)],
        );
        assert_eq!((answer.status, answer.header("location").as_str()), (303, to), "{next:?}");
        let page = Http::new().get(&format!(
            "{}/desk/sign-in?{}",
            collector.url(),
            form(&[("next", next)])
        ));
        assert_eq!(page.status, if next.contains('\0') { 400 } else { 200 }, "{next:?}");
    }
}

#[test]
fn many_passwords_at_once_are_asked_to_come_back() {
    let collector = Collector::start(&PROXIED);
    Staff::add(&collector, "zhang", &["--role", "administrator"]);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..80)
            .map(|n| {
                let (collector, address) = (&collector, format!("203.0.{n}.9"));
                scope.spawn(move || {
                    sign_in_from(collector, &address, &[("name", "nobody"), ("password", "wrong")])
                })
            })
            .collect();
        sent.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let n_busy = answers.iter().filter(|answer| answer.status == 503).count();
    assert!(n_busy > 0, "80 hashes of 19 MiB waited in line");
    assert!(answers.iter().all(|answer| matches!(answer.status, 422 | 503)));
    assert!(
        answers
            .iter()
            .filter(|answer| answer.status == 503)
            .all(|answer| answer.header("retry-after") == "2")
    );
    assert_eq!(attempt(&collector, "192.0.2.1", "zhang", PASSWORD), 303);
}

#[test]
fn the_first_administrators_link_is_printed_once_and_never_into_a_json_log() {
    let mut collector = Collector::start(&["--log", "text"]);
    let first = collector.stop().1;
    assert_eq!(first.matches("/desk/welcome/").count(), 1, "{first}");
    let link =
        first.split_whitespace().find(|word| word.contains("/desk/welcome/")).unwrap().to_owned();
    collector.restart();
    let moved = link.replace(link.split("/desk/").next().unwrap(), &collector.url());
    assert_eq!(Http::new().get(&moved).status, 200, "it works after a restart");
    let second = collector.stop().1;
    assert!(!second.contains("made admin") && second.contains("staff reset admin"), "{second}");

    let mut quiet = Collector::start(&["--log", "json"]);
    let log = quiet.stop().1;
    assert!(!log.contains("made admin") && log.contains("staff reset admin"), "{log}");
    let link = quiet.cli(&["staff", "reset", "admin"]);
    assert!(link.out.contains("/desk/welcome/"), "{}", link.err);
}
