//! What the collector does on every store, and by itself as time goes on.

pub mod fixture;

#[cfg(test)]
mod figures;
#[cfg(test)]
mod wake;
#[cfg(test)]
mod word;

#[cfg(test)]
haochaping_store::on_every_store! {
    word {
        a_rating_is_read_once_when_it_is_published_and_only_if_it_counts,
        what_was_relayed_is_read_with_its_own_group,
        two_that_read_the_same_rating_count_it_once,
        a_word_shows_when_enough_have_it_and_grows_by_steps,
        a_recount_gives_the_same_and_synonyms_hold_for_what_was_before,
    }
}
