/* sample_case.h - cases that were made up to look at, and how they go again.
 *
 *   SERVICE.begin_sample   a case begins and goes through these operations, as people would do them
 *   SERVICE.forget_sample  it is forgotten (forget/forget.h), wherever it has come to
 *
 * Commands of services that take samples (case_work), for the service `sample`. Nobody is told what
 * the operations of a sample would tell, and no time passes for it: no letter leaves for made-up
 * people. That it has changed is told, so lists and screens show it as any other case.
 */
#ifndef ENGINE_SAMPLE_SAMPLE_CASE_H
#define ENGINE_SAMPLE_SAMPLE_CASE_H

#include "engine/recipe.h"

/* The rows of a service's commands, with these behind them. */
const struct command *sample_case_commands(struct arena *arena, const struct service *service,
                                           size_t *count_out);

#endif
