/* identities.h - which services there are to this process: its own, and those whose word it takes.
 *
 * For whoever looks after them; what is believed of whom is trust.h's business. It never changes
 * while the process runs: another key needs another start.
 */
#ifndef RUNTIME_ASK_IDENTITIES_H
#define RUNTIME_ASK_IDENTITIES_H

#include "runtime/ask/trust.h"
#include "runtime/host.h"

struct identities {
    const struct service_key *key; /* ours; only its public half is kept */
    const struct trust *trust;
    const struct service *const *known; /* here or elsewhere */
    size_t known_count;
    const struct service **here; /* set: those of the hosts */
    size_t here_count;
};

/* From now on each host has a copy of it. */
void identities_show(struct arena *arena, struct host *hosts, size_t host_count,
                     const struct identities *identities);

#endif
