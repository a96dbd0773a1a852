/* asker.h - what a process needs to ask: where each service is, keys, connections.
 *
 * Made once at the start from the tables of all services: for each `asks` row of a service that
 * runs here it is settled whether the other one runs here too (then it is called directly, on a
 * connection for reading of its own) or where it answers (setting ask.addresses).
 */
#ifndef RUNTIME_ASK_ASKER_H
#define RUNTIME_ASK_ASKER_H

#include "base/config.h"
#include "runtime/ask/credential.h"
#include "runtime/host.h"

struct asker;

struct asker_options {
    struct host *hosts; /* open; each gets its asker, and stays where it is */
    size_t host_count;
    const struct service *const *known; /* all there are, here or elsewhere */
    size_t known_count;
    const char *addresses; /* "users=http://127.0.0.1:8480 board=unix:/run/kontora/board.sock" */
    int deadline_ms;
    const struct service_key *key; /* copied; NULL where nobody elsewhere is asked */
};

/* MALFORMED: error_out says which address is wrong or missing. The tables were checked before
 * (ask_check). Before anything runs: where asking may wait, point reads are taken off the loops. */
NODISCARD enum status asker_create(const struct asker_options *options, struct asker **asker_out,
                                   struct text *error_out);

/* When nobody asks any more, and before the hosts are closed. */
void asker_destroy(struct asker **asker);

/* One for each service that is asked elsewhere, for metrics. */
struct ask_counts {
    const char *service;
    unsigned long answered; /* whatever the answer was */
    unsigned long failed;   /* no answer, after one more try */
    bool is_cut_off;        /* it does not answer, so it is left alone for a while */
};
size_t asker_count(struct asker *asker, struct ask_counts *counts_out, size_t count_max);

#endif
