//! Deliberate faults, chosen at run time by a variable, so that the fault tests can prove that they
//! would notice.
//!
//! Compiled only where debug assertions are on: development and tests have them, no release does,
//! and `cargo xtask build` looks into the binary for the variable's name.

/// Whether `HAOCHAPING_MUTANT` asks for this fault.
pub fn is(name: &str) -> bool {
    std::env::var("HAOCHAPING_MUTANT").is_ok_and(|chosen| chosen == name)
}
