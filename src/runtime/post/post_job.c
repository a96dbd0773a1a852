/* post_job.c - one piece of work of the post on an executor: run, undone alone, finished. */
#include "base/clock.h"
#include "runtime/post/post_parts.h"
#include "runtime/telling.h"

#include <string.h>

enum { JOB_ARENA_BYTES = 32 * 1024 * 1024 };

static struct post_job *job_of(struct work *work)
{
    return (struct post_job *)(void *)((char *)work - offsetof(struct post_job, work));
}

struct text post__job_text(const struct post_job *job)
{
    return (struct text){job->text, job->text_bytes};
}

/* What the world has to say to this one only, so that others of the batch feel nothing of it. */
static bool is_own(const struct store *store, enum status status)
{
    bool is_no = status == STATUS_REFUSED || status == STATUS_MALFORMED;
    bool is_not_now = status == STATUS_UNAVAILABLE || status == STATUS_CORRUPT;
    return is_no || (is_not_now && store->state == STORE_WRITING);
}

/* DONE when the store is as it was before. */
static enum work_result undo(struct store *store, bool with_mark, unsigned long writes_before,
                             enum status *fault_out)
{
    if (with_mark) {
        *fault_out = store_undo(store);
        return *fault_out == STATUS_OK ? WORK_DONE : WORK_FAULT;
    }
    bool is_clean = store->state != STORE_FAILED && store_is_untouched(store, writes_before);
    return is_clean ? WORK_DONE : WORK_NEEDS_MARK;
}

static struct work_outcome run(struct work *work, struct store *store, bool with_mark)
{
    struct post_job *job = job_of(work);
    unsigned long writes_before = store->writes;
    enum status status = with_mark ? store_mark(store) : STATUS_OK;
    if (status != STATUS_OK) {
        return (struct work_outcome){.result = WORK_FAULT, .fault = status};
    }
    arena_reset(job->arena);
    struct chore_run run = {
        .host = job->post->host, .store = store, .arena = job->arena, .now_ms = clock_wall_ms()};
    job->call = telling_call(&run);
    job->status = STATUS_OK;
    status = job->ops->act(job);
    if (status == STATUS_OK) {
        return (struct work_outcome){.result = WORK_DONE,
                                     .wrote = !store_is_untouched(store, writes_before),
                                     .effects = job->call->effects};
    }
    struct work_outcome outcome = {.result = WORK_FAULT, .fault = status};
    if (status == STATUS_CONFLICT || is_own(store, status)) {
        job->status = status;
        outcome.result = undo(store, with_mark, writes_before, &outcome.fault);
        if (outcome.result == WORK_DONE && status == STATUS_CONFLICT) {
            outcome.result = WORK_AGAIN;
        }
    }
    return outcome;
}

static void finish(struct work *work, enum status status)
{
    struct post_job *job = job_of(work);
    job->ops->done(job, status == STATUS_OK ? job->status : status);
}

static const struct work_ops job_ops = {.name = "post", .run = run, .finish = finish};

struct post_job *post__job(struct post *post, const struct post_job_ops *ops, struct text text)
{
    struct post_job *job = memory_take(sizeof *job);
    *job = (struct post_job){
        .work.ops = &job_ops,
        .post = post,
        .arena = arena_create("post", JOB_ARENA_BYTES),
        .ops = ops,
        .text = memory_take(text.bytes + 1),
        .text_bytes = text.bytes,
    };
    if (text.bytes > 0) {
        memcpy(job->text, text.data, text.bytes);
    }
    return job;
}

void post__submit(struct post_job *job)
{
    job->work.tries = 0;
    enum status status = host_submit(job->post->host, &job->work, NO_TEXT);
    if (status != STATUS_OK) {
        job->ops->done(job, status);
    }
}

void post__free(struct post_job *job)
{
    arena_destroy(&job->arena);
    memory_free(job->text);
    memory_free(job);
}
