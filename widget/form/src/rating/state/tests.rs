use super::*;
use crate::outbox::{End as Sent, Entry};

fn open_link() -> v1::LinkInfo {
    v1::LinkInfo { kind: "ticket".into(), state: "open".into(), key: Some("K".repeat(26)), ..v1::LinkInfo::default() }
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

fn heard(id: &str, ticket: &str, news: News, is_late: bool) -> Heard {
    let entry =
        Entry { id: id.into(), ticket: ticket.into(), kept: true, words: Some("我的话".into()), ..Entry::default() };
    Heard { entry, news, is_late }
}

fn own(news: News) -> Heard {
    heard(&"K".repeat(26), "T", news, false)
}

fn receipt() -> v1::RatingAccepted {
    v1::RatingAccepted { receipt: "R".into(), ..v1::RatingAccepted::default() }
}

fn refusal(code: &str) -> Refusal {
    Refusal { code: code.into(), rated_on: Some("2026-11-20".into()), ..Refusal::default() }
}

fn rated(told: Told) -> Rated {
    match told {
        Told::Rated(rated) => rated,
        _ => panic!("the page hears nothing of a rating"),
    }
}

#[test]
fn a_rating_is_said_to_be_given_only_when_the_collector_has_it() {
    let mut state = submitted();
    assert!(state.heading().is_none() && state.stage == Stage::Sending);
    let (told, is_seen) = state.heard(own(News::Ended(Sent::Accepted(receipt()))));
    assert!(is_seen && state.shown == Shown::Nothing);
    assert_eq!(rated(told), Rated { receipt: "R".into(), outcome: Outcome::Accepted });
}

#[test]
fn one_that_waits_says_so_once_and_keeps_the_form_for_what_comes() {
    let mut state = submitted();
    let (told, is_seen) = state.heard(own(News::Later));
    assert_eq!((rated(told).outcome, is_seen), (Outcome::Queued, false));
    assert_eq!(state.heading(), Some(&Heading::Saved));
    assert!(state.is_form_hidden() && matches!(state.shown, Shown::Form(_)));
    assert!(matches!(state.heard(own(News::Later)).0, Told::Nothing), "a second try is no news");
    let (told, _) = state.heard(own(News::Ended(Sent::Replayed(receipt()))));
    assert_eq!(rated(told).outcome, Outcome::Replayed);
}

#[test]
fn one_that_is_kept_nowhere_says_that_the_page_must_stay() {
    let mut state = submitted();
    let mut later = own(News::Later);
    later.entry.kept = false;
    state.heard(later);
    assert_eq!(state.heading(), Some(&Heading::Unsaved));
}

#[test]
fn a_refusal_brings_the_form_back_with_its_reason() {
    let mut state = submitted();
    state.heard(own(News::Later));
    let (told, is_seen) = state.heard(own(News::Ended(Sent::Refused(refusal("too-large")))));
    assert!(matches!(told, Told::Error(error) if error.code == "too-large") && is_seen);
    assert!(!state.is_form_hidden() && matches!(&state.stage, Stage::Refused(problem) if problem.code == "too-large"));
    let violation = v1::Violation { field: "key".into(), code: "reused".into(), ..v1::Violation::default() };
    let reused = Refusal { violations: vec![violation], ..refusal("invalid-rating") };
    let mut state = submitted();
    let (told, _) = state.heard(own(News::Ended(Sent::Refused(reused))));
    assert!(matches!(told, Told::Error(error) if error.code == "refused") && state.needs_new_key);
    state.renew_key("N".repeat(26));
    let again = state.submit(RatingDraft::default()).expect("it can be sent again");
    assert_eq!((again.key, state.needs_new_key), ("N".repeat(26), false));
}

#[test]
fn another_rating_that_stands_is_told_with_its_day() {
    let mut state = submitted();
    let (told, is_seen) = state.heard(own(News::Ended(Sent::Refused(refusal("already-rated")))));
    assert!(matches!(told, Told::AlreadyRated(already) if already.on == "2026-11-20") && is_seen);
    let mut state = State::default();
    let info = v1::LinkInfo { state: "rated".into(), rated_on: Some("2026-11-20".into()), ..v1::LinkInfo::default() };
    assert!(matches!(state.opened("T", Ok(info)), Told::AlreadyRated(_)));
    assert!(state.submit(RatingDraft::default()).is_none());
}

#[test]
fn a_collector_that_is_not_reached_leaves_the_link_and_a_bad_link_is_explained() {
    let mut state = State::default();
    assert!(matches!(state.opened("T", Err("unreachable".into())), Told::Error(_)));
    assert_eq!((&state.shown, state.heading()), (&Shown::Link, None));
    state.opened("T", Err("expired".into()));
    assert_eq!(state.shown, Shown::Nothing);
    let lang = Lang::ZhHans;
    assert_eq!(state.heading().map(|heading| heading.title(lang)), Some(lang.page_messages().link_ended_title));
}

/// A rating of another link is nobody's news until nobody else has shown it; then its person gets the words back.
#[test]
fn the_end_of_another_time_stands_above_the_form() {
    let mut state = opened();
    for news in [News::Waits, News::Later, News::Ended(Sent::Accepted(receipt()))] {
        let (told, is_seen) = state.heard(heard("X", "other", news, false));
        assert!(matches!(told, Told::Nothing) && !is_seen && state.late.is_empty());
    }
    let (_, is_seen) = state.heard(heard("X", "other", News::Ended(Sent::Refused(refusal("expired"))), true));
    assert!(is_seen && !state.is_form_hidden());
    let html = state.late[0].section(Lang::ZhHans, false).to_html();
    assert!(html.contains("我的话") && html.contains(Lang::ZhHans.messages().link_ended_text));
    let (_, is_seen) = state.heard(heard("Y", "other", News::Ended(Sent::Accepted(receipt())), true));
    assert!(is_seen && state.late.len() == 2);
    state.dismiss(0);
    state.dismiss(7);
    assert_eq!(state.late.len(), 1);
}

/// Submitted in another tab: this one shows that it waits, and goes back to its form if it is refused.
#[test]
fn the_same_link_in_another_tab_is_ones_own() {
    let mut state = opened();
    state.heard(heard("X", "T", News::Waits, false));
    assert_eq!(state.heading(), Some(&Heading::Saved));
    state.heard(heard("X", "T", News::Ended(Sent::Refused(refusal("x"))), false));
    assert_eq!((state.is_form_hidden(), state.late.len()), (false, 1));
}

/// The answer was lost, and the person comes back: the link says that it was rated, and the outbox has the receipt.
#[test]
fn whoever_comes_back_gets_the_receipt_of_what_was_on_its_way() {
    let mut state = State::default();
    let info = v1::LinkInfo { state: "rated".into(), rated_on: Some("2026-11-20".into()), ..v1::LinkInfo::default() };
    state.opened("T", Ok(info));
    let (told, is_seen) = state.heard(own(News::Later));
    assert!(matches!(told, Told::Nothing) && !is_seen, "nothing is said to wait that was rated");
    let (told, is_seen) = state.heard(own(News::Ended(Sent::Replayed(receipt()))));
    assert_eq!((rated(told).outcome, is_seen), (Outcome::Replayed, true));
}

#[test]
fn nothing_takes_a_receipt_away() {
    let mut state = submitted();
    state.heard(own(News::Ended(Sent::Accepted(receipt()))));
    for news in
        [News::Later, News::Ended(Sent::Refused(refusal("already-rated"))), News::Ended(Sent::Accepted(receipt()))]
    {
        let (told, is_seen) = state.heard(heard("K2", "T", news, false));
        assert!(matches!(told, Told::Nothing) && !is_seen);
        assert!(matches!(state.heading(), Some(Heading::Done { .. })));
    }
}

#[test]
fn a_screen_reader_hears_the_last_thing_that_came_up() {
    let lang = Lang::ZhHans;
    let mut state = opened();
    assert_eq!(state.announcement(lang), "");
    state.heard(heard("X", "other", News::Ended(Sent::Refused(refusal("expired"))), true));
    assert_eq!(state.announcement(lang), lang.page_messages().late_refused_title);
    state.is_asked = true;
    assert_eq!(state.announcement(lang), lang.messages().sending);
    state.heard(own(News::Later));
    assert!(!state.is_asked);
}
