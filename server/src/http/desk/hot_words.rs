//! 评价热词: which words stand for others, and which are not shown.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping_collector::{accounts::staff::entry, publication::hot_words::cutter};

use super::{
    frame::{Frame, respond},
    order::failed,
    session::{Desk, Posted},
    sign_in::BUSY,
};

const PAGE: &str = "/desk/hot-words";
const LENGTH_MAX: usize = 20;

#[derive(Template)]
#[template(path = "desk/hot_words.html")]
struct HotWords<'a> {
    f: Frame,
    lines: Vec<(String, String)>,
    typed: [&'a str; 2],
    fault: &'static str,
}

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    match desk.lacks(PAGE).await {
        None => page(&desk, StatusCode::OK, ["", ""], "").await,
        Some(answer) => answer,
    }
}

async fn page(desk: &Desk, status: StatusCode, typed: [&str; 2], fault: &'static str) -> Response {
    let lines = match desk.app.store.word_rules().await {
        Ok((_, synonyms)) => synonyms.into_iter().collect(),
        Err(error) => return failed(&desk.app, &error),
    };
    let f = Frame::inside(desk, PAGE, "评价热词", !status.is_success());
    respond(status, &HotWords { f, lines, typed, fault })
}

/// Merges a word with another, hides it, or lets it stand for itself again. Everything is counted anew afterwards.
pub(in crate::http) async fn change(posted: Posted) -> Response {
    let desk = &posted.desk;
    let app = &desk.app;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let (word, other) = (posted.get("word").trim(), posted.get("stands_for").trim());
    let refused = |fault| page(desk, StatusCode::UNPROCESSABLE_ENTITY, [word, other], fault);
    let is_word = |text: &str| cutter::is_word(text) && text.chars().count() <= LENGTH_MAX;
    let (stands_for, said) = match posted.get("action") {
        "merge" if !is_word(word) || !is_word(other) => return refused("请填写两个汉字词，各 2 到 20 个字。").await,
        "merge" if word == other => return refused("两个词是一样的。").await,
        "merge" => (Some(other), format!("{word} → {other}")),
        "hide" if !is_word(word) => return refused("请填写一个汉字词，2 到 20 个字。").await,
        "hide" => (Some(""), format!("{word} →")),
        "remove" => (None, word.to_owned()),
        _ => return refused("请选择一项操作。").await,
    };
    let known = match app.store.word_rules().await {
        Ok((_, synonyms)) => synonyms,
        Err(error) => return failed(app, &error),
    };
    // A chain would be counted under its second word only.
    let is_chained = stands_for.is_some_and(|to| known.contains_key(to) || known.values().any(|v| v == word));
    if is_chained {
        return refused("这两个词里有一个已经与别的词合并，请先取消那一条。").await;
    }
    let who = format!("staff:{}", desk.session.staff.name);
    match app.store.set_synonym(word, stands_for, entry(&*app.clock, &who, "hot-word-changed", &said)).await {
        Ok(()) => Redirect::to(&format!("{}{PAGE}", app.config.base_path())).into_response(),
        Err(error) => {
            tracing::error!(%error, "a hot word was not changed");
            page(desk, StatusCode::SERVICE_UNAVAILABLE, [word, other], BUSY).await
        }
    }
}
