/* caller.h - who calls, kept for longer than his request. */
#ifndef RUNTIME_CALLER_H
#define RUNTIME_CALLER_H

#include "runtime/call.h"

/* The same in one block of memory of its own; memory_free. */
struct caller *caller_keep(const struct caller *caller);

/* Is he let in as the same, for the same person, who may the same? Through which session does not
 * matter. */
bool caller_equals(const struct caller *left, const struct caller *right);

#endif
