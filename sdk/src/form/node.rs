//! Markup as a tree. The form is described once as such a tree; [`super::html`] writes it as text
//! for the server, the Yew components make their nodes of it, and as JSON it travels to pages that
//! build it without parsing HTML.

use std::{
    borrow::Cow,
    ops::{Deref, DerefMut},
};

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// A text of the tree, as a person reads it: never escaped, never markup.
pub type Text = Cow<'static, str>;

/// What has a place in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element with what is in it.
    Element(Element),
    /// A text.
    Text(Text),
    /// As many elements as there are now; also none. It has one place, so that whatever stands
    /// behind it stays the same to a program that compares two trees, and keeps its focus in the
    /// page.
    List(Vec<Element>),
}

/// An element. In a box, so that it is handed from one call to the next as a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element(Box<Parts>);

/// What an element is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The name of the tag, in lower case.
    pub tag: &'static str,
    /// Names and values, each name once, in the order in which they were set. One whose value is
    /// empty is a flag, as `checked` is.
    pub attributes: Vec<(&'static str, Text)>,
    /// What is in it, in order.
    pub children: Vec<Node>,
}

impl Deref for Element {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Element {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

/// What can be put into an element: another one, or a text.
pub trait Content {
    /// Puts it behind what is there.
    fn put_into(self, element: Element) -> Element;
}

/// What an attribute can be set to.
pub trait Value {
    /// Sets the attribute.
    fn set(self, element: Element, name: &'static str) -> Element;
}

// Functions that are called, instead of ones that are written out at every element: the form is
// made of a hundred, and travels to phones.
impl Content for Element {
    #[inline(never)]
    fn put_into(self, mut element: Element) -> Element {
        element.children.push(Node::Element(self));
        element
    }
}

impl Content for Vec<Element> {
    #[inline(never)]
    fn put_into(self, mut element: Element) -> Element {
        element.children.push(Node::List(self));
        element
    }
}

impl Content for Text {
    #[inline(never)]
    fn put_into(self, mut element: Element) -> Element {
        element.children.push(Node::Text(self));
        element
    }
}

impl Content for &'static str {
    #[inline(never)]
    fn put_into(self, element: Element) -> Element {
        Text::Borrowed(self).put_into(element)
    }
}

impl Content for String {
    fn put_into(self, element: Element) -> Element {
        Text::Owned(self).put_into(element)
    }
}

impl Value for &'static str {
    #[inline(never)]
    fn set(self, mut element: Element, name: &'static str) -> Element {
        element.attributes.push((name, Text::Borrowed(self)));
        element
    }
}

impl Value for String {
    #[inline(never)]
    fn set(self, mut element: Element, name: &'static str) -> Element {
        element.attributes.push((name, Text::Owned(self)));
        element
    }
}

impl Element {
    /// An empty element.
    #[inline(never)]
    pub fn new(tag: &'static str) -> Self {
        Self(Box::new(Parts { tag, attributes: Vec::new(), children: Vec::new() }))
    }

    /// Its parts.
    pub fn into_parts(self) -> Parts {
        *self.0
    }

    /// Sets an attribute.
    pub fn with(self, name: &'static str, value: impl Value) -> Self {
        value.set(self, name)
    }

    /// Sets an attribute, if the condition holds.
    pub fn with_if(self, condition: bool, name: &'static str, value: impl Value) -> Self {
        if condition { value.set(self, name) } else { self }
    }

    /// Sets the classes.
    pub fn class(self, names: &'static str) -> Self {
        names.set(self, "class")
    }

    /// Puts an element or a text behind what is there.
    pub fn child(self, content: impl Content) -> Self {
        content.put_into(self)
    }

    /// Puts as many elements as there are behind what is there.
    pub fn children(self, elements: impl IntoIterator<Item = Self>) -> Self {
        elements.into_iter().collect::<Vec<_>>().put_into(self)
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| *found == name).map(|(_, value)| &**value)
    }
}

/// `["tag", {"name": "value"}, child, …]`; a text is a string.
impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Attributes<'a>(&'a [(&'static str, Text)]);
        impl Serialize for Attributes<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (name, value) in self.0 {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(self.tag)?;
        list.serialize_element(&Attributes(&self.attributes))?;
        for child in &self.children {
            match child {
                Node::Element(element) => list.serialize_element(element)?,
                Node::Text(text) => list.serialize_element(text)?,
                Node::List(elements) => {
                    elements.iter().try_for_each(|element| list.serialize_element(element))?;
                }
            }
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_tag_attributes_and_children_in_order() {
        let node = Element::new("p")
            .class("hint")
            .with_if(false, "id", "x")
            .child("a<b")
            .children([Element::new("br")]);
        assert_eq!(
            serde_json::to_string(&node).unwrap(),
            r#"["p",{"class":"hint"},"a<b",["br",{}]]"#
        );
        assert_eq!((node.get("class"), node.get("id")), (Some("hint"), None));
    }
}
