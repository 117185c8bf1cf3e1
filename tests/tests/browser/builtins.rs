//! Each of the browser's own functions that the shipped bundle uses is broken by a host page, one
//! after the other, before our script starts or once a person uses the form. Whatever that does:
//! what the person sees arrives, or the link to the collector's page stands.

use std::collections::BTreeMap;

use axum::{
    Router,
    extract::{Path, Query},
    response::Html,
    routing::get,
};
use haochaping_tests::workspace;
use serde_json::{Value, json};

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    row::rows,
};

/// At every change one of so many is tried; in the long run all are.
const SHARE: usize = 8;

/// What every wait goes through is tried at every change.
const ALWAYS: [&str; 2] = ["Promise", "Promise.prototype"];

/// What a page cannot break without the person noticing: they are told that something is wrong, or
/// see nothing of ours. All but the first do nothing without a word, which no page was ever found
/// to do.
const BEYOND_HELP: [&str; 7] = [
    "DocumentFragment.prototype.append throws",
    "DocumentFragment.prototype.append gives nothing",
    "Element.prototype.append gives nothing",
    "Element.prototype.prepend gives nothing",
    "Element.prototype.remove gives nothing",
    "XMLHttpRequest.prototype.setRequestHeader gives nothing",
    "window.encodeURIComponent gives nothing",
];

fn serve(listener: tokio::net::TcpListener, collector: String) {
    let outer = || async {
        Html(format!(
            "<!doctype html><title>示例</title><body><script>{}</script>",
            include_str!("../../browser/builtins/outer.js")
        ))
    };
    let frame = move |Path(number): Path<usize>, Query(query): Query<BTreeMap<String, String>>| {
        let ticket = query.get("ticket").cloned().unwrap_or_default();
        let html = format!(
            "<!doctype html><html lang=\"zh-Hans\"><meta charset=\"utf-8\"><title>示例</title>\
             <script>window.haochapingSays=[];console.warn=(x)=>haochapingSays.push(x);parent.breakers[{number}]&&parent.breakers[{number}](window)</script>\
             <body><hao-cha-ping ticket=\"{ticket}\"><a href=\"{collector}/r/{ticket}\">评价本次服务</a></hao-cha-ping>\
             <script src=\"{collector}/v1/haochaping.js\"></script></body></html>"
        );
        async { Html(html) }
    };
    let routes = Router::new().route("/", get(outer)).route("/frame/{number}", get(frame));
    tokio::spawn(async move { axum::serve(listener, routes).await });
}

/// The bundle, and the members that its wasm takes from the browser, which stand in the names of
/// its imports.
fn text_of_the_bundle() -> String {
    let read = |name: &str| {
        std::fs::read(workspace().join("target/assets").join(name)).expect("the widget is built")
    };
    let [script, wasm] = ["haochaping.js", "haochaping.zh-Hans.wasm"].map(read);
    [&*String::from_utf8_lossy(&script), &*String::from_utf8_lossy(&wasm)].join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_built_in_a_page_breaks_the_rating_arrives_or_the_link_stands() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    serve(listener, gate.url.clone());
    let page = Page::open().await;
    page.goto(&format!("{origin}/")).await;
    let list = format!(
        "const f=document.createElement('iframe');document.body.append(f);const l=listBuiltIns(f.contentWindow,{});f.remove();return l",
        json!(text_of_the_bundle())
    );
    let Value::Array(built_ins) = page.eval(&list).await else { panic!("no list") };
    assert!(built_ins.len() > 100, "the bundle uses more than {}", built_ins.len());
    let is_full = std::env::var_os("HAOCHAPING_TEST_FULL").is_some();
    let mut cases = Vec::new();
    for built_in in &built_ins {
        for mode in ["throws", "gives nothing"] {
            for moment in ["before", "after"] {
                cases.push((built_in[0].clone(), built_in[1].clone(), mode, moment));
            }
        }
    }
    let is_tried = |number: usize, place: &Value| {
        is_full
            || number % SHARE == 3
            || place.as_str().is_some_and(|place| ALWAYS.contains(&place))
    };
    let cases: Vec<_> = cases
        .into_iter()
        .enumerate()
        .filter(|(number, (place, ..))| is_tried(*number, place))
        .collect();
    let mut tickets = Vec::new();
    while tickets.len() < cases.len() {
        tickets.extend(tokio::task::block_in_place(|| gate.collector.register(500)));
    }
    let list: Vec<Value> = cases
        .iter()
        .zip(&tickets)
        .map(|((number, (place, member, mode, moment)), ticket)| {
            json!([number, ticket, place, member, mode, moment])
        })
        .collect();
    page.client
        .update_timeouts(fantoccini::wd::TimeoutConfiguration::new(
            Some(std::time::Duration::from_mins(25)),
            None,
            None,
        ))
        .await
        .expect("a longer limit");
    let run =
        format!("const done=arguments[arguments.length-1];rateAll({}).then(done)", json!(list));
    let results = page.client.execute_async(&run, vec![]).await.expect("the page answers");
    page.close().await;
    let ends: BTreeMap<u64, String> = results
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| {
            (result[0].as_u64().expect("a number"), result[1].as_str().unwrap_or("").to_owned())
        })
        .collect();
    let found = rows(&mut gate.collector).await;
    let mut faults = Vec::new();
    for (number, (place, member, mode, moment)) in &cases {
        let name = format!(
            "{}.{} {mode}, {moment}",
            place.as_str().unwrap_or(""),
            member.as_str().unwrap_or("")
        );
        let end = ends.get(&(*number as u64)).map_or("no end", String::as_str);
        let words = format!("示例 #{number}");
        let arrived: Vec<_> = found.iter().filter(|row| row.comment == words).collect();
        let is_whole = arrived.len() == 1
            && arrived[0].level == "dissatisfied"
            && arrived[0].indicators == "209";
        // Where the script itself could not start, the link is what the person has.
        let is_link = end == "link" && *moment == "before" && arrived.is_empty();
        if BEYOND_HELP.iter().any(|known| name.starts_with(known)) {
            assert!(arrived.is_empty() || is_whole, "{name}: {arrived:?}");
        } else if !is_link && !(is_whole && (end == "done" || end == "posted")) {
            faults.push(format!("{name}: {end}, {arrived:?}"));
        }
    }
    let n_links = ends.values().filter(|end| *end == "link").count();
    let strange: Vec<_> = found.iter().filter(|row| !row.comment.starts_with("示例 #")).collect();
    assert!(strange.is_empty(), "nobody wrote {strange:?}");
    println!(
        "{} cases of {} built-ins; in {n_links} the link stands",
        cases.len(),
        built_ins.len()
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
