//! Everything that the crate offers to a portal, used once.

use haochaping_yew::{
    AlreadyRated, Lang, Rated, Rating, RatingCode, RatingDraft, RatingError, RatingForm, Stage, Theme, use_outbox,
};
use yew::prelude::*;

const COLLECTOR: &str = "https://hcp.example.gov.cn";

#[component]
fn Portal() -> Html {
    let outbox = use_outbox(COLLECTOR);
    let stage = use_state(Stage::default);
    let message = use_state(String::new);
    let on_rated = {
        let message = message.clone();
        Callback::from(move |Rated { receipt, .. }| message.set(receipt))
    };
    let on_already_rated = {
        let message = message.clone();
        Callback::from(move |AlreadyRated { on }| message.set(on))
    };
    let on_error = {
        let message = message.clone();
        Callback::from(move |RatingError { code }| message.set(code))
    };
    let on_submit = {
        let stage = stage.clone();
        Callback::from(move |_: RatingDraft| stage.set(Stage::Sending))
    };
    html! {
        <>
            <Rating collector={COLLECTOR} ticket="TICKET" lang={Lang::En} theme={Theme::Auto} is_elder={true} {on_rated}
                {on_already_rated} {on_error}>
                <a href="https://hcp.example.gov.cn/r/TICKET">{ "评价本次服务" }</a>
            </Rating>
            <Rating collector={COLLECTOR} card="CARD" />
            <RatingForm {on_submit} stage={(*stage).clone()} />
            <RatingCode link="https://hcp.example.gov.cn/r/TICKET" size={160} />
            <p>{ (*message).clone() }{ outbox.n_waiting }</p>
        </>
    }
}

fn main() {
    yew::Renderer::<Portal>::new().render();
}
