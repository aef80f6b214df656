//! The rules of the contract as tests, the same for every adapter.
//!
//! An adapter runs them with [`conformance_suite!`](crate::conformance_suite), which makes one test of each rule, each on a store of its own:
//!
//! ```text
//! async fn fresh_store() -> (Arc<dyn Store>, impl Drop) { … }
//! baton_storage::conformance_suite!(crate::tests::fresh_store);
//! ```
//!
//! To add a rule: write it as a `pub async fn` in the aggregate's file and name it in the list below; a test compares the two.

#![expect(clippy::unwrap_used, reason = "a step that fails is a rule that is broken")]

pub mod agents;
pub mod conversations;
pub mod feed;
pub mod golden;
pub mod inbox;
pub mod jobs;
pub mod sources;
pub mod team;
pub mod tenancy;
pub mod turns;
pub mod units;
pub mod visitors;
mod world;

/// One test for each rule of the contract. Takes the absolute path of an `async fn` that makes an empty store, and something to keep until the test ends.
#[macro_export]
macro_rules! conformance_suite {
    ($make:path) => {
        $crate::conformance_rules! {
            $make;
            agents: [
                a_stored_agent_is_found,
                agents_are_listed_oldest_first,
                an_agent_changes_and_its_knowledge_stays,
                knowledge_moves_through_its_states,
                a_model_key_is_set_replaced_and_forgotten,
                blocked_origins_are_counted_and_forgotten,
                as_many_blocked_origins_are_kept_as_are_shown,
            ];
            conversations: [
                a_begun_conversation_is_found,
                entries_come_in_order_and_in_pages,
                an_append_of_many_entries_is_stored_whole,
                an_append_to_an_older_state_conflicts,
                an_append_of_an_older_epoch_conflicts,
                a_client_id_is_used_once_in_a_conversation,
                a_client_id_without_a_message_belongs_to_the_first_entry,
                a_visitor_has_one_open_conversation_with_an_agent,
                one_of_many_racing_beginnings_wins,
                the_open_conversation_is_the_latest,
                racing_appends_lose_nothing,
                a_repeated_message_is_stored_once_under_races,
            ];
            feed: [
                the_feed_tells_every_commit,
                the_feed_is_read_in_pages,
                every_workspace_has_its_own_feed,
                the_feed_has_no_gaps_under_concurrent_writers,
            ];
            golden: [
                golden_questions_are_added_changed_and_deleted,
                trainings_are_kept_with_their_results,
                old_trainings_are_forgotten_but_the_one_in_use,
                a_calibration_is_stored_with_its_agent,
                asked_questions_know_how_sure_they_were_and_how_they_were_rated,
                golden_questions_of_another_workspace_are_left_alone,
            ];
            inbox: [
                every_place_has_its_list,
                who_waits_longest_comes_first,
                pages_have_no_gaps_and_repeat_nothing,
                a_list_can_be_of_one_agent_or_one_member,
                counts_follow_every_move,
                marks_never_move_back,
                marks_of_many_conversations_are_found,
            ];
            jobs: [
                a_job_is_claimed_when_it_is_due,
                the_same_work_waits_once,
                a_lease_that_runs_out_gives_the_job_to_the_next,
                work_is_not_done_twice_at_the_same_time,
                every_job_has_one_claimer,
                lanes_do_not_wait_for_each_other,
                waiting_work_comes_sooner_or_is_withdrawn,
            ];
            sources: [
                a_source_is_stored_changed_and_deleted,
                sources_are_listed_oldest_first,
                a_web_source_is_stored_and_changed,
                pages_belong_to_their_source,
            ];
            team: [
                workspaces_are_found,
                members_are_listed_in_the_order_they_joined,
                an_address_belongs_to_one_member,
                a_member_changes,
                sessions_end,
                expired_sessions_are_not_found,
                invitations_end,
                expired_invitations_are_not_found,
                an_installation_secret_is_made_once,
                one_of_many_racing_secrets_is_kept,
            ];
            tenancy: [
                reads_of_another_workspace_find_nothing,
                writes_of_another_workspace_change_nothing,
                turns_of_another_workspace_are_left_alone,
            ];
            turns: [
                a_turn_is_claimed_when_it_is_due,
                a_turn_can_be_claimed_by_name_before_it_is_due,
                a_lease_keeps_others_away_until_it_runs_out,
                a_passed_deadline_takes_a_turn_from_its_holder_once,
                a_newer_turn_supersedes_older_ones,
                a_turn_ends_once,
                claims_are_limited_and_the_longest_due_goes_first,
                every_turn_has_one_claimer,
            ];
            units: [
                a_dropped_unit_changes_nothing,
                a_unit_sees_what_it_has_done,
                a_read_unit_sees_one_moment,
                a_commit_is_seen_by_whoever_reads_next,
                what_a_commit_runs_has_run_when_it_returns,
                commits_run_in_the_order_of_the_feed,
                a_panic_after_a_commit_harms_nobody,
                a_unit_with_an_error_cannot_commit,
                a_broken_unit_harms_no_other,
                a_closed_store_refuses,
            ];
            visitors: [a_stored_visitor_is_found, a_visitor_token_is_of_one_visitor];
        }
    };
}

/// The tests of [`conformance_suite!`](crate::conformance_suite).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_rules {
    ($make:path; $($file:ident: [$($rule:ident),* $(,)?];)*) => {$(
        mod $file {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $rule() {
                let (store, _kept) = $make().await;
                $crate::conformance::$file::$rule(::std::sync::Arc::clone(&store)).await;
                store.close().await;
            }
        )*}
    )*};
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_rule_is_in_the_list() {
        let list = include_str!("mod.rs");
        for (file, text) in [
            ("agents", include_str!("agents.rs")),
            ("conversations", include_str!("conversations.rs")),
            ("feed", include_str!("feed.rs")),
            ("golden", include_str!("golden.rs")),
            ("inbox", include_str!("inbox.rs")),
            ("jobs", include_str!("jobs.rs")),
            ("sources", include_str!("sources.rs")),
            ("team", include_str!("team.rs")),
            ("tenancy", include_str!("tenancy.rs")),
            ("turns", include_str!("turns.rs")),
            ("units", include_str!("units.rs")),
            ("visitors", include_str!("visitors.rs")),
        ] {
            let rules = text.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next());
            let mut count = 0;
            for rule in rules {
                assert!(list.contains(&format!("{rule},")) || list.contains(&format!("{rule}]")), "{file}::{rule}");
                count += 1;
            }
            assert!(count > 0, "{file} has no rules");
        }
    }
}
