/* schedule_routes.h - what runs by the calendar, for people: seen, and run before its time.
 *
 * Every service that has schedules has these routes beside its own: below /api/schedules/<service>.
 * One that is run now runs as if it were due now, once, whoever asks it at the same time, and then
 * goes on by the calendar.
 */
#ifndef RUNTIME_LATER_SCHEDULE_ROUTES_H
#define RUNTIME_LATER_SCHEDULE_ROUTES_H

#include "runtime/service.h"

/* Made in the arena; none for a service without schedules. */
const struct route *schedule_routes(struct arena *arena, const struct service *service,
                                    size_t *count_out);

#endif
