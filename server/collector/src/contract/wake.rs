//! What the collector does with work orders by itself, under a clock that is set.

use std::sync::Arc;

use haochaping::{
    calendar::{DAY_MILLIS, Instant, Term},
    rating::SatisfactionLevel,
    statistics::Handling,
    work_order::{Action, Actor, Cause, Class, Profile, Role, Stage},
};

use super::fixture::{SetClock, app};
use haochaping_store::{
    NewRating,
    contract::{
        fixture::on_file,
        make::{AGENCIES, TODAY, noon, outcomes, place_n, rating},
    },
    order::{OrderQuery, OrderRow},
};

use crate::{state::App, webhooks, work_orders::act as orders};

/// A collector on one bad rating of [`TODAY`] at noon, and its clock.
async fn collector(is_anonymous: bool) -> (App, Arc<SetClock>, tempfile::TempDir) {
    let fresh = on_file().await;
    let placed = place_n(&fresh.store, 1).await;
    let rated_at = noon(TODAY);
    let bad = NewRating {
        level: SatisfactionLevel::Dissatisfied,
        is_anonymous,
        rated_at,
        ..rating(&placed[0], 1)
    };
    outcomes(&fresh.store, vec![bad]).await;
    let (clock, directory) = (Arc::new(SetClock::default()), fresh.directory);
    let app = app(&directory, &clock, Profile::JIANGSU).await;
    (app, clock, directory)
}

/// How many entries the collector adds so long after the rating.
async fn wakes(app: &App, clock: &SetClock, later_millis: i64) -> usize {
    clock.set(Instant::from_millis(noon(TODAY).millis() + later_millis));
    orders::wake(app, 10).await.unwrap()
}

async fn only(app: &App) -> OrderRow {
    let query = OrderQuery { limit: 10, ..Default::default() };
    app.store.orders(query).await.unwrap().remove(0)
}

/// Works the order to its reply at the moment of the clock.
async fn reply(app: &App) {
    let text = || "示例".to_owned();
    let agency = Some(AGENCIES[0].to_owned());
    let handler = Actor { role: Role::Handler, who: "h".into(), agency, region: None };
    for action in [
        Action::Reach { cause: Cause::Hall, demand: text() },
        Action::DetermineValid { class: Class::Simple, finding: text() },
        Action::Rectify { measures: text() },
        Action::Resolve { result: text() },
        Action::Reply { text: text() },
    ] {
        let loaded = orders::load(&app.store, &app.keys().vault, only(app).await).await.unwrap();
        orders::act(app, &loaded, loaded.order.n_entries, action, &handler).await.unwrap();
    }
}

#[tokio::test]
async fn a_named_order_is_given_out_at_once_and_an_anonymous_one_after_1_to_24_hours() {
    const HOUR: i64 = 3_600_000;
    let (app, clock, _directory) = collector(false).await;
    assert_eq!(wakes(&app, &clock, 0).await, 1);
    let (app, clock, _directory) = collector(true).await;
    assert_eq!(wakes(&app, &clock, HOUR - 1).await, 0);
    assert_eq!(wakes(&app, &clock, 24 * HOUR).await, 1);
    let row = only(&app).await;
    assert_eq!((row.standing.stage, row.facts.is_real_name), (Stage::Dispatched, false));
    // The clock of the department starts then: 2026-11-21 is a Saturday, 1 working day after it is
    // Monday.
    assert_eq!(row.standing.due_at.unwrap().to_rfc3339(), "2026-11-23T23:59:59+08:00");
    assert_eq!(wakes(&app, &clock, 24 * HOUR).await, 0, "once");
}

#[tokio::test]
async fn whoever_says_nothing_within_the_term_lets_the_order_rest() {
    let (app, clock, _directory) = collector(false).await;
    wakes(&app, &clock, 0).await;
    reply(&app).await;
    assert_eq!(wakes(&app, &clock, 15 * DAY_MILLIS).await, 0, "the 15th day is not over");
    assert_eq!(wakes(&app, &clock, 16 * DAY_MILLIS).await, 1);
    assert_eq!(only(&app).await.standing.stage, Stage::FollowedUp);
    assert_eq!(wakes(&app, &clock, 16 * DAY_MILLIS).await, 1);
    assert_eq!(wakes(&app, &clock, 99 * DAY_MILLIS).await, 0);
    let row = only(&app).await;
    assert_eq!(
        (row.standing.stage, row.standing.n_entries, row.standing.wake_at),
        (Stage::Closed, 8, None)
    );
    assert_eq!(orders::verify(&app.store, &app.keys().vault).await.unwrap(), [""; 0]);
}

/// An order whose step is refused must not be asked for again each second.
#[tokio::test]
async fn a_term_that_became_longer_meanwhile_is_waited_for() {
    let (app, clock, directory) = collector(false).await;
    wakes(&app, &clock, 0).await;
    reply(&app).await;
    let longer = Profile { follow_up: Term::Days(30), ..Profile::JIANGSU };
    let app = self::app(&directory, &clock, longer).await;
    assert_eq!(wakes(&app, &clock, 16 * DAY_MILLIS).await, 0);
    let wake_at = only(&app).await.standing.wake_at.unwrap();
    assert_eq!(wake_at.to_rfc3339(), "2026-12-21T00:00:00+08:00");
    assert_eq!(wakes(&app, &clock, 31 * DAY_MILLIS).await, 1);
}

/// The sums that the store makes are those of `Handling::add`, whatever has become of an order.
#[tokio::test]
async fn sums_are_those_of_the_orders_one_by_one() {
    let (app, clock, _directory) = collector(false).await;
    let compare = async |later: i64| {
        clock.set(Instant::from_millis(noon(TODAY).millis() + later));
        let (now, ever) = (app.clock.now(), Instant::from_millis(i64::MAX));
        let sums = app.store.handled(Instant::from_millis(0), ever, now).await.unwrap();
        let loaded = orders::load(&app.store, &app.keys().vault, only(&app).await).await.unwrap();
        let due = loaded
            .order
            .reply_due(&app.config.profile, &app.calendar())
            .map(|deadline| deadline.at);
        let mut expected = Handling::default();
        expected.add(&loaded.order, due, now);
        assert_eq!(sums.into_values().collect::<Vec<_>>(), [expected], "{later} ms later");
        expected
    };
    compare(0).await;
    compare(40 * DAY_MILLIS).await;
    clock.set(Instant::from_millis(noon(TODAY).millis()));
    wakes(&app, &clock, 0).await;
    assert_eq!(compare(DAY_MILLIS).await.valid_due, 0, "its time is not over");
    assert_eq!(compare(40 * DAY_MILLIS).await.valid_due, 1);
    clock.set(Instant::from_millis(noon(TODAY).millis() + DAY_MILLIS));
    reply(&app).await;
    let found = compare(DAY_MILLIS).await;
    assert_eq!((found.answered, found.valid_due), (1, 1));
    compare(99 * DAY_MILLIS).await;
}

/// Two processes on one store watch the same order.
#[tokio::test]
async fn a_term_is_told_of_once_before_its_end_and_once_after() {
    let (app, clock, directory) = collector(false).await;
    let other = self::app(&directory, &clock, Profile::JIANGSU).await;
    wakes(&app, &clock, 0).await;
    let row = only(&app).await;
    let due = row.standing.due_at.unwrap();
    let told = async |at: i64| {
        clock.set(Instant::from_millis(at));
        for process in [&app, &other, &app, &other] {
            webhooks::watch_terms(process).await.unwrap();
        }
        let notices = app.store.notices(row.part, row.rating).await.unwrap();
        notices.into_iter().map(|(kind, of, _)| (kind, of == due)).collect::<Vec<_>>()
    };
    // 8 o'clock of the last day.
    let reminder = due.millis() - 16 * 3_600_000;
    assert_eq!(told(reminder - 1).await, []);
    assert_eq!(told(reminder).await, [("reminder".to_owned(), true)]);
    assert_eq!(told(due.millis()).await.len(), 1, "the last moment is still in time");
    assert_eq!(
        told(due.millis() + 1).await,
        [("reminder".to_owned(), true), ("overdue".to_owned(), true)]
    );
    assert_eq!(told(due.millis() + 99 * DAY_MILLIS).await.len(), 2);
}

/// What a supervisor says before the department has an anonymous order neither stops nor hastens
/// it.
#[tokio::test]
async fn an_order_that_was_spoken_about_still_reaches_its_department_at_its_hour() {
    const HOUR: i64 = 3_600_000;
    let (app, clock, _directory) = collector(true).await;
    clock.set(Instant::from_millis(noon(TODAY).millis() + 1));
    let before = only(&app).await.standing.wake_at;
    let loaded = orders::load(&app.store, &app.keys().vault, only(&app).await).await.unwrap();
    let region = Some("321000".parse().unwrap());
    let supervisor =
        Actor { role: Role::Supervisor, who: "s".into(), agency: Some(AGENCIES[1].into()), region };
    let action = Action::Supervise { instruction: "示例".into() };
    orders::act(&app, &loaded, 0, action, &supervisor).await.unwrap();
    let row = only(&app).await;
    assert_eq!((row.standing.stage, row.standing.wake_at), (Stage::Opened, before));
    orders::move_provisional(&app).await.unwrap();
    assert_eq!(wakes(&app, &clock, HOUR - 1).await, 0);
    assert_eq!(wakes(&app, &clock, 24 * HOUR).await, 1);
    assert_eq!(only(&app).await.standing.stage, Stage::Dispatched);
}
