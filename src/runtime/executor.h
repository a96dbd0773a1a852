/* executor.h - the one thread that changes the rows of a service.
 *
 * It takes all the work that waits, runs it in one transaction, commits once, and only then lets
 * the answers leave: many changes share one flush, and a refused one undoes only itself. An
 * answer that nobody can vouch for is never sent: after UNCERTAIN on a store that must recover,
 * the process exits with EXIT_IO and the client asks again with the same key.
 */
#ifndef RUNTIME_EXECUTOR_H
#define RUNTIME_EXECUTOR_H

#include "runtime/service.h"

#include <stdatomic.h>

struct executor;

enum { EXECUTOR_BATCH_MAX = 256 };

struct executor_options {
    const struct service *service;
    struct store *store; /* open for WRITE, the executor's from now on; NULL: opened when needed */
    struct store_source *source; /* where it is opened */
    struct host *host;
    size_t batch_max;   /* EXECUTOR_BATCH_MAX at most */
    size_t waiting_max; /* more pieces of work than this are refused */
    bool runs_chores;
    const atomic_bool *chores_may_run; /* not before it is true; NULL: at once */
    int waiting_ms_max; /* impatient work that waited longer is finished BUSY, not run */
};

struct executor *executor_start(const struct executor_options *options);

/* From any thread. BUSY: too many are waiting, and the work is still the caller's. */
NODISCARD enum status executor_submit(struct executor *executor, struct work *work);

/* Is there a piece of work that is not finished? */
bool executor_is_busy(const struct executor *executor);

/* From any thread: chores have something to do at this wall ms. */
void executor_alarm(struct executor *executor, int64_t at_ms);

/* Could the newest transaction reach the store? While not, beginning one is tried every second. */
bool executor_is_ready(const struct executor *executor);

/* Grows with every commit; a reader that sees it unchanged has a snapshot that is still newest. */
unsigned long executor_commits(const struct executor *executor);

struct executor_counts {
    unsigned long batches;
    unsigned long calls;
    unsigned long waiting;
    unsigned long commit_ns_sum;
    unsigned long faults;
};
void executor_count(const struct executor *executor, struct executor_counts *counts_out);

/* Takes no more work, and returns when all that waited is finished. */
void executor_finish_waiting(struct executor *executor);

/* Runs what waits, then ends the thread and closes the store. */
void executor_stop(struct executor **executor);

#endif
