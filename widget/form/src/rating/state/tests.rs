use super::*;
use crate::outbox::{End as Sent, Entry};

fn open_link() -> v1::LinkInfo {
    v1::LinkInfo {
        kind: "ticket".into(),
        state: "open".into(),
        key: Some("K".repeat(26)),
        ..v1::LinkInfo::default()
    }
}

fn opened() -> State {
    let mut state = State::default();
    state.opened("T", Ok(open_link()));
    state
}

fn submitted() -> State {
    let mut state = opened();
    let draft = RatingDraft { level: "satisfied".into(), ..RatingDraft::default() };
    let request = state.submit(draft).expect("a form that is open");
    assert_eq!((&*request.ticket, request.key.len()), ("T", 26));
    state
}

fn event(id: &str, ticket: &str, status: EntryStatus, is_late: bool) -> OutboxEvent {
    let entry = Entry {
        id: id.into(),
        ticket: ticket.into(),
        kept: true,
        words: Some("我的话".into()),
        ..Entry::default()
    };
    OutboxEvent { entry, status, is_late }
}

fn own(status: EntryStatus) -> OutboxEvent {
    event(&"K".repeat(26), "T", status, false)
}

fn receipt() -> v1::RatingAccepted {
    v1::RatingAccepted { receipt: "R".into(), ..v1::RatingAccepted::default() }
}

fn refusal(code: &str) -> Refusal {
    Refusal { code: code.into(), rated_on: Some("2026-11-20".into()), ..Refusal::default() }
}

fn rated(notification: Notification) -> Rated {
    match notification {
        Notification::Rated(rated) => rated,
        _ => panic!("the page hears nothing of a rating"),
    }
}

#[test]
fn a_rating_is_said_to_be_given_only_when_the_collector_has_it() {
    let mut state = submitted();
    assert!(state.heading().is_none() && state.stage == Stage::Sending);
    let (notification, is_seen) = state.apply(own(EntryStatus::Ended(Sent::Accepted(receipt()))));
    assert!(is_seen && state.content == Content::Nothing);
    assert_eq!(rated(notification), Rated { receipt: "R".into(), outcome: Outcome::Accepted });
}

#[test]
fn one_that_waits_says_so_once_and_keeps_the_form_for_what_comes() {
    let mut state = submitted();
    let (notification, is_seen) = state.apply(own(EntryStatus::Later));
    assert_eq!((rated(notification).outcome, is_seen), (Outcome::Queued, false));
    assert_eq!(state.heading(), Some(&Heading::Saved));
    assert!(state.is_form_hidden() && matches!(state.content, Content::Form(_)));
    assert!(
        matches!(state.apply(own(EntryStatus::Later)).0, Notification::Nothing),
        "a second try is no status"
    );
    let (notification, _) = state.apply(own(EntryStatus::Ended(Sent::Replayed(receipt()))));
    assert_eq!(rated(notification).outcome, Outcome::Replayed);
}

#[test]
fn one_that_is_kept_nowhere_says_that_the_page_must_stay() {
    let mut state = submitted();
    let mut later = own(EntryStatus::Later);
    later.entry.kept = false;
    state.apply(later);
    assert_eq!(state.heading(), Some(&Heading::Unsaved));
}

#[test]
fn a_refusal_brings_the_form_back_with_its_reason() {
    let mut state = submitted();
    state.apply(own(EntryStatus::Later));
    let (notification, is_seen) =
        state.apply(own(EntryStatus::Ended(Sent::Refused(refusal("too-large")))));
    assert!(
        matches!(notification, Notification::Error(error) if error.code == "too-large") && is_seen
    );
    assert!(
        !state.is_form_hidden()
            && matches!(&state.stage, Stage::Refused(problem) if problem.code == "too-large")
    );
    let violation =
        v1::Violation { field: "key".into(), code: "reused".into(), ..v1::Violation::default() };
    let reused = Refusal { violations: vec![violation], ..refusal("invalid-rating") };
    let mut state = submitted();
    let (notification, _) = state.apply(own(EntryStatus::Ended(Sent::Refused(reused))));
    assert!(
        matches!(notification, Notification::Error(error) if error.code == "refused")
            && state.needs_new_key
    );
    state.renew_key("N".repeat(26));
    let again = state.submit(RatingDraft::default()).expect("it can be sent again");
    assert_eq!((again.key, state.needs_new_key), ("N".repeat(26), false));
}

#[test]
fn another_rating_that_stands_is_told_with_its_day() {
    let mut state = submitted();
    let (notification, is_seen) =
        state.apply(own(EntryStatus::Ended(Sent::Refused(refusal("already-rated")))));
    assert!(
        matches!(notification, Notification::AlreadyRated(already) if already.on == "2026-11-20")
            && is_seen
    );
    let mut state = State::default();
    let info = v1::LinkInfo {
        state: "rated".into(),
        rated_on: Some("2026-11-20".into()),
        ..v1::LinkInfo::default()
    };
    assert!(matches!(state.opened("T", Ok(info)), Notification::AlreadyRated(_)));
    assert!(state.submit(RatingDraft::default()).is_none());
}

#[test]
fn a_collector_that_is_not_reached_leaves_the_link_and_a_bad_link_is_explained() {
    let mut state = State::default();
    assert!(matches!(state.opened("T", Err("unreachable".into())), Notification::Error(_)));
    assert_eq!((&state.content, state.heading()), (&Content::Link, None));
    state.opened("T", Err("expired".into()));
    assert_eq!(state.content, Content::Nothing);
    let lang = Lang::ZhHans;
    assert_eq!(
        state.heading().map(|heading| heading.title(lang)),
        Some(lang.page_messages().link_ended_title)
    );
}

/// A rating of another link is nobody's affair until nobody else has shown it; then its person gets
/// the words back.
#[test]
fn the_end_of_another_time_stands_above_the_form() {
    let mut state = opened();
    for status in
        [EntryStatus::Waits, EntryStatus::Later, EntryStatus::Ended(Sent::Accepted(receipt()))]
    {
        let (notification, is_seen) = state.apply(event("X", "other", status, false));
        assert!(matches!(notification, Notification::Nothing) && !is_seen && state.late.is_empty());
    }
    let (_, is_seen) = state.apply(event(
        "X",
        "other",
        EntryStatus::Ended(Sent::Refused(refusal("expired"))),
        true,
    ));
    assert!(is_seen && !state.is_form_hidden());
    let html = state.late[0].section(Lang::ZhHans, false).to_html();
    assert!(html.contains("我的话") && html.contains(Lang::ZhHans.messages().link_ended_text));
    let (_, is_seen) =
        state.apply(event("Y", "other", EntryStatus::Ended(Sent::Accepted(receipt())), true));
    assert!(is_seen && state.late.len() == 2);
    state.dismiss(0);
    state.dismiss(7);
    assert_eq!(state.late.len(), 1);
}

/// Submitted in another tab: this one shows that it waits, and goes back to its form if it is
/// refused.
#[test]
fn the_same_link_in_another_tab_is_ones_own() {
    let mut state = opened();
    state.apply(event("X", "T", EntryStatus::Waits, false));
    assert_eq!(state.heading(), Some(&Heading::Saved));
    state.apply(event("X", "T", EntryStatus::Ended(Sent::Refused(refusal("x"))), false));
    assert_eq!((state.is_form_hidden(), state.late.len()), (false, 1));
}

/// The answer was lost, and the person comes back: the link says that it was rated, and the outbox
/// has the receipt.
#[test]
fn whoever_comes_back_gets_the_receipt_of_what_was_on_its_way() {
    let mut state = State::default();
    let info = v1::LinkInfo {
        state: "rated".into(),
        rated_on: Some("2026-11-20".into()),
        ..v1::LinkInfo::default()
    };
    state.opened("T", Ok(info));
    let (notification, is_seen) = state.apply(own(EntryStatus::Later));
    assert!(
        matches!(notification, Notification::Nothing) && !is_seen,
        "nothing is said to wait that was rated"
    );
    let (notification, is_seen) = state.apply(own(EntryStatus::Ended(Sent::Replayed(receipt()))));
    assert_eq!((rated(notification).outcome, is_seen), (Outcome::Replayed, true));
}

#[test]
fn nothing_takes_a_receipt_away() {
    let mut state = submitted();
    state.apply(own(EntryStatus::Ended(Sent::Accepted(receipt()))));
    let (_, is_seen) = state
        .apply(OutboxEvent { is_late: true, ..own(EntryStatus::Ended(Sent::Accepted(receipt()))) });
    assert!(is_seen && state.late.is_empty(), "its own end, heard a second time, stands once");
    for status in [
        EntryStatus::Later,
        EntryStatus::Ended(Sent::Refused(refusal("already-rated"))),
        EntryStatus::Ended(Sent::Accepted(receipt())),
    ] {
        let (notification, is_seen) = state.apply(event("K2", "T", status, false));
        assert!(matches!(notification, Notification::Nothing) && !is_seen);
        assert!(matches!(state.heading(), Some(Heading::Done { .. })));
    }
}

#[test]
fn a_screen_reader_hears_the_last_thing_that_came_up() {
    let lang = Lang::ZhHans;
    let mut state = opened();
    assert_eq!(state.announcement(lang), "");
    state.apply(event("X", "other", EntryStatus::Ended(Sent::Refused(refusal("expired"))), true));
    assert_eq!(state.announcement(lang), lang.page_messages().late_refused_title);
    state.is_asked = true;
    assert_eq!(state.announcement(lang), lang.messages().sending);
    state.apply(own(EntryStatus::Later));
    assert!(!state.is_asked);
}
