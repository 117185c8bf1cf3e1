//! Elements by plain calls. `html!` writes out every element's construction where it stands; for the form's many fields
//! that is 10 KB of wasm more than one function that is called.

use std::cell::RefCell;

use yew::{
    AttrValue, Html,
    virtual_dom::{AttributeOrProperty, Attributes, VTag, VText},
};

/// An attribute; one with an empty name is left out.
pub(super) type Attribute<'a> = (&'static str, &'a str);

/// An attribute that stands only under a condition.
pub(super) fn when(condition: bool, attribute: Attribute<'_>) -> Attribute<'_> {
    if condition { attribute } else { ("", "") }
}

/// An element with its attributes and children.
#[inline(never)]
pub(super) fn tag(name: &'static str, attributes: &[Attribute<'_>], children: Vec<Html>) -> Html {
    let mut tag = with_attributes(name, attributes);
    tag.add_children(children);
    tag.into()
}

/// An element that holds one text; a fixed one is not copied.
pub(super) fn text_tag(name: &'static str, attributes: &[Attribute<'_>], text: impl Into<AttrValue>) -> Html {
    text_of(name, attributes, text.into())
}

#[inline(never)]
fn text_of(name: &'static str, attributes: &[Attribute<'_>], text: AttrValue) -> Html {
    tag(name, attributes, vec![VText::new(text).into()])
}

/// A radio button or check box, whose state follows `is_checked`.
#[inline(never)]
pub(super) fn choice(attributes: &[Attribute<'_>], is_checked: bool) -> Html {
    let mut tag = with_attributes("input", attributes);
    tag.set_checked(is_checked);
    tag.into()
}

fn with_attributes(name: &'static str, attributes: &[Attribute<'_>]) -> VTag {
    let mut tag = VTag::new(name);
    let given = || attributes.iter().filter(|(key, _)| !key.is_empty());
    let values =
        given().map(|(_, value)| Some(AttributeOrProperty::Attribute(AttrValue::from((*value).to_owned())))).collect();
    tag.attributes = Attributes::Dynamic { keys: keys(given().map(|(key, _)| *key).collect()), values };
    tag
}

thread_local! {
    /// Every list of names that occurs, once: there are two dozen, and a map of its own for each element would be half of
    /// what a form takes of memory.
    static KEYS: RefCell<Vec<&'static [&'static str]>> = const { RefCell::new(Vec::new()) };
}

fn keys(names: Vec<&'static str>) -> &'static [&'static str] {
    KEYS.with_borrow_mut(|lists| {
        let known = lists.iter().copied().find(|list| **list == names[..]);
        known.unwrap_or_else(|| {
            let list: &'static [&'static str] = names.leak();
            lists.push(list);
            list
        })
    })
}
