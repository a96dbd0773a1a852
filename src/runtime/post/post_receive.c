/* post_receive.c - what comes back: run in a transaction, acknowledged when it is committed.
 *
 * What is no answer, or none of ours, is acknowledged too, counted and logged: it would be no
 * better the next time. What could not be looked at is put off until the next look, and then goes
 * back to the broker if there is another process that may know more (E36), or is tried here again.
 */
#include "base/fault.h"
#include "base/log.h"
#include "runtime/post/post_parts.h"

static void log_refused(const struct post_job *job)
{
    log_line(LOG_WARNING, "post", "an answer from outside was thrown away",
             LOG_TEXT("service", text_of(job->post->host->service->name)),
             LOG_TEXT("why", job->why), LOG_NUMBER("bytes", job->text_bytes));
}

static void put_off(struct post_job *job)
{
    struct post *post = job->post;
    atomic_fetch_add(&post->put_off_count, 1);
    pthread_mutex_lock(&post->lock);
    job->next = post->put_off;
    post->put_off = job;
    pthread_mutex_unlock(&post->lock);
}

static enum status act_receiving(struct post_job *job)
{
    job->is_accepted = false;
    job->why = TEXT("");
    return job->post->table->receive(job->call, post__job_text(job), &job->is_accepted, &job->why);
}

static void done_receiving(struct post_job *job, enum status status)
{
    struct post *post = job->post;
    struct outside *outside = atomic_load(&post->office->outside);
    bool is_looked_at =
        status == STATUS_OK || status == STATUS_REFUSED || status == STATUS_MALFORMED;
    if (!is_looked_at || outside == NULL) { /* NULL: this was faster than the start */
        put_off(job);
        return;
    }
    if (status == STATUS_OK) {
        atomic_fetch_add(job->is_accepted ? &post->accepted : &post->late, 1);
    } else {
        atomic_fetch_add(&post->refused, 1);
        log_refused(job);
    }
    FAULT_POINT("post_received");
    outside_taken(outside, job->receipt);
    FAULT_POINT("post_acknowledged");
    post__free(job);
    if (atomic_load(&post->is_full)) { /* there is room for another one */
        post__collect(post);
    }
}

static const struct post_job_ops receiving = {.act = act_receiving, .done = done_receiving};

static struct post *post_of(struct post_office *office, size_t queue)
{
    for (size_t i = 0; i < office->post_count; i++) {
        if (office->posts[i].answers_queue == queue) {
            return &office->posts[i];
        }
    }
    MUST(false); /* we hear only these */
    return NULL;
}

void post__arrived(void *context, const struct outside_arrival *arrival)
{
    struct post_office *office = context;
    if (atomic_load(&office->stops)) {
        return; /* not acknowledged: it comes again, here or elsewhere */
    }
    struct post_job *job = post__job(post_of(office, arrival->queue), &receiving, arrival->body);
    job->receipt = arrival->receipt;
    post__submit(job);
}

static struct post_job *take_put_off(struct post *post)
{
    pthread_mutex_lock(&post->lock);
    struct post_job *jobs = post->put_off;
    post->put_off = NULL;
    pthread_mutex_unlock(&post->lock);
    return jobs;
}

void post__try_put_off(struct post *post)
{
    struct post_job *job = take_put_off(post);
    while (job != NULL) {
        struct post_job *next = job->next;
        outside_returned(atomic_load(&post->office->outside), job->receipt);
        post__free(job);
        job = next;
    }
}

void post__forget_put_off(struct post *post)
{
    struct post_job *job = take_put_off(post);
    while (job != NULL) {
        struct post_job *next = job->next;
        post__free(job);
        job = next;
    }
}
