//! The state as Yew shows it: a thin component around `state::step`.

mod form;
mod tag;

use std::cell::Cell;

use yew::{Component, Context, Html};

use self::tag::{tag, text_tag};
use crate::{
    effects,
    host::Host,
    state::{Effect, Msg, State, step},
};

/// What a mounted form starts with.
#[derive(yew::Properties)]
pub(crate) struct Props {
    /// Taken when the component is made.
    pub(crate) initial: Cell<Option<State>>,
    pub(crate) host: Host,
}

impl PartialEq for Props {
    /// Properties are given once and never change.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

pub(crate) struct Widget {
    /// `None` only while a step is under way.
    state: Option<State>,
    has_news: bool,
}

impl Widget {
    fn state(&self) -> &State {
        self.state.as_ref().expect("a step is never under way between messages")
    }
}

impl Component for Widget {
    type Message = Msg;
    type Properties = Props;

    fn create(context: &Context<Self>) -> Self {
        Self { state: context.props().initial.take(), has_news: false }
    }

    fn update(&mut self, context: &Context<Self>, msg: Msg) -> bool {
        let Some(state) = self.state.take() else { return false };
        let (state, todo) = step(state, msg);
        let host = &context.props().host;
        let tell = context.link().callback(|msg| msg);
        for effect in todo {
            self.has_news |= effect == Effect::FocusNews;
            effects::run(effect, host, &tell);
        }
        self.state = Some(state);
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let (state, link) = (self.state(), context.link());
        let class = if state.setting.is_elder { "hcp hcp-elder" } else { "hcp" };
        let attributes = [("class", class), ("lang", state.setting.lang.tag())];
        let status = text_tag("p", &[("class", "hcp-status"), ("role", "status")], state.status());
        tag("div", &attributes, vec![form::form(state, link), status])
    }

    fn rendered(&mut self, context: &Context<Self>, is_first: bool) {
        let host = &context.props().host;
        if is_first {
            // Still in the task that read the server's form: nothing was typed in between.
            host.swap();
        }
        if std::mem::take(&mut self.has_news) {
            host.focus_news();
        }
    }
}
