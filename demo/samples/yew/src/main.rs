//! 示例政务门户: a portal in Yew with a router and three finished matters, each of which can be
//! rated. Everything in it is made up.

mod gallery;
mod matter;
mod query;

use haochaping_yew::use_outbox;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::{
    gallery::{Gallery, State},
    matter::{MATTERS, Matter},
    query::Query,
};

/// The portal's pages.
#[derive(Clone, Debug, PartialEq, Routable)]
pub enum Route {
    #[at("/")]
    Matters,
    #[at("/matters/:number")]
    Matter { number: usize },
    #[at("/gallery")]
    Gallery,
    #[at("/gallery/:name")]
    State { name: String },
    #[not_found]
    #[at("/404")]
    NotFound,
}

fn main() {
    yew::Renderer::<Portal>::new().render();
}

#[component]
fn Portal() -> Html {
    let query = use_memo((), |()| Query::of_page());
    // What was submitted without network goes on its way on every page of the portal.
    let outbox = use_outbox(&query.collector);
    let waiting = (outbox.n_waiting > 0).then(|| {
        html! { <p role="status">{ format!("有 {} 条评价等待提交，联网后自动提交", outbox.n_waiting) }</p> }
    });
    html! {
        <ContextProvider<Query> context={(*query).clone()}>
            <aside class="note">{ "示例页面：单位、编号和日期均为虚构" }{ waiting }</aside>
            <header class="band">
                <div class="inner"><p class="name">{ "示例政务服务网" }</p><p>{ "Yew" }</p></div>
            </header>
            <main class="inner">
                <HashRouter><Switch<Route> render={show} /></HashRouter>
            </main>
            <footer class="foot"><div class="inner"><p>{ "政务服务“好差评”接入示例" }</p></div></footer>
        </ContextProvider<Query>>
    }
}

fn show(route: Route) -> Html {
    match route {
        Route::Matters => html! { <Matters /> },
        Route::Matter { number } => html! { <Matter key={number} {number} /> },
        Route::Gallery => html! { <Gallery /> },
        Route::State { name } => html! { <State {name} /> },
        Route::NotFound => {
            html! { <p>{ "没有这个页面。" }<Link<Route> to={Route::Matters}>{ "回到我的办件" }</Link<Route>></p> }
        }
    }
}

#[component]
fn Matters() -> Html {
    let rows = MATTERS.iter().zip(1..).map(|(matter, number)| {
        html! {
            <li class="card">
                <header>
                    <h2><Link<Route> to={Route::Matter { number }}>{ matter.item }</Link<Route>></h2>
                    <p class="state">{ "已办结" }</p>
                </header>
            </li>
        }
    });
    html! { <><h1>{ "我的办件（示例）" }</h1><ul class="matters">{ for rows }</ul></> }
}
