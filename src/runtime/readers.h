/* readers.h - where reads run: at once on a loop's thread, or in a pool when they may wait. The
 * pool also runs the gather of a write, and then sends the write to its executor; and what must be
 * known before anything else, and may have to be waited for (call->before).
 */
#ifndef RUNTIME_READERS_H
#define RUNTIME_READERS_H

#include "runtime/host.h"

struct readers;

struct readers *readers_start(unsigned threads, size_t waiting_max);

/* From any thread. BUSY: too many are waiting, and the call is still the caller's. */
NODISCARD enum status readers_submit(struct readers *readers, struct call *call);

/* Runs what waits, then ends the threads and closes their stores. */
void readers_stop(struct readers **readers);

/* A point read, on the thread of the loop the call came from. */
void readers_run_at_once(struct call *call);

/* After each turn of that loop: the snapshots it shared are over. */
void readers_end_turn(struct host *hosts, size_t host_count, unsigned loop_index);

#endif
