//! The tree as HTML text: escaped, so that no text ever becomes markup.

use super::node::{Element, Node};

/// Elements without an end tag.
const VOID: [&str; 2] = ["input", "br"];

/// Escapes text for content and for quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

impl Element {
    /// The element as HTML.
    pub fn to_html(&self) -> String {
        let mut out = String::with_capacity(16_384);
        push_element(&mut out, self);
        out
    }
}

fn push_element(out: &mut String, element: &Element) {
    out.push('<');
    out.push_str(element.tag);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        if !value.is_empty() {
            out.push_str("=\"");
            push_escaped(out, value);
            out.push('"');
        }
    }
    out.push('>');
    if VOID.contains(&element.tag) {
        return;
    }
    if element.tag == "textarea" {
        // The parser eats the first line feed; this one is not the person's.
        out.push('\n');
    }
    for child in &element.children {
        match child {
            Node::Element(element) => push_element(out, element),
            Node::Text(text) => push_escaped(out, text),
            Node::List(elements) => elements.iter().for_each(|element| push_element(out, element)),
        }
    }
    out.push_str("</");
    out.push_str(element.tag);
    out.push('>');
}

fn push_escaped(out: &mut String, text: &str) {
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn flags_stand_without_value_and_void_elements_without_end() {
        let box_ = Element::new("input").with("type", "checkbox").with("checked", "");
        let label = Element::new("label").child(box_).child("a & b");
        assert_eq!(label.to_html(), "<label><input type=\"checkbox\" checked>a &amp; b</label>");
    }

    proptest! {
        #[test]
        fn escaped_text_holds_nothing_that_ends_it(text in "\\PC{0,60}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        }
    }
}
