//! Submission without I/O: what to do next with a rating that a person has finished. Whoever drives
//! it sends, waits and reports back; the rules of retrying are here.
//!
//! ```
//! use haochaping::{client::{Outcome, Step, Submission}, rating::RatingDraft, wire::v1::RatingRequest};
//!
//! let draft = RatingDraft { level: "satisfied".into(), ..RatingDraft::default() };
//! let mut submission = Submission::new(RatingRequest::of("TICKET".into(), "k".repeat(22), None, draft));
//! // The request is sent; no answer comes, so the same one is sent again after a wait.
//! assert!(matches!(submission.resume(), Step::Send(_)));
//! assert!(matches!(submission.report(Outcome::NoAnswer, 0.5), Step::Wait(_)));
//! assert!(matches!(submission.resume(), Step::Send(_)));
//! ```

pub mod outbox;

use crate::wire::v1;

/// How often a request is sent before the person is asked.
pub const ATTEMPTS: u32 = 4;
/// The longest wait that a `Retry-After` may ask for before the person is asked instead.
pub const LONGEST_WAIT_MILLIS: u64 = 20_000;
const FIRST_WAIT_MILLIS: u64 = 500;

/// A submission under way. The idempotency key is in the request, made once and kept, so sending
/// again is the same rating.
#[derive(Clone, Debug)]
pub struct Submission {
    request: v1::RatingRequest,
    n_sent: u32,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send the request and report the outcome.
    Send(v1::RatingRequest),
    /// Wait this long, in milliseconds, then call [`Submission::resume`].
    Wait(u64),
    /// The collector has it.
    Done {
        /// The collector's answer.
        accepted: v1::RatingAccepted,
        /// Whether it had arrived before.
        is_replay: bool,
    },
    /// It will not go on by itself.
    GiveUp(Failure),
}

/// Why a submission does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer came; nothing is known about the rating.
    Unreachable,
    /// The collector has no room (429, 503).
    Busy,
    /// The collector failed, or something else answered in its place; nothing is known about the
    /// rating.
    Unclear,
    /// The service has a rating that is not this one.
    AlreadyRated {
        /// The civil date of the rating that stands.
        on: String,
    },
    /// The content is refused.
    Refused(Vec<v1::Violation>),
    /// Refused for another reason, named by its stable code.
    Other(String),
}

/// What an outcome means, whatever was tried before.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// The collector has it. Only now may anybody say so, or forget what was written.
    Done {
        /// The collector's answer.
        accepted: v1::RatingAccepted,
        /// Whether it had arrived before.
        is_replay: bool,
    },
    /// Nothing is decided: the same request is to be sent again, not before `after_millis`.
    Later {
        /// What it looked like.
        failure: Failure,
        /// How long the collector asks to wait, in milliseconds.
        after_millis: u64,
    },
    /// The collector refuses it for good, and the person must see why.
    Refused(Failure),
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// No answer came.
    NoAnswer,
    /// An answer with this status and body; `retry_after` in seconds where the header says so.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Seconds to wait.
        retry_after: Option<u64>,
        /// The receipt, if the body is one.
        accepted: Option<v1::RatingAccepted>,
        /// The problem, if the body is one.
        problem: Option<v1::Problem>,
    },
}

impl Submission {
    /// A submission of `request`, not sent yet.
    pub fn new(request: v1::RatingRequest) -> Self {
        Self { request, n_sent: 0 }
    }

    /// Sends: the first time, and after a wait.
    pub fn resume(&mut self) -> Step {
        self.n_sent += 1;
        Step::Send(self.request.clone())
    }

    /// What to do after `outcome`. `jitter` is a random fraction 0–1: a wait is drawn from all of
    /// its range, so that a hall full of phones does not come back at once.
    pub fn report(&mut self, outcome: Outcome, jitter: f64) -> Step {
        match judge(outcome) {
            Judgement::Done { accepted, is_replay } => Step::Done { accepted, is_replay },
            Judgement::Refused(failure) => Step::GiveUp(failure),
            Judgement::Later { failure, after_millis } => {
                self.wait_or(failure, after_millis, jitter)
            }
        }
    }

    fn wait_or(&self, failure: Failure, asked_millis: u64, jitter: f64) -> Step {
        if self.n_sent >= ATTEMPTS || asked_millis > LONGEST_WAIT_MILLIS {
            return Step::GiveUp(failure);
        }
        let ceiling = FIRST_WAIT_MILLIS << self.n_sent;
        Step::Wait(asked_millis + fraction_of(ceiling, jitter))
    }
}

/// Tells an acknowledgement and a verdict from everything that decides nothing: silence, a captive
/// portal's page, a failing proxy, a collector without room.
pub fn judge(outcome: Outcome) -> Judgement {
    let Outcome::Answer { status, retry_after, accepted, problem } = outcome else {
        return Judgement::Later { failure: Failure::Unreachable, after_millis: 0 };
    };
    let later = |failure, seconds: Option<u64>| Judgement::Later {
        failure,
        after_millis: seconds.unwrap_or(0).saturating_mul(1_000),
    };
    match (status, accepted, problem) {
        (200 | 201, Some(accepted), _) if is_receipt(&accepted) => {
            Judgement::Done { accepted, is_replay: status == 200 }
        }
        (429 | 503, ..) => later(Failure::Busy, retry_after),
        // A body that came too slowly is no fault of what is in it.
        (408 | 425, ..) => later(Failure::Unclear, retry_after),
        (400..=499, _, Some(problem)) => Judgement::Refused(verdict(problem)),
        _ => later(Failure::Unclear, None),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "0 to 8,000"
)]
fn fraction_of(ceiling: u64, jitter: f64) -> u64 {
    (ceiling as f64 * jitter.clamp(0.0, 1.0)) as u64
}

/// A captive portal also answers 200; only a receipt in its form is ours.
fn is_receipt(accepted: &v1::RatingAccepted) -> bool {
    accepted.receipt.len() == 19 && !accepted.lookup.is_empty()
}

/// Why a rating is refused, of the collector's own answer.
pub fn verdict(problem: v1::Problem) -> Failure {
    match problem.code.as_str() {
        "already-rated" => Failure::AlreadyRated { on: problem.rated_on.unwrap_or_default() },
        _ if !problem.violations.is_empty() => Failure::Refused(problem.violations),
        _ => Failure::Other(problem.code),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::RatingDraft;

    fn submission() -> Submission {
        Submission::new(v1::RatingRequest::of(
            "T".into(),
            "k".repeat(22),
            None,
            RatingDraft::default(),
        ))
    }

    fn accepted() -> v1::RatingAccepted {
        v1::RatingAccepted {
            receipt: "0000-0000-0000-0000".into(),
            lookup: "L".into(),
            ..v1::RatingAccepted::default()
        }
    }

    fn answer(
        status: u16,
        accepted: Option<v1::RatingAccepted>,
        problem: Option<v1::Problem>,
    ) -> Outcome {
        Outcome::Answer { status, retry_after: None, accepted, problem }
    }

    fn problem(status: u16, code: &str) -> v1::Problem {
        v1::Problem {
            kind: String::new(),
            title: String::new(),
            detail: None,
            status,
            code: code.into(),
            violations: Vec::new(),
            rated_on: Some("2026-11-20".into()),
        }
    }

    /// The same table that the outbox of the element is held to.
    #[test]
    fn a_rating_is_given_up_after_the_time_that_was_seen_to_pass() {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Case {
            name: String,
            hours: Vec<f64>,
            is_spent: bool,
        }
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/spent.json")).unwrap();
        assert!(cases.len() > 5);
        for case in cases {
            let mut waited = outbox::Waited::default();
            let tries: Vec<bool> =
                case.hours.iter().map(|hour| waited.count(0.0, hour * 3_600_000.0)).collect();
            assert_eq!(tries.last(), Some(&case.is_spent), "{}", case.name);
        }
    }

    /// The same numbers that the outbox of the element is held to.
    #[test]
    fn an_outbox_waits_as_the_table_says() {
        #[derive(serde::Deserialize)]
        struct Retry {
            max_entries: usize,
            max_age_millis: f64,
            /// By the number of tries so far.
            limits_millis: Vec<u32>,
            /// The longest wait that is drawn, likewise.
            ceilings_millis: Vec<f64>,
        }
        let retry: Retry =
            serde_json::from_str(include_str!("../../tests/fixtures/retry.json")).unwrap();
        assert_eq!(
            (outbox::MAX_ENTRIES, outbox::MAX_AGE_MILLIS),
            (retry.max_entries, retry.max_age_millis)
        );
        for (n_tries, limit) in (0..).zip(retry.limits_millis) {
            assert_eq!(outbox::request_limit(n_tries), limit, "{n_tries}");
        }
        for (n_tries, ceiling) in (0..).zip(retry.ceilings_millis) {
            assert!((outbox::wait(n_tries, 0.0, 1.0) - ceiling).abs() < 1.0, "{n_tries}");
            assert!(
                (outbox::wait(n_tries, 90_000.0, 1.0) - 90_000.0).abs() < 1.0,
                "the collector's word stands"
            );
        }
    }

    /// The same table that the outbox of the element is held to.
    #[test]
    fn answers_are_judged_by_the_table() {
        let table = include_str!("../../tests/fixtures/answers.json");
        let table: Vec<serde_json::Value> = serde_json::from_str(table).unwrap();
        assert!(table.len() > 10);
        for row in table {
            let (status, body) =
                (u16::try_from(row["status"].as_u64().unwrap()).unwrap(), &row["body"]);
            let outcome = match status {
                0 => Outcome::NoAnswer,
                _ => Outcome::Answer {
                    status,
                    retry_after: None,
                    accepted: serde_json::from_value(body.clone()).ok(),
                    problem: serde_json::from_value(body.clone()).ok(),
                },
            };
            let judged = match judge(outcome) {
                Judgement::Done { is_replay: true, .. } => "replayed",
                Judgement::Done { .. } => "accepted",
                Judgement::Later { .. } => "later",
                Judgement::Refused(_) => "refused",
            };
            assert_eq!(judged, row["outcome"].as_str().unwrap(), "{}", row["name"]);
        }
    }

    #[test]
    fn a_receipt_ends_it() {
        for (status, is_replay) in [(201, false), (200, true)] {
            let mut submission = submission();
            submission.resume();
            let step = submission.report(answer(status, Some(accepted()), None), 0.5);
            assert_eq!(step, Step::Done { accepted: accepted(), is_replay });
        }
    }

    #[test]
    fn a_captive_portal_is_no_receipt() {
        let mut submission = submission();
        submission.resume();
        assert!(matches!(submission.report(answer(200, None, None), 0.5), Step::Wait(_)));
    }

    #[test]
    fn a_wait_longer_than_a_person_waits_is_given_up() {
        let mut submission = submission();
        submission.resume();
        let busy = |after| Outcome::Answer {
            status: 503,
            retry_after: Some(after),
            accepted: None,
            problem: None,
        };
        assert_eq!(submission.report(busy(2), 0.0), Step::Wait(2_000));
        assert_eq!(submission.report(busy(60), 0.0), Step::GiveUp(Failure::Busy));
    }

    #[test]
    fn a_verdict_is_not_tried_again() {
        let mut submission = submission();
        submission.resume();
        assert_eq!(
            submission.report(answer(409, None, Some(problem(409, "already-rated"))), 0.5),
            Step::GiveUp(Failure::AlreadyRated { on: "2026-11-20".into() })
        );
        assert_eq!(
            submission.report(answer(413, None, Some(problem(413, "too-large"))), 0.5),
            Step::GiveUp(Failure::Other("too-large".into()))
        );
    }

    #[test]
    fn an_outbox_waits_up_to_a_minute_and_at_least_as_long_as_it_is_asked_to() {
        assert_eq!((outbox::request_limit(0), outbox::request_limit(9)), (8_000, 64_000));
        assert!((outbox::wait(1, 0.0, 1.0) - 2_000.0).abs() < 1e-9);
        assert!((outbox::wait(40, 0.0, 1.0) - 60_000.0).abs() < 1e-9);
        assert!((outbox::wait(40, 90_000.0, 0.5) - 90_000.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn it_always_ends_and_always_sends_the_same_request(jitters in prop::collection::vec(0.0_f64..=1.0, 10)) {
            let mut submission = submission();
            let mut sent = Vec::new();
            let Step::Send(first) = submission.resume() else { unreachable!() };
            sent.push(first);
            for jitter in jitters {
                match submission.report(Outcome::NoAnswer, jitter) {
                    Step::Wait(millis) => {
                        prop_assert!(millis <= 8_000);
                        let Step::Send(again) = submission.resume() else { unreachable!() };
                        sent.push(again);
                    }
                    Step::GiveUp(failure) => {
                        prop_assert_eq!(failure, Failure::Unreachable);
                        prop_assert_eq!(sent.len(), ATTEMPTS as usize);
                        prop_assert!(sent.iter().all(|request| *request == sent[0]));
                        return Ok(());
                    }
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            prop_assert!(false, "it did not end");
        }
    }
}
