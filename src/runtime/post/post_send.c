/* post_send.c - collects what waits, sends it after the commit, and gives back what was not sent.
 */
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "runtime/post/post_parts.h"

#include <string.h>

/* A letter on its way: what it is given back by. Its address is the reference. */
struct flight {
    struct post *post;
    size_t mark_bytes;
    char mark[];
};

/* ---- back ---- */

static enum status act_giving_back(struct post_job *job)
{
    return job->post->table->give_back(job->call, post__job_text(job));
}

static void done_giving_back(struct post_job *job, enum status status)
{
    if (status != STATUS_OK && !atomic_load(&job->post->office->stops)) {
        log_line(LOG_WARNING, "post", "a letter was not given back; it is when its lease ends",
                 LOG_TEXT("service", text_of(job->post->host->service->name)),
                 LOG_TEXT("status", text_of(status_name(status))));
    }
    post__free(job);
}

static const struct post_job_ops giving_back = {.act = act_giving_back, .done = done_giving_back};

void post__sent(void *context, uint64_t reference, enum status status)
{
    struct flight *flight = (struct flight *)(uintptr_t)reference;
    struct post *post = flight->post;
    (void)context;
    if (status == STATUS_OK) {
        atomic_fetch_add(&post->sent, 1);
        FAULT_POINT("post_confirmed");
    } else {
        atomic_fetch_add(&post->unsent, 1);
        post__submit(
            post__job(post, &giving_back, (struct text){flight->mark, flight->mark_bytes}));
    }
    memory_free(flight);
}

/* ---- out ---- */

static uint64_t reference_of(struct post *post, struct text mark)
{
    struct flight *flight = memory_take(sizeof *flight + mark.bytes);
    flight->post = post;
    flight->mark_bytes = mark.bytes;
    memcpy(flight->mark, mark.data, mark.bytes);
    return (uint64_t)(uintptr_t)flight;
}

static size_t queue_of(const struct post *post, struct text name)
{
    size_t index = 0;
    while (index < post->place_count && !text_equals(post->places[index].name, name)) {
        index++;
    }
    MUST(index < post->place_count); /* what was asked for */
    return post->places[index].queue;
}

static void send(struct post_job *job)
{
    struct post *post = job->post;
    const struct post_letters *letters = &job->letters;
    struct outside_letter *sent = ARENA_ARRAY(job->arena, struct outside_letter, letters->count);
    for (size_t i = 0; i < letters->count; i++) {
        sent[i] = (struct outside_letter){
            .reference = reference_of(post, letters->items[i].mark),
            .queue = queue_of(post, letters->items[i].queue),
            .id = letters->items[i].id,
            .answers_to = post->answers,
            .body = letters->items[i].body,
        };
    }
    FAULT_POINT("post_leased");
    outside_send(atomic_load(&post->office->outside), sent, letters->count);
    FAULT_POINT("post_handed_over");
}

static enum status act_collecting(struct post_job *job)
{
    const struct post *post = job->post;
    const struct post_terms terms = {
        .queues = post->names,
        .queue_count = post->place_count,
        .each_max = post->office->each_max,
        .until_ms = job->call->now_ms + post->office->lease_ms,
    };
    job->letters = (struct post_letters){.count = 0};
    return post->table->collect(job->call, &terms, &job->letters);
}

static void done_collecting(struct post_job *job, enum status status)
{
    struct post *post = job->post;
    bool is_more = status == STATUS_OK && job->letters.count > 0 && !job->letters.is_full;
    atomic_store(&post->is_full, status == STATUS_OK && job->letters.is_full);
    if (status == STATUS_OK && job->letters.count > 0) {
        send(job);
    }
    post__free(job);
    atomic_store(&post->is_collecting, false);
    if (atomic_exchange(&post->must_collect_again, false) || is_more) {
        post__collect(post);
    }
}

static const struct post_job_ops collecting = {.act = act_collecting, .done = done_collecting};

/* One at a time; who comes meanwhile is looked after by the next. */
void post__collect(struct post *post)
{
    struct outside *outside = atomic_load(&post->office->outside);
    if (outside == NULL || !outside_is_up(outside) || atomic_load(&post->office->stops)) {
        return;
    }
    if (atomic_exchange(&post->is_collecting, true)) {
        atomic_store(&post->must_collect_again, true);
        return;
    }
    post__submit(post__job(post, &collecting, TEXT("")));
}
