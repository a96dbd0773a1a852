/* bench_latency.c - how long answers took.
 *
 * Up to 32 ns each number has a slot; beyond, each power of two is cut into 32 of them.
 */
#include "cli/bench/bench_latency.h"

#include "base/must.h"

#include <stddef.h>

enum { STEP_BITS = 5 };

_Static_assert(1 << STEP_BITS == LATENCY_STEPS, "the bits and the number of steps differ");

static size_t slot_of(int64_t ns)
{
    uint64_t number = ns < 0 ? 0 : (uint64_t)ns;
    if (number < LATENCY_STEPS) {
        return (size_t)number;
    }
    unsigned bits = 63U - (unsigned)__builtin_clzll(number);
    size_t step = (number >> (bits - STEP_BITS)) & (LATENCY_STEPS - 1);
    return (size_t)(bits - STEP_BITS + 1) * LATENCY_STEPS + step;
}

/* The greatest time that is counted in this slot. */
static int64_t top_of(size_t slot)
{
    if (slot < LATENCY_STEPS) {
        return (int64_t)slot;
    }
    unsigned shift = (unsigned)(slot / LATENCY_STEPS) - 1;
    uint64_t lead = LATENCY_STEPS + slot % LATENCY_STEPS;
    return (int64_t)(((lead + 1) << shift) - 1);
}

void latency_add(struct latency *latency, int64_t ns)
{
    size_t slot = slot_of(ns);
    MUST(slot < LATENCY_SLOTS);
    latency->slots[slot]++;
    latency->count++;
    latency->ns_max = ns > latency->ns_max ? ns : latency->ns_max;
}

int64_t latency_quantile_ns(const struct latency *latency, unsigned per_mille)
{
    MUST(per_mille <= 1000);
    uint64_t wanted = (latency->count * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (size_t i = 0; i < LATENCY_SLOTS && latency->count > 0; i++) {
        seen += latency->slots[i];
        if (seen >= wanted && seen > 0) {
            int64_t top = top_of(i);
            return top < latency->ns_max ? top : latency->ns_max;
        }
    }
    return 0;
}
