//! What the form knows, and what follows from what happens: pure.

use haochaping::{
    client::{Failure, verdict},
    form::field,
    messages::{Lang, Messages},
    rating::{RatingDraft, SatisfactionLevel},
    wire::v1,
};

/// What a mounted form is about; never changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) lang: Lang,
    pub(crate) is_elder: bool,
    pub(crate) id_prefix: String,
}

impl Setting {
    pub(crate) fn messages(&self) -> &'static Messages {
        self.lang.messages()
    }
}

/// Where the rating stands, as far as it is the form's affair: whether it waits or has arrived, the element shows in the
/// form's place, and takes the form away.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    Editing,
    Sending {
        is_slow: bool,
    },
    /// Refused for a reason that is no fault of a field.
    Failed {
        code: String,
    },
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
    /// The collector's refusal.
    Refused(v1::Problem),
    TakesLong,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Send,
    WatchSlowness,
    /// To what has to be read next: the faults or the refusal.
    FocusNews,
}

impl State {
    pub(crate) fn new(setting: Setting, draft: RatingDraft) -> Self {
        Self { setting, draft, faults: Vec::new(), phase: Phase::Editing, is_more_open: false, is_contact_open: false }
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
            _ => "",
        }
    }
}

/// The next state, and what is to be done.
pub(crate) fn step(mut state: State, msg: Msg) -> (State, Vec<Effect>) {
    let effects = match msg {
        Msg::Edited { field, value } => edit(&mut state, &field, value),
        Msg::Submitted => submit(&mut state),
        Msg::Refused(problem) => {
            match verdict(problem) {
                Failure::Refused(violations) => (state.faults, state.phase) = (violations, Phase::Editing),
                Failure::Other(code) => state.phase = Phase::Failed { code },
                // Of the others the element knows better, and takes the form away.
                _ => state.phase = Phase::Editing,
            }
            vec![Effect::FocusNews]
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
    state.faults.clear();
    state.phase = Phase::Sending { is_slow: false };
    vec![Effect::Send, Effect::WatchSlowness]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let setting = Setting { lang: Lang::ZhHans, is_elder: false, id_prefix: "p-".into() };
        State::new(setting, RatingDraft::default())
    }

    fn run(state: State, msgs: Vec<Msg>) -> (State, Vec<Effect>) {
        msgs.into_iter().fold((state, Vec::new()), |(state, _), msg| step(state, msg))
    }

    fn set(field: &str, value: &str) -> Msg {
        Msg::Edited { field: field.into(), value: value.into() }
    }

    fn problem(code: &str, violations: Vec<v1::Violation>) -> Msg {
        let (kind, title) = (String::new(), String::new());
        Msg::Refused(v1::Problem { kind, title, status: 422, code: code.into(), violations, rated_on: None })
    }

    const SENT: [Effect; 2] = [Effect::Send, Effect::WatchSlowness];

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
        assert_eq!(effects, SENT);
    }

    #[test]
    fn options_of_a_level_left_behind_give_no_reason_and_are_there_on_return() {
        let left = vec![set("level", "dissatisfied"), set("indicator", "213"), set("level", "very_dissatisfied")];
        let (left, effects) = run(state(), [left, vec![Msg::Submitted]].concat());
        assert_eq!((effects, left.faults[0].code.as_str()), (vec![Effect::FocusNews], "reason-missing"));
        let (_, effects) = run(left, vec![set("level", "dissatisfied"), Msg::Submitted]);
        assert_eq!(effects, SENT);
    }

    #[test]
    fn the_form_never_says_that_a_rating_was_sent() {
        let (sending, _) = run(state(), vec![set("level", "satisfied"), Msg::Submitted]);
        assert_eq!(sending.status(), sending.setting.messages().sending);
        let (slow, _) = step(sending, Msg::TakesLong);
        assert_eq!(slow.status(), slow.setting.messages().sending_slow);
    }

    #[test]
    fn a_refusal_keeps_every_word_and_says_what_is_wrong() {
        let typed = vec![set("level", "satisfied"), set("comment", "排队很久"), Msg::Submitted];
        let fault = v1::Violation { field: "comment".into(), code: "too-long".into(), ..v1::Violation::default() };
        let (refused, effects) = run(state(), [typed.clone(), vec![problem("invalid-rating", vec![fault])]].concat());
        assert_eq!((effects, refused.phase.clone()), (vec![Effect::FocusNews], Phase::Editing));
        assert_eq!((refused.draft.comment.as_str(), refused.faults.len()), ("排队很久", 1));
        let (failed, _) = run(state(), [typed, vec![problem("too-large", vec![])]].concat());
        assert_eq!(failed.phase, Phase::Failed { code: "too-large".into() });
        assert_eq!(run(failed, vec![Msg::Submitted]).1, SENT, "it can be sent again");
    }

    #[test]
    fn a_second_press_sends_nothing_twice() {
        let (sending, _) = run(state(), vec![set("level", "satisfied"), Msg::Submitted]);
        assert_eq!(step(sending, Msg::Submitted).1, []);
    }
}
