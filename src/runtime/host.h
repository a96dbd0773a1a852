/* host.h - a service as it runs in this process: its table, its stores, its threads.
 *
 * A store that is ours alone (one file) has one executor: one writer, no locks. A store that other
 * processes share has several, because there each call waits for answers over a connection; what
 * concerns the same thing goes to the same executor, so that they seldom meet.
 */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include "base/secret.h"
#include "runtime/dead/dead_gauge.h"
#include "runtime/executor.h"
#include "runtime/later/later.h"
#include "runtime/service.h"

#include <stdatomic.h>

struct asker;      /* runtime/ask/asker.h */
struct front;      /* runtime/front/front.h */
struct identities; /* runtime/ask/identities.h */
struct post;       /* runtime/post/post.h */
struct waiting_room;
struct sidelines; /* runtime/sideline.h */
struct config;

enum { HOSTS_MAX = 64, LOOPS_MAX = 16, EXECUTORS_MAX = 16 };

/* One loop's own connection for point reads. Its snapshot lasts for a turn of the loop, so that
 * many reads share it; a commit in between ends it early, so that nobody reads what was before an
 * answer he may have heard of. Used by that loop's thread only. */
struct loop_reader {
    struct store *store;
    bool is_reading;
    unsigned long commits_seen;
};

struct host {
    const struct service *service;
    size_t index;
    int64_t opened_at; /* wall ms */
    struct store_source *source;
    struct executor *executors[EXECUTORS_MAX];
    size_t executor_count;
    atomic_uint lanes; /* so many of them have had work: the others have no connection yet */
    atomic_uint next_executor; /* for calls that concern nothing in particular */
    bool reads_at_once;        /* point reads run on the loop's thread */
    const struct later *later; /* what it does at a time */
    struct loop_reader loop_readers[LOOPS_MAX];
    struct asker *asker;                 /* for its asks; NULL: it may ask nobody */
    struct front *front;                 /* of who stands at the door; else NULL */
    struct waiting_room *waiting_room;   /* calls that are held */
    const struct identities *identities; /* of services; NULL only in tests */
    int64_t queue_max; /* of a queue of work outside workers may have so much at once; 0: any */

    _Atomic(struct post *) post; /* NULL: nothing of it is done outside, or not yet */

    /* Who wants to know that the journal has grown; set before anything runs. */
    void (*on_told)(void *context, size_t host_index);
    void *told_context;
    struct crash_note *crash_note; /* NULL: there is none */
    const struct digest_key *key;  /* of the installation; NULL: there is none (call_key) */
    struct text public_address;    /* NO_TEXT: none is set (call_public_address) */
    struct dead_gauge parked;
    const struct config *config;           /* what is set; NULL only in tests */
    _Atomic(struct sidelines *) sidelines; /* NULL: it has none, or they have not started */
};

struct host_options {
    const struct service *service;
    struct store_source *source; /* the host owns it from now on */
    size_t index;
    size_t writers; /* executors of a shared store */
    size_t waiting_max;
    int waiting_ms_max;
    int64_t queue_max;                                 /* 0: no limit */
    const struct zone *zone;                           /* of the business; NULL: UTC */
    const struct config *config;                       /* may be NULL (tests) */
    void (*on_told)(void *context, size_t host_index); /* on executors' threads; may be NULL */
    void *told_context;
    const atomic_bool *chores_may_run; /* not before it is true; NULL: at once */
    struct crash_note *crash_note;     /* may be NULL */
    const struct digest_key *key;      /* may be NULL */
    struct text public_address;        /* may be NO_TEXT; must outlive the host */
};

/* Brings the tables up to date and starts the executors. Closed with host_close whatever it says.
 */
NODISCARD enum status host_open(struct host *host, const struct host_options *options,
                                struct arena *arena, struct text *error_out);

/* `concerns` is what the work is about (an id, a key); NO_TEXT: nothing that is there already. */
NODISCARD enum status host_submit(struct host *host, struct work *work, struct text concerns);

/* From any thread: something is due at this wall ms; those chores look then that heed alarms. */
void host_alarm(struct host *host, int64_t at_ms);

/* The service has told something, and it is committed. */
void host_announce(struct host *host);

bool host_is_ready(const struct host *host);
unsigned long host_commits(const struct host *host);
void host_count(const struct host *host, struct executor_counts *counts_out);

/* Answers every call that is held, and holds no more; work goes on. */
void host_end_waiting(struct host *host);

/* Takes no more work, and returns when all that waited is finished. */
void host_finish_waiting(struct host *host);

/* Ends threads and closes stores; nobody may be reading any more. */
void host_close(struct host *host);

#endif
