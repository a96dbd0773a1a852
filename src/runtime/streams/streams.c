/* streams.c - the thread that looks after everybody who watches. */
#include "runtime/streams/streams.h"

#include "base/clock.h"
#include "base/thread.h"
#include "runtime/streams/streams_inside.h"

#include <stdio.h>

enum {
    ARENA_BYTES_MAX = 1024 * 1024 * 1024, /* 256 rows of the journal, however long */
    LOOK_MS_MIN = 2,                      /* at journals that are shared: at first, */
    LOOK_MS_MAX = 500,                    /* and when nobody here tells anything */
    FEED_WAIT_MS_MIN = 4,
    FEED_WAIT_MS_MAX = 128,
};

/* ---- those who go ---- */

/* Out of everything but memory: nothing will be said to him any more. */
static void let_go(struct streams *streams, struct watch *watch)
{
    chain_take_out(&watch->in_source);
    chain_take_out(&watch->in_beat);
    reader_part(&streams->readers, watch);
}

static void close_watch(struct streams *streams, struct watch *watch)
{
    let_go(streams, watch);
    watch_end(watch);
}

static void forget(struct streams *streams, struct watch *watch)
{
    let_go(streams, watch);
    atomic_fetch_sub(&watch->source->watched, 1);
    MUST(streams->watch_count > 0);
    streams->watch_count--;
    watch_free(watch);
}

/* ---- those who come ---- */

/* Is this somebody whose streams are counted? Others stand for many people. */
static bool is_one_user(const struct caller *caller)
{
    switch (caller->kind) {
    case CALLER_ROOT:
        return true;
    case CALLER_NOBODY:
    case CALLER_SERVICE:
        break;
    }
    return !id_is_none(caller->person);
}

/* With a last word, by which he knows that coming back at once is of no use. */
static void close_for(struct streams *streams, struct watch *watch, struct text data)
{
    streams->text.bytes = 0;
    event_text_add(&streams->text,
                   &(struct event_line){.id = FIELD_NONE, .name = TEXT("closed"), .data = data});
    watch_send(watch, event_text_of(&streams->text));
    close_watch(streams, watch);
}

static void displace_oldest(struct streams *streams, struct reader *reader)
{
    struct watch *oldest = CHAIN_OWNER(reader->watches.next, struct watch, in_reader);
    close_for(streams, oldest, TEXT("{\"reason\":\"too_many_streams\"}"));
    atomic_fetch_add_explicit(&streams->displaced, 1, memory_order_relaxed);
}

static bool is_sent_out(const struct caller *caller, const struct sent_out *who)
{
    return !id_is_none(caller->person) &&
           (id_is_none(who->person) || id_equals(caller->person, who->person)) &&
           (id_is_none(who->session) || id_equals(caller->session, who->session));
}

static void close_if(struct streams *streams, struct watch *watch, const struct sent_out *who)
{
    if (is_sent_out(watch->caller, who)) {
        close_for(streams, watch,
                  who->is_over ? TEXT("{\"reason\":\"signed_out\"}")
                               : TEXT("{\"reason\":\"changed\"}"));
    }
}

static void send_out(struct streams *streams, const struct note *note)
{
    struct sent_out *who = &streams->sent_out[streams->next_sent_out++ % SENT_OUT_MAX];
    *who = (struct sent_out){.person = note->person,
                             .session = note->session,
                             .is_over = note->is_over,
                             .until_ms = clock_monotonic_ms() + SENT_OUT_MS};
    for (size_t i = 0; i < WATCH_HEARTBEATS_PER_ROUND; i++) {
        struct chain *beats = &streams->beats[i];
        struct chain *link = beats->next;
        while (link != beats) {
            struct watch *watch = CHAIN_OWNER(link, struct watch, in_beat);
            link = link->next;
            close_if(streams, watch, who);
        }
    }
}

/* Who was let in a moment before he was sent out. */
static void close_if_late(struct streams *streams, struct watch *watch)
{
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < SENT_OUT_MAX; i++) {
        const struct sent_out *who = &streams->sent_out[i];
        if (who->is_over && now_ms < who->until_ms && is_sent_out(watch->caller, who)) {
            close_if(streams, watch, who);
            return;
        }
    }
}

static void arrive(struct streams *streams, struct watch *watch)
{
    streams->watch_count++;
    if (atomic_load(&streams->ends)) {
        watch_end(watch);
        return;
    }
    reader_join(&streams->readers, watch);
    if (is_one_user(watch->caller) && watch->reader->watch_count > streams->options.user_max) {
        displace_oldest(streams, watch->reader);
    }
    streams->newest_beat = (streams->newest_beat + 1) % WATCH_HEARTBEATS_PER_ROUND;
    chain_add_last(&streams->beats[streams->newest_beat], &watch->in_beat);
    chain_add_last(&watch->source->arriving, &watch->in_source);
    close_if_late(streams, watch);
}

static void take_notes(struct streams *streams)
{
    struct mailbox_node *node = mailbox_take_all(&streams->mailbox);
    while (node != NULL) {
        struct note *note = (struct note *)(void *)((char *)node - offsetof(struct note, node));
        node = node->next;
        switch (note->kind) {
        case NOTE_ARRIVES:
            arrive(streams, note->watch);
            break;
        case NOTE_CLOSED:
            forget(streams, note->watch);
            break;
        case NOTE_SENT_OUT:
            send_out(streams, note);
            memory_free(note);
            break;
        }
    }
}

/* ---- heartbeats ---- */

static void add_beat(struct event_text *text, struct watch *watch)
{
    char data[64];
    watch->beats++;
    if (!watch->row->tells_beats) {
        event_text_add_plain(text, TEXT(": hb\n"));
        return;
    }
    int bytes = snprintf(data, sizeof data, "{\"type\":\"heartbeat\",\"sequence\":%lld}",
                         (long long)watch->beats);
    event_text_add(text, &(struct event_line){.id = FIELD_NONE,
                                              .name = TEXT("heartbeat"),
                                              .data = {data, (size_t)bytes}});
}

/* Goes on its way to him even when nothing is told: so both sides see that the other is there, and
 * what he was not shown lies behind him when he comes back. */
static void beat(struct streams *streams, struct watch *watch)
{
    struct event_text *text = &streams->text;
    if (watch_is_stuck(watch)) {
        close_watch(streams, watch);
        atomic_fetch_add_explicit(&streams->cut, 1, memory_order_relaxed);
        return;
    }
    if (!watch_has_room(watch)) {
        return; /* he has other things to read */
    }
    text->bytes = 0;
    add_beat(text, watch);
    if (watch->position != watch->told) {
        event_text_add_position(text, watch->position);
        watch->told = watch->position;
    } else {
        event_text_add_plain(text, TEXT("\n"));
    }
    watch_send(watch, event_text_of(text));
}

static int beat_step_ms(const struct streams *streams)
{
    return streams->options.heartbeat_ms / WATCH_HEARTBEATS_PER_ROUND;
}

static void beat_those_due(struct streams *streams)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < streams->beat_at_ms) {
        return;
    }
    struct chain *beats = &streams->beats[streams->next_beat];
    struct chain *link = beats->next;
    while (link != beats) {
        struct watch *watch = CHAIN_OWNER(link, struct watch, in_beat);
        link = link->next;
        beat(streams, watch);
    }
    streams->next_beat = (streams->next_beat + 1) % WATCH_HEARTBEATS_PER_ROUND;
    streams->beat_at_ms = now_ms + beat_step_ms(streams);
}

/* ---- the thread ---- */

static int sooner(int left_ms, int right_ms)
{
    return left_ms < 0 || (right_ms >= 0 && right_ms < left_ms) ? right_ms : left_ms;
}

/* What others commit is not announced here; and what we do is announced when it is committed, but
 * has no position before it is settled (bus/journal.h). So a shared journal that has grown is
 * looked at soon and then less and less often. */
static int look_at_shared(struct streams *streams)
{
    bool any = false;
    int64_t now_ms = clock_monotonic_ms();
    bool is_time = now_ms >= streams->look_at_ms;
    if (is_time) {
        streams->look_at_ms = now_ms + streams->look_wait_ms;
        streams->look_wait_ms *= streams->look_wait_ms < LOOK_MS_MAX ? 2 : 1;
    }
    for (size_t i = 0; i < streams->options.host_count; i++) {
        struct source *source = &streams->sources[i];
        if (source_is_watched(source) && source_is_shared(source)) {
            any = true;
            source->may_have_more = source->may_have_more || is_time;
            if (atomic_load(&source->has_grown)) {
                streams->look_wait_ms = LOOK_MS_MIN;
                streams->look_at_ms = now_ms + LOOK_MS_MIN;
            }
        }
    }
    return any ? (int)(streams->look_at_ms - now_ms) : -1;
}

/* The milliseconds for which there is nothing to do. */
static int work_on_sources(struct streams *streams)
{
    bool any_worked = false;
    bool any_waits = false;
    int wait_ms = look_at_shared(streams);
    for (size_t i = 0; i < streams->options.host_count; i++) {
        struct source *source = &streams->sources[i];
        enum source_progress progress =
            source_is_watched(source) ? source_work(source) : SOURCE_RESTS;
        any_worked = any_worked || progress == SOURCE_WORKED;
        any_waits = any_waits || progress == SOURCE_WAITS;
        wait_ms = progress == SOURCE_FAILED ? sooner(wait_ms, LOOK_MS_MAX) : wait_ms;
    }
    if (any_worked) {
        streams->feed_wait_ms = FEED_WAIT_MS_MIN;
        return 0;
    }
    if (any_waits) { /* those who are slow are asked less and less often */
        wait_ms = sooner(wait_ms, streams->feed_wait_ms);
        streams->feed_wait_ms *= streams->feed_wait_ms < FEED_WAIT_MS_MAX ? 2 : 1;
    }
    return wait_ms;
}

static void end_everybody(struct streams *streams)
{
    for (size_t i = 0; i < WATCH_HEARTBEATS_PER_ROUND; i++) {
        while (!chain_is_empty(&streams->beats[i])) {
            close_watch(streams, CHAIN_OWNER(streams->beats[i].next, struct watch, in_beat));
        }
    }
}

static void *streams_main(void *argument)
{
    struct streams *streams = argument;
    while (!atomic_load(&streams->stops)) {
        take_notes(streams);
        if (atomic_load(&streams->ends)) {
            end_everybody(streams);
        }
        int wait_ms = work_on_sources(streams);
        if (streams->watch_count > 0) {
            beat_those_due(streams);
            wait_ms = sooner(wait_ms, beat_step_ms(streams));
        }
        if (wait_ms != 0) {
            mailbox_wait(&streams->mailbox, wait_ms);
        }
    }
    for (size_t i = 0; i < streams->options.host_count; i++) {
        source_close(&streams->sources[i]);
    }
    return NULL;
}

/* ---- from other threads ---- */

struct streams *streams_create(const struct streams_options *options)
{
    MUST(options->user_max > 0);
    struct streams *streams =
        memory_take(sizeof *streams + options->host_count * sizeof streams->sources[0]);
    streams->options = *options;
    if (streams->options.heartbeat_ms == 0) {
        streams->options.heartbeat_ms = STREAM_HEARTBEAT_MS;
    }
    MUST(beat_step_ms(streams) > 0);
    mailbox_init(&streams->mailbox);
    for (size_t i = 0; i < WATCH_HEARTBEATS_PER_ROUND; i++) {
        chain_init(&streams->beats[i]);
    }
    for (size_t i = 0; i < options->host_count; i++) {
        source_init(&streams->sources[i], streams, &options->hosts[i]);
    }
    streams->feed_wait_ms = FEED_WAIT_MS_MIN;
    streams->look_wait_ms = LOOK_MS_MIN;
    streams->arena = arena_create("journal piece", ARENA_BYTES_MAX);
    streams->shown = arena_create("shown event", ARENA_BYTES_MAX);
    return streams;
}

void streams_start(struct streams *streams)
{
    MUST(!streams->is_running);
    thread_start(&streams->thread, streams_main, streams, "streams");
    streams->is_running = true;
}

void streams_open(struct streams *streams, struct call *call, const struct stream *stream)
{
    size_t index = call->host->index;
    MUST(index < streams->options.host_count);
    struct source *source = &streams->sources[index];
    atomic_fetch_add(&source->watched, 1); /* first: what is told from now on is announced */
    if (!watch_open(call, stream, source, &streams->mailbox)) {
        atomic_fetch_sub(&source->watched, 1);
    }
}

void streams_send_out(struct streams *streams, struct id person, struct id session, bool is_over)
{
    struct note *note = memory_take(sizeof *note);
    *note = (struct note){
        .kind = NOTE_SENT_OUT, .person = person, .session = session, .is_over = is_over};
    mailbox_put(&streams->mailbox, &note->node);
}

void streams_announce(struct streams *streams, size_t host_index)
{
    MUST(host_index < streams->options.host_count);
    struct source *source = &streams->sources[host_index];
    if (atomic_load(&source->watched) > 0 && !atomic_exchange(&source->has_grown, true)) {
        mailbox_ring(&streams->mailbox);
    }
}

void streams_count(const struct streams *streams, struct streams_counts *counts_out)
{
    *counts_out = (struct streams_counts){
        .events = atomic_load(&streams->events),
        .resets = atomic_load(&streams->resets),
        .cut = atomic_load(&streams->cut),
        .displaced = atomic_load(&streams->displaced),
    };
}

void streams_end_all(struct streams *streams)
{
    atomic_store(&streams->ends, true);
    mailbox_ring(&streams->mailbox);
}

void streams_stop(struct streams *streams)
{
    if (!streams->is_running) {
        return;
    }
    atomic_store(&streams->stops, true);
    mailbox_ring(&streams->mailbox);
    pthread_join(streams->thread, NULL);
    streams->is_running = false;
}

/* Everybody's note that he has gone is in the mailbox, or was taken before. */
void streams_destroy(struct streams **place)
{
    struct streams *streams = *place;
    if (streams == NULL) {
        return;
    }
    MUST(!streams->is_running);
    atomic_store(&streams->ends, true);
    take_notes(streams);
    MUST(streams->watch_count == 0);
    mailbox_finish(&streams->mailbox);
    event_text_free(&streams->text);
    arena_destroy(&streams->arena);
    arena_destroy(&streams->shown);
    memory_free(streams);
    *place = NULL;
}
