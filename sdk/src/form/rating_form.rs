//! The rating form, described once: the server writes it as HTML that a browser posts by itself,
//! and the Yew components show it live.

use super::{
    DIRECTION, Driver, Element, LevelChoice, Post, anchor_of, end, field, level_choices,
    node::Text, options_of,
};
use crate::{
    messages::{Messages, fill},
    rating::{Comment, INDICATOR_VERSION, Indicator, RatingDraft, SatisfactionLevel},
    wire::v1,
};

/// Everything a form shows and carries.
#[derive(Clone, Debug)]
pub struct RatingForm<'a, D> {
    /// The texts.
    pub messages: &'a Messages,
    /// What is rated, as [`Subject::node`](super::Subject::node) describes it.
    pub subject: Element,
    /// What was chosen and typed so far.
    pub draft: &'a RatingDraft,
    /// What is wrong with it.
    pub violations: &'a [v1::Violation],
    /// Paragraphs above the form that are about no field; empty for none.
    pub notice: &'a [Text],
    /// Starts every id, so that several forms stand on one page.
    pub id_prefix: &'a str,
    /// 大字版
    pub is_elder: bool,
    /// Who carries on what a person enters.
    pub driver: D,
}

impl<D: Driver> RatingForm<'_, D> {
    /// The whole `<form>`.
    pub fn node(&self) -> Element {
        let form = Element::new("form")
            .class(if self.is_elder { "hcp hcp-elder" } else { "hcp" })
            .with("part", "base");
        let form = match self.driver.post() {
            Some(post) => self.posted(form, post),
            // A program sends; should it not, a browser must not put what was written into an
            // address.
            None => form.with("method", "dialog"),
        };
        form.with("lang", self.messages.lang.tag())
            .with("dir", DIRECTION)
            .children(self.hidden_fields())
            .child(self.subject.clone())
            .children(self.alert())
            .child(self.body())
            .child(self.submit_button())
            .child(
                Element::new("p")
                    .class("hcp-status")
                    .with("role", "status")
                    .child(self.driver.progress().status),
            )
            .children(self.ends())
    }

    fn posted(&self, form: Element, post: &Post<'_>) -> Element {
        let p = self.messages.lang.page_messages();
        form.with("data-hcp-form", "")
            .with("data-sending", self.messages.sending)
            .with("data-failed", p.failed_network)
            .with("data-unclear", p.failed_server)
            .with("data-ticket", post.ticket.to_owned())
            .with("method", "post")
            .with("action", post.action.to_owned())
            .with("accept-charset", "utf-8")
    }

    fn id(&self, name: &str) -> String {
        [self.id_prefix, name].concat()
    }

    fn hidden_fields(&self) -> Vec<Element> {
        let Some(post) = self.driver.post() else { return Vec::new() };
        let fields = [
            (field::KEY, post.key),
            (field::PAGE_TOKEN, post.page_token),
            (field::INDICATOR_VERSION, INDICATOR_VERSION),
            (field::LANG, self.messages.lang.tag()),
            (field::VIA, post.via),
            (field::MODE, post.mode),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        filled.map(|(name, value)| input("hidden", name).with("value", value.to_owned())).collect()
    }

    /// What has to be put right, each violation with a link to its field, or why nothing was sent.
    fn alert(&self) -> Option<Element> {
        if self.violations.is_empty() && self.notice.is_empty() {
            return None;
        }
        let takes_focus = self.driver.post().is_some_and(|post| post.takes_focus);
        let alert = Element::new("div")
            .class("hcp-errors")
            .with("id", self.id("errors"))
            .with("role", "alert")
            .with("tabindex", "-1")
            .with_if(takes_focus, "autofocus", "")
            .children(self.notice.iter().map(|text| Element::new("p").child(text.clone())));
        if self.violations.is_empty() {
            return Some(alert);
        }
        let link = |violation: &v1::Violation| {
            let target = ["#", self.id_prefix, anchor_of(&violation.field)].concat();
            let link = Element::new("a").with("href", target).child(self.messages.fault(violation));
            Element::new("li").child(link)
        };
        let list = Element::new("ul").children(self.violations.iter().map(link));
        Some(alert.child(Element::new("p").child(self.messages.error_summary)).child(list))
    }

    fn body(&self) -> Element {
        Element::new("fieldset")
            .class("hcp-body")
            .with_if(self.driver.progress().is_sending, "disabled", "")
            .child(self.levels())
            .children(self.options())
            .child(self.comment())
            .children(self.privacy())
    }

    fn levels(&self) -> Element {
        let choices = Element::new("div")
            .class("hcp-choices")
            .children(level_choices(self.messages).map(|choice| self.level(choice)));
        Element::new("fieldset")
            .class("hcp-levels")
            .child(Element::new("legend").child(self.messages.level_legend))
            .children(self.violations_of(&["level"]))
            .child(choices)
            .child(hint(self.messages.reason_hint))
    }

    fn level(&self, choice: LevelChoice) -> Element {
        let radio = Element::new("input")
            .with("type", "radio")
            .with("id", self.id(&["level-", choice.level.name()].concat()))
            .with("name", field::LEVEL)
            .with("value", choice.level.name())
            .with_if(self.draft.level == choice.level.name(), "checked", "");
        Element::new("label")
            .class("hcp-choice")
            .with("part", "level")
            .child(radio)
            .child(official(choice.name, choice.gloss))
    }

    /// A program shows the options of the chosen level. A browser that knows `:has` does the same
    /// with those of all levels; another shows them all, each level's in a `<details>` of its own,
    /// and the collector keeps those of the chosen one.
    fn options(&self) -> Option<Element> {
        let all = Element::new("div")
            .class("hcp-options-all")
            .with("id", self.id("options"))
            .with("tabindex", "-1")
            .children(self.violations_of(&["indicators", "indicator_version"]));
        if D::IS_LIVE {
            let level = self.draft.level.parse().ok()?;
            return Some(all.child(self.options_of(level)));
        }
        let note = Element::new("p")
            .class("hcp-options-note")
            .child(self.messages.lang.page_messages().indicators_all);
        let folded = |choice: LevelChoice| {
            Element::new("details")
                .class("hcp-options")
                .with("data-level", choice.level.name())
                .with("open", "")
                .child(Element::new("summary").with("lang", "zh-Hans").child(choice.name))
                .child(self.options_of(choice.level))
        };
        Some(all.child(note).children(level_choices(self.messages).map(folded)))
    }

    /// Three options, then the others behind 更多; a chosen one is never hidden.
    fn options_of(&self, level: SatisfactionLevel) -> Element {
        let (first, more) = options_of(level);
        let is_open = self.driver.progress().is_more_open
            || more.iter().any(|indicator| self.is_chosen(indicator));
        let folded = Element::new("details")
            .class("hcp-more")
            .with_if(is_open, "open", "")
            .child(Element::new("summary").child(self.messages.more))
            .children(more.iter().map(|indicator| self.option(indicator)));
        Element::new("fieldset")
            .child(Element::new("legend").child(self.messages.indicators_legend))
            .children(first.iter().map(|indicator| self.option(indicator)))
            .child(folded)
    }

    fn is_chosen(&self, indicator: &Indicator) -> bool {
        self.draft.indicators.iter().any(|code| code == indicator.code.as_str())
    }

    fn option(&self, indicator: &'static Indicator) -> Element {
        let checkbox = input("checkbox", field::INDICATOR)
            .with("value", indicator.code.as_str())
            .with_if(self.is_chosen(indicator), "checked", "");
        Element::new("label")
            .class("hcp-option")
            .with("part", "option")
            .child(checkbox)
            .child(official(indicator.text, self.messages.indicator_gloss(indicator)))
    }

    /// No maxlength: it would cut a pasted text without a word.
    fn comment(&self) -> Element {
        let m = self.messages;
        let [area, hint_id, count] =
            ["comment", "comment-hint", "comment-count"].map(|name| self.id(name));
        let described_by =
            if D::IS_LIVE { [&*hint_id, " ", &count].concat() } else { hint_id.clone() };
        let textarea = Element::new("textarea")
            .with("id", area.clone())
            .with("part", "comment")
            .with("name", field::COMMENT)
            .with("rows", "4")
            // In whatever script a person writes.
            .with("dir", "auto")
            .with("aria-describedby", described_by)
            .child(self.draft.comment.clone());
        Element::new("div")
            .class("hcp-field")
            .child(Element::new("label").with("for", area).child(m.comment_label))
            .child(hint(m.comment_hint).with("id", hint_id))
            .children(self.violations_of(&["comment"]))
            .child(textarea)
            .children(D::IS_LIVE.then(|| self.count(count)))
    }

    fn count(&self, id: String) -> Element {
        let (found, m) = (Comment::length(&self.draft.comment), self.messages);
        let is_over = found > Comment::MAX;
        let (class, text) =
            if is_over { ("hcp-count hcp-over", m.count_over) } else { ("hcp-count", m.count_of) };
        let text = fill(text, &[("found", &found.to_string()), ("max", &Comment::MAX.to_string())]);
        Element::new("p").class(class).with("id", id).child(text)
    }

    /// 匿名评价, and where a reply goes; the second part stays away from an anonymous rating.
    fn privacy(&self) -> Vec<Element> {
        let sees = self.id("sees");
        let checkbox = input("checkbox", field::ANONYMOUS)
            .with("value", "1")
            .with("aria-describedby", sees.clone())
            .with_if(self.draft.anonymous, "checked", "");
        let label = Element::new("span").child(self.messages.anonymous_label);
        let anonymous =
            Element::new("label").class("hcp-option hcp-anonymous").child(checkbox).child(label);
        let mut parts = vec![anonymous, hint(self.messages.who_sees).with("id", sees)];
        if !(D::IS_LIVE && self.draft.anonymous) {
            parts.push(self.contact());
        }
        parts
    }

    fn contact(&self) -> Element {
        let (m, given) = (self.messages, &self.draft.contact);
        let is_given = !(given.name.is_empty() && given.phone.is_empty());
        let has_violation =
            self.violations.iter().any(|violation| violation.field.starts_with("contact"));
        let is_open = is_given || has_violation || self.driver.progress().is_contact_open;
        Element::new("details")
            .class("hcp-contact")
            .with_if(is_open, "open", "")
            .child(Element::new("summary").child(m.contact_legend))
            .children(self.violations_of(&["contact", "contact.name", "contact.phone"]))
            .child(self.text_field("name", "text", "name", field::NAME, m.name_label, &given.name))
            .child(self.text_field(
                "phone",
                "tel",
                "tel",
                field::PHONE,
                m.phone_label,
                &given.phone,
            ))
    }

    fn text_field(
        &self,
        id: &str,
        kind: &'static str,
        autocomplete: &'static str,
        name: &'static str,
        label: &'static str,
        value: &str,
    ) -> Element {
        let id = self.id(id);
        let input = Element::new("input")
            .with("id", id.clone())
            .with("name", name)
            .with("type", kind)
            .with("autocomplete", autocomplete)
            .with("value", value.to_owned());
        let label = Element::new("label").with("for", id).child(label);
        Element::new("div").class("hcp-field").child(label).child(input)
    }

    fn submit_button(&self) -> Element {
        let progress = self.driver.progress();
        let label = if progress.submit_label.is_empty() {
            self.messages.submit
        } else {
            progress.submit_label
        };
        Element::new("button")
            .class("hcp-submit")
            .with("part", "submit")
            .with("id", self.id("submit"))
            .with("type", "submit")
            .with_if(progress.is_sending, "aria-disabled", "true")
            .child(label)
    }

    /// What a script may have to show in the form's place; a program asks for it when it is time.
    fn ends(&self) -> Vec<Element> {
        if D::IS_LIVE { Vec::new() } else { end::templates(self.messages, self.is_elder) }
    }

    fn violations_of(&self, fields: &[&str]) -> Vec<Element> {
        let of_fields =
            self.violations.iter().filter(|violation| fields.contains(&&*violation.field));
        let paragraph = |violation| {
            let prefix = Element::new("span").child(self.messages.error_prefix);
            Element::new("p").class("hcp-fault").child(prefix).child(self.messages.fault(violation))
        };
        of_fields.map(paragraph).collect()
    }
}

fn input(kind: &'static str, name: &'static str) -> Element {
    Element::new("input").with("type", kind).with("name", name)
}

fn hint(text: &'static str) -> Element {
    Element::new("p").class("hcp-hint").child(text)
}

/// The official text of a choice, and below it what it says in the reader's language.
fn official(name: &'static str, gloss: &'static str) -> Element {
    let gloss = (!gloss.is_empty()).then(|| Element::new("span").class("hcp-gloss").child(gloss));
    Element::new("span")
        .child(Element::new("span").with("lang", "zh-Hans").child(name))
        .children(gloss)
}

#[cfg(test)]
mod tests;
