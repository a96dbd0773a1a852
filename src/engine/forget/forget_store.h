/* forget_store.h - the rows that stand beside a case, and how they go. Inside the room only. */
#ifndef ENGINE_FORGET_FORGET_STORE_H
#define ENGINE_FORGET_FORGET_STORE_H

#include "engine/run/case_record.h"

/* CONFLICT: somebody has moved it meanwhile. First of all: whoever moves it at this moment waits
 * for this row, and then finds none. */
NODISCARD enum status forget_case_row(struct store *store, const struct case_record *record);

/* History, operations, stages, what triggers and workers and early events have left. */
NODISCARD enum status forget_rows_beside(struct store *store, struct id case_id);

#endif
