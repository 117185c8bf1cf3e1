//! The whole way of a rating: the link is opened, the form shown, the rating written down, sent,
//! and its receipt shown.

mod end;
mod props;
mod state;

use std::rc::Rc;

use haochaping::{form::Element, messages::Lang, rating::RatingDraft, wire::v1};
use js_sys::JsString;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::{Component, Context, Html, NodeRef, html, platform::spawn_local};

pub use self::props::{AlreadyRated, Outcome, Rated, RatingError, RatingProps, Theme};
use self::state::{Content, State};
use crate::{
    form_view::RatingFormView,
    open::open,
    outbox::{Entry, Outbox, OutboxEvent, Subscription, now},
    rating_form::{FormNavigation, page_lang},
    shadow::Shadow,
    vnode::Markup,
};

/// Opens a ticket or card, shows the form, writes the finished rating down, sends it, and shows the
/// receipt. It says that a rating was sent only when the collector said so, and that it waits where
/// it waits.
#[derive(Debug)]
pub struct Rating {
    state: State,
    outbox: Rc<Outbox>,
    listening: Option<Subscription>,
    root: NodeRef,
    /// Whether something came up that the person has to read next.
    has_news: bool,
    /// Which opening is under way: the answer of an earlier one is not used.
    opening: u32,
}

/// What happens to a [`Rating`].
#[derive(Debug)]
pub enum RatingMsg {
    /// The collector says what the link is about.
    Opened(u32, Result<v1::LinkInfo, String>),
    /// 办理内容 was chosen.
    Purpose(String),
    /// The form is finished.
    Submitted(RatingDraft),
    /// Something happened to a rating on its way.
    OutboxEvent(OutboxEvent),
    /// A button of what stands in the form's place.
    Again,
    /// What came of a rating of another time was read.
    Dismissed(usize),
}

impl Component for Rating {
    type Message = RatingMsg;
    type Properties = RatingProps;

    fn create(context: &Context<Self>) -> Self {
        let outbox = Outbox::of(&context.props().collector);
        let (state, root) = (State::default(), NodeRef::default());
        let mut rating = Self { state, outbox, listening: None, root, has_news: false, opening: 0 };
        rating.open(context);
        rating
    }

    fn changed(&mut self, context: &Context<Self>, before: &RatingProps) -> bool {
        let props = context.props();
        let link = |props: &RatingProps| {
            (props.collector.clone(), props.ticket.clone(), props.card.clone())
        };
        if link(props) != link(before) {
            self.outbox = Outbox::of(&props.collector);
            self.listening = None;
            self.state = State::default();
            self.open(context);
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, msg: RatingMsg) -> bool {
        match msg {
            RatingMsg::Opened(opening, answer) if opening == self.opening => {
                let ticket = context.props().ticket.clone().unwrap_or_default();
                let notification = self.state.opened(&ticket, answer);
                notify(context.props(), notification);
                // Also where it was rated: the receipt of what this person submitted may have been
                // on its way.
                if !matches!(self.state.content, Content::Link) {
                    self.listening =
                        Some(self.outbox.listen(context.link().callback(RatingMsg::OutboxEvent)));
                }
            }
            RatingMsg::Opened(..) => return false,
            RatingMsg::Purpose(purpose) => self.state.purpose = purpose,
            RatingMsg::Submitted(draft) => self.submit(draft),
            RatingMsg::OutboxEvent(event) => {
                let id = event.entry.id.clone();
                let before = self.state.announcement(lang_of(context.props())).to_owned();
                let (notification, is_seen) = self.state.apply(event);
                self.has_news |= self.state.announcement(lang_of(context.props())) != before;
                if is_seen {
                    self.outbox.acknowledge(&id);
                }
                if self.state.needs_new_key {
                    self.state.renew_key(new_key());
                }
                notify(context.props(), notification);
            }
            RatingMsg::Again => {
                self.state.is_asked = true;
                self.outbox.flush(true);
            }
            RatingMsg::Dismissed(place) => self.state.dismiss(place),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let props = context.props();
        if matches!(self.state.content, Content::Link) {
            return html! { <>{ props.children.clone() }</> };
        }
        let lang = lang_of(context.props());
        let on_press = context.link().batch_callback(end::pressed);
        let late = self.state.late.iter().enumerate().map(|(place, heading)| {
            let section =
                heading.section(lang, props.is_elder).with("data-place", place.to_string());
            themed(section, props.theme)
        });
        html! {
            <Shadow>
                <div ref={self.root.clone()} onclick={on_press}>
                    <p class="hcp-live" role="status">{ self.state.announcement(lang).to_owned() }</p>
                    { for late }
                    { self.state.heading().map(|heading| themed(heading.section(lang, props.is_elder), props.theme)) }
                    { self.form(context, lang) }
                </div>
            </Shadow>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        if std::mem::take(&mut self.has_news) {
            self.focus_news();
        }
    }
}

impl Rating {
    /// To the end that has just come up: the button that had the focus is gone.
    fn focus_news(&self) {
        let root = self.root.cast::<web_sys::Element>();
        let news = root.and_then(|root| root.query_selector("section[tabindex]").ok().flatten());
        if let Some(news) = news.and_then(|news| news.dyn_into::<HtmlElement>().ok()) {
            // An element that cannot be focused leaves the focus where it is.
            let _ = news.focus();
        }
    }

    fn open(&mut self, context: &Context<Self>) {
        let props = context.props();
        // Whatever was asked before is not answered any more.
        self.opening += 1;
        let Some(token) = props.ticket.clone().or_else(|| props.card.clone()) else { return };
        let (opening, collector, link) =
            (self.opening, props.collector.clone(), context.link().clone());
        spawn_local(async move {
            let answer = open(collector.trim_end_matches('/'), &token).await;
            link.send_message(RatingMsg::Opened(opening, answer));
        });
    }

    fn submit(&mut self, mut draft: RatingDraft) {
        // NFC by the browser: the tables would be 48 KB in the app.
        draft.comment = String::from(JsString::from(&*draft.comment).normalize("NFC"));
        let Some(request) = self.state.submit(draft) else { return };
        self.outbox.put(Entry::new(&request, now()));
    }

    /// The form; while something stands in its place it is hidden and keeps what was entered.
    fn form(&self, context: &Context<Self>, lang: Lang) -> Html {
        let Content::Form(info) = &self.state.content else { return Html::default() };
        let props = context.props();
        let subject = info.subject().node(lang.page_messages(), "");
        html! {
            <div hidden={self.state.is_form_hidden()}>
                <FormNavigation>
                    // Another link is another form; ids are those of the shadow root alone.
                    <RatingFormView key={self.opening} {lang} is_elder={props.is_elder} theme={props.theme.name()}
                        {subject} stage={self.state.stage.clone()}
                        on_submit={context.link().callback(RatingMsg::Submitted)}
                        on_purpose={context.link().callback(RatingMsg::Purpose)} />
                </FormNavigation>
            </div>
        }
    }
}

/// An idempotency key: 26 random symbols of the collector's own alphabet.
fn new_key() -> String {
    let symbol = |_| char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[random_below_32()]);
    (0..26).map(symbol).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 31")]
fn random_below_32() -> usize {
    // No secret: it only has to be another one than the last.
    (js_sys::Math::random() * 32.0) as usize
}

fn themed(section: Element, theme: Theme) -> Html {
    html! { <Markup element={section.with("data-theme", theme.name())} /> }
}

fn lang_of(props: &RatingProps) -> Lang {
    props.lang.unwrap_or_else(page_lang)
}

/// What the page hears.
enum Notification {
    Nothing,
    Rated(Rated),
    AlreadyRated(AlreadyRated),
    Error(RatingError),
}

fn notify(props: &RatingProps, notification: Notification) {
    match notification {
        Notification::Nothing => {}
        Notification::Rated(rated) => props.on_rated.emit(rated),
        Notification::AlreadyRated(already) => props.on_already_rated.emit(already),
        Notification::Error(error) => props.on_error.emit(error),
    }
}
