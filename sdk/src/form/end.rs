//! What stands in the place of a form: the receipt, that the rating waits, or a notice. The same markup serves the page that
//! the collector answers with and the templates that a form carries for the element, which fills in what it was told.

use core::fmt::Write as _;

use super::html::escape;
use crate::{
    messages::{Messages, PageMessages, fill},
    wire::v1,
};

/// The end of a rating: receipt, look-up code and what happens next.
#[derive(Clone, Debug)]
pub struct Done<'a> {
    /// The texts.
    pub messages: &'a Messages,
    /// The collector's answer.
    pub accepted: &'a v1::RatingAccepted,
    /// Whether the rating had arrived before.
    pub is_replay: bool,
    /// 大字版
    pub is_elder: bool,
    /// Whether it says its title itself; a page has it above.
    pub has_title: bool,
}

impl Done<'_> {
    /// A section that says so. It carries the receipt for the page's script, never a level, and not the look-up code.
    pub fn render(&self) -> String {
        let p = self.messages.lang.page_messages();
        let (outcome, text) = if self.is_replay { ("replayed", p.done_again) } else { ("accepted", p.done_text) };
        let attributes = format!(" data-hcp-done=\"{outcome}\" data-receipt=\"{}\"", escape(&self.accepted.receipt));
        let title = if self.has_title { p.done_title } else { "" };
        let body = format!("<p>{text}</p>{}", receipt(p, self.accepted));
        section(p, "hcp-done", self.is_elder, &attributes, title, &body)
    }
}

/// Receipt and look-up code, and what can be done with them. Whoever has a script shows the buttons.
fn receipt(p: &PageMessages, accepted: &v1::RatingAccepted) -> String {
    let button = |name: &str, label: &str| {
        format!("<button class=\"hcp-button\" type=\"button\" name=\"{name}\">{label}</button>")
    };
    let line = |label: &str, name: &str, value: &str| {
        format!("<div><dt>{label}</dt><dd data-fill=\"{name}\">{}</dd></div>", escape(value))
    };
    [
        "<dl class=\"hcp-receipt\" part=\"receipt\">",
        &line(p.receipt_label, "receipt", &accepted.receipt),
        &line(p.lookup_label, "lookup", &accepted.lookup),
        "</dl><p class=\"hcp-hint\">",
        p.lookup_hint,
        "</p><div class=\"hcp-buttons\" hidden>",
        &button("copy", p.copy),
        &button("picture", p.save_picture),
        &button("print", p.print),
        &format!(
            "<span class=\"hcp-note\" role=\"status\" data-copied=\"{}\" data-failed=\"{}\"></span></div>",
            p.copied, p.copy_failed
        ),
        &format!("<p><a data-fill=\"lookup_url\" href=\"{}\">{}</a></p>", escape(&accepted.lookup_url), p.lookup_link),
    ]
    .concat()
}

/// What stands where a form would be: the service was rated, or the link cannot be used.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// The texts.
    pub messages: &'a Messages,
    /// The stable code: `already-rated`, `expired` and so on.
    pub code: &'a str,
    /// The heading; empty on a page, which has it above.
    pub title: &'a str,
    /// What is to be said.
    pub text: &'a str,
    /// What can be done.
    pub way_out: &'a str,
    /// 大字版
    pub is_elder: bool,
}

impl Notice<'_> {
    /// A section that says so.
    pub fn render(&self) -> String {
        let p = self.messages.lang.page_messages();
        let attributes = format!(" data-hcp-notice=\"{}\"", escape(self.code));
        let body = format!("<p>{}</p><p>{}</p>", escape(self.text), escape(self.way_out));
        section(p, "hcp-notice", self.is_elder, &attributes, self.title, &body)
    }
}

fn section(p: &PageMessages, class: &str, is_elder: bool, attributes: &str, title: &str, body: &str) -> String {
    let elder = if is_elder { " hcp-elder" } else { "" };
    let heading = if title.is_empty() { String::new() } else { format!("<h2 part=\"title\">{}</h2>", escape(title)) };
    let lang = p.lang.tag();
    format!(
        "<section class=\"hcp {class}{elder}\"{attributes} lang=\"{lang}\" tabindex=\"-1\">{heading}{body}</section>"
    )
}

/// What the element may have to say when it sends by itself, each in a `<template data-hcp-end="…">`. It puts values into
/// `data-fill`, and of paragraphs with `data-if` it leaves the one that is true.
pub fn templates(messages: &Messages, is_elder: bool) -> String {
    let p = messages.lang.page_messages();
    let already = fill(p.already_text, &[("date", "<span data-fill=\"date\"></span>")]);
    let dismiss = format!("<button class=\"hcp-button\" type=\"button\" name=\"dismiss\">{}</button>", p.dismiss);
    let again = format!("<button class=\"hcp-button\" type=\"button\" name=\"again\">{}</button>", p.saved_now);
    let nothing = v1::RatingAccepted::default();
    let ends = [
        (
            "done",
            p.done_title,
            format!(
                "<p data-if=\"accepted\">{}</p><p data-if=\"replayed\">{}</p><p data-if=\"late\">{}</p>{}",
                p.done_text,
                p.done_again,
                p.late_text,
                receipt(p, &nothing)
            ),
        ),
        ("already-rated", p.already_title, format!("<p>{already}</p><p>{}</p>", messages.already_replay)),
        ("saved", p.saved_title, format!("<p>{}</p>{again}", p.saved_text)),
        ("unsaved", p.unsaved_title, format!("<p>{}</p>{again}", p.unsaved_text)),
        (
            "refused",
            p.late_refused_title,
            format!(
                "<p data-if=\"already-rated\">{already}</p><p data-if=\"expired\">{}</p><p data-if=\"kept-too-long\">{}</p>\
                 <p data-if=\"other\">{}</p><blockquote data-fill=\"words\"></blockquote>{dismiss}",
                messages.link_ended_text,
                p.late_expired,
                fill(p.late_refused_text, &[("code", "<span data-fill=\"code\"></span>")]),
            ),
        ),
    ];
    let mut out = String::with_capacity(4_096);
    for (name, title, body) in ends {
        let class = if name == "done" { "hcp-done" } else { "hcp-notice" };
        let section = section(p, class, is_elder, "", title, &body);
        let _ = write!(out, "<template data-hcp-end=\"{name}\">{section}</template>");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;

    #[test]
    fn every_end_has_its_template_in_every_language_and_none_says_sent_but_the_receipt() {
        for lang in Lang::ALL {
            let html = templates(lang.messages(), false);
            let p = lang.page_messages();
            assert_eq!(html.matches("<template").count(), 5);
            assert_eq!(html.matches(p.done_title).count(), 1, "{lang:?}");
            assert!(!html.contains('{'), "{lang:?}: a place was not filled");
        }
    }

    #[test]
    fn the_receipt_is_escaped_and_the_lookup_code_is_in_no_attribute_of_the_section() {
        let accepted = v1::RatingAccepted {
            receipt: "0000-<b>".into(),
            lookup: "AAAAA".into(),
            lookup_url: "https://collector.example/q/AAAAA".into(),
            ..v1::RatingAccepted::default()
        };
        let messages = Lang::ZhHans.messages();
        let html = Done { messages, accepted: &accepted, is_replay: false, is_elder: false, has_title: true }.render();
        assert!(html.contains("0000-&lt;b&gt;") && !html.contains("<b>"));
        assert!(!html.split('>').next().unwrap().contains("AAAAA"));
    }
}
