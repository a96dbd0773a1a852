/* cache_fault.h - a cache that fails on purpose; wraps a real one, for tests.
 *
 * After `countdown` more calls (of the kinds in `calls`) each call goes wrong in the way of `kind`,
 * `repeat` times (0: for ever). What it does is always something that the contract allows.
 */
#ifndef CACHE_CACHE_FAULT_H
#define CACHE_CACHE_FAULT_H

#include "cache/cache.h"

enum cache_fault_call {
    CACHE_FAULT_GET = 1,
    CACHE_FAULT_PUT = 2,
    CACHE_FAULT_FORGET = 4,
    CACHE_FAULT_ADD = 8,
    CACHE_FAULT_ALL = 15,
};

enum cache_fault_kind {
    CACHE_FAULT_FAILS,   /* UNAVAILABLE, and nothing happens */
    CACHE_FAULT_SILENT,  /* UNAVAILABLE, but it happens */
    CACHE_FAULT_FORGETS, /* what is stored under the key is forgotten, and then the call is made;
                            a put is forgotten after it */
    CACHE_FAULT_DELAYS,  /* the call is made delay_ms later */
};

struct cache_fault {
    unsigned calls;
    enum cache_fault_kind kind;
    int countdown;
    int repeat;
    int delay_ms;
    unsigned hits; /* counted by the wrapper */
};

/* The wrapper owns the inner cache; the script belongs to the caller, who may change it while no
 * call is under way. */
struct cache *cache_fault_create(struct cache *inner, struct cache_fault *fault);

#endif
