//! The form as plain HTML: escaped, complete without CSS and JavaScript.

use core::fmt::Write as _;

use super::{LevelChoice, Subject, anchor_of, field, level_choices, options_of, templates};
use crate::{
    messages::Messages,
    rating::{INDICATOR_VERSION, Indicator, RatingDraft, SatisfactionLevel},
    wire::v1,
};

/// Everything a form shows and carries.
#[derive(Clone, Debug)]
pub struct RatingForm<'a> {
    /// The texts.
    pub messages: &'a Messages,
    /// Where it posts to; an absolute URL in a fragment for another site.
    pub action: &'a str,
    /// The token of the single-use link; empty in the form of a card, whose key is a visit.
    pub ticket: &'a str,
    /// The idempotency key, made once for this form, or the visit.
    pub key: &'a str,
    /// Shows that we made the form.
    pub page_token: &'a str,
    /// How the person came here; empty if the link does not say.
    pub via: &'a str,
    /// What is rated.
    pub subject: &'a Subject,
    /// What was chosen and typed so far.
    pub draft: &'a RatingDraft,
    /// What is wrong with it.
    pub faults: &'a [v1::Violation],
    /// A notice above the form that is no fault of a field; empty for none.
    pub notice: &'a str,
    /// Starts every id, so that several forms stand on one page.
    pub id_prefix: &'a str,
    /// Whether a notice takes the focus when the page arrives. In a fragment the element moves it, and WebKit would move it
    /// again when the person is already typing.
    pub takes_focus: bool,
    /// 大字版; the mode of the page, `elder` and so on, or empty.
    pub mode: &'a str,
}

/// Escapes text for content and for quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

macro_rules! put {
    ($out:expr, $($arg:tt)*) => { write!($out, $($arg)*).expect("writing to a string cannot fail") };
}

impl RatingForm<'_> {
    fn is_elder(&self) -> bool {
        self.mode.starts_with("elder")
    }

    /// The whole `<form>`.
    pub fn render(&self) -> String {
        let mut out = String::with_capacity(16_384);
        let (lang, p) = (self.messages.lang.tag(), self.messages.lang.page_messages());
        put!(
            out,
            "<form class=\"hcp{}\" data-hcp-form data-sending=\"{}\" data-failed=\"{}\" data-unclear=\"{}\" data-ticket=\"{}\" method=\"post\" action=\"{}\" \
             accept-charset=\"utf-8\" lang=\"{lang}\">",
            if self.is_elder() { " hcp-elder" } else { "" },
            self.messages.sending,
            p.failed_network,
            p.failed_server,
            escape(self.ticket),
            escape(self.action),
        );
        self.put_hidden(&mut out);
        out.push_str(&self.subject.render(self.messages.lang.page_messages(), self.id_prefix));
        self.put_notice(&mut out);
        self.put_levels(&mut out);
        self.put_options(&mut out);
        self.put_comment(&mut out);
        self.put_privacy(&mut out);
        put!(
            out,
            "<button class=\"hcp-submit\" part=\"submit\" id=\"{}submit\" type=\"submit\">{}</button>\
             <p class=\"hcp-status\" role=\"status\"></p>{}</form>",
            self.id_prefix,
            self.messages.submit,
            templates(self.messages, self.is_elder())
        );
        out
    }

    fn put_hidden(&self, out: &mut String) {
        let hidden = [
            (field::KEY, self.key),
            (field::PAGE_TOKEN, self.page_token),
            (field::INDICATOR_VERSION, INDICATOR_VERSION),
            (field::LANG, self.messages.lang.tag()),
            (field::VIA, self.via),
            (field::MODE, if self.is_elder() { self.mode } else { "" }),
        ];
        for (name, value) in hidden.into_iter().filter(|(_, value)| !value.is_empty()) {
            put!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
        }
    }

    fn put_notice(&self, out: &mut String) {
        if self.faults.is_empty() && self.notice.is_empty() {
            return;
        }
        // It takes the focus when the page arrives, so that a screen reader says it first.
        put!(
            out,
            "<div class=\"hcp-errors\" id=\"{}errors\" role=\"alert\" tabindex=\"-1\"{}>",
            self.id_prefix,
            if self.takes_focus { " autofocus" } else { "" }
        );
        if !self.notice.is_empty() {
            put!(out, "<p>{}</p>", escape(self.notice));
        }
        if !self.faults.is_empty() {
            put!(out, "<p>{}</p><ul>", self.messages.error_summary);
            for fault in self.faults {
                let anchor = anchor_of(&fault.field);
                let text = escape(&self.messages.fault(fault));
                put!(out, "<li><a href=\"#{}{anchor}\">{text}</a></li>", self.id_prefix);
            }
            out.push_str("</ul>");
        }
        out.push_str("</div>");
    }

    fn put_levels(&self, out: &mut String) {
        put!(out, "<fieldset class=\"hcp-levels\"><legend>{}</legend>", self.messages.level_legend);
        self.put_fault_of(out, &["level"]);
        out.push_str("<div class=\"hcp-choices\">");
        for LevelChoice { level, name, gloss } in level_choices(self.messages) {
            let checked = if self.draft.level == level.name() { " checked" } else { "" };
            put!(
                out,
                "<label class=\"hcp-choice\" part=\"level\"><input type=\"radio\" id=\"{}level-{level}\" \
                 name=\"{}\" value=\"{level}\"{checked}><span><span lang=\"zh-Hans\">{name}</span>{}</span></label>",
                self.id_prefix,
                field::LEVEL,
                gloss_html(gloss)
            );
        }
        put!(out, "</div><p class=\"hcp-hint\">{}</p></fieldset>", self.messages.reason_hint);
    }

    /// Every level's options. A browser that knows `:has` shows those of the chosen level; another shows all of them,
    /// each level's in a `<details>` of its own, and the collector keeps those of the chosen level.
    fn put_options(&self, out: &mut String) {
        put!(out, "<div class=\"hcp-options-all\" id=\"{}options\" tabindex=\"-1\">", self.id_prefix);
        self.put_fault_of(out, &["indicators", "indicator_version"]);
        let note = self.messages.lang.page_messages().indicators_all;
        put!(out, "<p class=\"hcp-options-note\">{note}</p>");
        for LevelChoice { level, name, .. } in level_choices(self.messages) {
            put!(
                out,
                "<details class=\"hcp-options\" data-level=\"{level}\" open><summary lang=\"zh-Hans\">{name}</summary>\
                 <fieldset><legend>{}</legend>",
                self.messages.indicators_legend
            );
            self.put_options_of(out, level);
            out.push_str("</fieldset></details>");
        }
        out.push_str("</div>");
    }

    fn put_options_of(&self, out: &mut String, level: SatisfactionLevel) {
        let (first, more) = options_of(level);
        let is_chosen = |i: &&Indicator| self.draft.indicators.contains(&i.code.to_string());
        for indicator in &first {
            self.put_option(out, indicator, is_chosen(indicator));
        }
        let open = if more.iter().any(is_chosen) { " open" } else { "" };
        put!(out, "<details class=\"hcp-more\"{open}><summary>{}</summary>", self.messages.more);
        for indicator in &more {
            self.put_option(out, indicator, is_chosen(indicator));
        }
        out.push_str("</details>");
    }

    fn put_option(&self, out: &mut String, indicator: &Indicator, is_chosen: bool) {
        put!(
            out,
            "<label class=\"hcp-option\" part=\"option\"><input type=\"checkbox\" name=\"{}\" value=\"{}\"{}>\
             <span><span lang=\"zh-Hans\">{}</span>{}</span></label>",
            field::INDICATOR,
            indicator.code,
            if is_chosen { " checked" } else { "" },
            indicator.text,
            gloss_html(self.messages.indicator_gloss(indicator)),
        );
    }

    fn put_comment(&self, out: &mut String) {
        let (p, m) = (self.id_prefix, self.messages);
        // No maxlength: it would cut a pasted text without a word. The first line feed is eaten by the parser.
        put!(out, "<div class=\"hcp-field\"><label for=\"{p}comment\">{}</label>", m.comment_label);
        put!(out, "<p class=\"hcp-hint\" id=\"{p}comment-hint\">{}</p>", m.comment_hint);
        self.put_fault_of(out, &["comment"]);
        put!(
            out,
            "<textarea id=\"{p}comment\" part=\"comment\" name=\"{}\" rows=\"4\" aria-describedby=\"{p}comment-hint\">\n{}</textarea></div>",
            field::COMMENT,
            escape(&self.draft.comment)
        );
    }

    fn put_privacy(&self, out: &mut String) {
        let (p, m) = (self.id_prefix, self.messages);
        put!(
            out,
            "<label class=\"hcp-option hcp-anonymous\"><input type=\"checkbox\" name=\"{}\" value=\"1\" \
             aria-describedby=\"{p}sees\"{}><span>{}</span></label><p class=\"hcp-hint\" id=\"{p}sees\">{}</p>",
            field::ANONYMOUS,
            if self.draft.anonymous { " checked" } else { "" },
            m.anonymous_label,
            m.who_sees
        );
        let contact = &self.draft.contact;
        let open = if contact.name.is_empty() && contact.phone.is_empty() { "" } else { " open" };
        put!(out, "<details class=\"hcp-contact\"{open}><summary>{}</summary>", m.contact_legend);
        self.put_fault_of(out, &["contact", "contact.name", "contact.phone"]);
        let fields = [
            ("name", field::NAME, m.name_label, &contact.name, "text", "name"),
            ("phone", field::PHONE, m.phone_label, &contact.phone, "tel", "tel"),
        ];
        for (id, name, label, value, kind, autocomplete) in fields {
            put!(
                out,
                "<div class=\"hcp-field\"><label for=\"{p}{id}\">{label}</label><input id=\"{p}{id}\" name=\"{name}\" \
                 type=\"{kind}\" autocomplete=\"{autocomplete}\" value=\"{}\"></div>",
                escape(value)
            );
        }
        out.push_str("</details>");
    }

    fn put_fault_of(&self, out: &mut String, fields: &[&str]) {
        for fault in self.faults.iter().filter(|fault| fields.contains(&fault.field.as_str())) {
            let text = escape(&self.messages.fault(fault));
            put!(out, "<p class=\"hcp-fault\"><span>{}</span>{text}</p>", self.messages.error_prefix);
        }
    }
}

fn gloss_html(gloss: &str) -> String {
    if gloss.is_empty() { String::new() } else { format!("<span class=\"hcp-gloss\">{}</span>", escape(gloss)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::messages::Lang;

    fn render(lang: Lang, subject: &Subject, draft: &RatingDraft, faults: &[v1::Violation]) -> String {
        RatingForm {
            messages: lang.messages(),
            action: "https://collector.example/r/T",
            ticket: "T",
            key: "k",
            page_token: "p",
            via: "",
            subject,
            draft,
            faults,
            notice: "",
            id_prefix: "a-",
            takes_focus: true,
            mode: "",
        }
        .render()
    }

    #[test]
    fn the_five_levels_are_offered_alike_and_none_is_chosen() {
        for lang in Lang::ALL {
            let html = render(lang, &Subject::default(), &RatingDraft::default(), &[]);
            assert_eq!(html.matches("type=\"radio\"").count(), 5);
            assert_eq!(html.matches("name=\"indicator\"").count(), 40);
            assert!(!html.contains(" checked>"), "{lang:?}");
            let rows: Vec<_> =
                html.split("<label class=\"hcp-choice\"").skip(1).map(|row| row.split('>').next()).collect();
            assert!(rows.windows(2).all(|pair| pair[0] == pair[1]), "no choice is marked up differently");
        }
    }

    #[test]
    fn choices_and_text_come_back_with_every_fault_linked_to_its_field() {
        let draft = RatingDraft {
            level: "dissatisfied".into(),
            indicators: vec!["214".into()],
            comment: "</textarea><script>".into(),
            anonymous: true,
            ..RatingDraft::default()
        };
        let fault = v1::Violation {
            field: "comment".into(),
            code: "too-long".into(),
            max: Some(500),
            found: Some(501),
            ..v1::Violation::default()
        };
        let html = render(Lang::ZhHans, &Subject::default(), &draft, &[fault]);
        assert_eq!(html.matches(" checked>").count(), 3);
        assert!(html.contains("<details class=\"hcp-more\" open>"), "a chosen option is never hidden");
        assert!(html.contains("href=\"#a-comment\""));
        assert!(html.contains("id=\"a-comment\""));
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;"));
    }

    #[test]
    fn a_card_shows_whose_it_is_and_what_can_have_been_done() {
        let card = super::super::CardSubject {
            kind: crate::link::CardKind::Agent,
            name: "示例·㛃<b>".into(),
            number: "YZ-0001".into(),
            place: "广陵区 东关街道 琼花观社区".into(),
            scope: String::new(),
            agency: "示例服务所".into(),
            purposes: vec!["代缴社保".into(), "代取证件".into()],
            purpose: "代取证件".into(),
        };
        let html = render(Lang::ZhHans, &Subject::Card(card), &RatingDraft::default(), &[]);
        assert!(html.contains("<dt>代办员</dt><dd>示例·㛃&lt;b&gt;</dd>"));
        assert!(html.contains("<option selected>代取证件</option>") && !html.contains("服务范围"));
    }

    proptest! {
        #[test]
        fn no_text_ever_becomes_markup(item in "\\PC{0,30}", comment in "\\PC{0,30}", name in "\\PC{0,30}") {
            let subject = |item: &str| Subject::Service { item: item.into(), agency: String::new(), finished_on: String::new(), is_probe: false };
            let plain = render(Lang::En, &subject("x"), &RatingDraft::default(), &[]);
            let mut draft = RatingDraft { comment, ..RatingDraft::default() };
            draft.contact.name = format!("\"><b>{name}");
            let html = render(Lang::En, &subject(&format!("<i>'{item}")), &draft, &[]);
            prop_assert_eq!(html.matches('<').count(), plain.matches('<').count());
            prop_assert_eq!(html.matches('"').count(), plain.matches('"').count());
        }

        #[test]
        fn escaped_text_holds_nothing_that_ends_it(text in "\\PC{0,60}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        }
    }
}
