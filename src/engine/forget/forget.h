/* forget.h - a case goes for good, with everything that stood beside it.
 *
 * Its row, what it is found by, its history, operations, stages, timers, early events, what workers
 * and triggers have left, its files unless others have the same bytes, and what its service keeps
 * of it (case_work.forgets): all in one transaction, so all of it goes or nothing does. What is
 * under way elsewhere meets nobody: a reply, a result, a timer or an event for it is acknowledged,
 * and nothing happens. What was told of it stays told: journals and the audit have its id.
 */
#ifndef ENGINE_FORGET_FORGET_H
#define ENGINE_FORGET_FORGET_H

#include "runtime/call.h"

/* Of one that has just been loaded (run/case_store.h). CONFLICT: somebody has moved it meanwhile.
 */
struct case_record;
NODISCARD enum status case_forget(struct call *call, struct case_record *record);

#endif
