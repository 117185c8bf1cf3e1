//! 评价热词: which words stand for others, and which are not shown.

use askama::Template;
use axum::http::StatusCode;
use haochaping_collector::{accounts::audit_trail::AuditAction, publication::hot_words::cutter};
use serde::Deserialize;

use super::{
    answer::{Answer, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{HotWords, Page},
    saved::Saved,
    session::{Desk, trimmed},
};

/// The longest word, in characters.
const LENGTH_MAX: usize = 20;

/// A rule: what a word is counted as; empty where it is hidden.
struct Rule {
    word: String,
    stands_for: String,
}

/// The form of the page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    action: String,
    #[serde(deserialize_with = "trimmed")]
    word: String,
    #[serde(deserialize_with = "trimmed")]
    stands_for: String,
}

#[derive(Template)]
#[template(path = "desk/hot_words.html")]
struct HotWordsPage<'a> {
    f: Frame,
    rules: Vec<Rule>,
    form: &'a Form,
    fault: &'a str,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<HotWords>) -> Answer {
    page(&desk, StatusCode::OK, &Form::default(), "").await
}

async fn page(desk: &Desk, status: StatusCode, form: &Form, fault: &str) -> Answer {
    let (_, synonyms) = desk.app.store.word_rules().await?;
    let rules = synonyms.into_iter().map(|(word, stands_for)| Rule { word, stands_for }).collect();
    let f = Frame::inside(desk, HotWords::PATH, "评价热词", !status.is_success());
    Ok(respond(status, &HotWordsPage { f, rules, form, fault }))
}

/// Merges a word with another, hides it, or lets it stand for itself again. Everything is counted
/// anew afterwards.
pub(in crate::http) async fn change(
    Submitted { desk, form, .. }: Submitted<HotWords, Form>,
) -> Answer {
    match apply(&desk, &form).await {
        Ok(saved) => Ok(saved.show_at(&desk, HotWords::PATH)),
        Err(error) => {
            let fault = error.into_fault()?;
            page(&desk, fault.status, &form, &fault.message).await
        }
    }
}

async fn apply(desk: &Desk, form: &Form) -> Result<Saved, DeskError> {
    let Form { action, word, stands_for: other } = form;
    let is_word = |text: &str| cutter::is_word(text) && text.chars().count() <= LENGTH_MAX;
    let refused = |message: &'static str| Err(DeskError::typed(message));
    let (stands_for, about, done) = match action.as_str() {
        "merge" if !is_word(word) || !is_word(other) => {
            return refused("请填写两个汉字词，各 2 到 20 个字。");
        }
        "merge" if word == other => return refused("两个词是一样的。"),
        "merge" => (
            Some(other.as_str()),
            format!("{word} → {other}"),
            format!("“{word}”已合并到“{other}”"),
        ),
        "hide" if !is_word(word) => return refused("请填写一个汉字词，2 到 20 个字。"),
        "hide" => (Some(""), format!("{word} →"), format!("“{word}”不再显示")),
        "remove" => (None, word.clone(), format!("已取消对“{word}”的规则")),
        _ => return refused("请选择一项操作。"),
    };
    let (_, known) = desk.app.store.word_rules().await?;
    // A chain would be counted under its second word only.
    let is_chained =
        stands_for.is_some_and(|to| known.contains_key(to) || known.values().any(|v| v == word));
    if is_chained {
        return refused("这两个词里有一个已经与别的词合并，请先取消那一条。");
    }
    desk.app
        .store
        .set_synonym(word, stands_for, desk.audit(AuditAction::HotWordChanged, &about))
        .await?;
    Ok(Saved::new(format!("{done}。热词正在重新统计。")))
}
