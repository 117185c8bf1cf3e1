//! Every state of the form and of what comes in its place, by name: to look at, to take pictures
//! of, and to test.

use haochaping_yew::{Lang, Markup, Shadow, example};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::Route;

/// The names of all states.
#[component]
pub fn Gallery() -> Html {
    let entry = |name: &'static str, title: &'static str| {
        html! { <li><Link<Route> to={Route::State { name: name.to_owned() }}>{ title }</Link<Route>></li> }
    };
    let forms = example::forms(Lang::ZhHans).into_iter().map(|form| entry(form.name, form.title));
    let ends = example::ends(Lang::ZhHans).into_iter().map(|(name, title, _)| entry(name, title));
    html! { <><h1>{ "评价组件的各种状态（示例）" }</h1><ul class="states">{ for forms }{ for ends }</ul></> }
}

#[derive(Clone, Debug, PartialEq, Properties)]
pub struct StateProps {
    pub name: String,
}

/// One state.
#[component]
pub fn State(props: &StateProps) -> Html {
    let lang = Lang::ZhHans;
    let form = example::forms(lang).into_iter().find(|form| form.name == props.name);
    let form = form.map(|form| (form.title, form.node(lang, "", form.progress)));
    let end =
        || example::ends(lang).into_iter().find(|(name, ..)| *name == props.name).map(|(_, title, end)| (title, end));
    match form.or_else(end) {
        Some((title, element)) => html! {
            <>
                <h1>{ title }</h1>
                <section class="card rate" aria-label="评价组件"><Shadow><Markup {element} /></Shadow></section>
            </>
        },
        None => html! { <p>{ "没有这个状态。" }</p> },
    }
}
