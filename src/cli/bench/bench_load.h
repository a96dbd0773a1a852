/* bench_load.h - a closed loop of HTTP/1.1 clients: each sends, waits for the answer, sends again.
 *
 * One thread, because the server it measures shares the machine. A closed loop hides how long a
 * request would have waited at a fixed rate: read the latencies as those of N patient clients.
 */
#ifndef CLI_BENCH_BENCH_LOAD_H
#define CLI_BENCH_BENCH_LOAD_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "cli/bench/bench_latency.h"

#include <sys/socket.h>

enum load_mode { LOAD_CREATE, LOAD_GET, LOAD_MIXED };

enum { LOAD_STATUSES = 600, LOAD_ID_BYTES = 36, LOAD_CLIENTS_MAX = 10000 };

struct load_options {
    struct sockaddr_storage address;
    socklen_t address_bytes;
    struct text host; /* of the Host header */
    struct text key;  /* of the Authorization header; NO_TEXT: none */
    enum load_mode mode;
    unsigned reads_of_ten; /* of LOAD_MIXED */
    size_t client_count;
    int64_t warm_up_ms; /* not counted */
    int64_t measured_ms;
    uint64_t first_person; /* creates make this person and those after */
    size_t people_first;   /* created before the clock starts, to be read when there are no ids */
    const char *ids;       /* LOAD_ID_BYTES each: whom to read */
    size_t id_count;
};

struct load_result {
    uint64_t answers; /* within the measured time, with the status that was expected */
    uint64_t errors;  /* other statuses, broken answers, lost connections */
    uint64_t statuses[LOAD_STATUSES];
    int64_t elapsed_ns;
    uint64_t next_person; /* where another run may go on */
    struct latency latency;
    char first_error[400]; /* what went wrong first, for a person */
};

/* UNAVAILABLE: nobody accepts connections there. error_out is a sentence in the arena. */
NODISCARD enum status load_run(const struct load_options *options, struct arena *arena,
                               struct load_result *result_out, struct text *error_out);

#endif
