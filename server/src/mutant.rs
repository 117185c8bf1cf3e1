//! Deliberate faults for the fault tests. Compiled only with the feature `mutants`, which no release build has.

/// Whether `HAOCHAPING_MUTANT` asks for this fault.
pub fn is(name: &str) -> bool {
    std::env::var("HAOCHAPING_MUTANT").is_ok_and(|chosen| chosen == name)
}
