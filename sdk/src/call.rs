//! 一次一评 at a window (GB/T 39734-2020): a person has been served and is asked once, on the pad
//! in front of them. What becomes of such a call is a table.
//!
//! A call that runs out is 未评价, which is no rating and counts as none. A rating that was given
//! stands whenever it arrives: whoever withdraws a call takes the question away, never an answer.
//!
//! ```
//! use haochaping::call::{CallAction, CallState, is_window_code};
//!
//! assert!(is_window_code("yz-a01"));
//! let shown = CallState::Shown;
//! assert_eq!(shown.after(CallAction::Rate), Some(CallState::Rated));
//! // A rating that was given is not taken back.
//! assert_eq!(CallState::Rated.after(CallAction::Withdraw), None);
//! ```

use crate::text::{is_bidi_control, is_visible};

/// A call of a pad that is away ends so much later by itself, in seconds: the pad, which counts
/// down in front of the person, comes first.
pub const GRACE_SECONDS: i64 = 10;
/// The most services of one visit.
pub const SERVICES_MAX: usize = 20;

/// The most characters of the name of a window or hall.
pub const NAME_MAX: usize = 50;

/// Whether a window can have this code: 2 to 32 lower-case letters, digits and hyphens, so that it
/// stands in addresses as it is.
pub fn is_window_code(code: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=32).contains(&code.len()) && code.bytes().all(is_plain)
}

/// Whether a window or hall can have this name: 1 to [`NAME_MAX`] characters, no control
/// characters.
pub fn is_window_name(name: &str) -> bool {
    (1..=NAME_MAX).contains(&name.chars().count())
        && is_visible(name)
        && !name.chars().any(|one| one.is_control() || is_bidi_control(one))
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallState {
    /// It was made; no pad has shown it yet.
    Waiting,
    /// The pad shows it.
    Shown,
    /// The visit was rated: on the pad, by its code or by a link.
    Rated,
    /// 未评价: nobody chose. No rating.
    Unrated,
    /// The window's system took the question back.
    Withdrawn,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallAction {
    /// The pad shows it, also again after a restart.
    Show,
    /// The person touched the pad.
    Extend,
    /// A rating of the visit is on disk.
    Rate,
    /// The time is over.
    RunOut,
    /// The window's system says that the person has left.
    Withdraw,
}

impl CallState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Shown, Self::Rated, Self::Unrated, Self::Withdrawn];

    /// The name in columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Rated => "rated",
            Self::Unrated => "unrated",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the question still stands. A window has one such call at a time.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Shown)
    }

    /// The state after an action; `None` where there is no such step.
    pub fn after(self, action: CallAction) -> Option<Self> {
        TABLE.iter().find(|(from, by, _)| (*from, *by) == (self, action)).map(|(_, _, to)| *to)
    }
}

impl CallAction {
    /// Every action.
    pub const ALL: [Self; 5] = [Self::Show, Self::Extend, Self::Rate, Self::RunOut, Self::Withdraw];

    /// What a pad may say of its call, by name: everything but what others know better.
    pub fn of_pad(name: &str) -> Option<Self> {
        match name {
            "show" => Some(Self::Show),
            "extend" => Some(Self::Extend),
            "run-out" => Some(Self::RunOut),
            _ => None,
        }
    }

    /// Whether the person's time begins anew.
    pub const fn begins_anew(self) -> bool {
        matches!(self, Self::Show | Self::Extend)
    }
}

use CallAction as A;
use CallState as S;

/// Every step there is.
pub const TABLE: &[(CallState, CallAction, CallState)] = &[
    (S::Waiting, A::Show, S::Shown),
    (S::Waiting, A::Rate, S::Rated),
    (S::Waiting, A::RunOut, S::Unrated),
    (S::Waiting, A::Withdraw, S::Withdrawn),
    (S::Shown, A::Show, S::Shown),
    (S::Shown, A::Extend, S::Shown),
    (S::Shown, A::Rate, S::Rated),
    (S::Shown, A::RunOut, S::Unrated),
    (S::Shown, A::Withdraw, S::Withdrawn),
    // Given before, or by the code on a phone, and arrived after: it stands.
    (S::Unrated, A::Rate, S::Rated),
    (S::Withdrawn, A::Rate, S::Rated),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_leads_where_the_table_says_and_nowhere_else() {
        for state in S::ALL {
            for action in A::ALL {
                let expected = match (state, action) {
                    (S::Rated, _) => None,
                    (_, A::Rate) => Some(S::Rated),
                    (S::Unrated | S::Withdrawn, _) | (S::Waiting, A::Extend) => None,
                    (S::Waiting | S::Shown, A::Show) | (S::Shown, A::Extend) => Some(S::Shown),
                    (S::Waiting | S::Shown, A::RunOut) => Some(S::Unrated),
                    (S::Waiting | S::Shown, A::Withdraw) => Some(S::Withdrawn),
                };
                assert_eq!(state.after(action), expected, "{state:?} {action:?}");
                assert!(
                    TABLE.iter().filter(|(from, by, _)| (*from, *by) == (state, action)).count()
                        <= 1
                );
            }
        }
    }

    /// A rating is never lost to a clerk or a clock, and nothing but a rating makes a call rated.
    #[test]
    fn whatever_happens_a_rating_makes_it_rated_and_nothing_else_does() {
        for (from, action, to) in TABLE {
            assert_eq!(*action == A::Rate, *to == S::Rated, "{from:?} {action:?}");
        }
        for state in S::ALL {
            assert!(state == S::Rated || state.after(A::Rate) == Some(S::Rated), "{state:?}");
        }
    }

    #[test]
    fn what_ended_is_not_opened_again() {
        for (from, _, to) in TABLE {
            assert!(from.is_open() || !to.is_open(), "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a_code_needs_no_escape_and_a_name_is_one_line() {
        for code in ["a1", "yz-a01", "0123456789-abcdefghijklmnopqrstuv"] {
            assert_eq!(is_window_code(code), code.len() <= 32, "{code}");
        }
        for code in ["", "a", "A01", "a/1", "窗口"] {
            assert!(!is_window_code(code), "{code}");
        }
        assert!(is_window_name("1 号综合窗口") && is_window_name(&"窗".repeat(NAME_MAX)));
        assert!(
            !is_window_name("")
                && !is_window_name("a\nb")
                && !is_window_name(&"窗".repeat(NAME_MAX + 1))
        );
    }

    #[test]
    fn names_are_read_back_and_a_pad_cannot_say_that_a_call_was_rated() {
        for state in S::ALL {
            assert_eq!(CallState::from_name(state.name()), Some(state));
        }
        for name in ["rate", "withdraw", "", "shown"] {
            assert_eq!(CallAction::of_pad(name), None, "{name}");
        }
    }
}
