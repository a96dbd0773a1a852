/* messaging.h - ties the hosts of this process to a bus: who follows whom, and who is told. */
#ifndef RUNTIME_START_MESSAGING_H
#define RUNTIME_START_MESSAGING_H

#include "bus/bus.h"
#include "runtime/host.h"
#include "runtime/runtime.h"

struct messaging;

/* Nothing is delivered yet. The hosts are open, and stay where they are. */
NODISCARD enum status messaging_create(const struct runtime_options *options, struct arena *arena,
                                       struct host *hosts, size_t host_count,
                                       struct messaging **messaging_out, struct text *error_out);

NODISCARD enum status messaging_start(struct messaging *messaging, struct text *error_out);

/* From any thread: the journal of this host has grown. May come before the start. */
void messaging_announce(struct messaging *messaging, size_t host_index);

/* What was delivered is finished, nothing more comes; the executors still run. */
void messaging_stop(struct messaging *messaging, int timeout_ms);
void messaging_destroy(struct messaging **messaging);

struct bus *messaging_bus(struct messaging *messaging); /* for metrics; NULL: nobody listens */

#endif
