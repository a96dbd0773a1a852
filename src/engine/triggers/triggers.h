/* triggers.h - how services outside work with cases: they run shared functions, keep what their
 * triggers know, read the events of a case, and notify (docs/triggers.md).
 *
 *   POST /functions/NAME                         once for each Idempotency-Key
 *   GET  /triggers/state, POST .../upsert        one state for each case and kind of trigger
 *   GET  /procaas/caching-proxy/events           the history of a case, page by page
 *   POST /flow/procaas/WORKFLOW/on-event         something has happened there
 *   POST /flow/stq/WORKFLOW/on-task              its time has come there
 */
#ifndef ENGINE_TRIGGERS_TRIGGERS_H
#define ENGINE_TRIGGERS_TRIGGERS_H

#include "engine/recipe.h"

/* The rows of a service; they live in the arena. */
const struct route *trigger_routes(struct arena *arena, const struct catalog *catalog,
                                   size_t *count_out);

/* Is it an event that this workflow is notified of? "procaas.KIND" where procaas takes part,
 * "stq.KIND" where stq does. */
bool trigger_hears(const struct workflow *workflow, struct text event);

#endif
