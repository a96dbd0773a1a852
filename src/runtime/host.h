/* host.h - a service as it runs in this process: its table, its store, its threads. */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include "runtime/executor.h"
#include "runtime/service.h"

enum { HOSTS_MAX = 64, LOOPS_MAX = 16 };

/* One loop's own connection for point reads. Its snapshot lasts for a turn of the loop, so that
 * many reads share it; a commit in between ends it early, so that nobody reads what was before an
 * answer he may have heard of. Used by that loop's thread only. */
struct loop_reader {
    struct store *store;
    bool is_reading;
    unsigned long commits_seen;
};

struct host {
    const struct service *service;
    size_t index;
    struct store_source *source;
    struct executor *executor;
    bool reads_at_once; /* point reads run on the loop's thread */
    struct loop_reader loop_readers[LOOPS_MAX];
};

#endif
