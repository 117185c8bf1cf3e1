//! The tree of the form as Yew's nodes: the second writer beside `haochaping::form::html`.

use std::{cell::RefCell, rc::Rc};

use haochaping::form::{
    Element,
    node::{Node, Parts, Text},
};
use yew::{
    AttrValue, Html, Properties, component, html,
    virtual_dom::{AttributeOrProperty, Attributes, VNode, VTag, VText},
};

/// What [`Markup`] shows.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct MarkupProps {
    /// A tree of the sdk.
    pub element: Element,
}

/// A tree of the sdk as it is, without behaviour: for galleries, and for what only says something.
#[component]
pub fn Markup(props: &MarkupProps) -> Html {
    to_html(props.element.clone())
}

/// An element as Yew shows it. What was written into a text area or ticked belongs to the browser:
/// the text is where it starts, and a tick follows the attribute `checked`.
pub(crate) fn to_html(element: Element) -> Html {
    if element.tag == "textarea" {
        return textarea(element);
    }
    let mut tag = VTag::new(element.tag);
    if element.tag == "input" && is_choice(&element) {
        tag.set_checked(element.get("checked").is_some());
    }
    let Parts { attributes, children, .. } = element.into_parts();
    tag.attributes = to_attributes(attributes);
    tag.add_children(children.into_iter().map(|child| match child {
        Node::Element(element) => to_html(element),
        Node::Text(text) => VText::new(AttrValue::from(text)).into(),
        Node::List(elements) => elements.into_iter().map(to_html).collect(),
    }));
    tag.into()
}

fn is_choice(element: &Element) -> bool {
    matches!(element.get("type"), Some("radio" | "checkbox"))
}

/// Uncontrolled: what a person or an input method writes is never written over.
fn textarea(element: Element) -> Html {
    let mut text = AttrValue::Static("");
    let Parts { attributes, children, .. } = element.into_parts();
    for child in children {
        if let Node::Text(found) = child {
            text = found.into();
        }
    }
    let mut node = html! { <textarea defaultvalue={text} /> };
    if let VNode::VTag(tag) = &mut node {
        Rc::make_mut(tag).attributes = to_attributes(attributes);
    }
    node
}

type Name = &'static str;

fn to_attributes(given: Vec<(Name, Text)>) -> Attributes {
    let given: Vec<_> = given.into_iter().filter(|(name, _)| *name != "checked").collect();
    let names = given.iter().map(|(name, _)| *name).collect();
    let to_value = |(_, value)| Some(AttributeOrProperty::Attribute(AttrValue::from(value)));
    Attributes::Dynamic { keys: interned(names), values: given.into_iter().map(to_value).collect() }
}

thread_local! {
    /// Every list of names that occurs, once: there are two dozen, and a map of its own for each
    /// element would be half of what a form takes of memory.
    static NAMES: RefCell<Vec<&'static [Name]>> = const { RefCell::new(Vec::new()) };
}

fn interned(names: Vec<Name>) -> &'static [Name] {
    NAMES.with_borrow_mut(|lists| {
        let known = lists.iter().copied().find(|list| **list == names[..]);
        known.unwrap_or_else(|| {
            let list: &'static [Name] = names.leak();
            lists.push(list);
            list
        })
    })
}
