//! 评价热词: on the public page, and each with its figures by month and place.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use haochaping::{
    form::html::escape, rating::Indicator, region::RegionKind, statistics::show_count,
};
use haochaping_collector::state::App;
use haochaping_store::{
    StoreError,
    publication::Dimension,
    word::{ShownWord, Source},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    question::{Only, Params, Question},
    view::{View, refused},
};
use crate::http::page::{self, Page, Reader};

/// Of each kind on the page; open data have all of them.
const SHOWN_MAX: usize = 10;

/// A hot word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotWord {
    /// Of good ratings or of bad ones.
    pub is_good: bool,
    /// Where it comes from.
    pub source: Source,
    /// The code of an option; the word itself.
    pub code: String,
    /// In how many ratings it is.
    pub n: u64,
}

impl HotWord {
    /// The official text of an option; the word itself.
    pub fn text(&self) -> &str {
        text_of(self.source, &self.code)
    }
}

fn text_of(source: Source, code: &str) -> &str {
    match source {
        Source::Option => Indicator::find(code).map_or(code, |indicator| indicator.text),
        Source::Word => code,
    }
}

/// The hot words of a question: options first, then words, each the most frequent first.
///
/// # Errors
/// The store's.
pub async fn hot_words(app: &App, question: &Question) -> Result<Vec<HotWord>, StoreError> {
    let (kind, value) = match &question.only {
        None => (Dimension::All, ""),
        Some(Only::Agency(code)) => (Dimension::Agency, code.as_str()),
        Some(Only::Item(code)) => (Dimension::Item, code.as_str()),
    };
    // What staff have hidden is gone at once, and not only when everything is counted anew.
    let (_, synonyms) = app.store.word_rules().await?;
    let is_hidden = |word: &ShownWord| {
        word.source == Source::Word && synonyms.get(&word.word).is_some_and(String::is_empty)
    };
    let mut sums: BTreeMap<(Source, bool, String), u64> = BTreeMap::new();
    for word in app.store.shown_words(question.region, kind, value).await? {
        if !is_hidden(&word) && question.month.is_none_or(|month| month == word.month) {
            *sums.entry((word.source, word.is_good, word.word)).or_default() += word.n;
        }
    }
    let mut words: Vec<_> = sums
        .into_iter()
        .map(|((source, is_good, code), n)| HotWord { is_good, source, code, n })
        .collect();
    words.sort_by(|a, b| (a.source, b.n, &a.code).cmp(&(b.source, a.n, &b.code)));
    Ok(words)
}

/// The hot words of a page's question, side by side and alike.
pub(super) async fn put(view: &View<'_>, out: &mut String) -> Result<(), StoreError> {
    let m = view.m;
    let words = hot_words(view.app, view.question).await?;
    if words.is_empty() {
        return Ok(());
    }
    let least = view.app.config.publication.word_min.to_string();
    let _ = write!(
        out,
        "<h2>{}</h2><p class=\"muted\">{}</p><div class=\"answers\">",
        m.words_title,
        m.words_note.replace("{min}", &least)
    );
    for (is_good, title) in [(true, m.good_words), (false, m.bad_words)] {
        let _ = write!(out, "<section><h3>{title}</h3>");
        for (source, name) in [(Source::Option, m.word_options), (Source::Word, m.word_comments)] {
            let of = words
                .iter()
                .filter(|word| word.is_good == is_good && word.source == source)
                .take(SHOWN_MAX);
            let items: String = of.map(|word| item(view, word)).collect();
            if !items.is_empty() {
                let _ = write!(out, "<h4>{name}</h4><ol class=\"files\">{items}</ol>");
            }
        }
        out.push_str("</section>");
    }
    out.push_str("</div>");
    Ok(())
}

fn item(view: &View<'_>, word: &HotWord) -> String {
    let href = href(view.app, view.reader, view.question, word.is_good, word.source, &word.code);
    let (text, n) = (escape(word.text()), show_count(word.n));
    format!("<li><a lang=\"zh-Hans\" href=\"{href}\">{text}</a> {n}</li>")
}

fn href(
    app: &App,
    reader: Reader,
    question: &Question,
    is_good: bool,
    source: Source,
    code: &str,
) -> String {
    let word = utf8_percent_encode(code, NON_ALPHANUMERIC);
    let (of, source, mode) =
        (if is_good { "good" } else { "bad" }, source.name(), reader.mode_query());
    let (base, region, lang) = (app.config.base_path(), question.region, reader.lang.tag());
    format!("{base}/words?region={region}&of={of}&source={source}&word={word}&lang={lang}{mode}")
        .replace('&', "&amp;")
}

/// Which word, where.
#[derive(Debug, Deserialize)]
pub struct AskedWord {
    region: Option<String>,
    of: String,
    source: String,
    word: String,
    lang: Option<String>,
    mode: Option<String>,
}

/// `GET /words`: the figures of one hot word by month and place.
pub async fn show(
    State(app): State<Arc<App>>,
    asked: Result<Query<AskedWord>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return page::refused(&app, &headers, StatusCode::BAD_REQUEST);
    };
    let reader = Reader::of(asked.lang.as_deref(), asked.mode.as_deref(), &headers);
    let question = match Question::read(&app, &Params { region: asked.region, ..Params::default() })
    {
        Ok(question) => question,
        Err(fault) => return refused(&app, reader, &fault),
    };
    let (Some(source), true) =
        (Source::from_name(&asked.source), matches!(asked.of.as_str(), "good" | "bad"))
    else {
        return page::refused(&app, &headers, StatusCode::BAD_REQUEST);
    };
    let is_good = asked.of == "good";
    match content(&app, reader, &question, is_good, source, &asked.word).await {
        Ok(Some(content)) => {
            let word = utf8_percent_encode(&asked.word, NON_ALPHANUMERIC);
            let of = if is_good { "good" } else { "bad" };
            let query =
                format!("region={}&of={of}&source={}&word={word}", question.region, source.name());
            let title = reader.lang.public_messages().words_title;
            page::respond(
                &app,
                reader,
                &Page {
                    query,
                    is_public: true,
                    region: Some(question.region),
                    ..Page::new(title, "/words", content)
                },
            )
        }
        Ok(None) => page::not_found(&app, &headers),
        Err(error) => {
            tracing::error!(%error, "a hot word was not read");
            page::refused(&app, &headers, page::status_of(&error))
        }
    }
}

/// `None` for a word of which nothing is shown there.
async fn content(
    app: &App,
    reader: Reader,
    question: &Question,
    is_good: bool,
    source: Source,
    word: &str,
) -> Result<Option<String>, StoreError> {
    let months = app.store.shown_word(question.region, is_good, source, word).await?;
    let (_, synonyms) = app.store.word_rules().await?;
    let is_hidden = source == Source::Word && synonyms.get(word).is_some_and(String::is_empty);
    if months.is_empty() || is_hidden {
        return Ok(None);
    }
    let (m, p) = (reader.lang.public_messages(), reader.page_messages());
    let of = if is_good { m.good_words } else { m.bad_words };
    let mut out = format!(
        "<p class=\"crumb\"><a href=\"{}/?region={}&amp;lang={}\">{}</a></p><h2 lang=\"zh-Hans\">{}</h2><p class=\"muted\">{of} · {}</p>",
        app.config.base_path(),
        question.region,
        reader.lang.tag(),
        escape(&m.all_of.replace("{name}", &app.region_name(question.region))),
        escape(text_of(source, word)),
        escape(&app.region_name(question.region)),
    );
    let lines = months.iter().map(|(month, n)| (m.month(*month), *n));
    put_table(&mut out, m.by_month, m.month_label, m.n_ratings, lines);
    let mut places = Vec::new();
    for child in app
        .figures
        .children(question.region)
        .into_iter()
        .filter(|child| child.kind() <= RegionKind::District)
    {
        let n: u64 =
            app.store.shown_word(child, is_good, source, word).await?.iter().map(|(_, n)| n).sum();
        if n > 0 {
            let href = href(
                app,
                reader,
                &Question { region: child, ..question.clone() },
                is_good,
                source,
                word,
            );
            places.push((format!("<a href=\"{href}\">{}</a>", escape(&app.region_name(child))), n));
        }
    }
    put_table(&mut out, p.by_region, p.region_label, m.n_ratings, places.into_iter());
    let _ = write!(
        out,
        "<p class=\"muted\">{}</p>",
        m.daily_as_of.replace("{date}", &app.figures.daily_as_of().to_rfc3339()[..10])
    );
    Ok(Some(out))
}

fn put_table(
    out: &mut String,
    title: &str,
    first: &str,
    second: &str,
    lines: impl Iterator<Item = (String, u64)>,
) {
    let body: String = lines
        .map(|(name, n)| format!("<tr><td>{name}</td><td>{}</td></tr>", show_count(n)))
        .collect();
    if !body.is_empty() {
        let _ = write!(
            out,
            "<h2>{title}</h2><table><thead><tr><th scope=\"col\">{first}</th><th scope=\"col\">{second}</th></tr></thead><tbody>{body}</tbody></table>"
        );
    }
}
