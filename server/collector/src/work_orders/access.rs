//! Who works on orders, through the API or at the desk: what they see of an order, and in what
//! capacity they act.

use std::collections::BTreeSet;

use haochaping::{
    calendar::Instant,
    rating::{Indicator, masked_name, masked_phone},
    region::Region,
    wire::v1,
    work_order::{Action, Actor, Entry, Role, Stage},
};
use haochaping_store::{order::OrderRow, outbox::Endpoint, staff::StaffRow};

use crate::{
    accounts::api_key::{Caller, Scope},
    accounts::audit_trail::AuditActor,
    state::App,
    work_orders::{
        act as orders,
        act::{HistoryError, Loaded, id_of},
    },
};

/// One who works on orders.
#[derive(Clone, Debug)]
pub struct OrderAccess {
    /// In what capacity.
    pub actor: Actor,
    /// Where, with all below; empty for everywhere.
    pub regions: Vec<Region>,
    agencies: BTreeSet<String>,
}

impl OrderAccess {
    /// A system with a key of scope `work-orders` or `supervision`.
    pub fn of_key(key: &Caller) -> Self {
        let role = if key.scope == Scope::WorkOrders { Role::Handler } else { Role::Supervisor };
        let (agency, region) = (key.agencies.first().cloned(), key.regions.first().copied());
        let actor =
            Actor { role, who: AuditActor::System(key.key.clone()).to_string(), agency, region };
        Self { actor, regions: key.regions.clone(), agencies: key.agencies.clone() }
    }

    /// The system behind an endpoint, about an order of this department: a hotline works for every
    /// department of its region.
    pub fn of_endpoint(endpoint: &Endpoint, agency: &str) -> Self {
        let agency = endpoint.agency.as_deref().unwrap_or(agency).to_owned();
        let who = AuditActor::Endpoint(endpoint.name.clone()).to_string();
        let actor = Actor {
            role: Role::Handler,
            who,
            agency: Some(agency.clone()),
            region: Some(endpoint.region),
        };
        Self { actor, regions: vec![endpoint.region], agencies: BTreeSet::from([agency]) }
    }

    /// Somebody at the desk.
    pub fn of_staff(staff: &StaffRow) -> Self {
        let who = AuditActor::Staff(staff.name.clone()).to_string();
        let actor = Actor {
            role: staff.role,
            who,
            agency: staff.agency.clone(),
            region: Some(staff.region),
        };
        Self {
            actor,
            regions: vec![staff.region],
            agencies: staff.agency.iter().cloned().collect(),
        }
    }

    /// Whose orders a handler sees, empty for all: a body sees those of every department of its
    /// region.
    pub fn agencies_shown(&self) -> Vec<String> {
        if self.actor.role == Role::Handler {
            self.agencies.iter().cloned().collect()
        } else {
            Vec::new()
        }
    }

    /// Whether an order lies within their scope. What does not answers as if it were not there.
    pub fn sees(&self, row: &OrderRow) -> bool {
        let is_in_region = self.regions.is_empty()
            || self.regions.iter().any(|own| own.contains(row.facts.region));
        let is_own = self.agencies.contains(&row.standing.agency);
        is_in_region
            && match self.actor.role {
                Role::Handler => is_own && row.standing.stage != Stage::Opened,
                Role::Supervisor | Role::Province => true,
                // 回访: nobody of the department calls back.
                Role::Operator => {
                    row.standing.stage == Stage::Replied && !is_own && !self.is_rated(row)
                }
                _ => false,
            }
    }

    fn is_rated(&self, row: &OrderRow) -> bool {
        self.agencies.contains(&row.facts.agency)
    }

    /// Who acts on an order: as the department that has it, if that is one of theirs.
    pub fn actor_about(&self, loaded: &Loaded) -> Actor {
        let agency = self.agencies.get(&loaded.order.agency).cloned();
        Actor { agency: agency.or_else(|| self.actor.agency.clone()), ..self.actor.clone() }
    }

    /// No reprisal: the rated department, in whatever capacity, cannot tell an anonymous person by
    /// case or minute.
    fn must_not_know(&self, loaded: &Loaded) -> bool {
        let is_body = matches!(self.actor.role, Role::Supervisor | Role::Province);
        loaded.row.about.is_anonymous && (!is_body || self.is_rated(&loaded.row))
    }
}

/// An order by its id; `None` for one that is none or lies outside their scope.
///
/// # Errors
/// The store failed, or the history cannot be read.
pub async fn find(
    app: &App,
    worker: &OrderAccess,
    id: &str,
) -> Result<Option<Loaded>, HistoryError> {
    let Some(id) = orders::parse_id(id) else { return Ok(None) };
    let row = app.store.order(id).await?.filter(|row| worker.sees(row));
    let Some(row) = row else { return Ok(None) };
    let mut loaded = orders::load(&app.store, &app.keys().vault, row).await?;
    loaded.order.facts.is_service_body = app.callers().is_body(&loaded.order.agency);
    Ok(Some(loaded))
}

/// What they see of it.
pub fn view(app: &App, worker: &OrderAccess, loaded: &Loaded) -> v1::WorkOrder {
    let (row, order) = (&loaded.row, &loaded.order);
    let (about, vault) = (&row.about, &app.keys().vault);
    let open = |column: &str, blob: &Option<Vec<u8>>| {
        blob.as_deref().and_then(|blob| vault.open("rating", &row.rating, column, blob))
    };
    let is_hidden = worker.must_not_know(loaded);
    let rated_at = if is_hidden {
        about.rated_at.date_in_china().to_string()
    } else {
        about.rated_at.to_rfc3339()
    };
    let contact = open("contact", &about.contact).map(|text| {
        let (name, phone) = text.split_once('\n').unwrap_or((&text, ""));
        v1::MaskedContact { name: masked_name(name), phone: masked_phone(phone) }
    });
    let indicator = |code: &str| v1::WorkOrderIndicator {
        code: code.to_owned(),
        text: Indicator::find(code).map_or("", |indicator| indicator.text).to_owned(),
    };
    let due = order.due(&app.config.profile, &app.calendar()).into_iter();
    let actions = order.next_actions(worker.actor.role);
    let given_out = loaded.history.iter().find(|entry| matches!(entry.action, Action::Dispatch));
    let given_out = given_out.map_or(u32::MAX, |entry| entry.number);
    v1::WorkOrder {
        id: id_of(row),
        stage: order.stage(),
        round: order.round,
        class: order.class,
        upheld: order.is_upheld,
        n_entries: order.n_entries,
        agency_code: order.agency.clone(),
        agency_name: about.agency_name.clone(),
        region: order.facts.region.to_string(),
        case_number: (!is_hidden).then(|| about.case_number.clone()),
        item_code: about.item_code.clone(),
        item_name: about.item_name.clone(),
        window: about.window.clone(),
        level: about.level.name().into(),
        indicators: about
            .indicators
            .split(',')
            .filter(|code| !code.is_empty())
            .map(indicator)
            .collect(),
        comment: open("comment", &about.comment),
        anonymous: about.is_anonymous,
        real_name: order.facts.is_real_name,
        contact,
        rated_at,
        due: due
            .map(|(kind, deadline)| v1::Due {
                kind,
                at: deadline.at.to_rfc3339(),
                provisional: deadline.is_provisional,
            })
            .collect(),
        actions: actions
            .map(|action| v1::NextAction {
                action,
                requires: action.fields().iter().map(ToString::to_string).collect(),
            })
            .collect(),
        history: loaded
            .history
            .iter()
            .map(|entry| entry_view(entry, is_hidden, entry.number < given_out))
            .collect(),
    }
}

fn entry_view(entry: &Entry, is_hidden: bool, is_early: bool) -> v1::WorkOrderEntry {
    let at = Instant::from_millis(entry.at);
    // What was said before the department had the order tells when the rating came.
    let is_day_only = is_hidden && (is_early || entry.role == Role::Rater);
    v1::WorkOrderEntry {
        number: entry.number,
        at: if is_day_only { at.date_in_china().to_string() } else { at.to_rfc3339() },
        role: entry.role,
        who: entry.who.clone(),
        action: entry.action.clone(),
    }
}
