//! Every state of the form and of what comes in its place, on one page: to look at, to take
//! pictures of, and for integrators.

use std::fmt::Write as _;

use haochaping::{
    form::{Element, example},
    messages::Lang,
};
use serde::Deserialize;

use crate::pages::{Frame, frame};

/// What the address may ask for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// A BCP 47 tag.
    lang: Option<String>,
    /// `dark`, else light.
    theme: Option<String>,
    /// The name of one state; without it all are shown.
    state: Option<String>,
}

pub(crate) fn page(collector: &str, asked: &Asked) -> String {
    let lang = asked.lang.as_deref().and_then(Lang::matching).unwrap_or_default();
    let theme = if asked.theme.as_deref() == Some("dark") { "dark" } else { "light" };
    let states = states(lang);
    let is_asked = |name: &str| asked.state.as_deref().is_none_or(|state| state == name);
    let mut content = menu(lang, theme, &states);
    for (name, title, element) in states.into_iter().filter(|(name, ..)| is_asked(name)) {
        let html = element.with("data-theme", theme).to_html();
        let _ = write!(
            content,
            "<section class=\"example\" id=\"{name}\"><h2>{title}</h2>{html}</section>"
        );
    }
    let script = "<link rel=\"stylesheet\" href=\"/form.css\">\n";
    frame(collector, &Frame { title: "组件状态", path: "/gallery", script, content: &content })
}

fn states(lang: Lang) -> Vec<(&'static str, &'static str, Element)> {
    let forms = example::forms(lang).into_iter().map(|form| {
        let element = form.node(lang, &format!("{}-", form.name), form.progress);
        (form.name, form.title, element)
    });
    forms.chain(example::ends(lang)).collect()
}

fn menu(lang: Lang, theme: &str, states: &[(&str, &str, Element)]) -> String {
    let tag = lang.tag();
    let mut out = String::from("<ul class=\"states\">");
    for (name, title, _) in states {
        let _ = write!(
            out,
            "<li><a href=\"/gallery?lang={tag}&amp;theme={theme}&amp;state={name}\">{title}</a></li>"
        );
    }
    out.push_str("</ul><p>");
    for (label, tag, theme) in [
        ("简体", "zh-Hans", theme),
        ("繁體", "zh-Hant", theme),
        ("English", "en", theme),
        ("浅色", tag, "light"),
        ("深色", tag, "dark"),
    ] {
        let _ = write!(out, "<a href=\"/gallery?lang={tag}&amp;theme={theme}\">{label}</a> ");
    }
    out.push_str("</p>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_there_under_its_name_and_one_can_be_asked_for() {
        let all = page("https://c.example", &Asked::default());
        let n_states = example::forms(Lang::ZhHans).len() + example::ends(Lang::ZhHans).len();
        assert_eq!(all.matches("<section class=\"example\"").count(), n_states);
        let one =
            page("https://c.example", &Asked { state: Some("bad".into()), ..Asked::default() });
        assert!(
            one.contains("id=\"bad\"") && one.matches("<section class=\"example\"").count() == 1
        );
    }

    #[test]
    fn no_two_states_have_one_name() {
        let mut names: Vec<_> = states(Lang::En).into_iter().map(|(name, ..)| name).collect();
        let n_states = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n_states);
    }
}
