/* dead_gauge.h - how much is parked in a service, as it was counted last; for /metrics. */
#ifndef RUNTIME_DEAD_DEAD_GAUGE_H
#define RUNTIME_DEAD_DEAD_GAUGE_H

#include <stdatomic.h>

/* Written by the executor that runs chores, read by anybody. */
struct dead_gauge {
    atomic_llong waiting;
    atomic_llong behind;
    atomic_llong dead;
    atomic_llong oldest_dead_at; /* wall ms; 0: none is dead */
};

#endif
