//! A place of its own in the page: the page's style sheets do not reach into it, and the form's do
//! not reach out.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, Element, ShadowRoot, ShadowRootInit, ShadowRootMode};
use yew::{
    Children, Html, Properties, component, create_portal, html, use_effect_with, use_node_ref,
    use_state,
};

/// What [`Shadow`] holds.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct ShadowProps {
    /// What stands inside.
    #[prop_or_default]
    pub children: Children,
}

/// Shows its children in an open shadow root with the form's style sheet. The sheet is constructed
/// and adopted, which a policy without `style-src 'unsafe-inline'` allows.
#[component]
pub fn Shadow(props: &ShadowProps) -> Html {
    let host = use_node_ref();
    let inside = use_state(|| None::<Element>);
    {
        let (host, inside) = (host.clone(), inside.clone());
        use_effect_with((), move |()| {
            if let Some(host) = host.cast::<Element>() {
                inside.set(attach(&host));
            }
        });
    }
    let content = inside
        .as_ref()
        .map(|inside| create_portal(html! { <>{ props.children.clone() }</> }, inside.clone()));
    html! { <div class="haochaping" ref={host}>{ content.unwrap_or_default() }</div> }
}

/// A block in a new shadow root of `host`; `None` where the browser knows none.
fn attach(host: &Element) -> Option<Element> {
    let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?;
    let document = host.owner_document()?;
    if adopt(&root).is_err() {
        // Before Chrome 73 and Safari 16.4. Under a strict policy the form stands without style
        // there.
        let style = document.create_element("style").ok()?;
        style.set_text_content(Some(haochaping::form::STYLE));
        root.append_child(&style).ok()?;
    }
    let inside = document.create_element("div").ok()?;
    root.append_child(&inside).ok()?;
    Some(inside)
}

fn adopt(root: &ShadowRoot) -> Result<(), JsValue> {
    let sheet = CssStyleSheet::new()?;
    sheet.replace_sync(haochaping::form::STYLE)?;
    let name = JsValue::from_str("adoptedStyleSheets");
    if !Reflect::has(root, &name)? {
        return Err(JsValue::NULL);
    }
    Reflect::set(root, &name, &Array::of1(&sheet)).map(|_| ())
}
