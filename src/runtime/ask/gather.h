/* gather.h - what a write asks others for, before its transaction begins. */
#ifndef RUNTIME_ASK_GATHER_H
#define RUNTIME_ASK_GATHER_H

#include "runtime/call.h"

/* Runs route.gather on a snapshot of its own service's rows. True: an executor goes on with the
 * call. False: it has its answer, a refusal or a fault.
 *
 * Under an Idempotency-Key a refusal goes to the executor too: it is kept like any other, and what
 * is kept already wins. */
bool gather_run(struct call *call, struct store *store);

#endif
