//! `POST /api/v1/widget-failures?cause=…`: a widget that cannot start says why, once a page. No
//! body, no ticket, nothing of the person; the plain form rates meanwhile.

use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;

use crate::http::problem::Problem;

/// Why the app did not start, with what the guide says of it. Every code that
/// `widget/element/js/start.js` can send.
pub const CAUSES: [(&str, &str, &str); 10] = [
    (
        "no-webassembly",
        "浏览器没有 WebAssembly（如 iOS 锁定模式）。",
        "无需处理，普通表单照常提交。",
    ),
    (
        "wasm-unreachable",
        "wasm 文件取不到：网络不通，或页面 CSP 的 connect-src 没有收集端。",
        "在 connect-src 中加入收集端来源。",
    ),
    (
        "wasm-status",
        "wasm 文件返回了非 200 状态。",
        "检查反向代理是否放行 /v/ 下的文件；npm 包的版本应是收集端最近三个版本之一。",
    ),
    (
        "wasm-integrity",
        "wasm 文件与完整性值不符，途中被改动。",
        "检查代理或 CDN 是否改写、压缩或注入内容。",
    ),
    (
        "wasm-type",
        "wasm 文件的 MIME 类型不是 application/wasm。",
        "检查代理是否改写 Content-Type。",
    ),
    (
        "wasm-csp",
        "页面 CSP 的 script-src 缺少 'wasm-unsafe-eval'。",
        "在 script-src 中加入 'wasm-unsafe-eval'（不是 'unsafe-eval'）。",
    ),
    (
        "wasm-damaged",
        "wasm 文件不能编译，浏览器过旧（低于 Chrome 96、Safari 15.1）或文件损坏。",
        "旧浏览器无需处理，普通表单照常提交。",
    ),
    ("mount", "表单载入后没有显示。", "请把浏览器版本和页面地址（去掉链接中的令牌）报告给运维。"),
    (
        "died",
        "表单的程序中途停止，普通表单继续可用。常见于页面上的 Prototype、MooTools 等脚本改写了浏览器内建函数。",
        "无需处理；控制台的一行写明原因。希望消除的，请在这类脚本之前载入本脚本。",
    ),
    (
        "form-unreachable",
        "表单取不到：网络不通，收集端没有 --allow-origin 本页来源，或 CSP 的 connect-src 没有收集端。",
        "检查这三处；元素内的链接一直可用。",
    ),
];

/// What is told.
#[derive(Debug, Deserialize)]
pub struct FailureReport {
    cause: String,
}

/// Counts a failure by its cause, and logs it.
#[utoipa::path(
    post, path = "/api/v1/widget-failures", operation_id = "reportWidgetFailure", tag = "pages",
    params(("cause" = String, Query, description = "a code of the embed guide, such as `wasm-csp`")),
    responses(
        (status = 204, description = "counted"),
    )
)]
pub async fn create(
    told: Result<Query<FailureReport>, QueryRejection>,
) -> Result<StatusCode, Problem> {
    let unknown = || {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "unknown-cause",
            "cause is none of the embed guide's codes",
        )
    };
    let Query(told) = told.map_err(|_| unknown())?;
    // Only ours: whoever can reach this must not write into logs or make up label values.
    let (cause, ..) = CAUSES.iter().find(|(cause, ..)| *cause == told.cause).ok_or_else(unknown)?;
    metrics::counter!("haochaping_widget_failures_total", "cause" => *cause).increment(1);
    tracing::warn!(cause, "a widget did not start");
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_the_script_sends_is_known_and_no_other() {
        let sources = [
            include_str!("../../../../widget/element/js/start.js"),
            include_str!("../../../../widget/element/js/element.js"),
            include_str!("../../../../widget/element/js/app.js"),
        ]
        .concat();
        for (cause, ..) in CAUSES {
            assert!(sources.contains(&format!("\"{cause}\"")), "{cause} is sent by nobody");
        }
        let sent = sources.split("[\"").skip(1).filter_map(|rest| rest.split('"').next());
        for code in sent.filter(|code| code.starts_with("wasm-") || code.starts_with("no-")) {
            assert!(CAUSES.iter().any(|(cause, ..)| *cause == code), "{code} is not known");
        }
    }
}
