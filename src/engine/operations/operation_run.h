/* operation_run.h - an operation that may be done, done: its row, its function, its transition and
 * what follows by itself, in the transaction of the call. Inside the room only. */
#ifndef ENGINE_OPERATIONS_OPERATION_RUN_H
#define ENGINE_OPERATIONS_OPERATION_RUN_H

#include "engine/operations/operation_store.h"
#include "engine/run/case_move.h"

/* The form has been read into the step's record, and the transition may happen. The row is a new
 * one, `running`; it leaves as it was written in the end. CONFLICT: somebody was faster. EXISTS:
 * the case would become a second open one of those there may be one of. */
NODISCARD enum status operation_run(struct step *step, int transition, struct operation_row *row);

#endif
