/* schedule_plan.c - which times were missed, and what the catch-up policy makes of them. */
#include "runtime/later/schedule_run.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };
#define DAY_MS ((int64_t)24 * HOUR_MS)

/* Nobody was running, as far as a schedule is concerned, when it is this late. */
enum { MISSED_MS = MINUTE_MS };

int64_t schedule_after(const struct later_schedule *schedule, const struct zone *zone,
                       int64_t after_ms)
{
    int64_t next_ms = 0;
    return schedule_next(&schedule->schedule, zone, after_ms, &next_ms) ? next_ms : 0;
}

/* The newest time from first_at, which is one, to now. Looked for in ever longer spans before now,
 * so that not all the times of a long absence are counted through. */
static int64_t newest_due(const struct later_schedule *schedule, const struct zone *zone,
                          int64_t first_at, int64_t now_ms)
{
    static const int64_t spans[] = {MINUTE_MS, HOUR_MS, DAY_MS, 31 * DAY_MS, 366 * DAY_MS};
    int64_t from_ms = first_at;
    for (size_t i = 0; i < COUNT_OF(spans); i++) {
        int64_t found = schedule_after(schedule, zone, now_ms - spans[i]);
        if (found != 0 && found <= now_ms && found >= first_at) {
            from_ms = found;
            break;
        }
    }
    int64_t next = schedule_after(schedule, zone, from_ms);
    while (next != 0 && next <= now_ms) {
        from_ms = next;
        next = schedule_after(schedule, zone, from_ms);
    }
    return from_ms;
}

struct schedule_plan schedule_plan(const struct later_schedule *schedule, const struct zone *zone,
                                   int64_t due_at, int64_t now_ms)
{
    MUST(due_at > 0 && due_at <= now_ms);
    struct schedule_plan plan = {
        .runs = true,
        .told_at = due_at,
        .next_at = schedule_after(schedule, zone, now_ms),
    };
    switch (schedule->row->catch_up) {
    case CATCH_UP_ONCE:
        plan.told_at = newest_due(schedule, zone, due_at, now_ms);
        break;
    case CATCH_UP_ALL:
        plan.next_at = schedule_after(schedule, zone, due_at);
        break;
    case CATCH_UP_NONE:
        plan.told_at = newest_due(schedule, zone, due_at, now_ms);
        plan.runs = now_ms - plan.told_at <= MISSED_MS;
        break;
    }
    return plan;
}
