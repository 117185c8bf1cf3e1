//! Pages of other people: with scripts that replace the browser's own functions, in other modes and
//! charsets, under a strict policy. Whatever they do, the rating that the person sees is the one
//! that arrives.

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use haochaping_tests::workspace;
use serde_json::json;

use crate::{
    gate::{Gate, Wasm},
    page::Page,
    row::{Row, rows},
};

const DONE: &str = "评价已提交";
/// With what a spoiled JSON would show: quotation marks, a list, a line end.
const WORDS: &str = "示例：\"窗口\" [排队] 很久";
/// Keeps what the element says to the page.
const HEAR: &str = "window.heard=[];['hcp-ready','hcp-rated','hcp-already-rated','hcp-error'].forEach(n=>addEventListener(n,e=>heard.push([n,e.detail.outcome||e.detail.code||''])));";

/// A kind of host page.
#[derive(Clone, Copy, Debug)]
struct Host {
    name: &'static str,
    /// Scripts before ours, by their place in `/lib/`.
    libraries: &'static [&'static str],
    /// What they do then.
    script: &'static str,
    doctype: &'static str,
    /// Before the title.
    head: &'static str,
    is_gbk: bool,
    is_strict: bool,
    /// Left to the long run: another of its kind is tried at every change.
    is_long: bool,
}

const PLAIN: Host = Host {
    name: "",
    libraries: &[],
    script: "",
    doctype: "<!doctype html>",
    head: "",
    is_gbk: false,
    is_strict: false,
    is_long: false,
};

/// What old scripts put in the place of built-ins, in our own words: Prototype 1.6 before there was
/// a standard for these.
const LIKE_PROTOTYPE_1_6: &str = "Array.from=function(list){var all=[];for(var i=0;i<list.length;i++)all.push(list[i]);return all};\
    Array.prototype.toJSON=function(){return '['+this.join(', ')+']'};\
    Object.prototype.constructor.toJSON=function(){return '{}'};\
    String.prototype.toJSON=function(){return '\"'+this+'\"'};\
    Array.prototype.reduce=function(){return this.length>1?this:this[0]};\
    Function.prototype.bind=function(self){var f=this;return function(){return f.apply(self,arguments)}};\
    document.getElementsByClassName=function(){return []};";

const HOSTS: [Host; 16] = [
    Host { name: "Prototype 1.7", libraries: &["prototype.js"], ..PLAIN },
    Host { name: "as Prototype 1.6", script: LIKE_PROTOTYPE_1_6, ..PLAIN },
    Host { name: "MooTools 1.4", libraries: &["mootools.js"], ..PLAIN },
    Host {
        name: "a list that loses its mapper",
        script: "Array.from=(list)=>Array.prototype.slice.call(list)",
        is_long: true,
        ..PLAIN
    },
    Host {
        name: "lists with a JSON form of their own",
        script: "Array.prototype.toJSON=function(){return JSON.stringify(this.map(String))}",
        ..PLAIN
    },
    Host {
        name: "jQuery 1.12",
        libraries: &["jquery.js"],
        script: "jQuery.ajaxSetup({cache:false})",
        is_long: true,
        ..PLAIN
    },
    Host {
        name: "FastClick",
        libraries: &["fastclick.js"],
        script: "addEventListener('DOMContentLoaded',()=>FastClick.attach(document.body))",
        ..PLAIN
    },
    Host {
        name: "Mock.js",
        libraries: &["mock.js"],
        script: "Mock.mock('/api/none',{a:1})",
        ..PLAIN
    },
    Host {
        name: "ajax-hook",
        libraries: &["ajaxhook.js"],
        script: "ah.proxy({onRequest:(c,h)=>h.next(c),onResponse:(r,h)=>h.next(r)})",
        ..PLAIN
    },
    Host { name: "Turbo", libraries: &["turbo.js"], ..PLAIN },
    Host { name: "quirks mode", doctype: "", is_long: true, ..PLAIN },
    Host { name: "GBK", is_gbk: true, ..PLAIN },
    Host { name: "<base>", head: "<base href=\"/elsewhere/\" target=\"_top\">", ..PLAIN },
    Host { name: "a strict policy", is_strict: true, is_long: true, ..PLAIN },
    Host {
        name: "a fetch that refuses",
        script: "window.fetch=()=>Promise.reject(new TypeError('only ours'))",
        is_long: true,
        ..PLAIN
    },
    Host {
        name: "promises of its own",
        script: "window.Promise=class extends Promise{then(...a){return super.then(...a)}};window.queueMicrotask=undefined",
        is_long: true,
        ..PLAIN
    },
];

/// Serves every host page with its body, and the scripts; gives the portal's origin.
fn serve(listener: tokio::net::TcpListener, collector: &str, bodies: &[(Host, String)]) -> String {
    let port = listener.local_addr().expect("it listens").port();
    let pages = bodies
        .iter()
        .map(|(host, body)| (page_of(host, collector, body), host.is_gbk, host.is_strict));
    let pages: Arc<Vec<(String, bool, bool)>> = Arc::new(pages.collect());
    let policy = format!(
        "default-src 'none'; script-src 'self' {collector} 'wasm-unsafe-eval'; style-src 'self'; connect-src {collector}; \
         form-action {collector}; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("plain");
    let show = move |State(pages): State<Arc<Vec<(String, bool, bool)>>>,
                     UrlPath(number): UrlPath<usize>| {
        let (html, is_gbk, is_strict) = &pages[number];
        let bytes = if *is_gbk {
            encoding_rs::GBK.encode(html).0.into_owned()
        } else {
            html.clone().into_bytes()
        };
        let mut response = Response::new(axum::body::Body::from(bytes));
        let kind = if *is_gbk { "text/html; charset=gbk" } else { "text/html; charset=utf-8" };
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if *is_strict {
            response.headers_mut().insert("content-security-policy", policy.clone());
        }
        std::future::ready(response)
    };
    let routes = Router::new()
        .route("/{number}", get(show))
        .route("/lib/{name}", get(library))
        .with_state(pages);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://localhost:{port}")
}

fn page_of(host: &Host, collector: &str, body: &str) -> String {
    let libraries: String = host
        .libraries
        .iter()
        .map(|name| format!("<script src=\"/lib/{name}\"></script>"))
        .collect();
    let script = if host.script.is_empty() {
        String::new()
    } else {
        format!("<script>{}</script>", host.script)
    };
    format!(
        "{}<html lang=\"zh-Hans\"><head>{}<title>示例门户：{}</title>{libraries}{script}\
         <script type=\"module\" src=\"{collector}/v1/haochaping.js?v=20191201\"></script></head>\
         <body><main><h1>办件结果（示例）</h1>{body}</main></body></html>",
        host.doctype, host.head, host.name
    )
}

async fn library(UrlPath(name): UrlPath<String>) -> Response {
    let modules = workspace().join("tests/browser/node_modules");
    let path = match name.as_str() {
        "prototype.js" => "/usr/share/javascript/prototype/prototype.js".into(),
        "mootools.js" => "/usr/share/javascript/mootools/mootools-core-nc.js".into(),
        "jquery.js" => modules.join("jquery/dist/jquery.js"),
        "fastclick.js" => modules.join("fastclick/lib/fastclick.js"),
        "mock.js" => modules.join("mockjs/dist/mock.js"),
        "ajaxhook.js" => modules.join("ajax-hook/dist/ajaxhook.js"),
        "turbo.js" => modules.join("@hotwired/turbo/dist/turbo.es2017-umd.js"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let script = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", Path::new(&path).display()));
    let mut headers = HeaderMap::new();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    (headers, script).into_response()
}

fn is_full() -> bool {
    std::env::var_os("HAOCHAPING_TEST_FULL").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_every_kind_of_page_what_the_person_sees_arrives() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let hosts: Vec<Host> = HOSTS.into_iter().filter(|host| is_full() || !host.is_long).collect();
    let with_bodies = hosts.into_iter().map(|host| {
        let ticket = gate.ticket();
        let body = format!(
            "<hao-cha-ping ticket=\"{ticket}\"><a href=\"{}/r/{ticket}?lang=zh-Hans\">评价本次服务</a></hao-cha-ping>",
            gate.url
        );
        (host, body)
    });
    let bodies: Vec<(Host, String)> = with_bodies.collect();
    let origin = serve(listener, &gate.url, &bodies);
    let page = Page::with(json!({}), HEAR).await;
    for (number, (host, _)) in bodies.iter().enumerate() {
        eprintln!("{}", host.name);
        page.goto(&format!("{origin}/{number}")).await;
        rate(&page, host.name).await;
    }
    page.close().await;
    let found = rows(&mut gate.collector).await;
    let expected = Row {
        level: "dissatisfied".into(),
        indicators: "209".into(),
        comment: WORDS.into(),
        channel: "pc".into(),
        is_anonymous: false,
    };
    for (row, (host, _)) in found.iter().zip(&bodies) {
        assert_eq!(row, &expected, "{}", host.name);
    }
    assert_eq!(found.len(), bodies.len());
}

/// As a person would: in the form on the page, or behind the link that stands where there is none.
async fn rate(page: &Page, name: &str) {
    let settled = "return !!find('.hcp-count')||heard.some(h=>h[0]==='hcp-error')||warned.length>0";
    page.until(&format!("{name}: the app, or why there is none"), settled).await;
    if page.eval("return !find('[name=level]')").await == json!(true) {
        page.click("main a", 0).await;
    }
    page.click("[value=dissatisfied]", 0).await;
    page.click("[value='209']", 0).await;
    page.type_into("textarea", 0, WORDS).await;
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    let warned = page.eval("return warned.filter(w=>w.startsWith('haochaping')).length").await;
    assert!(warned.as_u64() < Some(2), "{name}: a failure is named once");
    let failed = page.eval("return failed").await;
    assert_eq!(failed, json!([]), "{name}: nothing is thrown into the page");
}

/// On a phone FastClick makes clicks of its own out of touches, and an element that does not say so
/// goes deaf.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_phone_with_fastclick_a_touch_chooses_a_level() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let origin = format!("http://localhost:{}", listener.local_addr().expect("it listens").port());
    let mut gate = Gate::open(Wasm::Passes, &["--allow-origin", &origin]).await;
    let ticket = gate.ticket();
    let host = *HOSTS.iter().find(|host| host.name == "FastClick").expect("it is in the table");
    let origin = serve(
        listener,
        &gate.url,
        &[(host, format!("<hao-cha-ping ticket=\"{ticket}\"></hao-cha-ping>"))],
    );
    let page = Page::with(json!({}), HEAR).await;
    let phone = "Mozilla/5.0 (Linux; Android 9; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/71.0.3578.99 Mobile Safari/537.36";
    page.cdp("Network.setUserAgentOverride", json!({ "userAgent": phone })).await;
    page.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
    page.set_width(375).await;
    page.goto(&format!("{origin}/0")).await;
    page.taken_over(0).await;
    let is_there = "return !FastClick.notNeeded(document.body)";
    assert_eq!(page.eval(is_there).await, json!(true), "it takes touches on this phone");
    for selector in ["[value=dissatisfied]", "[value='209']"] {
        page.until("it can be touched", &format!("return !!find(\"{selector}\")")).await;
        let place = page
            .eval(&format!("const e=find(\"{selector}\").closest('label');e.scrollIntoView({{block:'center'}});const r=e.getBoundingClientRect();return [r.left+r.width/2,r.top+r.height/2]"))
            .await;
        let point = json!([{ "x": place[0], "y": place[1] }]);
        page.cdp("Input.dispatchTouchEvent", json!({ "type": "touchStart", "touchPoints": point }))
            .await;
        page.cdp("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }))
            .await;
        page.until("it is chosen", &format!("return find(\"{selector}\").checked")).await;
    }
    page.click(".hcp-submit", 0).await;
    page.reads(DONE).await;
    page.close().await;
    let found = rows(&mut gate.collector).await;
    assert_eq!((found[0].level.as_str(), found[0].indicators.as_str()), ("dissatisfied", "209"));
}
