/* books.h - a small service that does what its request says, also what no service should do.
 *
 *   POST /entries {"name", "amount", "how"}   adds the amount to the entry; how it goes wrong:
 *     refuse       before anything was written      conflict      always lost a race
 *     refuse_late  after it has written             conflict_once only the first time
 *     twin         a unique key makes the store     full          the disk is full
 *                  fail, and then it refuses        unhandled     a status nobody dealt with
 *     gate         waits in its transaction         arm           books.plan becomes books.fault
 *   POST /entries/{name}     the same, about this entry
 *   GET /entries/{name}      a point read           GET /entries?gate=true  in the pool; a point
 *     read with ?gate=true waits when it has seen its entry
 */
#ifndef TESTS_UNIT_RUNTIME_BOOKS_H
#define TESTS_UNIT_RUNTIME_BOOKS_H

#include "runtime/service.h"
#include "store/store_fault.h"
#include "tests/lib/check.h"
#include "tests/unit/runtime/books_tables.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* What tests and handlers share. */
static struct {
    atomic_bool gate_is_closed;
    atomic_uint at_gate;        /* calls that have come to the gate */
    atomic_uint chores_at_gate; /* that had run when the newest call came to it */
    atomic_uint runs;           /* of put_entry */
    atomic_uint chores;         /* runs of the chore */
    atomic_uint more;           /* how often the chore asks to be run again */
    atomic_uint failures;       /* how often the chore fails, before all else */
    pthread_mutex_t lock;
    struct store_fault plan;  /* under the lock */
    struct store_fault fault; /* of the writer's store; the executor's thread only */
} books = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline bool books_how(const struct call *call, const char *how)
{
    return text_equals(((const struct entry_input *)call->input)->how, text_of(how));
}

static inline void books_wait_at_gate(void)
{
    atomic_store(&books.chores_at_gate, atomic_load(&books.chores));
    atomic_fetch_add(&books.at_gate, 1);
    while (atomic_load(&books.gate_is_closed)) {
        usleep(200);
    }
}

static inline enum status books_answer(struct call *call, const struct statement *statement,
                                       struct values values)
{
    struct entry entry = {.amount = 0};
    enum status status = store_one(call->store, call->arena, statement, values, &entry);
    if (call->route->kind == ROUTE_READS_POINT && ((const struct entry_input *)call->input)->gate) {
        books_wait_at_gate(); /* with what it has seen */
    }
    entry.thread = gettid();
    if (status == STATUS_ABSENT) {
        return refuse(call, &books_absent);
    }
    return status == STATUS_OK ? answer(call, &entry) : status;
}

static inline enum status books_arm(struct call *call)
{
    pthread_mutex_lock(&books.lock);
    books.fault = books.plan;
    pthread_mutex_unlock(&books.lock);
    return refuse(call, &books_armed);
}

/* What goes wrong after the row was written; OK: nothing. */
static inline enum status books_go_wrong(struct call *call)
{
    if (books_how(call, "refuse_late")) {
        return refuse(call, &books_no);
    }
    if (books_how(call, "conflict") ||
        (books_how(call, "conflict_once") && call->work.tries == 0)) {
        return STATUS_CONFLICT;
    }
    if (books_how(call, "unhandled")) {
        return STATUS_MALFORMED;
    }
    return books_how(call, "full") ? STATUS_FULL : STATUS_OK;
}

static inline enum status books_put_handle(struct call *call)
{
    const struct entry_input *input = call->input;
    const struct statement *statement = books_how(call, "twin") ? &books_insert : &books_add;
    atomic_fetch_add(&books.runs, 1);
    if (books_how(call, "arm")) {
        return books_arm(call);
    }
    if (books_how(call, "refuse")) {
        return refuse(call, &books_no);
    }
    if (books_how(call, "gate")) {
        books_wait_at_gate();
    }
    enum status status =
        store_exec(call->store, statement,
                   VALUES(value_text(input->name), value_integer(input->amount)), NULL);
    if (status == STATUS_EXISTS) {
        return refuse(call, &books_no);
    }
    if (status == STATUS_OK) {
        status = books_go_wrong(call);
    }
    return status == STATUS_OK ? books_answer(call, &books_find, VALUES(value_text(input->name)))
                               : status;
}

static inline enum status books_get_handle(struct call *call)
{
    const struct entry_input *input = call->input;
    return books_answer(call, &books_find, VALUES(value_text(input->name)));
}

static inline enum status books_list_handle(struct call *call)
{
    const struct entry_input *input = call->input;
    if (input->gate) {
        books_wait_at_gate();
    }
    return books_answer(call, &books_sum, NO_VALUES);
}

static inline enum status books_chore(struct chore_run *run)
{
    atomic_fetch_add(&books.chores, 1);
    enum status status = store_exec(run->store, &books_add,
                                    VALUES(value_text(TEXT("chore")), value_integer(1)), NULL);
    if (status == STATUS_OK && atomic_load(&books.failures) > 0) {
        atomic_fetch_sub(&books.failures, 1);
        run->more = true; /* which does not count when it fails */
        return STATUS_UNAVAILABLE;
    }
    run->more = atomic_load(&books.more) > 0;
    if (run->more) {
        atomic_fetch_sub(&books.more, 1);
    }
    return status;
}

static const struct route books_routes[] = {
    {.method = HTTP_POST,
     .path = "/entries",
     .operation = "put_entry",
     .summary = "Adds to an entry",
     .kind = ROUTE_WRITES,
     .handle = books_put_handle,
     .takes = &books_put,
     .gives = &books_entry,
     .success_status = 201,
     .refusals = books_refusals,
     .refusal_count = COUNT_OF(books_refusals)},
    {.method = HTTP_GET,
     .path = "/entries/{name}",
     .operation = "get_entry",
     .summary = "One entry",
     .kind = ROUTE_READS_POINT,
     .handle = books_get_handle,
     .takes = &books_name,
     .gives = &books_entry,
     .refusals = books_refusals,
     .refusal_count = COUNT_OF(books_refusals)},
    {.method = HTTP_POST,
     .path = "/entries/{name}",
     .operation = "put_named",
     .summary = "Adds to this entry",
     .kind = ROUTE_WRITES,
     .handle = books_put_handle,
     .takes = &books_put_named,
     .gives = &books_entry,
     .refusals = books_refusals,
     .refusal_count = COUNT_OF(books_refusals)},
    {.method = HTTP_GET,
     .path = "/entries",
     .operation = "sum_entries",
     .summary = "All entries",
     .kind = ROUTE_READS,
     .handle = books_list_handle,
     .takes = &books_list,
     .gives = &books_entry,
     .refusals = books_refusals,
     .refusal_count = COUNT_OF(books_refusals)},
};

static const struct chore books_chores[] = {
    {.name = "count", .run = books_chore, .every_ms = 300},
};

static const struct service books_service = {.name = "books",
                                             .purpose = "Entries that go wrong as they are told",
                                             .migrations = books_migrations,
                                             .migration_count = 1,
                                             .routes = books_routes,
                                             .route_count = COUNT_OF(books_routes)};

static const struct service books_with_chore = {.name = "books",
                                                .purpose = "The same, with something of its own",
                                                .migrations = books_migrations,
                                                .migration_count = 1,
                                                .routes = books_routes,
                                                .route_count = COUNT_OF(books_routes),
                                                .chores = books_chores,
                                                .chore_count = 1};

#endif
