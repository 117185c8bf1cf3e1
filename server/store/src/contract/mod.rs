//! The contract of every store. A store is held to all of it by one line in [`on_every_store`].

pub mod fixture;
pub mod make;

#[cfg(test)]
mod cards;
#[cfg(test)]
mod commit;
#[cfg(test)]
mod copy;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod model;
#[cfg(test)]
mod operate;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod publication;
#[cfg(test)]
mod register;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod staff;
#[cfg(test)]
mod window;

use crate::SqlStore;

/// Makes one test of each claim and database, on a fresh store each. The multi-threaded runtime is
/// what the collector runs on.
#[macro_export]
macro_rules! on_every_store {
    ($($topics:tt)+) => {
        mod on_sqlite {
            $crate::hold! { $crate::contract::fixture::on_file: $($topics)+ }
        }
        mod on_postgres {
            $crate::hold! { $crate::contract::fixture::on_server: $($topics)+ }
        }
        mod on_shards {
            $crate::hold! { $crate::contract::fixture::on_shards: $($topics)+ }
        }
    };
}

/// Makes one test of each claim.
#[expect(clippy::crate_in_macro_def, reason = "the claims are those of the crate that asks")]
#[macro_export]
macro_rules! hold {
    ($fresh:path: $($topic:ident { $($claim:ident),+ $(,)? })+) => {$(
        mod $topic {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $claim() {
                    let fresh = $fresh().await;
                    crate::contract::$topic::$claim(&fresh.store).await;
                }
            )+
        }
    )+};
}

#[cfg(test)]
on_every_store! {
    register {
        registering_again_gives_the_same_service,
        a_ticket_is_prolonged_only_when_it_ended_unused,
        the_same_case_number_of_two_authorities_is_two_services,
        a_service_shows_what_was_registered_and_when_it_was_rated,
    }
    commit {
        each_rating_of_one_batch_has_its_own_outcome,
        a_later_batch_is_compared_with_what_stands,
        a_row_that_does_not_fit_is_cut_out_and_the_others_live,
        a_bad_rating_that_counts_opens_one_work_order,
        what_does_not_count_enters_no_figure,
        a_bad_rating_of_a_test_service_is_a_test_and_opens_no_work_order,
        a_batch_raises_the_revision_by_one,
        ratings_are_found_by_their_ids_in_their_part_only,
    }
    cards {
        the_same_roster_gives_the_same_cards_and_a_changed_line_a_new_one,
        a_card_ends_once_and_says_why,
        a_card_replaced_by_mistake_is_in_use_again,
        a_visit_is_rated_once_in_its_village,
        what_is_beyond_the_limits_waits_whatever_its_level,
        a_decision_moves_the_figures_and_is_made_once,
        sources_are_forgotten_and_days_are_not_mixed,
    }
    ledger {
        leaves_get_numbers_without_gap_whoever_gives_them,
        what_was_published_is_closed_to_the_unit_and_the_rest_is_named,
        what_happens_to_a_rating_later_is_a_leaf_too,
    }
    model {
        random_batches_do_what_the_model_says,
    }
    operate {
        published_figures_are_kept_and_replaced,
        keys_are_added_and_retired_and_the_change_is_told,
        api_keys_are_added_and_revoked_and_the_change_is_told,
        names_of_regions_are_imported_and_changed_and_the_change_is_told,
        a_new_agency_name_replaces_the_old_one,
    }
    outbox {
        messages_of_one_order_go_one_after_the_other,
        a_dead_letter_stops_its_own_order_until_it_is_sent_again,
        the_most_specific_endpoint_is_notified,
        what_came_in_is_known_and_forgotten,
        a_contact_is_forgotten_once_its_order_is_closed,
        a_file_is_kept_once_for_each_order_and_so_many,
        a_briefing_that_is_published_stands,
    }
    publication {
        what_counts_waits_by_day_and_is_published_once,
        a_group_that_someone_else_published_is_left_alone,
        the_handling_of_what_is_published_tells_of_nothing_else,
        services_that_can_be_rated_are_counted_and_items_have_names,
        a_service_that_came_with_its_rating_is_in_no_share,
    }
    window {
        several_services_of_a_visit_are_one_that_is_rated,
        a_window_has_one_pad_and_one_page,
        a_call_is_one_at_a_time_and_goes_where_the_table_says,
        what_was_called_is_counted_and_forgotten,
    }
    staff {
        a_link_sets_one_password_until_its_hour,
        attempts_are_counted_first_and_locks_double,
        a_lock_is_of_an_account_and_a_network,
        a_session_ends_with_its_account_and_its_password,
        there_is_always_an_administrator,
        the_desk_lists_the_longest_overdue_first_and_goes_on_after_a_page,
    }
}

/// What the claims are made of.
pub type Any<'a> = &'a SqlStore;
