//! Checks a rating by the rules of the collector before it is sent: every fault is named at once,
//! with its field.
//!
//! `cargo run -p haochaping --example check_rating`
#![expect(clippy::print_stdout, reason = "it is there to print")]

use haochaping::{
    messages::Lang,
    rating::{Rating, RatingDraft, Violations},
    wire::v1,
};

fn main() {
    for draft in [
        RatingDraft {
            level: "dissatisfied".into(),
            comment: "\u{200b}".into(),
            ..RatingDraft::default()
        },
        RatingDraft {
            level: "dissatisfied".into(),
            indicators: vec!["213".into()],
            ..RatingDraft::default()
        },
    ] {
        match Rating::try_from(draft) {
            Ok(rating) => println!(
                "good to send: {} with {} options",
                rating.level(),
                rating.indicators().len()
            ),
            Err(Violations(faults)) => {
                for fault in faults.iter().map(v1::Violation::from) {
                    println!("{}: {}", fault.field, Lang::ZhHans.messages().fault(&fault));
                }
            }
        }
    }
}
