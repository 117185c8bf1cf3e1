//! One order before somebody at the desk: the rating, what was done, and what can be done next,
//! with everything that it asks for. What was typed comes back when an action is refused.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use haochaping::{
    calendar::Instant,
    messages::{Lang, level_name},
    rating::{Channel, SatisfactionLevel},
    wire::v1,
    work_order::{ActionKind, Cause, Class},
};
use haochaping_collector::{
    accounts::audit_trail::account_name,
    work_orders::{
        access,
        access::{OrderAccess, view},
        act::Loaded,
    },
};

use super::{contact, contact::Seen, files, notes, notes::NoteLine};
use crate::http::desk::{
    answer::{DeskError, Fault},
    frame::{Frame, respond},
    session::{Desk, Fields},
    texts,
};
use crate::http::filters::{self, wire_to_minute};

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
    words: Vec<(&'static str, String)>,
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
    due: Vec<(&'static str, Instant, bool)>,
    history: Vec<Done>,
    steps: Vec<Step>,
    state: &'a FormState<'a>,
    notes: &'a [NoteLine],
    seen: &'a [Seen],
    files: &'a [files::FileLine],
    notices: &'a [(&'static str, Instant)],
    is_contact_gone: bool,
    entered_by: Option<&'a str>,
}

/// What comes back with the page: of something that was refused what was typed, and a contact that
/// was asked for.
#[derive(Default)]
pub(super) struct FormState<'a> {
    /// Why nothing was done, for the page as a whole.
    pub notice: &'a str,
    pub refusal: Option<Refusal<'a>>,
    /// A note that was not kept.
    pub note: Unkept<'a>,
    /// A reason for which no contact was shown.
    pub reason: Unkept<'a>,
    /// Why a file was not kept.
    pub file: &'a str,
    /// Name and number.
    pub contact: Option<v1::Contact>,
}

/// A text that was not kept, and why; both empty where nothing was typed.
#[derive(Default)]
pub(super) struct Unkept<'a> {
    pub typed: &'a str,
    pub fault: &'a str,
}

/// What came back with a refused action.
pub(super) struct Refusal<'a> {
    pub action: ActionKind,
    pub form: &'a Fields,
    pub fault: Fault,
}

/// An order as somebody at the desk has it before them.
pub(super) struct LoadedOrder<'a> {
    pub(super) desk: &'a Desk,
    pub(super) access: OrderAccess,
    pub(super) loaded: Loaded,
    notes: Vec<NoteLine>,
    seen: Vec<Seen>,
    files: Vec<files::FileLine>,
    notices: Vec<(&'static str, Instant)>,
    entered_by: Option<String>,
}

impl<'a> LoadedOrder<'a> {
    /// Reads an order; one outside of their scope is not there.
    pub(super) async fn read(desk: &'a Desk, id: &str) -> Result<Self, DeskError> {
        let (app, access) = (&desk.app, OrderAccess::of_staff(&desk.session.staff));
        let loaded = access::find(app, &access, id).await?.ok_or_else(|| DeskError::gone(desk))?;
        let (part, rating) = (loaded.row.part, loaded.row.rating);
        let entered_by = app.store.entered_by(part, rating).await?.map(|(who, channel)| {
            let who = account_name(&who);
            if channel == Channel::Phone.name() {
                format!("{who}（电话）")
            } else {
                format!("{who}（大厅）")
            }
        });
        let notices = app.store.notices(part, rating).await?.into_iter();
        Ok(Self {
            notes: notes::read(app, &loaded.row).await?,
            seen: contact::read(app, &loaded.row).await?,
            files: files::read(app, &loaded.row).await?,
            notices: notices.map(|(kind, _, at)| (texts::notice(&kind), at)).collect(),
            desk,
            access,
            loaded,
            entered_by,
        })
    }

    /// Whether they still see it: it may be another's by now.
    pub(super) async fn is_still_seen(&self, id: &str) -> bool {
        matches!(access::find(&self.desk.app, &self.access, id).await, Ok(Some(_)))
    }
}

impl LoadedOrder<'_> {
    /// The page, with what came back.
    pub(super) fn page(&self, status: StatusCode, state: &FormState<'_>) -> Response {
        let Self { desk, access, loaded, notes, seen, files, notices, entered_by } = self;
        let app = &desk.app;
        let order = view(app, access, loaded);
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
            rated_at: wire_to_minute(&order.rated_at),
            due: due.map(|(kind, at)| (texts::due(kind), at.at, at.at < now)).collect(),
            history: order.history.iter().map(done).collect(),
            steps: steps(loaded, access, state.refusal.as_ref()),
            state,
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

/// The steps of the table; that an order is another's stands last, since it is what is asked for
/// least.
fn steps(loaded: &Loaded, access: &OrderAccess, refusal: Option<&Refusal<'_>>) -> Vec<Step> {
    let mut kinds: Vec<_> = loaded.order.next_actions(access.actor.role).collect();
    kinds.sort_by_key(|kind| {
        matches!(kind, ActionKind::AskReassignment | ActionKind::Reassign | ActionKind::Supervise)
    });
    kinds.into_iter().map(|kind| step(kind, refusal)).collect()
}

fn step(kind: ActionKind, refusal: Option<&Refusal<'_>>) -> Step {
    let refusal = refusal.filter(|refusal| refusal.action == kind);
    // What has changed meanwhile or is busy is said of the page as a whole.
    let of_step =
        refusal.map(|refusal| &refusal.fault).filter(|fault| fault.status.as_u16() == 422);
    let fault_at = |field| {
        of_step
            .filter(|fault| fault.field == field)
            .map_or_else(String::new, |f| f.message.clone().into())
    };
    let fields = kind.fields().iter().map(|&name| Field {
        name,
        label: texts::field(name),
        kind: match name {
            "cause" | "class" => "choice",
            "by" => "date",
            "agency" | "rule" => "line",
            _ => "text",
        },
        value: refusal.map(|refusal| refusal.form.get(name).to_owned()).unwrap_or_default(),
        choices: match name {
            "cause" => Cause::ALL.iter().map(|one| (one.name(), texts::cause(*one))).collect(),
            "class" => Class::ALL.iter().map(|one| (one.name(), texts::class(*one))).collect(),
            _ => Vec::new(),
        },
        fault: fault_at(Some(name)),
    });
    Step {
        name: kind.name(),
        text: texts::action(kind),
        fields: fields.collect(),
        is_open: refusal.is_some(),
        notice: fault_at(None),
    }
}

fn done(entry: &v1::WorkOrderEntry) -> Done {
    let kind = entry.action.kind();
    let json = serde_json::to_value(&entry.action).unwrap_or_default();
    let words = kind.fields().iter().filter_map(|&name| {
        let value = json.get(name)?.as_str().filter(|value| !value.is_empty())?;
        Some((texts::field(name), texts::value(name, value).to_owned()))
    });
    let name = account_name(&entry.who);
    let who = [texts::role(entry.role), name].join(" ").trim().to_owned();
    Done { at: wire_to_minute(&entry.at), who, text: texts::action(kind), words: words.collect() }
}
