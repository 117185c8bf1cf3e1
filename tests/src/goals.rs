//! What a measurement is held to: ratios and figures, each with its limit, printed as a table and
//! kept for comparison.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A file of this name is given the goals of a measurement, as JSON.
const KEPT_AT: &str = "HAOCHAPING_GOALS";

/// Whether a measurement is to be short: `--short` among the program's arguments. Short ones take
/// fewer rounds and smaller stores; only short ones are compared with each other.
pub fn is_short() -> bool {
    std::env::args().any(|argument| argument == "--short")
}

/// The program's arguments without `--short`.
pub fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|argument| argument != "--short").collect()
}

/// Everything that a measurement found and is held to.
#[derive(Debug, Default)]
pub struct Goals(Vec<Goal>);

#[derive(Debug)]
struct Goal {
    what: String,
    found: f64,
    limit: f64,
    /// Whether the limit is from above.
    is_most: bool,
}

impl Goal {
    fn is_met(&self) -> bool {
        if self.is_most { self.found <= self.limit } else { self.found >= self.limit }
    }

    fn sign(&self) -> &'static str {
        if self.is_most { "≤" } else { "≥" }
    }
}

impl Goals {
    /// It is good to find more.
    pub fn at_least(&mut self, what: impl Into<String>, found: f64, limit: f64) {
        self.0.push(Goal { what: what.into(), found, limit, is_most: false });
    }

    /// It is good to find less.
    pub fn at_most(&mut self, what: impl Into<String>, found: f64, limit: f64) {
        self.0.push(Goal { what: what.into(), found, limit, is_most: true });
    }

    /// A Markdown table, a goal a row. Writes them to the file that `HAOCHAPING_GOALS` names too,
    /// if it names one.
    ///
    /// # Panics
    /// If that file cannot be written.
    pub fn report(&self) -> String {
        if let Some(file) = std::env::var_os(KEPT_AT) {
            std::fs::write(file, format!("{:#}\n", self.as_json()))
                .expect("the file of the goals can be written");
        }
        let mut out = String::from("\n| goal | found | limit | |\n|---|--:|--:|---|\n");
        for goal in &self.0 {
            let verdict = if goal.is_met() { "met" } else { "NOT met" };
            writeln!(
                out,
                "| {} | {:.2} | {} {} | {verdict} |",
                goal.what,
                goal.found,
                goal.sign(),
                goal.limit
            )
            .expect("writing to a string cannot fail");
        }
        out
    }

    fn as_json(&self) -> Value {
        let goals = self.0.iter().map(|goal| {
            json!({ "what": goal.what, "found": goal.found, "limit": goal.limit, "sign": goal.sign(), "met": goal.is_met() })
        });
        goals.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Goals;

    #[test]
    fn a_goal_is_met_on_its_limit_and_missed_beyond_it() {
        let mut goals = Goals::default();
        goals.at_least("rate ÷ peer", 0.8, 0.8);
        goals.at_least("rate ÷ peer", 0.79, 0.8);
        goals.at_most("memory, MB", 64.0, 64.0);
        goals.at_most("memory, MB", 64.1, 64.0);
        let met: Vec<_> = goals
            .as_json()
            .as_array()
            .expect("a list")
            .iter()
            .map(|goal| goal["met"].clone())
            .collect();
        assert_eq!(met, [true, false, true, false]);
        assert!(
            goals.report().contains("| memory, MB | 64.10 | ≤ 64 | NOT met |"),
            "{}",
            goals.report()
        );
    }
}
