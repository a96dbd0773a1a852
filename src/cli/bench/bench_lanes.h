/* bench_lanes.h - drives the services of `kontora bench events` over a unix socket.
 *
 * Each lane is a thread with one connection and one request under way: tell, wait for the answer,
 * tell again. Everything ends with the first answer that is not the expected one.
 */
#ifndef CLI_BENCH_BENCH_LANES_H
#define CLI_BENCH_BENCH_LANES_H

#include "cli/bench/bench_effect_store.h"
#include "cli/bench/bench_latency.h"

enum { LANES_ERROR_BYTES = 300, LANES_WARM_UP = 1 /* told first, and not measured */ };

struct lanes_options {
    const char *socket; /* a path */
    int64_t lane_count;
    int64_t told_each; /* events of one request */
    int64_t events;    /* of all lanes together */
    int64_t singles;   /* told afterwards, each when nothing else happens */
    int stall_ms_max;  /* nothing arrives for so long: give up */
};

struct lanes_result {
    int64_t told_ns;      /* from the first request until the last answer to one */
    int64_t done_ns;      /* from the first request until the last effect can be read */
    int64_t processor_ns; /* of the whole process in that time, driver included */
    struct latency alone;
    struct effect_summary summary;
    char error[LANES_ERROR_BYTES]; /* unless OK */
};

NODISCARD enum status lanes_run(const struct lanes_options *options,
                                struct lanes_result *result_out);

#endif
