use haochaping::calendar::Instant;

/// How a store does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Work orders whose term is over.
    pub n_overdue: u64,
    /// When the oldest message was written that waits to be taken.
    pub oldest_message: Option<Instant>,
    /// Commits whose leaves have no numbers yet.
    pub n_unnumbered: u64,
    /// When the last backup was written.
    pub backed_up_at: Option<Instant>,
}
