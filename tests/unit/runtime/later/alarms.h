/* alarms.h - a small service that writes down what rang, when it was due and in which order; and
 * its chores run by hand, at a time that the test chooses.
 */
#ifndef TESTS_UNIT_RUNTIME_LATER_ALARMS_H
#define TESTS_UNIT_RUNTIME_LATER_ALARMS_H

#include "base/clock.h"
#include "bus/journal.h"
#include "runtime/host.h"
#include "runtime/idempotency_store.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/parked_store.h"
#include "runtime/later/schedule_run.h"
#include "runtime/later/timer_run.h"
#include "store/sqlite.h"
#include "tests/unit/runtime/later/alarms_service.h"

#include <stdio.h>
#include <string.h>

enum { ALARMS_ARENA_MAX = 64 * 1024 * 1024 };

struct alarms {
    struct arena *arena; /* of the process */
    struct store_source *source;
    struct store *store;
    struct host host;
    int64_t now_ms;
    struct chore_run last; /* the newest run of a chore */
};

static inline struct store_source *alarms_sqlite(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "alarms"};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

static inline void alarms_migrate(struct alarms *alarms, const char *series,
                                  const struct migration *migrations, size_t count)
{
    struct text error = NO_TEXT;
    CHECK_STATUS(migrate(alarms->store, series, migrations, count, alarms->arena, &error),
                 STATUS_OK);
}

static inline void alarms_migrate_all(struct alarms *alarms)
{
    alarms_migrate(alarms, "runtime", runtime_migrations, runtime_migration_count);
    alarms_migrate(alarms, "bus", bus_migrations, bus_migration_count);
    alarms_migrate(alarms, "intake", intake_migrations, intake_migration_count);
    alarms_migrate(alarms, "later", later_migrations, later_migration_count);
    alarms_migrate(alarms, "alarms", alarms_migrations, COUNT_OF(alarms_migrations));
}

/* With another table from now on, as after a new start. */
static inline void alarms_start(struct alarms *alarms, const struct service *service,
                                const char *zone_name_or_null)
{
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    if (zone_name_or_null != NULL) {
        CHECK_STATUS(zone_open(alarms->arena, text_of(zone_name_or_null), &zone, &error),
                     STATUS_OK);
    }
    alarms->host.service = service;
    const struct later_options options = {
        .service = service, .store = alarms->store, .zone = zone, .now_ms = alarms->now_ms};
    CHECK_STATUS(later_open(&options, alarms->arena, &alarms->host.later, &error), STATUS_OK);
}

static inline void alarms_open(struct alarms *alarms, struct store_source *source,
                               const struct service *service, int64_t now_ms)
{
    *alarms = (struct alarms){
        .arena = arena_create("alarms", ALARMS_ARENA_MAX), .source = source, .now_ms = now_ms};
    CHECK_STATUS(source->open(source, STORE_WRITE, &alarms->store), STATUS_OK);
    alarms_migrate_all(alarms);
    alarms_start(alarms, service, NULL);
}

static inline void alarms_close(struct alarms *alarms)
{
    store_destroy(&alarms->store);
    alarms->source->destroy(alarms->source);
    arena_destroy(&alarms->arena);
}

/* ---- what handlers say ---- */

static const struct message alarms_request = {.actor = {"anna", 4},
                                              .trace = {"0123456789abcdef0123456789abcdef", 32}};

static inline struct call alarms_call(struct alarms *alarms)
{
    return (struct call){.arena = alarms->arena,
                         .store = alarms->store,
                         .service = alarms->host.service,
                         .host = &alarms->host,
                         .now_ms = alarms->now_ms,
                         .message = &alarms_request};
}

static inline void alarms_begin(struct alarms *alarms)
{
    CHECK_STATUS(store_begin(alarms->store, STORE_WRITE), STATUS_OK);
}

static inline void alarms_commit(struct alarms *alarms)
{
    CHECK_STATUS(store_commit(alarms->store), STATUS_OK);
}

static inline void alarms_set_as(struct alarms *alarms, size_t timer, const char *subject,
                                 int64_t at_ms, const char *how)
{
    struct call call = alarms_call(alarms);
    const struct alarm_data data = {.how = text_of(how), .again_at = at_ms + 1000};
    alarms_begin(alarms);
    CHECK_STATUS(timer_set(&call, &alarms_timers[timer], text_of(subject), at_ms,
                           alarms_timers[timer].takes ? &data : NULL),
                 STATUS_OK);
    CHECK_INT(call.effects.alarm_at, at_ms);
    alarms_commit(alarms);
}

static inline void alarms_set(struct alarms *alarms, const char *subject, int64_t at_ms)
{
    alarms_set_as(alarms, 0, subject, at_ms, "");
}

static inline void alarms_clear(struct alarms *alarms, const char *subject)
{
    struct call call = alarms_call(alarms);
    alarms_begin(alarms);
    CHECK_STATUS(timer_clear(&call, &alarms_timers[0], text_of(subject)), STATUS_OK);
    alarms_commit(alarms);
}

/* ---- what chores do ---- */

/* One piece, as the executor does it. */
static inline enum status alarms_try(struct alarms *alarms, chore_fn *chore)
{
    struct arena *arena = arena_create("chore", ALARMS_ARENA_MAX);
    alarms->last = (struct chore_run){
        .host = &alarms->host, .store = alarms->store, .arena = arena, .now_ms = alarms->now_ms};
    alarms_begin(alarms);
    enum status status = chore(&alarms->last);
    if (status == STATUS_OK) {
        status = store_commit(alarms->store);
    } else {
        store_rollback(alarms->store);
    }
    arena_destroy(&arena);
    return status;
}

/* Until it does not ask for more; how many pieces that was. */
static inline int alarms_run(struct alarms *alarms, chore_fn *chore)
{
    int pieces = 0;
    do {
        CHECK_STATUS(alarms_try(alarms, chore), STATUS_OK);
        CHECK(++pieces < 2000);
    } while (alarms->last.more);
    return pieces;
}

static inline int alarms_timers_at(struct alarms *alarms, int64_t now_ms)
{
    alarms->now_ms = now_ms;
    return alarms_run(alarms, later_run_timers);
}

static inline int alarms_schedules_at(struct alarms *alarms, int64_t now_ms)
{
    alarms->now_ms = now_ms;
    return alarms_run(alarms, later_run_schedules);
}

/* ---- what came of it ---- */

static inline struct rows alarms_rung(struct alarms *alarms)
{
    struct rows rows;
    CHECK_STATUS(store_begin(alarms->store, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(alarms->store, alarms->arena, &rung_list, NO_VALUES, &rows),
                 STATUS_OK);
    alarms_commit(alarms);
    return rows;
}

/* "ring a 1000, ring b 2000" */
static inline struct text alarms_told(struct alarms *alarms)
{
    struct rows rows = alarms_rung(alarms);
    const struct rung *rung = rows.items;
    struct text told = TEXT("");
    for (size_t i = 0; i < rows.count; i++) {
        told = text_format(alarms->arena, "%.*s%s%.*s %.*s %lld", TEXT_ARGS(told),
                           i == 0 ? "" : ", ", TEXT_ARGS(rung[i].name), TEXT_ARGS(rung[i].subject),
                           (long long)rung[i].told_at);
    }
    return told;
}

static inline struct rows alarms_parked(struct alarms *alarms)
{
    struct rows rows;
    CHECK_STATUS(store_begin(alarms->store, STORE_READ), STATUS_OK);
    CHECK_STATUS(parked_list(alarms->store, alarms->arena, NO_TEXT, 0, 100, &rows), STATUS_OK);
    alarms_commit(alarms);
    return rows;
}

#endif
