/* local_write.c - what the bus wants written in the schema of a source: positions, and which rows
 * may be forgotten. The member's executor does it.
 */
#include "bus/local_parts.h"

#include "base/clock.h"
#include "base/fault.h"
#include "bus/message_trace.h"

enum { FORGET_MAX = 500 }; /* what journal_forget takes at a time */

static struct local_job *job_of(struct bus_write *write)
{
    return (struct local_job *)(void *)write;
}

static enum status run_settling(struct bus_write *write, struct store *store, struct arena *arena)
{
    struct local_job *job = job_of(write);
    enum status status = journal_settle(store, arena, LOCAL_SETTLE_MAX, &job->changed);
    if (status == STATUS_OK) {
        TRACE(message_trace_settled(store, job->source->name, job->changed));
    }
    return status;
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

void local__init_jobs(struct local_source *source)
{
    source->settle = (struct local_job){
        .write = {.run = run_settling, .done = written},
        .note = {.kind = NOTE_SETTLED},
        .source = source,
    };
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

/* Other processes write too, and tell nobody here. */
static void tick(struct local_source *source)
{
    struct local *local = source->local;
    bool is_settled = true;
    source->tick_due_ms = local->now_ms + LOCAL_TICK_MS;
    enum status status = store_begin(source->store, STORE_READ);
    if (status == STATUS_OK) {
        arena_reset(local->arena);
        status = journal_is_settled(source->store, local->arena, &is_settled);
        if (status == STATUS_OK) {
            status = store_commit(source->store);
        } else {
            store_rollback(source->store);
        }
    }
    if (status != STATUS_OK) {
        local__failed(source, "journal", status);
        return;
    }
    local__worked(source);
    source->wants_settling = source->wants_settling || !is_settled;
    for (size_t i = 0; i < source->feed_count; i++) {
        source->feeds[i].is_level = false;
    }
}

static void settle_if_wanted(struct local_source *source)
{
    int64_t now_ms = source->local->now_ms;
    if (!local__open(source)) {
        return;
    }
    if (!store_has(source->store, STORE_IS_SHARED)) {
        source->wants_settling = false;
        source->tick_due_ms = INT64_MAX;
        return;
    }
    if (source->tick_due_ms <= now_ms) {
        tick(source);
    }
    if (source->wants_settling && !source->settle.is_running && source->settle_due_ms <= now_ms) {
        source->wants_settling = false;
        submit(&source->settle);
    }
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

void local__write(struct local_source *source)
{
    if (source->wants_settling || source->tick_due_ms <= source->local->now_ms) {
        settle_if_wanted(source);
    }
    retain_if_due(source);
}

void local__settled(struct local_source *source)
{
    struct local_job *job = &source->settle;
    int64_t now_ms = source->local->now_ms;
    job->is_running = false;
    if (job->status != STATUS_OK) {
        source->wants_settling = true;
        source->settle_due_ms = now_ms + local__pause(1);
        return;
    }
    source->wants_settling = source->wants_settling || job->changed == LOCAL_SETTLE_MAX;
    for (size_t i = 0; i < source->feed_count; i++) {
        source->feeds[i].is_level = false;
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
