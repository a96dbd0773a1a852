/* sideline.h - what a service does outside of its rows: it sends mail, it calls somebody's server.
 *
 * That waits for the world, so it has threads of its own, and no store while it waits:
 *
 *   lease   in a transaction on the executor: takes one thing that is due, for some time
 *   work    on the sideline's own thread, without a store
 *   note    in a transaction again: writes what came of it
 *
 * Whoever dies between lease and note leaves a lease that runs out, and then it is done again. So
 * the work is done at least once, and a second time must do no harm, or be seen for what it is.
 * Several processes may serve one store: a lease belongs to whoever has committed it.
 */
#ifndef RUNTIME_SIDELINE_H
#define RUNTIME_SIDELINE_H

#include "runtime/service.h"

#include <stdatomic.h>

/* What the thread has in hand. */
struct sideline_work {
    struct arena *arena;      /* of the job; from lease until it is noted */
    void *job;                /* what lease has left */
    void *context;            /* what open gave */
    const atomic_bool *stops; /* true: the process wants to end; give up soon */
};

/* Sets *job_out, made in run->arena; NULL: nothing is due, and run->next_at says when something
 * will be, if that is known. It may run twice (CONFLICT). */
typedef enum status sideline_lease_fn(struct chore_run *run, void **job_out);
typedef void sideline_work_fn(struct sideline_work *work);
/* It may run twice, too. */
typedef enum status sideline_note_fn(struct chore_run *run, void *job);

struct sideline {
    const char *name; /* of its threads too: 15 letters at most */
    unsigned threads; /* 0: one */
    sideline_lease_fn *lease;
    sideline_work_fn *work;
    sideline_note_fn *note;
    void *(*open)(struct host *host); /* once for each thread, on it; NULL: there is no context */
    void (*close)(void *context);
};

/* What a handler wrote is something that chores and sidelines look for at this wall ms. */
void call_alarm(struct call *call, int64_t at_ms);

/* ---- for the runtime ---- */

struct sidelines;

/* Starts the threads of the host's service; NULL when it has none. */
struct sidelines *sidelines_start(struct host *host);

/* From any thread: something is due at this wall ms. */
void sidelines_alarm(struct sidelines *sidelines, int64_t at_ms);

/* Ends them: what is under way is given up, and its lease runs out. The executors still run. */
void sidelines_stop(struct sidelines *sidelines);

/* When they are stopped, and nobody can alarm them any more. */
void sidelines_destroy(struct sidelines *sidelines);

#endif
