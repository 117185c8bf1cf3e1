//! The form alone, in a place of its own.

use haochaping::messages::Lang;
use web_sys::{Element, HtmlElement, wasm_bindgen::JsCast};
use yew::{Html, KeyboardEvent, MouseEvent, TargetCast, component, html};

use crate::{
    form_view::{RatingFormProps, RatingFormView},
    shadow::Shadow,
};

/// The rating form alone: five levels, their official options, a comment, 匿名, and where a reply
/// goes. It keeps the rules that a person can break, says what is missing, and gives the finished
/// draft to `on_submit`; what becomes of it is the page's affair, which says so by `stage`.
///
/// The form stands in an open shadow root: the page's style sheets do not reach it, but for what is
/// inherited, the custom properties `--hcp-…` and `::part(…)`.
#[component]
pub fn RatingForm(props: &RatingFormProps) -> Html {
    html! { <Shadow><FormNavigation><RatingFormView ..props.clone() /></FormNavigation></Shadow> }
}

/// What [`FormNavigation`] holds.
#[derive(Clone, Debug, PartialEq, yew::Properties)]
pub(crate) struct FormNavigationProps {
    #[prop_or_default]
    pub children: yew::Children,
}

/// Leads from a fault to its field, and with Tab through the five levels one by one: a switch has
/// Tab and Space only.
#[component]
pub(crate) fn FormNavigation(props: &FormNavigationProps) -> Html {
    html! { <div onclick={follow} onkeydown={step}>{ props.children.clone() }</div> }
}

/// Ids in a shadow root are not the page's, and a portal's router would take the fragment for a
/// page.
fn follow(event: MouseEvent) {
    let Some(target) = event.target_dyn_into::<Element>() else { return };
    let Ok(Some(link)) = target.closest("a[href^=\"#\"]") else { return };
    event.prevent_default();
    let id = link.get_attribute("href").unwrap_or_default();
    let field = format!("[id=\"{}\"]", id.trim_start_matches('#'));
    let root = link.closest("form").ok().flatten();
    let field = root.and_then(|root| root.query_selector(&field).ok().flatten());
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) else { return };
    if let Ok(Some(folded)) = field.closest("details:not([open])") {
        // A part that cannot be opened leaves the field where it is.
        let _ = folded.set_attribute("open", "");
    }
    let _ = field.focus();
}

fn step(event: KeyboardEvent) {
    if event.key() != "Tab" {
        return;
    }
    let Some(target) = event.target_dyn_into::<Element>() else { return };
    let Ok(Some(group)) = target.closest(".hcp-choices") else { return };
    let Ok(levels) = group.query_selector_all("input") else { return };
    let place = (0..levels.length())
        .find(|place| levels.item(*place).is_some_and(|level| target.is_same_node(Some(&level))));
    let next = place
        .and_then(|place| if event.shift_key() { place.checked_sub(1) } else { Some(place + 1) });
    let Some(next) = next.and_then(|next| levels.item(next)) else { return };
    if let Ok(next) = next.dyn_into::<HtmlElement>() {
        event.prevent_default();
        let _ = next.focus();
    }
}

/// `lang` of the page, if the form knows it; else 简体中文.
pub(crate) fn page_lang() -> Lang {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    root.and_then(|root| root.get_attribute("lang"))
        .and_then(|tag| Lang::from_tag(&tag))
        .unwrap_or_default()
}
