/* call_run.h - runs one call inside a transaction: its kept reply, or its handler.
 *
 * Under an Idempotency-Key the reply is kept in the same transaction; the same key with the same
 * request gives the kept reply byte for byte, with another request a 422.
 */
#ifndef RUNTIME_CALL_RUN_H
#define RUNTIME_CALL_RUN_H

#include "runtime/service.h"

enum { CALL_TRIES_MAX = 5 };

/* For a write, after store_begin: runs it and undoes what was refused. OK and REFUSED mean the
 * exchange has its answer (to be sent after the commit). CONFLICT: undone, may run again. Anything
 * else is a fault and the transaction is lost.
 *
 * A mark for each call costs as much as a small write, and few calls need theirs: what is refused
 * has seldom written before. So the first run of a batch has no marks; CALL_NEEDS_MARK says that
 * this call must be undone alone, and the whole batch has to be run again with marks. */
enum call_result { CALL_DONE, CALL_AGAIN, CALL_NEEDS_MARK, CALL_FAULT };

struct call_outcome {
    enum call_result result;
    enum status fault; /* of CALL_FAULT */
    bool wrote;        /* there is something to commit */
};

NODISCARD struct call_outcome call_run_write(struct call *call, struct store *store,
                                             bool with_mark);

/* For a read, inside a READ transaction. The exchange has its answer in every case. */
void call_run_read(struct call *call, struct store *store);

/* Fills idempotency_key and body_hash from the request; REFUSED with an answer for a bad key. */
NODISCARD enum status call_read_idempotency_key(struct call *call);

/* Counts the call, answers 304 where the client has it already, and gives the exchange back. */
void call_finish(struct call *call);

#endif
