/* schedule_run.h - the chore that runs what the calendar says. */
#ifndef RUNTIME_LATER_SCHEDULE_RUN_H
#define RUNTIME_LATER_SCHEDULE_RUN_H

#include "base/schedule.h"
#include "runtime/later/later.h"

struct later_schedule {
    const struct schedule_row *row;
    struct schedule schedule;
    struct text written; /* with the zone: when it changes, so do the times */
};

struct later {
    const struct zone *zone;
    struct later_schedule *schedules;
    size_t schedule_count;
};

/* What is to be done about a time that is due. */
struct schedule_plan {
    bool runs;       /* false: too late, the policy says to wait for the next */
    int64_t told_at; /* the time it runs for, or that is skipped */
    int64_t next_at; /* 0: never again */
};

/* due_at <= now_ms. */
struct schedule_plan schedule_plan(const struct later_schedule *schedule, const struct zone *zone,
                                   int64_t due_at, int64_t now_ms);

/* The next time after after_ms; 0: never. */
int64_t schedule_after(const struct later_schedule *schedule, const struct zone *zone,
                       int64_t after_ms);

NODISCARD enum status later_run_schedules(struct chore_run *run);

#endif
