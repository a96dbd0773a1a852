/* announcer.h - says again and again in the shared cache that this process is there (registry.h).
 */
#ifndef RUNTIME_DISCOVERY_ANNOUNCER_H
#define RUNTIME_DISCOVERY_ANNOUNCER_H

#include "runtime/host.h"

struct announcer;

struct announcer_options {
    struct cache *cache; /* it must outlive the announcer */
    struct text address; /* where others reach this process */
    const struct host *hosts;
    size_t host_count;
};

/* From now on, on a thread of its own. */
struct announcer *announcer_start(const struct announcer_options *options);

/* The others are told that it leaves, and it is said no more. NULL inside is fine. */
void announcer_stop(struct announcer **announcer);

#endif
