//! Submission with retry, driven by whoever has `fetch` and a clock.

use haochaping::{
    client::{Failure, Outcome, Step},
    wire::v1,
};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

/// A rating under way; the same request every time.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Submission(haochaping::client::Submission);

#[derive(Deserialize)]
struct Answer {
    /// 0 for none.
    status: u16,
    /// Seconds.
    wait: Option<u64>,
    body: Option<Value>,
}

#[wasm_bindgen]
impl Submission {
    /// Of a rating of wire v1 as JSON.
    ///
    /// # Errors
    /// When the text is not JSON of a rating.
    #[wasm_bindgen(constructor)]
    pub fn new(rating: &str) -> Result<Self, JsError> {
        Ok(Self(haochaping::client::Submission::new(serde_json::from_str(rating)?)))
    }

    /// Send: the first time, and after a wait.
    pub fn resume(&mut self) {
        self.0.resume();
    }

    /// What to do after an answer `{status, wait, body}`: `{wait}` in milliseconds, `{accepted,
    /// outcome}`, or `{code, violations, ratedOn}`. `jitter` is a random fraction.
    ///
    /// # Errors
    /// When the text is no answer.
    pub fn report(&mut self, answer: &str, jitter: f64) -> Result<String, JsError> {
        let answer: Answer = serde_json::from_str(answer)?;
        Ok(show(self.0.report(read(answer), jitter)).to_string())
    }
}

fn read(Answer { status, wait, body }: Answer) -> Outcome {
    if status == 0 {
        return Outcome::NoAnswer;
    }
    let accepted =
        body.clone().and_then(|body| serde_json::from_value::<v1::RatingAccepted>(body).ok());
    let problem = body.and_then(|body| serde_json::from_value::<v1::Problem>(body).ok());
    Outcome::Answer { status, retry_after: wait, accepted, problem }
}

fn show(step: Step) -> Value {
    match step {
        Step::Send(_) => json!({ "wait": 0 }),
        Step::Wait(millis) => json!({ "wait": millis }),
        Step::Done { accepted, is_replay } => {
            json!({ "accepted": accepted, "outcome": if is_replay { "replayed" } else { "accepted" } })
        }
        Step::GiveUp(failure) => match failure {
            Failure::Unreachable => json!({ "code": "unreachable" }),
            Failure::Busy => json!({ "code": "busy" }),
            Failure::Unclear => json!({ "code": "unclear" }),
            Failure::AlreadyRated { on } => json!({ "code": "already-rated", "ratedOn": on }),
            Failure::Refused(violations) => {
                json!({ "code": "invalid-rating", "violations": violations })
            }
            Failure::Other(code) => json!({ "code": code }),
        },
    }
}
