//! One order: the rating, what was done, and what can be done next, with everything that it asks for. What was typed comes
//! back when an action is refused.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::Instant,
    messages::{Lang, level_name},
    rating::{Channel, SatisfactionLevel},
    text::trimmed,
    wire::v1,
    work_order::{Action, ActionKind, Cause, Class, Refused},
};
use haochaping_collector::{
    state::App,
    work_orders::{
        access as worker,
        access::{Worker, view},
        act as orders,
        act::{ActError, Loaded},
    },
};
use serde_json::{Map, Value};

use super::{
    contact, file,
    frame::{Frame, respond},
    list::not_found,
    note,
    session::{Desk, Posted, field},
    sign_in::CHOOSE,
    texts,
};
use crate::http::page;

/// One thing to fill in.
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    choices: Vec<(&'static str, &'static str)>,
    fault: String,
}

/// One action with what it asks for.
struct Step {
    name: &'static str,
    text: &'static str,
    fields: Vec<Field>,
    is_open: bool,
    notice: String,
}

/// One entry of the history.
struct Done {
    at: String,
    who: String,
    text: &'static str,
    said: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "desk/order.html")]
struct OrderPage<'a> {
    f: Frame,
    order: v1::WorkOrder,
    level: &'static str,
    stage: &'static str,
    class: Option<&'static str>,
    region: String,
    rated_at: String,
    due: Vec<(&'static str, String, bool)>,
    history: Vec<Done>,
    steps: Vec<Step>,
    back: &'a Back<'a>,
    notes: &'a [(String, String, String)],
    seen: &'a [(String, String, String)],
    files: &'a [file::Line],
    notices: &'a [(&'static str, String)],
    is_contact_gone: bool,
    entered_by: Option<&'a str>,
}

/// What comes back with the page: of something that was refused what was typed, and a contact that was asked for.
#[derive(Default)]
pub(super) struct Back<'a> {
    pub notice: &'static str,
    pub refusal: Option<Refusal<'a>>,
    /// A note that was not kept, and why.
    pub note: (&'a str, &'static str),
    /// A reason for which no contact was shown, and why.
    pub reason: (&'a str, &'static str),
    /// Why a file was not kept.
    pub file: &'static str,
    /// Name and number.
    pub contact: Option<v1::Contact>,
}

/// What came back with a refused action.
pub(super) struct Refusal<'a> {
    action: ActionKind,
    form: &'a [(String, String)],
    field: Option<&'static str>,
    said: String,
}

/// An order as somebody at the desk has it before them.
pub(super) struct Opened<'a> {
    pub(super) desk: &'a Desk,
    worker: Worker,
    pub(super) loaded: Loaded,
    notes: Vec<(String, String, String)>,
    seen: Vec<(String, String, String)>,
    files: Vec<file::Line>,
    notices: Vec<(&'static str, String)>,
    entered_by: Option<String>,
}

impl<'a> Opened<'a> {
    /// Reads an order; one outside of their scope is not there.
    pub(super) async fn read(desk: &'a Desk, id: &str) -> Result<Self, Response> {
        let (app, worker) = (&desk.app, Worker::of_staff(&desk.session.staff));
        let loaded = worker::find(app, &worker, id).await.map_err(|error| failed(app, &error))?;
        let loaded = loaded.ok_or_else(|| not_found(desk))?;
        let notes = note::read(app, &loaded.row).await.map_err(|error| failed(app, &error))?;
        let seen = contact::read(app, &loaded.row).await.map_err(|error| failed(app, &error))?;
        let entered = app.store.entered_by(loaded.row.part, loaded.row.rating).await;
        let entered_by = entered.map_err(|error| failed(app, &error))?.map(|(who, channel)| {
            let who = who.strip_prefix("staff:").unwrap_or(&who).to_owned();
            if channel == Channel::Phone.name() { format!("{who}（电话）") } else { format!("{who}（大厅）") }
        });
        let files = file::read(app, &loaded.row).await.map_err(|error| failed(app, &error))?;
        let notices = app.store.notices(loaded.row.part, loaded.row.rating).await;
        let notices = notices.map_err(|error| failed(app, &error))?.into_iter();
        let notices = notices.map(|(kind, _, at)| (texts::notice(&kind), shown_time(at))).collect();
        Ok(Self { desk, worker, loaded, notes, seen, files, notices, entered_by })
    }
}

/// The page.
pub(in crate::http) async fn show(desk: Desk, Path(id): Path<String>) -> Response {
    match Opened::read(&desk, &id).await {
        Ok(opened) => opened.page(StatusCode::OK, &Back::default()),
        Err(answer) => answer,
    }
}

/// An action.
pub(in crate::http) async fn act(Path(id): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    let app = &desk.app;
    let opened = match Opened::read(desk, &id).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let back = |status, notice, refusal| opened.page(status, &Back { notice, refusal, ..Back::default() });
    let Some(kind) = ActionKind::from_name(posted.get("action")) else {
        return back(StatusCode::UNPROCESSABLE_ENTITY, CHOOSE, None);
    };
    let refusal = |field, said: String| Refusal { action: kind, form: &posted.form, field, said };
    let action = match read_action(kind, &posted.form) {
        Ok(action) => action,
        Err(name) => {
            return back(StatusCode::UNPROCESSABLE_ENTITY, "", Some(refusal(Some(name), "请选择。".into())));
        }
    };
    let n_entries = posted.get("n_entries").parse().unwrap_or(u32::MAX);
    let actor = opened.worker.actor_about(&opened.loaded);
    match orders::act(app, &opened.loaded, n_entries, action, &actor).await {
        // The order may be another's now; who gave it away goes back to the list.
        Ok(_) => {
            let is_still_seen = matches!(worker::find(app, &opened.worker, &id).await, Ok(Some(_)));
            let to = if is_still_seen { format!("/desk/orders/{id}") } else { "/desk".to_owned() };
            Redirect::to(&format!("{}{to}", app.config.base_path())).into_response()
        }
        Err(ActError::Refused(error)) => {
            let at = if let Refused::Input { field, .. } = error { Some(field) } else { None };
            back(StatusCode::UNPROCESSABLE_ENTITY, "", Some(refusal(at, texts::refused(&error))))
        }
        Err(ActError::Moved(_)) => {
            let said = "工单刚刚有了新的进展，请看过办理记录再提交。您填写的内容还在。";
            back(StatusCode::CONFLICT, said, Some(refusal(None, String::new())))
        }
        Err(ActError::History(error)) => {
            tracing::error!(%error, "an action of the desk was not taken");
            let said = "系统繁忙，没有提交成功。您填写的内容还在，请稍后再试。";
            back(StatusCode::SERVICE_UNAVAILABLE, said, Some(refusal(None, String::new())))
        }
    }
}

/// The action of a form: of its fields those that this action has, and no others. The name of one that cannot be read.
fn read_action(kind: ActionKind, form: &[(String, String)]) -> Result<Action, &'static str> {
    let mut map = Map::from_iter([("action".to_owned(), Value::from(kind.name()))]);
    for name in kind.fields() {
        let value = trimmed(&field(form, name).replace("\r\n", "\n")).to_owned();
        let is_choice = match *name {
            "cause" => Cause::from_name(&value).is_none(),
            "class" => Class::from_name(&value).is_none(),
            _ => false,
        };
        if is_choice {
            return Err(name);
        }
        map.insert((*name).to_owned(), Value::from(value));
    }
    serde_json::from_value(Value::Object(map)).map_err(|_| "action")
}

impl Opened<'_> {
    /// The page, with what came back.
    pub(super) fn page(&self, status: StatusCode, back: &Back<'_>) -> Response {
        let Self { desk, worker, loaded, notes, seen, files, notices, entered_by } = self;
        let app = &desk.app;
        let order = view(app, worker, loaded);
        let messages = Lang::ZhHans.page_messages();
        let title = order.item_name.clone().unwrap_or_else(|| "差评工单".to_owned());
        let now = app.clock.now();
        let due = loaded.order.due(&app.config.profile, &app.calendar()).into_iter();
        let page = OrderPage {
            f: Frame::inside(desk, "", &title, !status.is_success()),
            level: order.level.parse::<SatisfactionLevel>().map_or("", level_name),
            stage: messages.stage(order.stage),
            class: order.class.map(texts::class),
            region: app.region_name(loaded.row.facts.region),
            rated_at: shown(&order.rated_at),
            due: due.map(|(kind, at)| (texts::due(kind), shown_time(at.at), at.at < now)).collect(),
            history: order.history.iter().map(done).collect(),
            steps: steps(loaded, worker, back.refusal.as_ref()),
            back,
            notes,
            seen,
            files,
            notices,
            entered_by: entered_by.as_deref(),
            is_contact_gone: order.contact.is_none() && loaded.order.facts.has_contact,
            order,
        };
        respond(status, &page)
    }
}

/// The steps of the table; that an order is another's stands last, since it is what is asked for least.
fn steps(loaded: &Loaded, worker: &Worker, refusal: Option<&Refusal<'_>>) -> Vec<Step> {
    let mut kinds: Vec<_> = loaded.order.next_actions(worker.actor.role).collect();
    kinds
        .sort_by_key(|kind| matches!(kind, ActionKind::AskReassignment | ActionKind::Reassign | ActionKind::Supervise));
    kinds.into_iter().map(|kind| step(kind, refusal)).collect()
}

fn step(kind: ActionKind, refusal: Option<&Refusal<'_>>) -> Step {
    let refusal = refusal.filter(|refusal| refusal.action == kind);
    let fields = kind.fields().iter().map(|&name| Field {
        name,
        label: texts::field(name),
        kind: match name {
            "cause" | "class" => "choice",
            "by" => "date",
            "agency" | "rule" => "line",
            _ => "text",
        },
        value: refusal.map(|refusal| field(refusal.form, name).to_owned()).unwrap_or_default(),
        choices: match name {
            "cause" => Cause::ALL.iter().map(|one| (one.name(), texts::cause(*one))).collect(),
            "class" => Class::ALL.iter().map(|one| (one.name(), texts::class(*one))).collect(),
            _ => Vec::new(),
        },
        fault: refusal.filter(|refusal| refusal.field == Some(name)).map(|r| r.said.clone()).unwrap_or_default(),
    });
    Step {
        name: kind.name(),
        text: texts::action(kind),
        fields: fields.collect(),
        is_open: refusal.is_some(),
        notice: refusal.filter(|refusal| refusal.field.is_none()).map(|r| r.said.clone()).unwrap_or_default(),
    }
}

fn done(entry: &v1::WorkOrderEntry) -> Done {
    let kind = entry.action.kind();
    let json = serde_json::to_value(&entry.action).unwrap_or_default();
    let said = kind.fields().iter().filter_map(|&name| {
        let value = json.get(name)?.as_str().filter(|value| !value.is_empty())?;
        Some((texts::field(name), texts::value(name, value).to_owned()))
    });
    let name = entry.who.strip_prefix("staff:").unwrap_or(&entry.who);
    let who = [texts::role(entry.role), name].join(" ").trim().to_owned();
    Done { at: shown(&entry.at), who, text: texts::action(kind), said: said.collect() }
}

/// A moment to the minute, in China.
pub(super) fn shown_time(at: Instant) -> String {
    shown(&at.to_rfc3339())
}

/// What the wire says of a moment, as people read it.
fn shown(text: &str) -> String {
    // RFC 3339 here is China's clock; what has no time of day is a civil date.
    text.get(..16).map_or_else(|| text.to_owned(), |text| text.replace('T', " "))
}

/// The store failed.
pub(super) fn failed(app: &Arc<App>, error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a page of the desk was not read");
    page::refused(app, &HeaderMap::new(), StatusCode::INTERNAL_SERVER_ERROR)
}
