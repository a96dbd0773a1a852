/* handlers.h - what the rows that a workflow needs run: the engine's handlers of messages.
 * case_reply, of errands, is in cases.h.
 */
#ifndef ENGINE_HANDLERS_H
#define ENGINE_HANDLERS_H

#include "runtime/call.h"

/* An event that some workflow of the service waits for. */
NODISCARD enum status case_event(struct call *call);

/* A time of one case has come; message->subject says which. */
NODISCARD enum status case_timer(struct call *call);

/* A time of the calendar has come: the catalog's schedules say for which workflows. */
NODISCARD enum status case_schedule(struct call *call);

#endif
