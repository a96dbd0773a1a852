/* intake.h - how messages come into a service: counted once, in order, and never lost.
 *
 * A batch from the bus becomes one piece of work for an executor. For each message, in the
 * transaction of its effect: has the cursor passed it already? is one missing before it? is its
 * line held by an earlier message? then its handler runs, and the cursor moves. What fails is
 * undone alone and parked; see parked_store.h.
 */
#ifndef RUNTIME_INTAKE_INTAKE_H
#define RUNTIME_INTAKE_INTAKE_H

#include "bus/bus.h"
#include "runtime/host.h"
#include "runtime/message_run.h"

/* Sends a batch to an executor of the host; bus_taken is called when it is done. From the bus's
 * thread, never blocks. */
void intake_deliver(struct host *host, struct bus *bus, struct bus_batch *batch);

/* The same in the caller's WRITE transaction and thread, without a bus that wants to know how far
 * it came: the cursors say. WORK_NEEDS_MARK: undo all of it, and run it again with marks. */
struct work_outcome intake_take(struct host *host, struct store *store, struct bus_batch *batch,
                                bool with_mark);

/* What bus_member needs to know of a service. */
bool intake_wants(const struct service *service, const struct message *message);

/* The handler for a message of this name: a subscription, a command, an errand's reply, a timer or
 * a schedule. False: there is none. Without a `handle`: a reply that only settles its errand. */
bool intake_find_handler(const struct service *service, const struct message *message,
                         struct handler *handler_out);

/* Chores: tries again what is parked and due, looks for what stands behind nothing, and lets
 * errands expire whose deadline has passed. */
NODISCARD enum status intake_retry(struct chore_run *run);
NODISCARD enum status intake_free_orphans(struct chore_run *run);
NODISCARD enum status intake_expire(struct chore_run *run);
NODISCARD enum status intake_forget(struct chore_run *run);

#endif
