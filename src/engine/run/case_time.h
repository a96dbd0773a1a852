/* case_time.h - the clocks of a case: its timers, its stages' deadlines and retries. Inside the
 * engine only.
 *
 * All of them are one row of the service's timers, "case_timer"; its subject says which:
 * "<case id>/<transition>", "<case id>/<stage>/deadline", "<case id>/" to go on settling. */
#ifndef ENGINE_RUN_CASE_TIME_H
#define ENGINE_RUN_CASE_TIME_H

#include "engine/run/step.h"

/* The timers of places that the case has come to are set, those of places it has left are cleared.
 */
NODISCARD enum status case_time_set(struct step *step);

/* When a timer is due in a case that came there at this time. 0: never, its field has no value. */
int64_t case_time_due(const struct step *step, const struct timer_rules *rules, int64_t came_at);

/* at_ms 0: clears it. `what` is what stands behind the case's id. */
NODISCARD enum status case_time_put(struct step *step, struct text what, int64_t at_ms);

/* The same for a case that is not at hand. */
NODISCARD enum status case_time_put_for(struct call *call, struct id case_id, struct text what,
                                        int64_t at_ms);

/* The other way round; false when it is no such subject. */
bool case_time_read(struct text subject, struct id *case_out, struct text *what_out);

#endif
