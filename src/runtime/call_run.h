/* call_run.h - runs one call inside a transaction: its kept reply, or its handler.
 *
 * Under an Idempotency-Key the reply is kept in the same transaction; the same key with the same
 * request gives the kept reply byte for byte, with another request a 422.
 */
#ifndef RUNTIME_CALL_RUN_H
#define RUNTIME_CALL_RUN_H

#include "runtime/service.h"

/* How an executor runs a request and finishes it: the `work` member of a call has these. OK and
 * REFUSED of its handler mean that the exchange has its answer, to be sent after the commit. */
extern const struct work_ops call_work_ops;

/* For a read, inside a READ transaction. The exchange has its answer in every case. */
void call_run_read(struct call *call, struct store *store);

/* Fills idempotency_key and body_hash from the request; REFUSED with an answer for a bad key. */
NODISCARD enum status call_read_idempotency_key(struct call *call);

/* From now on a line of the log for each answer: never what stands in a path or a body, which may
 * be somebody's secret. */
void call_log_requests(bool logs);

/* Counts an answer that is about to be given, in the figures of its route. */
void call_count(struct call *call);

/* Counts the call, answers 304 where the client has it already, and gives the exchange back. */
void call_finish(struct call *call);

#endif
