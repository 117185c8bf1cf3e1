//! A portal on another site than the collector, with the strictest policy of `facts`: Trusted Types
//! on, no inline style.

use axum::{Router, http::HeaderValue, response::Response, routing::get};

/// Serves one page with the loader and these widgets; returns its address on `localhost`.
pub(crate) fn serve(listener: tokio::net::TcpListener, collector: &str, body: String) -> String {
    let loader = format!("<script type=\"module\" src=\"{collector}/v1/haochaping.js\"></script>");
    serve_page(listener, collector, &loader, &body)
}

/// Serves one page as it is; returns its address on `localhost`.
pub(crate) fn serve_page(
    listener: tokio::net::TcpListener,
    collector: &str,
    head: &str,
    body: &str,
) -> String {
    let port = listener.local_addr().expect("it listens").port();
    let policy = format!(
        "default-src 'none'; script-src {collector} 'wasm-unsafe-eval'; style-src 'self'; connect-src {collector}; \
         img-src 'self' data:; form-action {collector}; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let html = format!(
        "<!doctype html><html lang=\"zh-Hans\"><meta charset=\"utf-8\"><title>示例门户</title>\
         {head}<main><h1>办件结果（示例）</h1>{body}</main>"
    );
    let policy = HeaderValue::from_str(&policy).expect("plain");
    let page = move || {
        let mut response = Response::new(axum::body::Body::from(html.clone()));
        response
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().insert("content-security-policy", policy.clone());
        std::future::ready(response)
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(page))).await });
    format!("http://localhost:{port}/")
}
