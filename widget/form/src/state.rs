//! What the form knows, and what follows from what happens: pure.

use haochaping::{
    client::{Failure, verdict},
    form::{Element, Progress, RatingForm, field},
    messages::{Messages, fill},
    rating::{Indicator, RatingDraft},
    wire::v1,
};

/// Where the rating of a form stands, as far as it is the form's affair: whether it waits or has
/// arrived, the page shows in the form's place.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// The person chooses and writes.
    #[default]
    Editing,
    /// On its way: nothing can be changed, and nothing sent twice.
    Sending,
    /// The collector refuses it; the form says why, with everything kept.
    Refused(v1::Problem),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// Everything chosen and typed, options of all levels included: whoever changes the level and
    /// changes back finds them again.
    pub(crate) draft: RatingDraft,
    violations: Vec<v1::Violation>,
    phase: Phase,
    /// Open from the start.
    is_more_open: bool,
    is_contact_open: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Editing,
    Sending {
        is_slow: bool,
    },
    /// Refused for a reason that is no fault of a field.
    Failed {
        code: String,
    },
}

/// What happens to a form.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A field of the form was changed: its name, and its value; of a box that was ticked or not,
    /// the box's own value.
    Edited {
        /// The field's name.
        field: String,
        /// What it holds now.
        value: String,
    },
    /// The person asked to send it.
    Submitted,
    /// The page says where the rating stands.
    Turned(Stage),
    /// The collector has not answered for a while.
    TakesLong,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Submit,
    WatchSlowness,
    /// To what has to be read next: the faults or the refusal.
    FocusNews,
}

impl State {
    /// A form that starts with this draft and these parts open.
    pub(crate) fn new(draft: RatingDraft, is_more_open: bool, is_contact_open: bool) -> Self {
        Self { draft, is_more_open, is_contact_open, ..Self::default() }
    }

    pub(crate) fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending { .. })
    }

    /// The form that shows it.
    pub(crate) fn form(
        &self,
        messages: &Messages,
        subject: Element,
        id_prefix: &str,
        is_elder: bool,
    ) -> Element {
        let notice = match &self.phase {
            Phase::Failed { code } => {
                vec![
                    messages.failed_title.into(),
                    fill(messages.failed_other, &[("code", code)]).into(),
                ]
            }
            _ => Vec::new(),
        };
        RatingForm {
            messages,
            subject,
            draft: &self.draft,
            violations: &self.violations,
            notice: &notice,
            id_prefix,
            is_elder,
            driver: self.progress(messages),
        }
        .node()
    }

    /// Never says that a rating was sent before the collector said so.
    fn progress(&self, m: &Messages) -> Progress {
        let (status, submit_label) = match &self.phase {
            Phase::Sending { is_slow: false } => (m.sending, m.sending),
            Phase::Sending { is_slow: true } => (m.sending_slow, m.sending),
            Phase::Failed { .. } => ("", m.retry),
            Phase::Editing => ("", m.submit),
        };
        Progress {
            is_sending: self.is_sending(),
            status,
            submit_label,
            is_more_open: self.is_more_open,
            is_contact_open: self.is_contact_open,
        }
    }
}

/// The next state, and what is to be done.
pub(crate) fn step(mut state: State, msg: Msg) -> (State, Vec<Effect>) {
    let effects = match msg {
        Msg::Edited { field, value } => edit(&mut state, &field, value),
        Msg::Submitted => submit(&mut state),
        Msg::Turned(stage) => turn(&mut state, stage),
        Msg::TakesLong => {
            if state.is_sending() {
                state.phase = Phase::Sending { is_slow: true };
            }
            Vec::new()
        }
    };
    (state, effects)
}

fn turn(state: &mut State, stage: Stage) -> Vec<Effect> {
    match stage {
        Stage::Editing => state.phase = Phase::Editing,
        // What a submission has begun goes on.
        Stage::Sending if state.is_sending() => {}
        Stage::Sending => {
            state.phase = Phase::Sending { is_slow: false };
            return vec![Effect::WatchSlowness];
        }
        Stage::Refused(problem) => {
            match verdict(problem) {
                Failure::Refused(violations) => {
                    (state.violations, state.phase) = (violations, Phase::Editing);
                }
                Failure::Other(code) => state.phase = Phase::Failed { code },
                // Of the others the page knows better, and takes the form away.
                _ => state.phase = Phase::Editing,
            }
            return vec![Effect::FocusNews];
        }
    }
    Vec::new()
}

/// An edit takes the violations of its field away; those of other fields stay until they are put
/// right.
fn edit(state: &mut State, name: &str, value: String) -> Vec<Effect> {
    if state.is_sending() {
        return Vec::new();
    }
    let draft = &mut state.draft;
    let (text, about) = match name {
        field::LEVEL => (Some(&mut draft.level), "level"),
        field::COMMENT => (Some(&mut draft.comment), "comment"),
        field::NAME => (Some(&mut draft.contact.name), "contact.name"),
        field::PHONE => (Some(&mut draft.contact.phone), "contact.phone"),
        field::ANONYMOUS => (None, "contact"),
        field::INDICATOR => (None, "indicators"),
        _ => return Vec::new(),
    };
    match (text, about) {
        (Some(text), _) => *text = value,
        (None, "contact") => draft.anonymous = !draft.anonymous,
        (None, _) => {
            // A part that a person has used does not close under their hands.
            state.is_more_open |=
                Indicator::find(&value).is_some_and(|indicator| !indicator.is_first);
            toggle(&mut draft.indicators, value);
        }
    }
    state.is_contact_open |= about.starts_with("contact.");
    let gives_reason = !about.starts_with("contact");
    let is_settled = |found: &v1::Violation| match about {
        // With the part about a reply all that is wrong in it goes.
        "contact" => found.field.starts_with("contact"),
        _ => found.field == about || gives_reason && found.code == "reason-missing",
    };
    state.violations.retain(|found| !is_settled(found));
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
    let draft = state.draft.clone().without_hidden_fields();
    let violations = draft.validate_input();
    if !violations.is_empty() {
        state.violations = violations.iter().map(v1::Violation::from).collect();
        state.phase = Phase::Editing;
        return vec![Effect::FocusNews];
    }
    state.violations.clear();
    state.phase = Phase::Sending { is_slow: false };
    vec![Effect::Submit, Effect::WatchSlowness]
}

#[cfg(test)]
mod tests {
    use haochaping::{messages::Lang, rating::SatisfactionLevel};

    use super::*;

    fn state() -> State {
        State::default()
    }

    fn run(state: State, msgs: Vec<Msg>) -> (State, Vec<Effect>) {
        msgs.into_iter().fold((state, Vec::new()), |(state, _), msg| step(state, msg))
    }

    fn set(field: &str, value: &str) -> Msg {
        Msg::Edited { field: field.into(), value: value.into() }
    }

    fn problem(code: &str, violations: Vec<v1::Violation>) -> Msg {
        let (kind, title) = (String::new(), String::new());
        Msg::Turned(Stage::Refused(v1::Problem {
            kind,
            title,
            detail: None,
            status: 422,
            code: code.into(),
            violations,
            rated_on: None,
        }))
    }

    const SENT: [Effect; 2] = [Effect::Submit, Effect::WatchSlowness];

    #[test]
    fn nothing_is_sent_without_a_level() {
        let (state, effects) = run(state(), vec![Msg::Submitted]);
        assert_eq!(effects, [Effect::FocusNews]);
        assert_eq!(state.violations[0].code, "missing");
        let (state, _) = step(state, set("level", "satisfied"));
        assert!(state.violations.is_empty(), "choosing puts it right");
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
        assert_eq!(
            (effects, state.violations[0].code.as_str()),
            (vec![Effect::FocusNews], "reason-missing")
        );
        let (state, effects) = run(state, vec![set("indicator", "213"), Msg::Submitted]);
        assert!(state.violations.is_empty());
        assert_eq!(effects, SENT);
    }

    #[test]
    fn options_of_a_level_left_behind_give_no_reason_and_are_there_on_return() {
        let left = vec![
            set("level", "dissatisfied"),
            set("indicator", "213"),
            set("level", "very_dissatisfied"),
        ];
        let (left, effects) = run(state(), [left, vec![Msg::Submitted]].concat());
        assert_eq!(
            (effects, left.violations[0].code.as_str()),
            (vec![Effect::FocusNews], "reason-missing")
        );
        let (_, effects) = run(left, vec![set("level", "dissatisfied"), Msg::Submitted]);
        assert_eq!(effects, SENT);
    }

    #[test]
    fn a_refusal_keeps_every_word_and_says_what_is_wrong() {
        let typed = vec![set("level", "satisfied"), set("comment", "排队很久"), Msg::Submitted];
        let fault = v1::Violation {
            field: "comment".into(),
            code: "too-long".into(),
            ..v1::Violation::default()
        };
        let (refused, effects) =
            run(state(), [typed.clone(), vec![problem("invalid-rating", vec![fault])]].concat());
        assert_eq!((effects, refused.phase.clone()), (vec![Effect::FocusNews], Phase::Editing));
        assert_eq!((refused.draft.comment.as_str(), refused.violations.len()), ("排队很久", 1));
        let (failed, _) = run(state(), [typed, vec![problem("too-large", vec![])]].concat());
        assert_eq!(failed.phase, Phase::Failed { code: "too-large".into() });
        assert_eq!(run(failed, vec![Msg::Submitted]).1, SENT, "it can be sent again");
    }

    #[test]
    fn a_part_that_was_used_stays_open_and_an_anonymous_rating_has_no_fault_of_contact() {
        let m = Lang::ZhHans.messages();
        let (used, _) = run(
            state(),
            vec![set("contact_name", "示"), set("contact_name", ""), set("level", "dissatisfied")],
        );
        assert!(used.progress(m).is_contact_open && !used.progress(m).is_more_open);
        let more = Indicator::of_level(SatisfactionLevel::Dissatisfied)
            .find(|indicator| !indicator.is_first)
            .unwrap();
        let (used, _) = run(
            used,
            vec![set("indicator", more.code.as_str()), set("indicator", more.code.as_str())],
        );
        assert!(used.progress(m).is_more_open);
        let fault = v1::Violation {
            field: "contact.phone".into(),
            code: "malformed".into(),
            ..v1::Violation::default()
        };
        let (refused, _) = run(used, vec![problem("invalid-rating", vec![fault])]);
        assert_eq!(refused.violations.len(), 1);
        let (anonymous, _) = step(refused, set("anonymous", "1"));
        assert!(anonymous.violations.is_empty());
    }

    #[test]
    fn a_second_press_sends_nothing_twice() {
        let (sending, _) = run(state(), vec![set("level", "satisfied"), Msg::Submitted]);
        assert_eq!(step(sending, Msg::Submitted).1, []);
    }
}
