//! What stands in the place of a form: the receipt, or a notice.

use super::html::escape;
use crate::{messages::Messages, wire::v1};

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
        let m = self.messages;
        let text = if self.is_replay { m.done_again } else { m.done_text };
        let outcome = if self.is_replay { "replayed" } else { "accepted" };
        // They need script, and are shown by the one who has it.
        let buttons = format!(
            "<div class=\"hcp-buttons\" hidden><button class=\"hcp-button\" type=\"button\" name=\"copy\">{}</button>\
             <button class=\"hcp-button\" type=\"button\" name=\"picture\">{}</button>\
             <button class=\"hcp-button\" type=\"button\" name=\"print\">{}</button>\
             <span class=\"hcp-note\" role=\"status\" data-copied=\"{}\" data-failed=\"{}\"></span></div>",
            m.copy, m.save_picture, m.print, m.copied, m.copy_failed
        );
        format!(
            "<section class=\"hcp hcp-done{}\" data-hcp-done=\"{outcome}\" data-receipt=\"{receipt}\" lang=\"{}\" tabindex=\"-1\">\
             {}<p>{text}</p><dl class=\"hcp-receipt\" part=\"receipt\"><div><dt>{}</dt><dd>{receipt}</dd></div>\
             <div><dt>{}</dt><dd>{}</dd></div></dl><p class=\"hcp-hint\">{}</p>{buttons}\
             <p><a href=\"{}\">{}</a></p></section>",
            if self.is_elder { " hcp-elder" } else { "" },
            m.lang.tag(),
            if self.has_title { heading(m.done_title) } else { String::new() },
            m.receipt_label,
            m.lookup_label,
            escape(&self.accepted.lookup),
            m.lookup_hint,
            escape(&self.accepted.lookup_url),
            m.lookup_link,
            receipt = escape(&self.accepted.receipt),
        )
    }
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
        format!(
            "<section class=\"hcp hcp-notice{}\" data-hcp-notice=\"{}\" lang=\"{}\" tabindex=\"-1\">{}<p>{}</p><p>{}</p></section>",
            if self.is_elder { " hcp-elder" } else { "" },
            escape(self.code),
            self.messages.lang.tag(),
            if self.title.is_empty() { String::new() } else { heading(self.title) },
            escape(self.text),
            escape(self.way_out),
        )
    }
}

fn heading(title: &str) -> String {
    format!("<h2>{}</h2>", escape(title))
}
