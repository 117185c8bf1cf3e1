//! The server's form and Yew's are one: every state, in every language, written as HTML by the sdk
//! and rendered by Yew on a server, read by an HTML parser, and compared element by element and
//! attribute by attribute.

use std::collections::BTreeMap;

use haochaping::{
    form::{Element, Progress, example},
    messages::Lang,
};
use haochaping_yew::{Markup, MarkupProps};
use scraper::{ElementRef, Html, Node};
use yew::LocalServerRenderer;

/// What a page has of an element: its name, its attributes by name, and what is in it.
#[derive(Debug, PartialEq)]
enum Seen {
    Element(String, BTreeMap<String, String>, Vec<Seen>),
    Text(String),
}

fn see(element: ElementRef<'_>) -> Seen {
    let value = element.value();
    let attributes =
        value.attrs().map(|(name, value)| (name.to_owned(), attribute(name, value))).collect();
    let mut children: Vec<Seen> = Vec::new();
    for child in element.children() {
        match child.value() {
            Node::Text(text) => match children.last_mut() {
                Some(Seen::Text(before)) => before.push_str(text),
                _ => children.push(Seen::Text(text.to_string())),
            },
            Node::Element(_) => children.extend(ElementRef::wrap(child).map(see)),
            _ => {}
        }
    }
    children.retain(|child| *child != Seen::Text(String::new()));
    Seen::Element(value.name().to_owned(), attributes, children)
}

/// A flag is the same with its name as its value.
fn attribute(name: &str, value: &str) -> String {
    if value == name { String::new() } else { value.to_owned() }
}

fn parse(html: &str) -> Seen {
    let fragment = Html::parse_fragment(html);
    see(fragment.root_element().child_elements().next().expect("an element"))
}

async fn by_yew(element: Element) -> Seen {
    let props = MarkupProps { element };
    let html = LocalServerRenderer::<Markup>::with_props(props).hydratable(false).render().await;
    parse(&html)
}

#[tokio::test(flavor = "current_thread")]
async fn every_form_is_the_same_by_both_writers() {
    for lang in Lang::ALL {
        let examples = example::forms(lang);
        assert!(examples.len() > 15);
        for form in examples {
            let live = form.node(lang, "a-", form.progress);
            assert_eq!(
                by_yew(live.clone()).await,
                parse(&live.to_html()),
                "{lang:?} {}",
                form.name
            );
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn every_end_is_the_same_by_both_writers() {
    for lang in Lang::ALL {
        for (name, _, end) in example::ends(lang) {
            assert_eq!(by_yew(end.clone()).await, parse(&end.to_html()), "{lang:?} {name}");
        }
    }
}

/// What the comparison is worth: it sees another attribute, another text and another order.
#[tokio::test(flavor = "current_thread")]
async fn a_difference_is_seen() {
    let lang = Lang::ZhHans;
    let forms = example::forms(lang);
    let live = |n: usize| forms[n].node(lang, "a-", Progress::default());
    assert_ne!(by_yew(live(0)).await, parse(&live(1).to_html()), "a level that is chosen");
    assert_ne!(by_yew(live(0).with("data-x", "")).await, parse(&live(0).to_html()), "an attribute");
    assert_ne!(by_yew(live(0).child("x")).await, parse(&live(0).to_html()), "a text");
}

/// The form that a browser posts and the one that Yew shows have the same fields, in the same
/// order, under the same labels.
#[test]
fn plain_and_live_form_ask_the_same_in_the_same_order() {
    use haochaping::form::Post;
    for lang in Lang::ALL {
        for form in example::forms(lang).into_iter().filter(|form| !form.draft.level.is_empty()) {
            let plain = form.node(
                lang,
                "a-",
                Post { action: "/r/T", ticket: "T", key: "k", ..Post::default() },
            );
            let live = form.node(lang, "a-", form.progress);
            let asked_plain = asked(&plain.to_html(), &form.draft.level, form.draft.anonymous);
            assert_eq!(
                asked_plain,
                asked(&live.to_html(), &form.draft.level, false),
                "{lang:?} {}",
                form.name
            );
        }
    }
}

/// Names and labels of the fields that a person sees.
fn asked(html: &str, level: &str, hides_contact: bool) -> Vec<String> {
    let page = Html::parse_fragment(html);
    let select = |selector: &str| scraper::Selector::parse(selector).expect("a selector");
    let (group, fields) = (
        select("[data-level]"),
        select("legend,label,summary,input:not([type=hidden]),textarea,select"),
    );
    let is_of_other_level = |element: &ElementRef<'_>| {
        element.ancestors().filter_map(ElementRef::wrap).any(|ancestor| {
            group.matches(&ancestor) && ancestor.value().attr("data-level") != Some(level)
                || hides_contact
                    && ancestor
                        .value()
                        .has_class("hcp-contact", scraper::CaseSensitivity::CaseSensitive)
        })
    };
    let is_level_name = |element: &ElementRef<'_>| {
        element.value().name() == "summary" && element.value().attr("lang") == Some("zh-Hans")
    };
    let text = |element: ElementRef<'_>| {
        let name = element.value().attr("name").unwrap_or_default();
        format!("{} {name} {}", element.value().name(), element.text().collect::<String>())
    };
    let seen = page
        .select(&fields)
        .filter(|element| !is_of_other_level(element) && !is_level_name(element));
    seen.map(text).collect()
}
