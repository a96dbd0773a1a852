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

#define CASE_SUITES(X) CASE_MOVES_SUITE(X)

#define DECLARE(name) void name(void);
CASE_SUITES(DECLARE)
#undef DECLARE

#endif
