/* case_suites.h - every test of how cases move, once: the table and the declarations come of it. */
#ifndef TESTS_LIB_CASES_CASE_SUITES_H
#define TESTS_LIB_CASES_CASE_SUITES_H

#include "tests/lib/cases/case_lab.h"

#define CASE_MOVES_SUITE(X)                                                                        \
    X(all_fields_are_computed_from_what_was_there)                                                 \
    X(what_is_computed_must_fit)                                                                   \
    X(a_case_ends)                                                                                 \
    X(history_says_what_changed)                                                                   \
    X(forms_are_held_against_their_fields)                                                         \
    X(a_join_fires_once_in_either_order)                                                           \
    X(a_step_tells_once_that_the_case_has_changed)                                                 \
    X(events_are_told_in_order_with_their_data)                                                    \
    X(there_is_one_open_case_for_each)                                                             \
    X(long_keys_are_keys_too)                                                                      \
    X(of_two_writers_one_comes_later)                                                              \
    X(of_two_that_begin_one_comes_later)

#define CASE_STAGES_SUITE(X)                                                                       \
    X(stages_follow_each_other)                                                                    \
    X(a_stage_is_told_the_result_before_it)                                                        \
    X(nothing_and_no_are_results)                                                                  \
    X(false_is_a_result)                                                                           \
    X(null_is_a_result)                                                                            \
    X(a_skipped_stage_is_not_done)                                                                 \
    X(a_stage_that_failed_is_tried_again)                                                          \
    X(what_is_exhausted_becomes_an_incident)                                                       \
    X(a_refusal_is_not_tried_again)                                                                \
    X(a_fault_of_the_world_undoes_the_call)                                                        \
    X(a_result_must_fit)                                                                           \
    X(an_object_has_limits)                                                                        \
    X(money_is_a_number_to_functions)                                                              \
    X(what_is_not_stored_is_only_handed_on)                                                        \
    X(what_is_not_stored_is_not_what_came_before)                                                  \
    X(a_function_may_say_where_to_go)                                                              \
    X(a_loop_has_a_new_work_id_each_time)                                                          \
    X(a_next_that_is_not_listed_is_an_incident)                                                    \
    X(a_catch_has_its_reason_in_the_history)                                                       \
    X(what_was_done_is_taken_back_in_reverse)                                                      \
    X(whoever_comes_to_an_undoing_place_undoes)                                                    \
    X(an_undo_that_fails_is_left_to_a_person)

#define CASE_SETTLE_SUITE(X)                                                                       \
    X(a_choice_is_made_by_conditions)                                                              \
    X(a_fault_in_what_is_handed_is_an_incident)                                                    \
    X(a_fault_in_what_is_set_is_an_incident)                                                       \
    X(a_long_chain_goes_on_in_the_next_transaction)                                                \
    X(a_stage_that_begins_after_a_cut_is_under_way)                                                \
    X(a_function_may_begin_another_case)                                                           \
    X(a_failed_function_has_begun_nothing)

#define CASE_FAULTS_SUITE(X)                                                                       \
    X(a_condition_that_cannot_be_answered_is_an_incident)                                          \
    X(an_else_waits_for_what_cannot_be_answered)                                                   \
    X(an_event_that_cannot_be_judged_is_kept)                                                      \
    X(a_timer_that_cannot_be_judged_is_kept)                                                       \
    X(an_operation_that_cannot_be_judged_is_refused)                                               \
    X(what_could_not_be_handed_is_computed_anew)                                                   \
    X(a_case_that_goes_in_a_circle_is_stopped)                                                     \
    X(waiting_begins_the_count_anew)

#define CASE_EARLY_SUITE(X)                                                                        \
    X(an_early_event_waits_for_its_case)                                                           \
    X(what_is_not_said_to_be_kept_passes_by)                                                       \
    X(early_events_come_in_their_order)                                                            \
    X(an_event_that_is_too_late_is_forgotten)                                                      \
    X(an_early_event_is_looked_at_once)                                                            \
    X(an_early_event_that_cannot_be_computed_stays)                                                \
    X(early_events_have_a_bound)

#define CASE_CALLS_SUITE(X)                                                                        \
    X(a_service_is_called_and_replies)                                                             \
    X(a_late_reply_is_not_executed)                                                                \
    X(a_service_that_does_not_reply_is_called_again)                                               \
    X(a_service_may_refuse)                                                                        \
    X(a_reply_that_does_not_fit_is_an_incident)                                                    \
    X(a_function_may_ask_a_service)                                                                \
    X(a_command_of_a_failed_function_is_not_sent)                                                  \
    X(a_result_comes_by_its_work_id)                                                               \
    X(a_result_may_be_a_bare_value)                                                                \
    X(a_failure_comes_by_its_work_id)                                                              \
    X(a_deadline_ends_the_waiting)                                                                 \
    X(a_late_success_mends_an_incident)                                                            \
    X(a_late_reply_mends_an_incident)                                                              \
    X(a_deadline_goes_with_the_stage)                                                              \
    X(a_worker_finds_a_row)                                                                        \
    X(an_operation_runs_until_the_case_is_at_rest)                                                 \
    X(an_operation_fails_with_its_stage)                                                           \
    X(an_overtaken_operation_is_over)                                                              \
    X(a_stage_is_not_begun_again_behind_its_result)

#define CASE_TIMES_SUITE(X)                                                                        \
    X(a_timer_comes_after_the_case_came)                                                           \
    X(a_timer_goes_when_the_case_goes)                                                             \
    X(a_timer_follows_its_field)                                                                   \
    X(a_timer_asks_its_condition_when_it_comes)                                                    \
    X(a_schedule_begins_and_moves_cases)                                                           \
    X(a_schedule_moves_very_many)                                                                  \
    X(an_event_moves_the_case_it_is_about)                                                         \
    X(an_event_finds_cases_by_their_fields)                                                        \
    X(an_event_names_a_case_in_its_data)                                                           \
    X(a_key_follows_its_field)                                                                     \
    X(an_event_takes_a_case_one_step)                                                              \
    X(an_event_moves_both_branches)                                                                \
    X(an_event_begins_a_case_once_for_each)                                                        \
    X(each_case_moves_by_its_own_version)

#define CASE_WORK_SUITE(X)                                                                         \
    X(of_two_takers_one_has_it)                                                                    \
    X(work_is_listed_behind_a_cursor)                                                              \
    X(a_lease_that_ends_is_a_try)                                                                  \
    X(a_heartbeat_moves_the_end)                                                                   \
    X(very_many_leases_end)                                                                        \
    X(what_is_held_is_counted)

#define CASE_MEND_SUITE(X)                                                                         \
    X(a_failed_function_is_done_once_more)                                                         \
    X(a_retry_that_works_goes_on)                                                                  \
    X(a_skipped_incident_was_never_done)                                                           \
    X(an_undo_is_tried_again)                                                                      \
    X(an_undo_is_left_undone)                                                                      \
    X(a_cancelled_case_is_taken_back)                                                              \
    X(a_case_moves_only_to_where_cases_are)                                                        \
    X(a_cancelled_case_fails_its_operation)

#define CASE_EXAMPLES_SUITE(X)                                                                     \
    X(an_order_lives_in_either_order)                                                              \
    X(an_order_nobody_comes_to_is_cancelled)                                                       \
    X(a_hungry_address_is_fed)                                                                     \
    X(a_rich_address_is_not_fed)                                                                   \
    X(a_failed_feeding_ends_in_error)                                                              \
    X(a_feeding_nobody_answers_ends_in_error)

#define CASE_CROSS_SUITE(X)                                                                        \
    X(a_case_moves_to_another_version)                                                             \
    X(a_moved_case_is_found_by_the_new_names)                                                      \
    X(timers_are_those_of_the_new_version)                                                         \
    X(a_timer_of_an_old_place_keeps_its_time)                                                      \
    X(a_deadline_is_that_of_the_new_version)                                                       \
    X(what_is_under_way_goes_on_under_its_work_id)                                                 \
    X(no_work_id_comes_back_through_a_version_without_the_stage)                                   \
    X(what_was_given_up_stands_in_the_history)                                                     \
    X(a_twin_is_in_the_way)                                                                        \
    X(the_new_version_goes_on_by_itself)                                                           \
    X(a_case_may_end_by_moving)                                                                    \
    X(what_was_done_is_taken_back_by_the_new_version)                                              \
    X(a_case_moves_back)                                                                           \
    X(of_two_that_move_a_case_one_comes_later)

#define CASE_FORGET_SUITE(X)                                                                       \
    X(a_forgotten_case_leaves_nothing)                                                             \
    X(whatever_comes_for_a_forgotten_case_meets_nobody)                                            \
    X(a_case_that_moved_meanwhile_is_not_forgotten)                                                \
    X(what_a_service_keeps_beside_a_case_goes_with_it)

#define CASE_SUITES(X)                                                                             \
    CASE_MOVES_SUITE(X)                                                                            \
    CASE_STAGES_SUITE(X)                                                                           \
    CASE_SETTLE_SUITE(X)                                                                           \
    CASE_FAULTS_SUITE(X)                                                                           \
    CASE_EARLY_SUITE(X)                                                                            \
    CASE_CALLS_SUITE(X)                                                                            \
    CASE_TIMES_SUITE(X)                                                                            \
    CASE_WORK_SUITE(X)                                                                             \
    CASE_MEND_SUITE(X) CASE_EXAMPLES_SUITE(X) CASE_CROSS_SUITE(X) CASE_FORGET_SUITE(X)

#define DECLARE(name) void name(void);
CASE_SUITES(DECLARE)
#undef DECLARE

#endif
