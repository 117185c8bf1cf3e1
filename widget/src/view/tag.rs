//! Elements by plain calls. `html!` writes out every element's construction where it stands; for the form's many fields
//! that is 10 KB of wasm more than one function that is called.

use yew::{AttrValue, Html, virtual_dom::VTag};

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

/// An element that holds one text.
#[inline(never)]
pub(super) fn text_tag(name: &'static str, attributes: &[Attribute<'_>], text: &str) -> Html {
    tag(name, attributes, vec![Html::from(text)])
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
    for &(key, value) in attributes.iter().filter(|(key, _)| !key.is_empty()) {
        tag.add_attribute(key, AttrValue::from(value.to_owned()));
    }
    tag
}
