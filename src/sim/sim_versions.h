/* sim_versions.h - several versions of one workflow: which of them a process has files of, and what
 * must be true of a case that has moved from one to another. Inside the room only.
 */
#ifndef SIM_SIM_VERSIONS_H
#define SIM_SIM_VERSIONS_H

#include "sim/sim_world.h"

struct case_step;

/* Is this row of history a move to another version? */
bool versions_is_move(const struct case_step *step);

/* The case is one of that version from here on; its marking is where it has come to, and what was
 * known of it goes with it. `after` holds the names of places, of the new version. */
void versions_follow(struct world *world, struct watched_case *watched,
                     const struct case_step *step, const struct json *changes);

#endif
