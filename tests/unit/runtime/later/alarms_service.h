/* alarms_service.h - a small service that writes down what rang, when it was due and in which
 * order.
 */
#ifndef TESTS_UNIT_RUNTIME_LATER_ALARMS_SERVICE_H
#define TESTS_UNIT_RUNTIME_LATER_ALARMS_SERVICE_H

#include "runtime/service.h"
#include "tests/lib/check.h"

#include <stdatomic.h>

enum { RUNG_MAX = 4096 };

struct alarm_data {
    struct text how; /* refuse, fail, poison, conflict_once, again, move_next, clear_next */
    int64_t again_at;
};

struct rung {
    int64_t number;
    struct text name;
    struct text subject;
    int64_t told_at;
};

#define AT(member) .offset = offsetof(struct alarm_data, member)
static const struct field alarm_fields[] = {
    {.name = "how", .kind = FIELD_TEXT, .bytes_max = 40, .may_be_empty = true, AT(how)},
    {.name = "again_at", .kind = FIELD_INTEGER, AT(again_at)},
};
#undef AT
static const struct shape alarm_shape = {.name = "Alarm",
                                         .fields = alarm_fields,
                                         .field_count = COUNT_OF(alarm_fields),
                                         .bytes = sizeof(struct alarm_data)};

#define AT(member) .offset = offsetof(struct rung, member)
static const struct field rung_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "told_at", .kind = FIELD_INTEGER, AT(told_at)},
};
#undef AT
static const struct shape rung_shape = {.name = "Rung",
                                        .fields = rung_fields,
                                        .field_count = COUNT_OF(rung_fields),
                                        .bytes = sizeof(struct rung)};

static const struct statement rung_add = {
    .sql = "INSERT INTO alarms.rung (name, subject, told_at) VALUES ($1, $2, $3)",
};
static const struct statement rung_list = {
    .sql = "SELECT number, name, subject, told_at FROM alarms.rung ORDER BY number",
    .gives = &rung_shape,
    .rows_max = RUNG_MAX,
};

static const struct migration alarms_migrations[] = {
    {
        .version = 1,
        .name = "rung",
        .sqlite = "CREATE TABLE alarms.rung (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                  " subject TEXT NOT NULL, told_at INTEGER NOT NULL) STRICT",
        .postgres = "CREATE TABLE alarms.rung (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY"
                    " KEY, name text NOT NULL, subject text NOT NULL, told_at bigint NOT NULL)",
    },
};

static const struct refusal alarm_no = {"no", 409, "The answer is no."};

static struct {
    atomic_uint runs;   /* of handlers, whatever came of them */
    unsigned conflicts; /* still to be answered */
    bool schedules_fail;
} alarms_world;

static inline enum status alarm_ring(struct call *call);

static const struct timer alarms_timers[] = {
    {.name = "ring", .takes = &alarm_shape, .handle = alarm_ring, .retry = {.attempts_max = 3}},
    {.name = "knock", .takes = &alarm_shape, .handle = alarm_ring, .retry = {.attempts_max = 1}},
    {.name = "plain", .handle = alarm_ring},
};

static inline enum status alarm_write(struct call *call)
{
    const struct message *message = call->message;
    return store_exec(call->store, &rung_add,
                      VALUES(value_text(message->name), value_text(message->subject),
                             value_integer(message->told_at)),
                      NULL);
}

static inline enum status alarm_behave(struct call *call, const struct alarm_data *data)
{
    struct text how = data->how;
    if (text_equals(how, TEXT("refuse"))) {
        return refuse(call, &alarm_no);
    }
    if (text_equals(how, TEXT("fail")) && call->attempt == 1) {
        return STATUS_UNAVAILABLE;
    }
    if (text_equals(how, TEXT("poison"))) {
        return STATUS_UNAVAILABLE;
    }
    if (text_equals(how, TEXT("conflict_once")) && alarms_world.conflicts > 0) {
        alarms_world.conflicts--;
        return STATUS_CONFLICT;
    }
    if (text_equals(how, TEXT("again"))) {
        return timer_set(call, &alarms_timers[0], call->message->subject, data->again_at,
                         &(struct alarm_data){.how = TEXT("")});
    }
    if (text_equals(how, TEXT("move_next"))) {
        return timer_set(call, &alarms_timers[0], TEXT("next"), data->again_at,
                         &(struct alarm_data){.how = TEXT("")});
    }
    if (text_equals(how, TEXT("clear_next"))) {
        return timer_clear(call, &alarms_timers[0], TEXT("next"));
    }
    return STATUS_OK;
}

/* Writes first: so what it then fails of must be undone. */
static inline enum status alarm_ring(struct call *call)
{
    const struct alarm_data *data = call->takes != NULL ? call->input : NULL;
    atomic_fetch_add(&alarms_world.runs, 1);
    enum status status = alarm_write(call);
    return status == STATUS_OK && data != NULL ? alarm_behave(call, data) : status;
}

static inline enum status alarm_on_schedule(struct call *call)
{
    atomic_fetch_add(&alarms_world.runs, 1);
    enum status status = alarm_write(call);
    return status == STATUS_OK && alarms_world.schedules_fail ? STATUS_UNAVAILABLE : status;
}

static const struct errand alarms_errands[] = {
    {.service = "till", .command = "till.charge", .data = &alarm_shape, .deadline_ms = 5000},
};

#define ALARMS_TABLES                                                                              \
    .name = "alarms", .purpose = "Rings", .migrations = alarms_migrations, .migration_count = 1,   \
    .timers = alarms_timers, .timer_count = COUNT_OF(alarms_timers), .errands = alarms_errands,    \
    .errand_count = COUNT_OF(alarms_errands)

static const struct service alarms_service = {ALARMS_TABLES};

#endif
