//! What the public sees: figures, hot words, briefings.

pub mod briefing;
pub mod figures;
pub mod hot_words;
