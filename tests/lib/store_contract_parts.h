/* store_contract_parts.h - what the files of the contract suite share; nobody else includes it. */
#ifndef TESTS_LIB_STORE_CONTRACT_PARTS_H
#define TESTS_LIB_STORE_CONTRACT_PARTS_H

#include "store/migrate.h"
#include "tests/lib/check.h"
#include "tests/lib/store_contract.h"

/* One row of contract.thing: a column of every kind. */
struct thing {
    struct id id;
    struct text name;
    int64_t number;
    bool flag;
    int64_t moment;
    struct text bytes;
    struct texts tags;
    struct id other;
};

struct number {
    int64_t number;
};

extern const struct shape number_shape;
extern const struct migration contract_migrations[2];
extern const struct migration contract_other_migrations[1];
extern const struct statement insert_thing;
extern const struct statement insert_other_thing;
extern const struct statement insert_short;
extern const struct statement insert_or_leave;
extern const struct statement insert_returning;
extern const struct statement insert_part;
extern const struct statement update_numbers;
extern const struct statement delete_all;
extern const struct statement get_thing;
extern const struct statement get_thing_backwards;
extern const struct statement list_numbers;
extern const struct statement list_many;
extern const struct statement count_things;
extern const struct statement count_other_things;
extern const struct statement count_migrations;
extern const struct statement fail_reading;

/* The furniture of a running test. */
struct contract {
    struct arena *arena;
    struct store_source *source;
    struct store *store; /* the writer */
};

extern struct contract contract;

struct store_source *contract_open_source(const char *schema);
struct store *contract_open_store(enum store_access access);
void begin_empty(void);
void begin_with_tables(void);
void end(void);
void begin_write(void);
void commit(void);
enum status insert(int64_t number);
void insert_ok(int64_t number);
int64_t count_inside(struct store *from, const struct statement *statement);
int64_t count_from(struct store *from);

/* The tests, listed in store_contract.c. */
void values_come_back(void);
void tags_come_back_in_order(void);
void a_megabyte_comes_back(void);
void texts_outlive_the_next_query(void);
void rows_have_a_limit(void);
void many_rows_grow(void);
void a_small_arena_is_too_large_an_answer(void);
void one_is_there_or_absent(void);
void changes_are_counted(void);
void a_conflict_that_does_nothing_counts_nothing(void);
void a_change_may_return_rows(void);
void a_rollback_undoes_all(void);
void a_commit_is_there_after_reopening(void);
void a_taken_key_is_undone_and_work_goes_on(void);
void a_mark_keeps_what_was_before(void);
void undo_may_be_repeated(void);
void an_undone_part_goes_alone(void);
void an_ended_part_stays(void);
void a_returning_change_is_undone_with_its_part(void);
void a_script_is_undone_with_its_part(void);
void a_failed_part_is_undone_and_work_goes_on(void);
void a_failed_part_right_before_the_commit(void);
void a_lock_is_remembered_until_something_is_undone(void);
void losses_are_counted_beside_what_is_kept(void);
void a_failed_reading_is_undone_with_its_part(void);
void an_answer_that_is_too_large_ends_only_its_part(void);
void parts_and_marks_keep_apart(void);
void the_marks_of_a_request_end_its_part(void);
void the_end_of_a_transaction_ends_its_part(void);
void an_undone_part_counts_no_writes(void);
void a_part_that_writes_nothing_is_never_set(void);
void any_order_of_work_keeps_its_places(void);
void misuse_of_parts_is_a_bug(void);
void what_goes_along_is_seen_by_what_follows(void);
void what_goes_along_is_undone_with_the_rest(void);
void many_go_along(void);
void what_fails_on_its_way_is_heard_of(void);
void what_fails_on_its_way_stops_the_commit(void);
void behind_a_mark_nothing_goes_unheard(void);
void a_part_is_undone_with_what_goes_along(void);
void an_empty_transaction_commits(void);
void broken_constraints_are_malformed(void);
void a_statement_serves_ten_thousand_times(void);
void a_reader_sees_what_is_committed(void);
void a_reader_stays_at_its_moment(void);
void a_failed_reader_begins_again(void);
void two_schemas_do_not_meet(void);
void a_script_is_part_of_its_transaction(void);
void migrations_run_once(void);
void migrations_go_on_where_they_stopped(void);
void a_changed_migration_is_refused(void);
void a_newer_store_is_refused(void);
void a_failed_migration_leaves_nothing(void);
void use_after_a_failure_is_a_bug(void);
void misuse_is_a_bug(void);
void uncertain_is_never_tried_again(void);

#endif
