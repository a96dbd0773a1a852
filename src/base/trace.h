/* trace.h - what the program does, step by step, for a checker that knows what it may do.
 *
 * Only the `fault` variant of the build (-DFAULTS) has it; in every other it is nothing.
 * KONTORA_BUS_TRACE=FILE appends one JSON object a line; tests/model/bus_trace.py says what they
 * mean. Several processes may have one file: each line is one write() to its end, so the order of
 * the lines is the order of the steps.
 *
 * What happens in a transaction is kept until its commit and told directly before that; what is
 * undone is never told. A thread has one transaction at a time, and is one actor.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include "base/status.h"
#include "base/text.h"

struct trace_field {
    const char *name;
    struct text text; /* NO_TEXT: it is a number */
    int64_t number;
};

#ifdef FAULTS

bool trace_is_on(void);

/* Told at once; or, when `transaction` is not NULL, when that commits. It is whatever tells one
 * transaction of a thread from others: the address of its store. */
void trace_step(const void *transaction, const char *step, const struct trace_field *fields,
                size_t count);

/* Has this transaction something to tell when it commits? */
bool trace_has_kept(const void *transaction);

/* What became of the transaction of this thread; nothing when it has none of that name. */
void trace_marked(const void *transaction);
void trace_undone(const void *transaction);
void trace_part_begun(const void *transaction);
void trace_part_undone(const void *transaction);
void trace_commits(const void *transaction);
void trace_committed(enum status status); /* after trace_commits */
void trace_rolled_back(const void *transaction);

#define TRACE(call) (call)
#else
#define TRACE(call) ((void)0)
#endif

#endif
