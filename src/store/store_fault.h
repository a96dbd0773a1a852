/* store_fault.h - a store that fails on purpose; wraps a real one, for tests.
 *
 * After `countdown` more calls (of the kinds in `calls`) each call answers `status` instead of
 * reaching the real store, `repeat` times (0: for ever). An UNCERTAIN commit really commits when
 * `commit_happens`, and rolls back when not: the caller cannot know, as in life.
 */
#ifndef STORE_STORE_FAULT_H
#define STORE_STORE_FAULT_H

#include "store/store.h"

#include <stdatomic.h>

enum store_fault_call {
    STORE_FAULT_BEGIN = 1,
    STORE_FAULT_EXEC = 2,
    STORE_FAULT_QUERY = 4,
    STORE_FAULT_MARK = 8,
    STORE_FAULT_UNDO = 16,
    STORE_FAULT_COMMIT = 32,
    STORE_FAULT_PART = 64, /* the first statement that sets it */
    STORE_FAULT_PART_UNDO = 128,
};

struct store_fault {
    atomic_uint calls; /* a test may end the trouble while others are at it */
    int countdown;
    int repeat;
    enum status status;
    bool commit_happens;
    unsigned hits; /* counted by the wrapper */
};

/* The wrapper owns the inner store; the script belongs to the caller and may change in between. */
struct store *store_fault_create(struct store *inner, struct store_fault *fault);

#endif
