/* local.c - the bus inside one process: one thread that reads journals and hands out what it read.
 *
 * It sleeps until somebody announces, takes or stops; on a shared store it also looks every half
 * second, because other processes commit too. Nothing is kept but places: a start reads them from
 * the cursors of the consumers.
 */
#include "bus/local_parts.h"

#include "base/clock.h"
#include "base/thread.h"

#include <string.h>

static struct local *self_of(struct bus *bus)
{
    return (struct local *)(void *)bus;
}

/* ---- what waits to be done ---- */

static void announced(struct local_source *source)
{
    /* Somebody who looks at the depth must not see a moment in which nothing seems to wait. */
    atomic_fetch_add(&source->local->waiting, 1);
    atomic_store(&source->is_announced, false);
    source->reader.wants_settling = true;
    if (journal_reader_is_shared(&source->reader)) {
        return; /* there is nothing to be read before it is settled */
    }
    for (size_t i = 0; i < source->feed_count; i++) {
        source->feeds[i].is_level = false;
    }
}

static struct local_source *source_of_announcement(struct local_note *note)
{
    char *start = (char *)note - offsetof(struct local_source, announcement);
    return (struct local_source *)(void *)start;
}

static struct local_job *job_of_note(struct local_note *note)
{
    return (struct local_job *)(void *)((char *)note - offsetof(struct local_job, note));
}

static void act_on(struct local *local, struct local_note *note)
{
    switch (note->kind) {
    case NOTE_ANNOUNCED:
        announced(source_of_announcement(note));
        break;
    case NOTE_TAKEN:
        local__took(
            (struct local_batch *)(void *)((char *)note - offsetof(struct local_batch, note)));
        break;
    case NOTE_SETTLED:
        local__settled(
            (struct local_source *)(void *)((char *)note - offsetof(struct local_source, settled)));
        break;
    case NOTE_RETAINED:
        local__retained(job_of_note(note)->source);
        break;
    case NOTE_STOP:
        local->stops = true;
        break;
    }
}

static void act_on_notes(struct local *local)
{
    struct mailbox_node *node = mailbox_take_all(&local->mailbox);
    local->now_ms = clock_monotonic_ms();
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        act_on(local, (struct local_note *)(void *)node);
        node = next;
    }
}

/* Messages in flight, rows not looked at, and one for each that has to look again. */
static void publish_depth(struct local *local)
{
    unsigned long long waiting = 0;
    for (const struct local_batch *batch = local->in_flight; batch != NULL; batch = batch->next) {
        waiting += batch->batch.count;
    }
    for (size_t i = 0; i < local->options.member_count; i++) {
        const struct local_source *source = &local->sources[i];
        waiting += source->reader.settle.is_running || source->reader.wants_settling;
        for (size_t j = 0; j < source->feed_count; j++) {
            const struct local_feed *feed = &source->feeds[j];
            int64_t behind = source->newest - feed->scanned;
            waiting += feed->is_placed && behind > 0 ? (unsigned long long)behind : 0;
            waiting += !feed->is_placed || !feed->is_level;
        }
    }
    atomic_store(&local->waiting, waiting);
}

/* ---- the thread ---- */

static void sooner(int64_t *due_ms, int64_t other_ms)
{
    *due_ms = other_ms < *due_ms ? other_ms : *due_ms;
}

static int64_t later_of(int64_t left_ms, int64_t right_ms)
{
    return left_ms > right_ms ? left_ms : right_ms;
}

static int64_t source_due(const struct local_source *source)
{
    const struct local *local = source->local;
    int64_t due_ms = journal_reader_due(&source->reader);
    if (!source->retain.is_running) {
        sooner(&due_ms, source->retain_due_ms);
    }
    for (size_t i = 0; i < source->feed_count; i++) {
        const struct local_feed *feed = &source->feeds[i];
        if (!feed->is_placed && feed->in_flight == 0) {
            int64_t consumer_due_ms = local->sources[feed->member].reader.due_ms;
            sooner(&due_ms,
                   later_of(later_of(feed->due_ms, consumer_due_ms), source->reader.due_ms));
        } else if (local__can_take(feed)) {
            sooner(&due_ms, source->reader.due_ms);
        }
    }
    return due_ms;
}

static int timeout_until(const struct local *local, int64_t due_ms)
{
    enum { LONGEST_MS = 60 * 1000 };
    int64_t left_ms = due_ms - clock_monotonic_ms();
    if (due_ms == INT64_MAX) {
        return -1;
    }
    MUST(local->has_thread);
    return left_ms < 0 ? 0 : left_ms > LONGEST_MS ? LONGEST_MS : (int)left_ms;
}

static void sleep_until_due(struct local *local)
{
    int64_t due_ms = local->stops ? local->stop_due_ms : INT64_MAX;
    for (size_t i = 0; i < local->options.member_count && !local->stops; i++) {
        sooner(&due_ms, source_due(&local->sources[i]));
    }
    mailbox_wait(&local->mailbox, timeout_until(local, due_ms));
}

static bool serve(struct local *local)
{
    bool is_busy = false;
    for (size_t i = 0; i < local->options.member_count; i++) {
        local__write(&local->sources[i]);
        is_busy = local__read(&local->sources[i]) || is_busy;
    }
    return is_busy;
}

/* True when nothing is out any more: each feed has said once how far it has looked. */
static bool drain(struct local *local)
{
    bool is_done = local->in_flight == NULL;
    for (size_t i = 0; i < local->options.member_count; i++) {
        struct local_source *source = &local->sources[i];
        is_done = is_done && !source->reader.settle.is_running && !source->retain.is_running;
        for (size_t j = 0; j < source->feed_count; j++) {
            struct local_feed *feed = &source->feeds[j];
            if (!feed->has_said_last && feed->in_flight == 0) {
                feed->has_said_last = true;
                is_done = !local__say_upto(feed) && is_done;
            }
        }
    }
    return is_done;
}

static void *run(void *argument)
{
    struct local *local = argument;
    for (;;) {
        act_on_notes(local);
        if (local->stops) {
            bool is_over = local->now_ms >= local->stop_due_ms;
            local->has_drained = is_over ? local->in_flight == NULL : drain(local);
            if (local->has_drained || is_over) {
                publish_depth(local);
                return NULL;
            }
        }
        bool is_busy = !local->stops && serve(local);
        publish_depth(local);
        if (!is_busy) {
            sleep_until_due(local);
        }
    }
}

/* ---- making it ---- */

static bool follows(const struct local *local, const struct bus_member *member,
                    const struct local_source *source)
{
    for (size_t i = 0; i < member->follow_count; i++) {
        if (strcmp(local->options.members[source->member].name, member->follows[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void add_feeds(struct local *local, struct local_source *source, size_t *used)
{
    source->feeds = &local->feeds[*used];
    for (size_t i = 0; i < local->options.member_count; i++) {
        const struct bus_member *member = &local->options.members[i];
        const bool has[] = {
            [BUS_EVENTS] = follows(local, member, source),
            [BUS_COMMANDS] = member->is_addressed,
        };
        for (enum bus_channel channel = BUS_EVENTS; channel <= BUS_COMMANDS; channel++) {
            if (has[channel]) {
                source->feeds[source->feed_count++] =
                    (struct local_feed){.source = source, .member = i, .channel = channel};
            }
        }
    }
    *used += source->feed_count;
}

static void init_source(struct local *local, size_t member)
{
    struct local_source *source = &local->sources[member];
    source->local = local;
    source->member = member;
    source->name = text_of(local->options.members[member].name);
    source->announcement = (struct local_note){.kind = NOTE_ANNOUNCED};
    journal_reader_init(&source->reader, &local->options.members[member], &local->down_count);
    atomic_init(&source->is_announced, false);
    local__init_jobs(source);
}

static enum status local_start(struct bus *bus, struct text *error_out)
{
    struct local *local = self_of(bus);
    MUST(!local->has_thread);
    *error_out = NO_TEXT;
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < local->options.member_count; i++) {
        local->sources[i].retain_due_ms = now_ms + LOCAL_RETAIN_FIRST_MS;
    }
    local->has_thread = true;
    thread_start(&local->thread, run, local, "bus");
    return STATUS_OK;
}

static void local_announce(struct bus *bus, size_t member)
{
    struct local *local = self_of(bus);
    struct local_source *source = &local->sources[member];
    if (!atomic_exchange(&source->is_announced, true)) {
        mailbox_put(&local->mailbox, &source->announcement.node);
    }
}

static void local_taken(struct bus *bus, struct bus_batch *taken, enum status status)
{
    struct local_batch *batch = (struct local_batch *)(void *)taken;
    batch->status = status;
    mailbox_put(&self_of(bus)->mailbox, &batch->note.node);
}

static void local_depth(struct bus *bus, struct bus_depth *depth_out)
{
    struct local *local = self_of(bus);
    for (size_t i = 0; i < local->options.member_count; i++) {
        depth_out->waiting += atomic_load(&local->sources[i].is_announced);
    }
    depth_out->waiting += atomic_load(&local->waiting);
    depth_out->again = atomic_load(&local->again); /* first: it is never more than the other */
    depth_out->delivered = atomic_load(&local->delivered);
    depth_out->is_connected = atomic_load(&local->down_count) == 0;
}

static bool local_stop(struct bus *bus, int timeout_ms)
{
    struct local *local = self_of(bus);
    if (local->has_thread) {
        local->stop_due_ms = clock_monotonic_ms() + timeout_ms;
        local->stop_note = (struct local_note){.kind = NOTE_STOP};
        mailbox_put(&local->mailbox, &local->stop_note.node);
        pthread_join(local->thread, NULL);
        local->has_thread = false;
    }
    return local->has_drained;
}

static void local_destroy(struct bus *bus)
{
    struct local *local = self_of(bus);
    local_stop(bus, 0);
    while (local->in_flight != NULL) {
        local__free_batch(local->in_flight);
    }
    for (size_t i = 0; i < local->options.member_count; i++) {
        journal_reader_finish(&local->sources[i].reader);
        memory_free(local->sources[i].retain_positions);
    }
    mailbox_finish(&local->mailbox);
    arena_destroy(&local->arena);
    memory_free(local->feeds);
    memory_free(local->sources);
    memory_free(local);
}

static const struct bus_ops local_ops = {
    .name = "local",
    .start = local_start,
    .announce = local_announce,
    .taken = local_taken,
    .depth = local_depth,
    .stop = local_stop,
    .destroy = local_destroy,
};

struct bus *bus_local_create(const struct bus_options *options)
{
    enum { ARENA_BYTES_MAX = 1024 * 1024 };
    struct local *local = memory_take(sizeof *local);
    local->options = *options;
    bus_init(&local->bus, &local_ops, &local->options);
    size_t count = options->member_count;
    local->arena = arena_create("bus", ARENA_BYTES_MAX);
    local->sources = memory_take((count + 1) * sizeof *local->sources);
    local->feeds = memory_take((2 * count * count + 1) * sizeof *local->feeds);
    local->has_drained = true;
    atomic_init(&local->waiting, 1); /* until the first look */
    atomic_init(&local->delivered, 0);
    atomic_init(&local->again, 0);
    atomic_init(&local->down_count, 0);
    mailbox_init(&local->mailbox);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        init_source(local, i);
        add_feeds(local, &local->sources[i], &used);
        local->sources[i].retain_positions =
            memory_take((local->sources[i].feed_count + 1) * sizeof(int64_t));
    }
    return &local->bus;
}
