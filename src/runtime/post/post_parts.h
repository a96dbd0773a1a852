/* post_parts.h - what the files of the post share; no door. */
#ifndef RUNTIME_POST_POST_PARTS_H
#define RUNTIME_POST_POST_PARTS_H

#include "runtime/host.h"
#include "runtime/post/post.h"

#include <pthread.h>

enum { POST_QUEUES_MAX = 64 };

struct post_place { /* a queue that is offered */
    struct text name;
    size_t queue; /* index in the broker's */
    uint64_t topic;
};

struct post {
    struct post_office *office;
    struct host *host;
    const struct post_table *table;
    struct text names[POST_QUEUES_MAX];
    struct post_place places[POST_QUEUES_MAX];
    size_t place_count;
    struct text answers; /* the queue they come by */
    size_t answers_queue;
    uint64_t topics;

    atomic_bool is_collecting;
    atomic_bool must_collect_again;
    atomic_bool is_full;
    pthread_mutex_t lock;
    struct post_job *put_off; /* answers, until the next look */

    atomic_ulong sent;
    atomic_ulong unsent;
    atomic_ulong accepted;
    atomic_ulong late;
    atomic_ulong refused;
    atomic_ulong put_off_count;
};

struct post_office {
    const struct runtime_options *options;
    struct arena *arena;
    _Atomic(struct outside *) outside;
    struct outside_queue queues[POST_QUEUES_MAX * 2];
    size_t queue_count;
    struct post *posts;
    size_t post_count;
    size_t each_max;
    int64_t lease_ms;
    atomic_bool stops;
};

/* ---- a piece of work on the executor of the host ---- */

struct post_job {
    struct work work;
    struct post *post;
    struct arena *arena;
    struct call *call; /* of the newest run */
    const struct post_job_ops *ops;
    enum status status; /* what `act` has said, when its changes were undone for it alone */

    struct post_letters letters; /* of collecting */
    char *text;                  /* an answer, or the mark of a letter; the job's own */
    size_t text_bytes;
    struct outside_receipt receipt;
    bool is_accepted;
    struct text why;
    struct post_job *next;
};

struct post_job_ops {
    enum status (*act)(struct post_job *job);
    /* OK: committed. The job must be freed, or put away. */
    void (*done)(struct post_job *job, enum status status);
};

struct post_job *post__job(struct post *post, const struct post_job_ops *ops, struct text text);
struct text post__job_text(const struct post_job *job);
void post__submit(struct post_job *job);
void post__free(struct post_job *job);

/* post_send.c */
void post__collect(struct post *post);
void post__sent(void *context, uint64_t reference, enum status status);

/* post_receive.c */
void post__arrived(void *context, const struct outside_arrival *arrival);
void post__try_put_off(struct post *post);
void post__forget_put_off(struct post *post);

#endif
