/* later.h - what a service does at a time: timers, delayed commands, schedules.
 *
 * All of it is rows in the service's own schema, written in the transaction of the change that asks
 * for it, and taken away in the transaction of what was asked for: so each counts once, whatever
 * dies in between and however many processes look. Two chores run what is due, a bounded piece at
 * a time, and sleep until the soonest that is still to come; what waits costs nothing.
 *
 *   timer, command     set ----> due ----> ran: gone
 *                       |  ^      |  \---> failed: gone, and parked (intake/parked_store.h)
 *                 clear |  +------+ set again
 *                       v
 *                      gone
 *
 *   schedule           one row, always at its next time; it moves when it fires
 *
 * What a handler says, and the tables of timers and schedules: tell.h.
 */
#ifndef RUNTIME_LATER_LATER_H
#define RUNTIME_LATER_LATER_H

#include "base/zone.h"
#include "runtime/service.h"

/* The schedules of one service, read; belongs to its host and never changes. */
struct later;

struct later_options {
    const struct service *service;
    struct store *store;     /* idle; its tables are up to date */
    const struct zone *zone; /* of the business; NULL: UTC */
    int64_t now_ms;
};

/* Brings the rows of the schedules up to date with the table: new ones wait for their next time,
 * and so do those whose `when` or zone has changed; rows without a schedule go. */
NODISCARD enum status later_open(const struct later_options *options, struct arena *arena,
                                 const struct later **later_out, struct text *error_out);

/* The time zone of the business. */
const struct zone *later_zone(const struct later *later);

/* For the executor that runs the chores of a host. */
extern const struct chore later_chores[];
extern const size_t later_chore_count;

/* The tables later_timer, later_command and later_schedule. */
extern const struct migration later_migrations[];
extern const size_t later_migration_count;

#endif
