/* casebook.h - the cases of a service as its operator sees them: lists, one of them with why it
 * stands where it stands, its history, and the ways to put it right (stages/mend.h).
 *
 *   GET  /api/cases/SERVICE, /api/cases/SERVICE/{case_id}, .../history
 *   POST /api/cases/SERVICE/{case_id}/retry, /skip, /edit, /move, /cancel
 *   DELETE /api/cases/SERVICE/{case_id}: a case that is over is forgotten (forget/forget.h)
 *
 * For whoever runs the machine, not for participants: those have /flow. Secrets are not shown to
 * anybody.
 */
#ifndef ENGINE_CASEBOOK_CASEBOOK_H
#define ENGINE_CASEBOOK_CASEBOOK_H

#include "engine/recipe.h"

/* The rows of every service with workflows. */
const struct route *casebook_routes(struct arena *arena, const struct service *service,
                                    size_t *count_out);

#endif
