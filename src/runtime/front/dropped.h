/* dropped.h - that somebody has left, is kept out, or may other things, and how each process that
 * has a front comes to know.
 *
 *   iam.logout, users.blocked ... --> a subscription of the service at the door, in one process
 *        --> tells its event `drops`, with this data, in its own journal
 *              --> the tail of each process that serves it reads that journal: front_drop
 */
#ifndef RUNTIME_FRONT_DROPPED_H
#define RUNTIME_FRONT_DROPPED_H

#include "base/field.h"
#include "base/id.h"
#include "runtime/host.h"

struct dropped {
    struct id person_id;  /* none: whoever has the session */
    struct id session_id; /* none: all of his */
    bool keeps_out;       /* he is kept out from now on */
    bool lets_in;         /* he is kept out no more */
    bool is_over;         /* he has left: what he watches ends for good */
    bool ends_streams;    /* what he watches ends, and may begin anew at once */
};
extern const struct shape dropped_shape;

/* Follows the journal of a host from its end on, on a thread of its own. */
struct tail;
typedef void tail_fn(void *context, const struct dropped *dropped);

struct tail *tail_start(struct host *host, tail_fn *on_dropped, void *context);

/* From any thread, also when it has stopped: the journal has grown. */
void tail_announce(struct tail *tail);
void tail_stop(struct tail *tail);

/* It has stopped, and nobody announces any more. Accepts NULL inside, clears the pointer. */
void tail_destroy(struct tail **tail);

#endif
