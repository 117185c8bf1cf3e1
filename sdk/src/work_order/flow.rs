//! The flow chart, out of the table.

use std::fmt::Write as _;

use super::{Stage, TABLE, To};

/// The table as a Mermaid state diagram: each step with who takes it. What stays where it is, is
/// left out.
pub fn flow_chart() -> String {
    let mut out = String::from("stateDiagram-v2\n    [*] --> opened\n");
    for row in TABLE {
        let roles: Vec<_> = row.roles.iter().map(|role| role.name()).collect();
        let to: Vec<Stage> = match row.to {
            To::Stage(stage) => vec![stage],
            To::Back => vec![Stage::Dispatched, Stage::Contacted],
            To::Same => vec![],
        };
        for to in to {
            let _ =
                writeln!(out, "    {} --> {to}: {} ({})", row.from, row.action, roles.join(", "));
        }
    }
    out.push_str("    closed --> [*]\n");
    out
}
