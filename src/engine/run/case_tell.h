/* case_tell.h - what others hear of a case: the events of its transitions, and that it has changed.
 * Inside the engine only. */
#ifndef ENGINE_RUN_CASE_TELL_H
#define ENGINE_RUN_CASE_TELL_H

#include "engine/operations/operation_store.h"
#include "engine/run/step.h"

/* What stands in `tells` of the transition that has just happened. */
NODISCARD enum status case_tell(struct step *step, int transition);

/* Once for each commit, whatever happened in it. Leaves step->event_id. */
NODISCARD enum status case_tell_changed(struct step *step, const struct operation_outcome *outcome);

/* SERVICE.case_forgotten, to everybody who saw it. */
NODISCARD enum status case_tell_forgotten(struct call *call, struct case_record *record);

#endif
