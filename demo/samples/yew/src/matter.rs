//! One finished matter, and its rating.

use haochaping_yew::{AlreadyRated, Outcome, Rated, Rating, RatingCode, RatingError};
use yew::prelude::*;

use crate::query::Query;

/// What the portal knows of a matter; all of it is made up.
pub struct Facts {
    pub item: &'static str,
    case: &'static str,
    agency: &'static str,
}

pub const MATTERS: [Facts; 3] = [
    Facts { item: "社会保障卡申领", case: "示例-2026-0001", agency: "示例社会保障服务所" },
    Facts {
        item: "住房公积金提取（租赁住房）", case: "示例-2026-0002", agency: "示例住房公积金服务部"
    },
    Facts { item: "老年人优待证办理", case: "示例-2026-0003", agency: "示例市民服务所" },
];

#[derive(Clone, Debug, PartialEq, Properties)]
pub struct MatterProps {
    /// From 1 on.
    pub number: usize,
}

#[component]
pub fn Matter(props: &MatterProps) -> Html {
    let query = use_context::<Query>().expect("the portal gives it");
    let said = use_state(|| "等待".to_owned());
    let place = props.number.wrapping_sub(1);
    let Some(facts) = MATTERS.get(place) else { return html! { <p>{ "没有这个办件。" }</p> } };
    html! {
        <>
            <h1>{ "办件结果（示例）" }</h1>
            <article class="card">
                <header><h2>{ facts.item }</h2><p class="state">{ "已办结" }</p></header>
                <dl class="facts">
                    <div><dt>{ "办件编号" }</dt><dd>{ facts.case }</dd></div>
                    <div><dt>{ "办理部门" }</dt><dd>{ facts.agency }</dd></div>
                </dl>
            </article>
            { query.tickets.get(place).map(|ticket| rate(&query.collector, ticket, &said)) }
            <p class="said">{ "组件事件：" }<code id="said">{ (*said).clone() }</code></p>
        </>
    }
}

fn rate(collector: &str, ticket: &str, said: &UseStateHandle<String>) -> Html {
    let on_rated = {
        let said = said.clone();
        Callback::from(move |Rated { receipt, outcome }| {
            let outcome = match outcome {
                Outcome::Accepted => "accepted",
                Outcome::Replayed => "replayed",
                Outcome::Queued => "queued",
            };
            said.set(format!("rated outcome={outcome} receipt={receipt}"));
        })
    };
    let on_already_rated = {
        let said = said.clone();
        Callback::from(move |AlreadyRated { on }| said.set(format!("already-rated on={on}")))
    };
    let on_error = {
        let said = said.clone();
        Callback::from(move |RatingError { code }| said.set(format!("error code={code}")))
    };
    let link = format!("{collector}/r/{ticket}");
    html! {
        <section class="card rate" aria-label="评价本次服务">
            <Rating collector={collector.to_owned()} ticket={ticket.to_owned()} {on_rated} {on_already_rated} {on_error}>
                <a href={link.clone()}>{ "评价本次服务" }</a>
            </Rating>
            <details class="code"><summary>{ "用手机评价" }</summary><RatingCode {link} /></details>
        </section>
    }
}
