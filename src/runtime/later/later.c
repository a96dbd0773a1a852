/* later.c - the schedules of a service brought up to date, and the chores that run what is due. */
#include "runtime/later/later.h"

#include "base/log.h"
#include "runtime/later/schedule_run.h"
#include "runtime/later/schedule_store.h"
#include "runtime/later/timer_run.h"

/* What looks at a clock looks at it this often, too, for clocks that jump, and for what a process
 * that has ended left behind. */
enum { LOOK_EVERY_MS = 10000, TRIES_MAX = 5 };

const struct chore later_chores[] = {
    {.name = "timers", .run = later_run_timers, .every_ms = LOOK_EVERY_MS, .heeds_alarms = true},
    {.name = "schedules",
     .run = later_run_schedules,
     .every_ms = LOOK_EVERY_MS,
     .heeds_alarms = true},
};
const size_t later_chore_count = COUNT_OF(later_chores);

static enum status read_schedules(struct later *later, const struct service *service,
                                  struct arena *arena, struct text *error_out)
{
    later->schedules = ARENA_ARRAY(arena, struct later_schedule, service->schedule_count);
    later->schedule_count = service->schedule_count;
    for (size_t i = 0; i < service->schedule_count; i++) {
        struct later_schedule *schedule = &later->schedules[i];
        schedule->row = &service->schedules[i];
        enum status status =
            schedule_read(arena, text_of(schedule->row->when), &schedule->schedule, error_out);
        if (status != STATUS_OK) {
            return status;
        }
        struct text written = schedule_text(arena, &schedule->schedule);
        schedule->written = schedule->schedule.kind == SCHEDULE_EVERY
                                ? written
                                : text_format(arena, "%.*s, %.*s", TEXT_ARGS(written),
                                              TEXT_ARGS(zone_name(later->zone)));
    }
    return STATUS_OK;
}

struct updating {
    const struct later *later;
    struct store *store;
    struct arena *arena;
    int64_t now_ms;
};

static const struct schedule_state *find_state(const struct rows *rows, struct text name)
{
    const struct schedule_state *states = rows->items;
    for (size_t i = 0; i < rows->count; i++) {
        if (text_equals(states[i].name, name)) {
            return &states[i];
        }
    }
    return NULL;
}

static bool is_wanted(const struct later *later, struct text name)
{
    for (size_t i = 0; i < later->schedule_count; i++) {
        if (text_equals(text_of(later->schedules[i].row->name), name)) {
            return true;
        }
    }
    return false;
}

static enum status put_one(const struct updating *updating, const struct later_schedule *schedule,
                           const struct schedule_state *known)
{
    int64_t last_at = known ? known->last_at : 0;
    /* After a clock that went back nothing fires for a time that has fired. */
    int64_t after_ms = last_at > updating->now_ms ? last_at : updating->now_ms;
    struct schedule_state state = {
        .name = text_of(schedule->row->name),
        .due_at = schedule_after(schedule, updating->later->zone, after_ms),
        .last_at = last_at,
        .written = schedule->written,
    };
    return schedule_put(updating->store, &state);
}

static enum status update_rows(const struct updating *updating)
{
    struct rows rows;
    enum status status = schedule_list(updating->store, updating->arena, &rows);
    const struct schedule_state *states = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        if (!is_wanted(updating->later, states[i].name)) {
            status = schedule_remove(updating->store, states[i].name);
        }
    }
    for (size_t i = 0; status == STATUS_OK && i < updating->later->schedule_count; i++) {
        const struct later_schedule *schedule = &updating->later->schedules[i];
        const struct schedule_state *known = find_state(&rows, text_of(schedule->row->name));
        if (known == NULL || !text_equals(known->written, schedule->written)) {
            status = put_one(updating, schedule, known);
        }
    }
    return status;
}

static enum status update(const struct updating *updating)
{
    enum status status = store_begin(updating->store, STORE_WRITE);
    if (status != STATUS_OK) {
        return status;
    }
    status = update_rows(updating);
    if (status == STATUS_OK) {
        return store_commit(updating->store);
    }
    store_rollback(updating->store);
    return status;
}

enum status later_open(const struct later_options *options, struct arena *arena,
                       const struct later **later_out, struct text *error_out)
{
    MUST(options->service->schedule_count <= SCHEDULES_MAX);
    struct later *later = ARENA_NEW(arena, struct later);
    later->zone = options->zone;
    enum status status = STATUS_OK;
    if (later->zone == NULL) {
        status = zone_open(arena, TEXT("UTC"), &later->zone, error_out);
    }
    if (status == STATUS_OK) {
        status = read_schedules(later, options->service, arena, error_out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct updating updating = {
        .later = later, .store = options->store, .arena = arena, .now_ms = options->now_ms};
    status = update(&updating);
    for (int i = 1; i < TRIES_MAX && status == STATUS_CONFLICT; i++) {
        status = update(&updating); /* another process that starts now was faster */
    }
    if (status != STATUS_OK) {
        *error_out = text_format(arena, "%s: the schedules cannot be brought up to date: %s.",
                                 options->service->name, status_text(status));
        return status;
    }
    *later_out = later;
    return STATUS_OK;
}

const struct zone *later_zone(const struct later *later)
{
    return later->zone;
}
