/* gate.h - sets up what stands at the door of a process, and takes it down again. */
#ifndef RUNTIME_FRONT_GATE_H
#define RUNTIME_FRONT_GATE_H

#include "runtime/dispatch.h"
#include "runtime/runtime.h"

/* Fills front, proxies and elsewhere of the dispatch, whose hosts and streams are there. MALFORMED
 * with a sentence: a setting is wrong. */
NODISCARD enum status gate_open(const struct runtime_options *options, struct arena *arena,
                                struct dispatch *dispatch, struct text *error_out);
void gate_start(struct dispatch *dispatch);

/* From any thread: the journal of this host has grown. */
void gate_announce(const struct dispatch *dispatch, size_t host_index);

/* In this order: at the beginning of a stop; before the server is destroyed; after it. Each may be
 * called of what was never opened. */
void gate_end_streams(const struct dispatch *dispatch);
void gate_stop(struct dispatch *dispatch);
void gate_close(struct dispatch *dispatch);

#endif
