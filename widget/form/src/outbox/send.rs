//! One try to send a rating, and what the answer means.

use gloo_net::http::{Request, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use haochaping::client::{Judgement, Outcome, judge};
use web_sys::{AbortController, RequestCredentials, RequestMode};

/// Sends JSON once; never fails.
pub(super) async fn send(collector: &str, body: &str, limit_millis: u32) -> Outcome {
    let request = Request::post(&format!("{collector}/api/v1/ratings"))
        .header("content-type", "application/json");
    let (request, _limit) = limited(request, limit_millis);
    let Ok(request) = request.body(body) else { return Outcome::NoAnswer };
    match request.send().await {
        Ok(response) => read(response).await,
        Err(_) => Outcome::NoAnswer,
    }
}

async fn read(response: Response) -> Outcome {
    let status = response.status();
    let retry_after =
        response.headers().get("retry-after").and_then(|seconds| seconds.parse().ok());
    let Ok(text) = response.text().await else { return Outcome::NoAnswer };
    Outcome::Answer {
        status,
        retry_after,
        accepted: serde_json::from_str(&text).ok(),
        problem: serde_json::from_str(&text).ok(),
    }
}

/// A request to another site without anything that names the person, which ends after so many
/// milliseconds, for as long as the second value lives.
pub(crate) fn limited(request: RequestBuilder, millis: u32) -> (RequestBuilder, Option<Timeout>) {
    let request = request.mode(RequestMode::Cors).credentials(RequestCredentials::Omit);
    let Ok(abort) = AbortController::new() else { return (request, None) };
    let request = request.abort_signal(Some(&abort.signal()));
    (request, Some(Timeout::new(millis, move || abort.abort())))
}

/// What an answer means, and what the collector asks to wait, in milliseconds.
pub(super) fn verdict(outcome: Outcome) -> Verdict {
    let problem = match &outcome {
        Outcome::Answer { problem, .. } => problem.clone(),
        Outcome::NoAnswer => None,
    };
    match judge(outcome) {
        Judgement::Done { accepted, is_replay: true } => {
            Verdict::Ended(super::End::Replayed(accepted))
        }
        Judgement::Done { accepted, is_replay: false } => {
            Verdict::Ended(super::End::Accepted(accepted))
        }
        Judgement::Refused(_) => {
            Verdict::Ended(super::End::Refused(problem.map(Into::into).unwrap_or_default()))
        }
        #[expect(clippy::cast_precision_loss, reason = "a wait of at most some hours")]
        Judgement::Later { after_millis, .. } => {
            Verdict::Later { after_millis: after_millis as f64 }
        }
    }
}

/// See [`verdict`].
pub(super) enum Verdict {
    Ended(super::End),
    Later { after_millis: f64 },
}
