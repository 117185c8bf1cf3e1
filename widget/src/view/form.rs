//! The form itself, in the order and with the names of `haochaping::form`.

use haochaping::{
    form::{LevelChoice, anchor_of, field, level_choices, options_of},
    messages::{Messages, fill},
    rating::{Comment, Indicator},
};
use web_sys::HtmlInputElement;
use yew::{Html, InputEvent, SubmitEvent, TargetCast, html, html::Scope};

use super::{
    Widget,
    tag::{choice, tag, text_tag, when},
};
use crate::state::{Msg, Phase, State};

pub(super) fn form(state: &State, link: &Scope<Widget>) -> Html {
    let m = state.setting.messages();
    // One listener for all fields: their events bubble, and each says by its name what it is.
    let oninput = link.callback(|event: InputEvent| {
        // A text area answers to the same names as an input.
        let field: HtmlInputElement = event.target_unchecked_into();
        Msg::Edited { field: field.name(), value: field.value() }
    });
    let onsubmit = link.callback(|event: SubmitEvent| {
        event.prevent_default();
        Msg::Submitted
    });
    let is_sending = state.is_sending();
    let label = match (&state.phase, is_sending) {
        (_, true) => m.sending,
        (Phase::Failed { .. }, _) => m.retry,
        _ => m.submit,
    };
    let fields = vec![levels(state, m), options(state, m), comment(state, m), privacy(state, m)];
    let busy = when(is_sending, ("aria-disabled", "true"));
    html! {
        <form part="base" novalidate=true {oninput} {onsubmit}>
            // The element puts the server's own lines about what is rated into it.
            <div class="hcp-subject"></div>
            { news(state, m) }
            { tag("fieldset", &[("class", "hcp-body"), when(is_sending, ("disabled", ""))], fields) }
            { text_tag("button", &[("class", "hcp-submit"), ("part", "submit"), ("id", &id(state, "submit")), busy], label) }
        </form>
    }
}

fn id(state: &State, name: &str) -> String {
    [&state.setting.id_prefix, name].concat()
}

/// What has to be put right, each fault with a link to its field, or why nothing was sent.
fn news(state: &State, m: &Messages) -> Html {
    let said = if !state.faults.is_empty() {
        let fault = |fault| {
            // The element makes the jump: ids in a shadow root are not the page's.
            let target = ["#", &id(state, anchor_of(fault))].concat();
            move |said: String| tag("li", &[], vec![text_tag("a", &[("href", &target)], said)])
        };
        let faults = state.faults.iter().map(|found| fault(&found.field)(m.fault(found))).collect();
        vec![text_tag("p", &[], m.error_summary), tag("ul", &[], faults)]
    } else if let Phase::Failed { code } = &state.phase {
        vec![text_tag("p", &[], m.failed_title), text_tag("p", &[], fill(m.failed_other, &[("code", code)]))]
    } else {
        return Html::default();
    };
    tag("div", &[("class", "hcp-errors"), ("role", "alert"), ("tabindex", "-1"), ("data-hcp-news", "")], said)
}

fn faults_of(state: &State, m: &Messages, fields: &[&str]) -> Html {
    let faults = state.faults.iter().filter(|fault| fields.contains(&fault.field.as_str()));
    let said = |fault| text_tag("p", &[("class", "hcp-fault")], [m.error_prefix, &m.fault(fault)].concat());
    faults.map(said).collect()
}

/// The official text of a choice, and beside it what it says in the reader's language.
fn official(name: &'static str, gloss: &'static str) -> Html {
    let mut said = vec![text_tag("span", &[("lang", "zh-Hans")], name)];
    if !gloss.is_empty() {
        said.push(text_tag("span", &[("class", "hcp-gloss")], gloss));
    }
    tag("span", &[], said)
}

fn levels(state: &State, m: &Messages) -> Html {
    let level = |LevelChoice { level, name, gloss }: LevelChoice| {
        let id = id(state, &["level-", level.name()].concat());
        let input = [("type", "radio"), ("id", id.as_str()), ("name", field::LEVEL), ("value", level.name())];
        let chosen = choice(&input, state.draft.level == level.name());
        tag("label", &[("class", "hcp-choice"), ("part", "level")], vec![chosen, official(name, gloss)])
    };
    let said = vec![
        text_tag("legend", &[], m.level_legend),
        faults_of(state, m, &["level"]),
        tag("div", &[("class", "hcp-choices")], level_choices(m).into_iter().map(level).collect()),
        text_tag("p", &[("class", "hcp-hint")], m.reason_hint),
    ];
    tag("fieldset", &[("class", "hcp-levels")], said)
}

/// The options of the chosen level: three, then the others behind 更多.
fn options(state: &State, m: &Messages) -> Html {
    let Some(level) = state.level() else { return Html::default() };
    let (first, more) = options_of(level);
    let is_chosen = |indicator: &Indicator| state.draft.indicators.iter().any(|code| code == indicator.code.as_str());
    let option = |indicator: &'static Indicator| {
        let input = [("type", "checkbox"), ("name", field::INDICATOR), ("value", indicator.code.as_str())];
        let said = official(indicator.text, m.indicator_gloss(indicator));
        tag("label", &[("class", "hcp-option"), ("part", "option")], vec![choice(&input, is_chosen(indicator)), said])
    };
    let is_open = state.is_more_open || more.iter().any(|indicator| is_chosen(indicator));
    let mut said = vec![text_tag("legend", &[], m.indicators_legend)];
    said.extend(first.into_iter().map(option));
    let mut behind = vec![text_tag("summary", &[], m.more)];
    behind.extend(more.into_iter().map(option));
    said.push(tag("details", &[("class", "hcp-more"), when(is_open, ("open", ""))], behind));
    tag(
        "div",
        &[("class", "hcp-options-all"), ("id", &id(state, "options")), ("tabindex", "-1")],
        vec![faults_of(state, m, &["indicators", "indicator_version"]), tag("fieldset", &[], said)],
    )
}

fn comment(state: &State, m: &Messages) -> Html {
    let found = Comment::length(&state.draft.comment);
    let is_over = found > Comment::MAX;
    let text = if is_over { m.count_over } else { m.count_of };
    let count = fill(text, &[("found", &found.to_string()), ("max", &Comment::MAX.to_string())]);
    let [area, hint, counter] = ["comment", "comment-hint", "comment-count"].map(|name| id(state, name));
    let described = [&hint, " ", &counter].concat();
    // Uncontrolled: what a person or an input method writes is never written over.
    let textarea = html! {
        <textarea id={area.clone()} part="comment" name={field::COMMENT} rows="4" aria-describedby={described}
            defaultvalue={state.draft.comment.clone()} />
    };
    let said = vec![
        text_tag("label", &[("for", &area)], m.comment_label),
        text_tag("p", &[("class", "hcp-hint"), ("id", &hint)], m.comment_hint),
        faults_of(state, m, &["comment"]),
        textarea,
        text_tag("p", &[("class", if is_over { "hcp-count hcp-over" } else { "hcp-count" }), ("id", &counter)], count),
    ];
    tag("div", &[("class", "hcp-field")], said)
}

fn privacy(state: &State, m: &Messages) -> Html {
    let sees = id(state, "sees");
    let input = [("type", "checkbox"), ("name", field::ANONYMOUS), ("value", "1"), ("aria-describedby", sees.as_str())];
    let anonymous = vec![choice(&input, state.draft.anonymous), text_tag("span", &[], m.anonymous_label)];
    let mut said = vec![
        tag("label", &[("class", "hcp-option hcp-anonymous")], anonymous),
        text_tag("p", &[("class", "hcp-hint"), ("id", &sees)], m.who_sees),
    ];
    if !state.draft.anonymous {
        said.push(contact(state, m));
    }
    tag("div", &[], said)
}

fn contact(state: &State, m: &Messages) -> Html {
    let line = |name: &'static str, label: &'static str, kind: &'static str, field: &'static str, value: &str| {
        let id = id(state, name);
        // The value as attribute: where the field starts, not what it is held to.
        let input = [("id", id.as_str()), ("name", field), ("type", kind), ("autocomplete", name), ("value", value)];
        let input = tag("input", &input, Vec::new());
        tag("div", &[("class", "hcp-field")], vec![text_tag("label", &[("for", &id)], label), input])
    };
    let is_open = state.is_contact_open || state.faults.iter().any(|fault| fault.field.starts_with("contact"));
    let given = &state.draft.contact;
    let said = vec![
        text_tag("summary", &[], m.contact_legend),
        faults_of(state, m, &["contact", "contact.name", "contact.phone"]),
        line("name", m.name_label, "text", field::NAME, &given.name),
        line("tel", m.phone_label, "tel", field::PHONE, &given.phone),
    ];
    tag("details", &[("class", "hcp-contact"), when(is_open, ("open", ""))], said)
}
