/* bench_latency.h - how long answers took: counted in steps of 3 percent, whatever their range. */
#ifndef CLI_BENCH_BENCH_LATENCY_H
#define CLI_BENCH_BENCH_LATENCY_H

#include <stdint.h>

enum { LATENCY_STEPS = 32, LATENCY_SLOTS = 60 * LATENCY_STEPS };

struct latency {
    uint64_t slots[LATENCY_SLOTS];
    uint64_t count;
    int64_t ns_max;
};

void latency_add(struct latency *latency, int64_t ns);

/* The time that `per_mille` of a thousand answers did not exceed; 0 when there are none. */
int64_t latency_quantile_ns(const struct latency *latency, unsigned per_mille);

#endif
