//! How a bad rating is worked, as the person who gave it sees it: where it stands and since when,
//! its class, when the answer is due, and the answer. Never who worked on it, and never what was
//! noted.

use haochaping::{
    calendar::{Deadline, Instant},
    work_order::{Action, Class, Role, Stage, WorkOrder},
};
use haochaping_collector::{
    state::App,
    work_orders::{
        act as orders,
        act::{HistoryError, Loaded},
    },
};
use haochaping_store::RatingView;

/// What the person sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// Every stage that was reached, oldest first.
    pub steps: Vec<(Stage, Instant)>,
    /// Of a valid one.
    pub class: Option<Class>,
    /// When the answer is or was due.
    pub due: Option<Deadline>,
    /// The last answer.
    pub reply: Option<String>,
    /// Whether the person can say now if it will do.
    pub can_follow_up: bool,
}

impl Handling {
    /// Whether the last that happened is at or after the answer.
    pub fn is_answered(&self) -> bool {
        let now = self.steps.last().map(|(stage, _)| *stage);
        matches!(now, Some(Stage::Replied | Stage::FollowedUp | Stage::Closed))
    }
}

/// The work order of a rating; `None` for a rating without one.
///
/// # Errors
/// The store failed, or the history cannot be read.
pub async fn load(
    app: &App,
    part: u8,
    rating: &RatingView,
) -> Result<Option<Loaded>, HistoryError> {
    let Some(row) = app.store.order_of(part, rating.id).await? else { return Ok(None) };
    orders::load(&app.store, &app.keys().vault, row).await.map(Some)
}

/// What the person sees of it.
pub fn of(app: &App, loaded: &Loaded) -> Handling {
    let mut order = WorkOrder::open(loaded.row.facts.clone(), loaded.row.opened_at);
    let mut steps = vec![(Stage::Opened, loaded.row.opened_at)];
    for entry in &loaded.history {
        let Ok(next) = order.apply(entry) else { break };
        if next.stage() != order.stage() {
            steps.push((next.stage(), Instant::from_millis(entry.at)));
        }
        order = next;
    }
    let reply = loaded.history.iter().rev().find_map(|entry| match &entry.action {
        Action::Reply { text } => Some(text.clone()),
        _ => None,
    });
    Handling {
        steps,
        class: loaded.order.class,
        due: loaded.order.reply_due(&app.config.profile, &app.calendar()),
        reply,
        can_follow_up: loaded.order.round == 1
            && loaded.order.next_actions(Role::Rater).next().is_some(),
    }
}
