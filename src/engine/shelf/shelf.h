/* shelf.h - the workflows of a service as people find them: which they may enter and how much waits
 * for them there, what they look like, and what would be wrong with another one.
 *
 *   GET  /api/doors/SERVICE                          for whoever is signed in
 *   GET  /api/workflows/SERVICE/{workflow}/picture   for who may read workflows
 *   GET  /api/workflows/SERVICE/{workflow}/places
 *   POST /api/checks/SERVICE
 *   POST /api/cases/SERVICE/{case_id}/view_as        for who may look with the eyes of others
 *
 * and, in the words of one workflow and for its participants,
 *
 *   GET  /flow/KIND/WORKFLOW/about, /flow/KIND/WORKFLOW/picture
 */
#ifndef ENGINE_SHELF_SHELF_H
#define ENGINE_SHELF_SHELF_H

#include "engine/recipe.h"
#include "runtime/call.h"

/* The rows of a service with workflows; in the arena. */
const struct route *shelf_routes(struct arena *arena, const struct service *service,
                                 size_t *count_out);

/* ---- of participants: rows of operation_routes.c ---- */

extern const struct shape flow_about_takes;
extern const char flow_about_schema[];
NODISCARD enum status flow_about_handle(struct call *call);

extern const struct shape flow_picture_takes;
NODISCARD enum status flow_picture_handle(struct call *call);

#endif
