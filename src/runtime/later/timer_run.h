/* timer_run.h - the chore that runs timers and tells delayed commands when they are due. */
#ifndef RUNTIME_LATER_TIMER_RUN_H
#define RUNTIME_LATER_TIMER_RUN_H

#include "runtime/service.h"

NODISCARD enum status later_run_timers(struct chore_run *run);

#endif
