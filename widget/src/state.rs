//! What the form knows, and what follows from what happens: pure.

use haochaping::{
    client::{Failure, Outcome, Step, Submission},
    form::field,
    messages::{Lang, Messages},
    rating::{RatingDraft, SatisfactionLevel},
    wire::v1,
};

/// What a mounted form is about; never changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// Empty after a card, whose key is a visit.
    pub(crate) ticket: String,
    pub(crate) key: String,
    pub(crate) via: Option<String>,
    pub(crate) collector: String,
    pub(crate) lang: Lang,
    pub(crate) is_elder: bool,
    pub(crate) id_prefix: String,
}

impl Setting {
    pub(crate) fn messages(&self) -> &'static Messages {
        self.lang.messages()
    }
}

/// Where the rating stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    Editing,
    Sending { is_slow: bool },
    Failed(Failure),
    Done { accepted: v1::RatingAccepted, is_replay: bool },
    AlreadyRated { on: String },
}

#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) setting: Setting,
    /// Everything chosen and typed, options of all levels included: whoever changes the level and changes back finds
    /// them again.
    pub(crate) draft: RatingDraft,
    pub(crate) faults: Vec<v1::Violation>,
    pub(crate) phase: Phase,
    pub(crate) is_more_open: bool,
    pub(crate) is_contact_open: bool,
    pub(crate) submission: Option<Submission>,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Msg {
    /// A field of the form was changed: its name, and its value; of a box that was ticked or not, the box's own value.
    Edited {
        field: String,
        value: String,
    },
    Submitted,
    /// The outcome of a request, with a random fraction for the next wait.
    Answered(Outcome, f64),
    WaitOver,
    TakesLong,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Send(v1::RatingRequest),
    WakeAfter(u64),
    WatchSlowness,
    /// To what has to be read next: the faults, the failure, the receipt.
    FocusNews,
    Rated {
        receipt: String,
        is_replay: bool,
    },
    AlreadyRated,
    Failed {
        code: &'static str,
    },
}

impl State {
    pub(crate) fn new(setting: Setting, draft: RatingDraft) -> Self {
        Self {
            setting,
            draft,
            faults: Vec::new(),
            phase: Phase::Editing,
            is_more_open: false,
            is_contact_open: false,
            submission: None,
        }
    }

    pub(crate) fn level(&self) -> Option<SatisfactionLevel> {
        self.draft.level.parse().ok()
    }

    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending { .. })
    }

    /// What the live region says: never that a rating was sent before the collector said so.
    pub(crate) fn status(&self) -> &'static str {
        let m = self.setting.messages();
        match &self.phase {
            Phase::Sending { is_slow: false } => m.sending,
            Phase::Sending { is_slow: true } => m.sending_slow,
            Phase::Done { .. } => m.done_title,
            _ => "",
        }
    }
}

/// The next state, and what is to be done.
pub(crate) fn step(mut state: State, msg: Msg) -> (State, Vec<Effect>) {
    let effects = match msg {
        Msg::Edited { field, value } => edit(&mut state, &field, value),
        Msg::Submitted => submit(&mut state),
        Msg::Answered(outcome, jitter) => {
            let step = state.submission.as_mut().map(|submission| submission.report(outcome, jitter));
            step.map_or_else(Vec::new, |step| follow(&mut state, step))
        }
        Msg::WaitOver => {
            let step = state
                .submission
                .as_mut()
                .filter(|_| matches!(state.phase, Phase::Sending { .. }))
                .map(Submission::resume);
            step.map_or_else(Vec::new, |step| follow(&mut state, step))
        }
        Msg::TakesLong => {
            if state.is_sending() {
                state.phase = Phase::Sending { is_slow: true };
            }
            Vec::new()
        }
    };
    (state, effects)
}

/// An edit takes the faults of its field away; those of other fields stay until they are put right.
fn edit(state: &mut State, name: &str, value: String) -> Vec<Effect> {
    if state.is_sending() {
        return Vec::new();
    }
    let draft = &mut state.draft;
    let (text, fault) = match name {
        field::LEVEL => (Some(&mut draft.level), "level"),
        field::COMMENT => (Some(&mut draft.comment), "comment"),
        field::NAME => (Some(&mut draft.contact.name), "contact.name"),
        field::PHONE => (Some(&mut draft.contact.phone), "contact.phone"),
        field::ANONYMOUS => (None, "contact"),
        field::INDICATOR => (None, "indicators"),
        _ => return Vec::new(),
    };
    match (text, fault) {
        (Some(text), _) => *text = value,
        (None, "contact") => draft.anonymous = !draft.anonymous,
        (None, _) => toggle(&mut draft.indicators, value),
    }
    let gives_reason = !fault.starts_with("contact");
    state.faults.retain(|found| found.field != fault && !(gives_reason && found.code == "reason-missing"));
    Vec::new()
}

fn toggle(codes: &mut Vec<String>, code: String) {
    let before = codes.len();
    codes.retain(|chosen| *chosen != code);
    if codes.len() == before {
        codes.push(code);
    }
}

fn submit(state: &mut State) -> Vec<Effect> {
    if state.is_sending() {
        return Vec::new();
    }
    let draft = state.draft.clone().keep_what_is_shown();
    let faults = draft.check_what_a_person_does();
    if !faults.is_empty() {
        state.faults = faults.iter().map(v1::Violation::from).collect();
        state.phase = Phase::Editing;
        return vec![Effect::FocusNews];
    }
    let Setting { ticket, key, via, .. } = &state.setting;
    let request = v1::RatingRequest::of(ticket.clone(), key.clone(), via.clone(), draft);
    state.faults.clear();
    state.phase = Phase::Sending { is_slow: false };
    // The same key over every try: a rating whose answer was lost is found again, not doubled.
    let mut submission = Submission::new(request);
    let step = submission.resume();
    state.submission = Some(submission);
    let mut effects = follow(state, step);
    effects.push(Effect::WatchSlowness);
    effects
}

fn follow(state: &mut State, step: Step) -> Vec<Effect> {
    match step {
        Step::Send(request) => vec![Effect::Send(request)],
        Step::Wait(millis) => vec![Effect::WakeAfter(millis)],
        Step::Done { accepted, is_replay } => {
            let receipt = accepted.receipt.clone();
            state.phase = Phase::Done { accepted, is_replay };
            state.submission = None;
            // What was written is not kept in the page any longer than it is needed.
            state.draft = RatingDraft::default();
            vec![Effect::FocusNews, Effect::Rated { receipt, is_replay }]
        }
        Step::GiveUp(Failure::AlreadyRated { on }) => {
            state.phase = Phase::AlreadyRated { on };
            vec![Effect::FocusNews, Effect::AlreadyRated]
        }
        Step::GiveUp(Failure::Refused(violations)) => {
            state.faults = violations;
            state.phase = Phase::Editing;
            vec![Effect::FocusNews, Effect::Failed { code: "refused" }]
        }
        Step::GiveUp(failure) => {
            let code = match failure {
                Failure::Unreachable => "unreachable",
                Failure::Busy => "busy",
                Failure::Unclear => "unclear",
                _ => "other",
            };
            state.phase = Phase::Failed(failure);
            vec![Effect::FocusNews, Effect::Failed { code }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let setting = Setting {
            ticket: "T".into(),
            key: "k".repeat(26),
            via: None,
            collector: "https://collector.example".into(),
            lang: Lang::ZhHans,
            is_elder: false,
            id_prefix: "p-".into(),
        };
        State::new(setting, RatingDraft::default())
    }

    fn run(state: State, msgs: Vec<Msg>) -> (State, Vec<Effect>) {
        msgs.into_iter().fold((state, Vec::new()), |(state, _), msg| step(state, msg))
    }

    fn set(field: &str, value: &str) -> Msg {
        Msg::Edited { field: field.into(), value: value.into() }
    }

    fn accepted() -> v1::RatingAccepted {
        v1::RatingAccepted {
            receipt: "0000-0000-0000-0000".into(),
            lookup: "AAAAA-AAAAA-AAAAA-AAAAA".into(),
            lookup_url: "https://collector.example/q/AAAAA".into(),
            rated_at: "2026-11-20T15:04:05+08:00".into(),
        }
    }

    fn answer(status: u16) -> Msg {
        let accepted = (status < 300).then(accepted);
        Msg::Answered(Outcome::Answer { status, retry_after: None, accepted, problem: None }, 0.5)
    }

    #[test]
    fn nothing_is_sent_without_a_level() {
        let (state, effects) = run(state(), vec![Msg::Submitted]);
        assert_eq!(effects, [Effect::FocusNews]);
        assert_eq!(state.faults[0].code, "missing");
        let (state, _) = step(state, set("level", "satisfied"));
        assert!(state.faults.is_empty(), "choosing puts it right");
    }

    #[test]
    fn a_level_is_never_sent_on_selection() {
        for level in SatisfactionLevel::ALL {
            assert_eq!(step(state(), set("level", level.name())).1, []);
        }
    }

    #[test]
    fn a_bad_rating_asks_for_a_reason_and_then_goes() {
        let (state, effects) = run(state(), vec![set("level", "dissatisfied"), Msg::Submitted]);
        assert_eq!((effects, state.faults[0].code.as_str()), (vec![Effect::FocusNews], "reason-missing"));
        let (state, effects) = run(state, vec![set("indicator", "213"), Msg::Submitted]);
        assert!(state.faults.is_empty());
        assert!(matches!(&effects[0], Effect::Send(request) if request.indicators == ["213"]));
    }

    #[test]
    fn options_of_a_level_left_behind_are_not_sent_and_are_there_on_return() {
        let (first, effects) = run(
            state(),
            vec![set("level", "dissatisfied"), set("indicator", "213"), set("level", "satisfied"), Msg::Submitted],
        );
        assert!(matches!(&effects[0], Effect::Send(request) if request.indicators.is_empty()));
        assert_eq!(first.draft.indicators, ["213"]);
    }

    #[test]
    fn sent_is_said_only_after_the_acknowledgement() {
        let (sending, _) = run(state(), vec![set("level", "satisfied"), Msg::Submitted]);
        assert_eq!(sending.status(), sending.setting.messages().sending);
        let (slow, _) = step(sending.clone(), Msg::TakesLong);
        assert_eq!(slow.status(), slow.setting.messages().sending_slow);
        let (portal, effects) = step(sending.clone(), answer_of_a_captive_portal());
        assert!(portal.is_sending() && matches!(effects[..], [Effect::WakeAfter(_)]));
        let (done, effects) = step(sending, answer(201));
        assert_eq!(done.status(), done.setting.messages().done_title);
        assert!(effects.contains(&Effect::Rated { receipt: "0000-0000-0000-0000".into(), is_replay: false }));
    }

    fn answer_of_a_captive_portal() -> Msg {
        Msg::Answered(Outcome::Answer { status: 200, retry_after: None, accepted: None, problem: None }, 0.5)
    }

    #[test]
    fn a_failure_keeps_every_word_and_sends_the_same_key_again() {
        let (mut now, effects) =
            run(state(), vec![set("level", "satisfied"), set("comment", "排队很久"), Msg::Submitted]);
        let Effect::Send(first) = effects[0].clone() else { panic!("nothing was sent") };
        while now.is_sending() {
            let (next, effects) = step(now, Msg::Answered(Outcome::NoAnswer, 0.0));
            now = if matches!(effects[..], [Effect::WakeAfter(_)]) { step(next, Msg::WaitOver).0 } else { next };
        }
        assert_eq!(now.phase, Phase::Failed(Failure::Unreachable));
        assert_eq!(now.draft.comment, "排队很久");
        let (_, effects) = step(now, Msg::Submitted);
        assert_eq!(effects[0], Effect::Send(first));
    }

    #[test]
    fn a_second_press_sends_nothing_twice() {
        let (sending, _) = run(state(), vec![set("level", "satisfied"), Msg::Submitted]);
        assert_eq!(step(sending, Msg::Submitted).1, []);
    }

    #[test]
    fn nothing_written_stays_in_the_page_after_the_acknowledgement() {
        let (done, _) =
            run(state(), vec![set("level", "satisfied"), set("comment", "谢谢"), Msg::Submitted, answer(201)]);
        assert_eq!(done.draft, RatingDraft::default());
        assert!(done.submission.is_none());
    }
}
