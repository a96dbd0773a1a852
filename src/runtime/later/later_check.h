/* later_check.h - reads the tables of timers and schedules before the port opens. */
#ifndef RUNTIME_LATER_LATER_CHECK_H
#define RUNTIME_LATER_LATER_CHECK_H

#include "runtime/service.h"

/* NO_TEXT when all is well, else a sentence: "till: schedule 'close_the_day': ..." */
struct text later_check(struct arena *arena, const struct service *const *services,
                        size_t service_count);

#endif
