//! The form as a component: a thin shell around `state::step`.

use gloo_timers::callback::Timeout;
use haochaping::{
    form::{Element as Markup, Subject, field},
    messages::Lang,
    rating::RatingDraft,
};
use web_sys::{Element, HtmlElement, HtmlInputElement, wasm_bindgen::JsCast};
use yew::{
    AttrValue, Callback, Component, Context, Html, InputEvent, NodeRef, Properties, SubmitEvent,
    TargetCast, html,
};

use crate::{
    state::{Effect, Msg, Stage, State, step},
    vnode::to_html,
};

/// After which the form says that the network is slow.
const SLOW_MILLIS: u32 = 3_000;

/// What a form is given.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct RatingFormProps {
    /// Hears the finished draft when the person submits it: complete by every rule that a person
    /// can keep, without options of other levels and without contact data of an anonymous rating.
    /// The form holds still from then on; the page turns `stage` to [`Stage::Sending`], and to
    /// another one when it knows more.
    pub on_submit: Callback<RatingDraft>,
    /// Where the rating stands; by default the form is being filled in. A stage is heard when it
    /// differs from the one before, so the page has to turn to [`Stage::Sending`] between two
    /// refusals.
    #[prop_or_default]
    pub stage: Stage,
    /// What is rated, above the form; by default an empty block, for a page that says so itself.
    #[prop_or_else(Subject::unknown)]
    pub subject: Markup,
    /// What the form starts with, by default nothing chosen and nothing written. Later changes of
    /// it are not heard: what a person has entered stays.
    #[prop_or_default]
    pub draft: RatingDraft,
    /// The language of everything but the official texts; 简体中文 by default.
    #[prop_or_default]
    pub lang: Lang,
    /// 大字版; off by default.
    #[prop_or_default]
    pub is_elder: bool,
    /// Starts every id in the form. Several forms on one page need different ones; empty by
    /// default.
    #[prop_or_default]
    pub id_prefix: AttrValue,
    /// Whether 更多 is open from the start; it is anyway if something in it is chosen.
    #[prop_or_default]
    pub is_more_open: bool,
    /// Whether the part about a reply is open from the start; it is anyway if something stands in
    /// it.
    #[prop_or_default]
    pub is_contact_open: bool,
    /// `light` or `dark`; as the person's device has it by default.
    #[prop_or_default]
    pub theme: AttrValue,
    /// Hears 办理内容, where the subject lets the person choose what was done.
    #[prop_or_default]
    pub on_purpose: Callback<String>,
    /// Hears once that the form stands in the page.
    #[prop_or_default]
    pub on_rendered: Callback<()>,
}

/// The form's markup and behaviour without its style: for a page or shadow root that has the style
/// sheet already.
#[derive(Debug)]
pub struct RatingFormView {
    /// `None` only while a step is under way.
    state: Option<State>,
    root: NodeRef,
    has_news: bool,
}

impl RatingFormView {
    fn state(&self) -> &State {
        self.state.as_ref().expect("a step is never under way between messages")
    }

    /// To what has to be read next: what is wrong, or why it was refused.
    fn focus_news(&self) {
        let root = self.root.cast::<Element>();
        let news = root.and_then(|root| root.query_selector("[role=alert]").ok().flatten());
        if let Some(news) = news.and_then(|news| news.dyn_into::<HtmlElement>().ok()) {
            // An element that cannot be focused leaves the focus where it is.
            let _ = news.focus();
        }
    }
}

impl Component for RatingFormView {
    type Message = Msg;
    type Properties = RatingFormProps;

    fn create(context: &Context<Self>) -> Self {
        let props = context.props();
        let state = State::new(props.draft.clone(), props.is_more_open, props.is_contact_open);
        if props.stage != Stage::Editing {
            context.link().send_message(Msg::Turned(props.stage.clone()));
        }
        Self { state: Some(state), root: NodeRef::default(), has_news: false }
    }

    fn update(&mut self, context: &Context<Self>, msg: Msg) -> bool {
        let Some(state) = self.state.take() else { return false };
        let (state, todo) = step(state, msg);
        for effect in todo {
            match effect {
                Effect::Submit => {
                    let props = context.props();
                    let draft =
                        RatingDraft { lang: props.lang.tag().to_owned(), ..state.draft.clone() };
                    props.on_submit.emit(draft.without_hidden_fields());
                }
                Effect::FocusNews => self.has_news = true,
                Effect::WatchSlowness => {
                    let link = context.link().clone();
                    Timeout::new(SLOW_MILLIS, move || link.send_message(Msg::TakesLong)).forget();
                }
            }
        }
        self.state = Some(state);
        true
    }

    fn changed(&mut self, context: &Context<Self>, before: &RatingFormProps) -> bool {
        let stage = &context.props().stage;
        // A page that says nothing of sending has its form back with the next thing it says.
        if *stage != before.stage || self.state().is_sending() && *stage != Stage::Sending {
            context.link().send_message(Msg::Turned(stage.clone()));
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let (props, link) = (context.props(), context.link());
        // One listener for all fields: their events bubble, and each says by its name what it is. A
        // text area answers to the same names as an input.
        let on_purpose = props.on_purpose.clone();
        let oninput = link.batch_callback(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            if field.name() == field::PURPOSE {
                on_purpose.emit(field.value());
                return None;
            }
            Some(Msg::Edited { field: field.name(), value: field.value() })
        });
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Submitted
        });
        let form = self.state().form(
            props.lang.messages(),
            props.subject.clone(),
            &props.id_prefix,
            props.is_elder,
        );
        let form = form.with_if(!props.theme.is_empty(), "data-theme", props.theme.to_string());
        html! { <div ref={self.root.clone()} {oninput} {onsubmit}>{ to_html(form) }</div> }
    }

    fn rendered(&mut self, context: &Context<Self>, is_first: bool) {
        if is_first {
            context.props().on_rendered.emit(());
        }
        if std::mem::take(&mut self.has_news) {
            self.focus_news();
        }
    }
}
