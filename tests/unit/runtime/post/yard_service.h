/* yard_service.h - a service that hands letters to programs outside: its rows say which are out,
 * and what it answers to whatever comes back is said by the test.
 */
#ifndef TESTS_UNIT_RUNTIME_POST_YARD_SERVICE_H
#define TESTS_UNIT_RUNTIME_POST_YARD_SERVICE_H

#include "base/config.h"
#include "runtime/host.h"
#include "runtime/post/post.h"
#include "runtime/waiting_room.h"
#include "store/sqlite.h"
#include "store/store_fault.h"
#include "tests/unit/runtime/post/fake_outside.h"

enum { YARD_ARENA_BYTES = 8 * 1024 * 1024, YARD_LETTERS_MAX = 100 };

static struct {
    struct arena *arena;
    struct host host;
    struct store_source *inner;
    struct store_source source;
    struct store_fault fault; /* of the writer */
    struct post_office *office;
    struct runtime_options options;
    atomic_uint collects;
    atomic_uint given_back;
    atomic_uint receives;
    atomic_uint acts_at_gate;
    atomic_bool gate_is_closed;
    atomic_bool is_full; /* collect says so */
    atomic_int to_make;  /* rows, which the next collect writes before all else */
    int made;
    atomic_int status;       /* what receive answers */
    atomic_llong bad_number; /* of this one it cannot know */
    atomic_bool accepts;
    atomic_size_t each_max; /* of the newest terms */
    atomic_llong until_ms;
    atomic_size_t queue_count;
} yard;

/* ---- its rows ---- */

struct letter_row {
    int64_t number;
};
static const struct field letter_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct letter_row, number)},
};
static const struct shape letter_shape = {.name = "LetterRow",
                                          .fields = letter_fields,
                                          .field_count = 1,
                                          .bytes = sizeof(struct letter_row)};

static const struct migration yard_migrations[] = {
    {.version = 1,
     .name = "letter",
     .sqlite = "CREATE TABLE yard.letter (number bigint NOT NULL PRIMARY KEY, state text NOT NULL)",
     .postgres = "CREATE TABLE yard.letter (number bigint NOT NULL PRIMARY KEY, state text NOT "
                 "NULL)"},
};

static const struct statement insert_letter = {
    .sql = "INSERT INTO yard.letter (number, state) VALUES ($1, 'waits')"};
static const struct statement list_waiting = {
    .sql = "SELECT number FROM yard.letter WHERE state = 'waits' ORDER BY number LIMIT $1",
    .gives = &letter_shape,
    .rows_max = YARD_LETTERS_MAX};
static const struct statement count_in_state = {
    .sql = "SELECT count(*) AS number FROM yard.letter WHERE state = $1", .gives = &letter_shape};
static const struct statement set_state = {
    .sql = "UPDATE yard.letter SET state = $2 WHERE number = $1"};

static inline struct store *yard_open_store(enum store_access mode)
{
    struct store *store = NULL;
    CHECK_STATUS(yard.inner->open(yard.inner, mode, &store), STATUS_OK);
    return store;
}

/* How many rows are in that state, as a connection of its own sees it: committed ones. */
static inline int64_t yard_count(const char *state)
{
    struct store *store = yard_open_store(STORE_READ);
    struct letter_row row = {.number = -1};
    struct arena *arena = arena_create("look", 65536);
    CHECK_STATUS(store_begin(store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_one(store, arena, &count_in_state, VALUES(value_text(text_of(state))), &row),
                 STATUS_OK);
    CHECK_STATUS(store_commit(store), STATUS_OK);
    arena_destroy(&arena);
    store_destroy(&store);
    return row.number;
}

/* ---- what it does: post_table ---- */

static inline void yard_wait_at_gate(void)
{
    atomic_fetch_add(&yard.acts_at_gate, 1);
    while (atomic_load(&yard.gate_is_closed)) {
        usleep(200);
    }
}

static inline enum status yard_make_rows(struct call *call)
{
    enum status status = STATUS_OK;
    for (int left = atomic_exchange(&yard.to_make, 0); left > 0 && status == STATUS_OK; left--) {
        status = store_exec(call->store, &insert_letter, VALUES(value_integer(++yard.made)), NULL);
    }
    return status;
}

static inline enum status yard_collect(struct call *call, const struct post_terms *terms,
                                       struct post_letters *letters_out)
{
    struct rows rows = {.count = 0};
    struct post_letter *letters = ARENA_ARRAY(call->arena, struct post_letter, YARD_LETTERS_MAX);
    atomic_fetch_add(&yard.collects, 1);
    atomic_store(&yard.each_max, terms->each_max);
    atomic_store(&yard.until_ms, terms->until_ms);
    atomic_store(&yard.queue_count, terms->queue_count);
    yard_wait_at_gate();
    enum status status = yard_make_rows(call);
    if (status == STATUS_OK) {
        status =
            store_query(call->store, call->arena, &list_waiting, VALUES(value_integer(2)), &rows);
    }
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        int64_t number = ((const struct letter_row *)rows.items)[i].number;
        struct text name = text_format(call->arena, "%lld", (long long)number);
        letters[i] = (struct post_letter){
            .queue = TEXT("lift"), .id = name, .mark = name, .body = TEXT("{}")};
        status = store_exec(call->store, &set_state,
                            VALUES(value_integer(number), value_text(TEXT("out"))), NULL);
    }
    *letters_out = (struct post_letters){
        .items = letters, .count = rows.count, .is_full = atomic_load(&yard.is_full)};
    return status;
}

static inline enum status yard_give_back(struct call *call, struct text mark)
{
    int64_t number = 0;
    CHECK(text_to_integer(mark, &number));
    atomic_fetch_add(&yard.given_back, 1);
    return store_exec(call->store, &set_state,
                      VALUES(value_integer(number), value_text(TEXT("back"))), NULL);
}

/* Its effect is written first, so that whoever says no must have it undone. */
static inline enum status yard_receive(struct call *call, struct text body, bool *accepted_out,
                                       struct text *why_out)
{
    int64_t number = 0;
    CHECK(text_to_integer(body, &number));
    atomic_fetch_add(&yard.receives, 1);
    yard_wait_at_gate();
    enum status status = store_exec(call->store, &set_state,
                                    VALUES(value_integer(number), value_text(TEXT("done"))), NULL);
    *accepted_out = atomic_load(&yard.accepts);
    *why_out = TEXT("because");
    if (status == STATUS_OK && number == atomic_load(&yard.bad_number)) {
        return STATUS_UNAVAILABLE;
    }
    return status == STATUS_OK ? (enum status)atomic_load(&yard.status) : status;
}

static const struct text yard_queues[] = {{"lift", 4}, {"wrap", 4}};
static const struct post_table yard_post = {.queues = {yard_queues, COUNT_OF(yard_queues)},
                                            .collect = yard_collect,
                                            .give_back = yard_give_back,
                                            .receive = yard_receive};
static const struct service yard_service = {.name = "yard",
                                            .purpose = "Hands out letters",
                                            .migrations = yard_migrations,
                                            .migration_count = COUNT_OF(yard_migrations),
                                            .post = &yard_post};
static const struct service *const yard_services[] = {&yard_service};

#endif
