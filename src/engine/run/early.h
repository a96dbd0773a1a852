/* early.h - an event that comes before its case is where it could hear it: with `early: keep` it
 * waits for the case. Inside the engine only.
 *
 * It is kept when the case is open, nothing of the case has taken it, and the case could still come
 * to where it would. The case's revision grows with it, so that whoever moves the case meanwhile
 * begins again and finds it. When the case comes there it is looked at as if it came just then,
 * once, before anything that the case would do by itself. When the case cannot come there any more
 * it is forgotten, and the log says so.
 */
#ifndef ENGINE_RUN_EARLY_H
#define ENGINE_RUN_EARLY_H

#include "engine/run/early_store.h"
#include "engine/run/step.h"

/* Could a case with this marking still come to where the transition takes from? */
bool early_may_come(const struct recipe *recipe, int transition, const struct bit_set *marking);

/* The event of the call waits for these transitions of the case, whose step has been begun.
 * TOO_LARGE: the case keeps EARLY_MAX already; step->fault. */
NODISCARD enum status early_keep(struct step *step, const int *transitions, size_t count);

/* The first one that is no longer too early has its turn; taken_out says whether there was one. */
NODISCARD enum status early_take(struct step *step, bool *taken_out);

/* Those that are too late now are forgotten. */
NODISCARD enum status early_forget(struct step *step);

#endif
