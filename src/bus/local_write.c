/* local_write.c - what the bus wants written in the schema of a source: positions, and which rows
 * may be forgotten. The member's executor does it.
 */
#include "bus/local_parts.h"

#include "base/clock.h"
#include "base/fault.h"

enum { FORGET_MAX = 500 }; /* what journal_forget takes at a time */

static struct local_job *job_of(struct bus_write *write)
{
    return (struct local_job *)(void *)write;
}

/* Followers first: nobody here may lose what he has not taken because he was not known yet. */
static enum status run_retaining(struct bus_write *write, struct store *store, struct arena *arena)
{
    struct local_job *job = job_of(write);
    struct local_source *source = job->source;
    const struct bus_options *options = &source->local->options;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < source->feed_count && status == STATUS_OK; i++) {
        const struct local_feed *feed = &source->feeds[i];
        status = follower_move(store, text_of(options->members[feed->member].name), feed->channel,
                               source->retain_positions[i], source->retain_now_ms);
    }
    int64_t slowest = 0;
    job->changed = 0;
    if (status == STATUS_OK) {
        status = follower_slowest(store, arena, &slowest);
    }
    if (SEEDED_BUG("bus_forgets_untaken")) {
        slowest = INT64_MAX;
    }
    if (status == STATUS_OK && options->keep_ms > 0) {
        status =
            journal_forget(store, source->retain_now_ms - options->keep_ms, slowest, &job->changed);
    }
    return status;
}

/* On the executor's thread. */
static void written(struct bus_write *write, enum status status)
{
    struct local_job *job = job_of(write);
    job->status = status;
    mailbox_put(&job->source->local->mailbox, &job->note.node);
}

static void settled(struct journal_job *job)
{
    struct local_source *source = job->owner;
    mailbox_put(&source->local->mailbox, &source->settled.node);
}

void local__init_jobs(struct local_source *source)
{
    source->settled = (struct local_note){.kind = NOTE_SETTLED};
    source->reader.settle.owner = source;
    source->reader.settle.finished = settled;
    source->retain = (struct local_job){
        .write = {.run = run_retaining, .done = written},
        .note = {.kind = NOTE_RETAINED},
        .source = source,
    };
}

static void submit(struct local_job *job)
{
    const struct bus_member *member = &job->source->local->options.members[job->source->member];
    MUST(!job->is_running);
    job->is_running = true;
    member->write(member->context, &job->write);
}

/* As long as one feed has never been placed nobody can say what it has taken. */
static bool is_everybody_known(const struct local_source *source)
{
    for (size_t i = 0; i < source->feed_count; i++) {
        if (!source->feeds[i].is_known) {
            return false;
        }
    }
    return true;
}

static void retain_if_due(struct local_source *source)
{
    int64_t now_ms = source->local->now_ms;
    if (source->retain_due_ms > now_ms || source->retain.is_running) {
        return;
    }
    if (!is_everybody_known(source)) {
        source->retain_due_ms = now_ms + LOCAL_RETAIN_FIRST_MS;
        return;
    }
    for (size_t i = 0; i < source->feed_count; i++) {
        source->retain_positions[i] = source->feeds[i].committed;
    }
    source->retain_now_ms = clock_wall_ms();
    source->retain_due_ms = now_ms + LOCAL_RETAIN_EVERY_MS;
    submit(&source->retain);
}

static void look_again(struct local_source *source)
{
    for (size_t i = 0; i < source->feed_count; i++) {
        source->feeds[i].is_level = false;
    }
}

void local__write(struct local_source *source)
{
    struct local *local = source->local;
    if (journal_reader_settle(&source->reader, local->arena, local->now_ms)) {
        look_again(source);
    }
    retain_if_due(source);
}

void local__settled(struct local_source *source)
{
    if (journal_reader_settled(&source->reader, source->local->now_ms)) {
        look_again(source);
    }
}

void local__retained(struct local_source *source)
{
    struct local_job *job = &source->retain;
    int64_t now_ms = source->local->now_ms;
    job->is_running = false;
    if (job->status != STATUS_OK) {
        source->retain_due_ms = now_ms + LOCAL_RETAIN_AGAIN_MS;
    } else if (job->changed == FORGET_MAX) {
        source->retain_due_ms = now_ms;
    }
}
