//! The operator's side: what a running collector takes over, what it logs, how it ends.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use haochaping_tests::{Collector, Http, service};

use crate::{bad, eventually, good, problem, rate, verified, violations};

#[test]
fn a_log_says_what_was_asked_and_nothing_of_whom_or_what() {
    let mut collector = Collector::start(&["--log", "json"]);
    let tickets = collector.register(2);
    let (ticket, base) = (&tickets[0], collector.url());
    let mut rating = bad(ticket);
    rating["comment"] = "窗口态度差".into();
    rating["contact"] = serde_json::json!({"name": "王小明", "phone": "13900001234"});
    let accepted = rate(&collector, &rating).json();
    let lookup = accepted["lookup"].as_str().unwrap();
    Http::new().get(&format!("{base}/r/{ticket}?via=sms&lang=en&from=querysecret"));
    Http::new().get(&format!("{base}/q/{lookup}"));
    Http::new().get(&format!("{base}/api/v1/ratings/{lookup}"));
    Http::new().get(&format!("{base}/not-a-route/{lookup}"));
    rating["level"] = "nonsense".into();
    assert_eq!(rate(&collector, &rating).status, 422);
    let mut wrong_form = rating.clone();
    wrong_form["level"] = serde_json::json!({"ticket": ticket});
    assert_eq!(rate(&collector, &wrong_form).status, 400);

    let (status, log) = collector.stop();
    assert!(status.success());
    assert!(
        log.contains("/r/{ticket}") && log.contains("\"status\":201"),
        "requests are logged by route: {log}"
    );
    let secret_key = collector.api_key().rsplit('_').next().unwrap();
    let (unhyphenated, key) = (lookup.replace('-', ""), rating["key"].as_str().unwrap());
    let typed = ["querysecret", "via=sms", "窗口态度差", "王小明", "13900001234", "JS-2026"];
    for secret in [ticket.as_str(), lookup, &unhyphenated, key, secret_key].iter().chain(&typed) {
        assert!(!log.to_lowercase().contains(&secret.to_lowercase()), "{secret} is in the log");
    }
    for line in log.lines().filter(|line| !line.starts_with("made ")) {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "no JSON: {line}");
    }
}

#[test]
fn sigterm_lets_a_request_in_flight_end() {
    let mut collector = Collector::start(&[]);
    let body = bad(&collector.register(1)[0]).to_string();
    let mut slow = TcpStream::connect(collector.address()).unwrap();
    let head = format!(
        "POST /api/v1/ratings HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    // The interim answer says that the request has been taken on and its body is awaited.
    let mut interim = [0; 25];
    slow.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"));
    let (first, rest) = body.split_at(20);
    slow.write_all(first.as_bytes()).unwrap();

    collector.terminate();
    let address = collector.address().to_owned();
    eventually("nothing new is let in", || TcpStream::connect(&address).is_err().then_some(()));
    slow.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (status, _) = collector.wait();
    assert_eq!(status.code(), Some(0));
    assert_eq!(verified(&collector), (1, 1));
}

#[test]
fn a_connection_on_which_nothing_whole_came_does_not_hold_the_end_up() {
    let mut collector = Collector::start(&[]);
    let mut half = TcpStream::connect(collector.address()).unwrap();
    half.write_all(b"GET / HT").unwrap();
    // Taken on before the end begins: a later connection is answered first.
    assert_eq!(Http::new().get(&format!("{}/healthz", collector.url())).status, 200);
    let (status, _) = collector.stop();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_killed_collector_starts_again_with_everything_it_answered() {
    let mut collector = Collector::start(&[]);
    let tickets = collector.register(20);
    let accepted: Vec<_> =
        tickets.iter().map(|ticket| rate(&collector, &good(ticket)).json()).collect();
    collector.kill();
    collector.restart();
    for rating in &accepted {
        let found = Http::new().get(&format!(
            "{}/api/v1/ratings/{}",
            collector.url(),
            rating["lookup"].as_str().unwrap()
        ));
        assert_eq!(found.json()["receipt"], rating["receipt"]);
    }
    assert_eq!(verified(&collector), (20, 0));
}

#[test]
fn a_new_key_signs_new_links_and_an_old_link_is_good_until_its_key_is_retired() {
    let collector = Collector::start(&[]);
    let service = service();
    let link =
        || collector.register_all(std::slice::from_ref(&service))["tickets"][0]["ticket"].clone();
    let old = link();
    let opens = |ticket: &serde_json::Value| {
        Http::new().get(&format!("{}/r/{}", collector.url(), ticket.as_str().unwrap())).status
    };
    let refused = collector.cli(&["key", "retire", "ticket", "0"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("last live key"), "{}", refused.err);

    assert_eq!(collector.cli(&["key", "rotate", "ticket"]).out.trim(), "ticket 1");
    let new = eventually("the new key signs", || Some(link()).filter(|ticket| *ticket != old));
    assert_eq!((opens(&old), opens(&new)), (200, 200));

    assert_eq!(collector.cli(&["key", "retire", "ticket", "0"]).code, Some(0));
    eventually("the old link ends", || (opens(&old) == 404).then_some(()));
    assert_eq!(opens(&new), 200);
    let body = problem(&rate(&collector, &good(old.as_str().unwrap())), 422, "invalid-rating");
    assert_eq!(violations(&body), [("ticket", "not-genuine")]);
    assert_eq!(rate(&collector, &good(new.as_str().unwrap())).status, 201);
    let listed = collector.cli(&["key", "list"]).out;
    assert_eq!(
        listed
            .lines()
            .filter(|line| line.starts_with("ticket") && line.contains("retired"))
            .count(),
        1
    );
    for kept in ["lookup", "fingerprint"] {
        assert_eq!(collector.cli(&["key", "rotate", kept]).code, Some(1), "{kept} keeps its key");
    }
}

/// As offices export them: GBK with semicolons, a workbook, and a code that a spreadsheet
/// shortened.
#[test]
fn imports_are_read_in_every_charset_and_what_a_spreadsheet_spoiled_is_named() {
    let collector = Collector::start(&[]);
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let import = |what: &[&str], name: &str, content: &[u8]| {
        let file = collector.data_dir().join(name);
        std::fs::write(&file, content).unwrap();
        collector.cli(&[&[what[0], "import", file.to_str().unwrap()], &what[1..]].concat())
    };
    let regions =
        import(&["region"], "regions.csv", &gbk("区划代码;名称\r\n321002002;示例二街道\r\n"));
    assert!(
        regions.code == Some(0) && regions.err.contains("1 names of regions imported"),
        "{regions:?}"
    );
    let short = import(&["region"], "short.csv", b"code,name\n3.21E+11,x\n");
    assert!(
        short.code == Some(1) && short.err.contains("line 2, code: \"3.21E+11\" was shortened"),
        "{short:?}"
    );
    let url = collector.url();
    let service = ["service", "--authority", collector.authority(), "--public-url", &url];
    let head = "case_number,service_number,agency_code,region,finished_at,mode,real_name,item_name";
    let line =
        "示例-1,１,11321000014216389W,３２１００２,2026-11-20T15:04:05+08:00,online,TRUE,护照补发";
    let output = import(
        &service,
        "services.csv",
        &gbk(&format!(
            "{head}\n{line}\n2.1E+11,1,11321000014216389W,321002,2026-11-20T15:04:05+08:00,online,true,x\n"
        )),
    );
    assert!(
        output.err.contains("1 services registered")
            && output.err.contains("line 3, case_number: \"2.1E+11\""),
        "{output:?}"
    );
    assert!(
        output.out.starts_with("\u{feff}case_number,") && output.out.contains("\r\n"),
        "{output:?}"
    );
}

#[test]
fn an_import_names_line_column_and_reason_and_registers_the_rest() {
    let collector = Collector::start(&[]);
    let file = collector.data_dir().join("finished.csv");
    let head = "case_number,service_number,agency_code,region,finished_at,mode,real_name,item_name";
    let tail = "2026-11-20T15:04:05+08:00,online,true,护照补发";
    let rows = [
        head.to_owned(),
        format!("CSV-1,1,11321000014216389W,321002,{tail}"),
        format!("CSV-2,1,11321000014216389X,321002,{tail}"),
        "CSV-3,eins,11321000014216389W,321099,yesterday,by post,maybe,".to_owned(),
        format!("CSV-4,1,11321000014216389W,321002,{tail}"),
    ];
    std::fs::write(&file, rows.join("\n")).unwrap();
    let args = [
        "service",
        "import",
        file.to_str().unwrap(),
        "--authority",
        collector.authority(),
        "--public-url",
    ];
    let url = collector.url();
    let output = collector.cli(&[&args[..], &[url.as_str()]].concat());
    assert_eq!(output.code, Some(1));
    for fault in [
        "line 3, agency_code: the check character does not fit",
        "line 4, service_number: \"eins\" is no number",
        "line 4, region: the first six digits are no known district",
        "line 4, finished_at: not RFC 3339 with an offset",
        "line 4, mode: \"by post\" is neither online nor on_site",
        "line 4, real_name: \"maybe\" is neither true nor false",
    ] {
        assert!(output.err.contains(fault), "{fault:?} is not in {}", output.err);
    }
    let links: Vec<_> =
        output.out.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).collect();
    assert_eq!(links.iter().map(|line| line[0]).collect::<Vec<_>>(), ["CSV-1", "CSV-4"]);
    for line in &links {
        assert_eq!(Http::new().get(line[2]).status, 200, "{}", line[2]);
    }
    let printed = collector.cli(&[
        "ticket",
        "--authority",
        collector.authority(),
        "--case",
        "CSV-4",
        "--public-url",
        &url,
    ]);
    assert_eq!(printed.out.trim(), links[1][2], "the same link can be printed again");
}

#[test]
fn an_api_key_is_shown_once_and_listed_without_its_secret() {
    let collector = Collector::start(&[]);
    let listed = collector.cli(&["api-key", "list"]).out;
    let (id, secret) = collector.api_key().strip_prefix("hcp_").unwrap().split_once('_').unwrap();
    assert!(
        listed.contains(id) && listed.contains(collector.authority()) && !listed.contains(secret)
    );
    assert!(
        !collector.stored_bytes().windows(secret.len()).any(|window| window == secret.as_bytes())
    );
}

#[test]
fn what_people_write_is_not_readable_on_disk() {
    let collector = Collector::start(&[]);
    let mut rating = bad(&collector.register(1)[0]);
    rating["contact"] = serde_json::json!({"name": "王小明", "phone": "13900001234"});
    assert_eq!(rate(&collector, &rating).status, 201);
    let bytes = collector.stored_bytes();
    for secret in ["跑了三趟", "王小明", "13900001234", rating["key"].as_str().unwrap()] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}
