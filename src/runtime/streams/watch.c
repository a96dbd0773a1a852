/* watch.c - opened on a loop, fed by the streams' thread, closed on the loop. */
#include "runtime/streams/watch.h"

#include "runtime/call_run.h"
#include "runtime/caller.h"

/* ---- on the loop ---- */

static void on_closed(void *context, struct http_stream *http)
{
    struct watch *watch = context;
    pthread_mutex_lock(&watch->lock);
    MUST(watch->http == http);
    watch->http = NULL;
    pthread_mutex_unlock(&watch->lock);
    mailbox_put(watch->mailbox, &watch->closed.node); /* the last that is done to it here */
}

/* An id that no journal has given is ahead of each: its reader is told to begin anew. A browser
 * sends its header by itself, so it goes before what the address said when the page was opened. */
static int64_t asked_position(const struct call *call)
{
    const int64_t *last_event_id = call->input;
    struct text header = http_header_value(&call->exchange->request, "Last-Event-ID");
    int64_t position = FIELD_NONE;
    if (header.bytes == 0) {
        return *last_event_id;
    }
    return text_to_integer(header, &position) ? position : INT64_MAX;
}

static struct watch *make_watch(const struct call *call)
{
    struct watch *watch = memory_take(sizeof *watch);
    pthread_mutex_init(&watch->lock, NULL);
    watch->arrives = (struct note){.kind = NOTE_ARRIVES, .watch = watch};
    watch->closed = (struct note){.kind = NOTE_CLOSED, .watch = watch};
    watch->caller = caller_keep(&call->caller);
    watch->asked = asked_position(call);
    watch->position = FIELD_NONE;
    watch->told = FIELD_NONE;
    watch->left_bytes = -1; /* his first beat may come at once: that is not yet a whole one */
    return watch;
}

static void begin_answer(struct http_exchange *exchange)
{
    exchange->answer = (struct http_answer){
        .status = 200,
        .content_type = TEXT("text/event-stream"),
    };
    http_answer_header(&exchange->answer, "Cache-Control", TEXT("no-store"));
    http_answer_header(&exchange->answer, "X-Accel-Buffering",
                       TEXT("no")); /* nginx: hold nothing */
}

bool watch_open(struct call *call, const struct stream *row, struct source *source,
                struct mailbox *mailbox)
{
    begin_answer(call->exchange);
    if (call->exchange->request.method == HTTP_HEAD) {
        call_finish(call);
        return false;
    }
    call_count(call);
    struct watch *watch = make_watch(call);
    watch->mailbox = mailbox;
    watch->row = row;
    watch->source = source;
    const struct http_stream_options options = {
        .context = watch,
        .on_closed = on_closed,
        .waiting_bytes_max = WATCH_UNREAD_BYTES_MAX,
        .head_with_first = true, /* what is told after the 200 is told to him */
    };
    pthread_mutex_lock(&watch->lock); /* on_closed waits until it is known whose stream it is */
    watch->http = http_stream_start(call->exchange, &options);
    mailbox_put(mailbox, &watch->arrives.node);
    pthread_mutex_unlock(&watch->lock);
    return true;
}

/* ---- on the streams' thread ---- */

static size_t waiting_bytes(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    size_t waiting = watch->http != NULL ? http_stream_waiting(watch->http) : 0;
    pthread_mutex_unlock(&watch->lock);
    return waiting;
}

bool watch_has_room(struct watch *watch)
{
    return waiting_bytes(watch) <= WATCH_WAITING_MAX;
}

void watch_send(struct watch *watch, struct text bytes)
{
    if (bytes.bytes == 0) {
        return;
    }
    pthread_mutex_lock(&watch->lock);
    if (watch->http != NULL && http_stream_send(watch->http, bytes) == STATUS_OK) {
        watch->sent_bytes += (int64_t)bytes.bytes;
    }
    pthread_mutex_unlock(&watch->lock);
}

void watch_end(struct watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    if (watch->http != NULL) {
        http_stream_end(watch->http);
    }
    pthread_mutex_unlock(&watch->lock);
}

bool watch_is_stuck(struct watch *watch)
{
    int64_t waiting = (int64_t)waiting_bytes(watch);
    int64_t left = watch->sent_bytes - waiting;
    bool is_stuck = waiting > 0 && left <= watch->left_bytes;
    watch->left_bytes = left;
    return is_stuck;
}

void watch_free(struct watch *watch)
{
    MUST(watch->http == NULL);
    MUST(watch->reader == NULL && watch->in_source.next == NULL && watch->in_beat.next == NULL);
    pthread_mutex_destroy(&watch->lock);
    memory_free(watch->caller);
    memory_free(watch);
}

/* ---- readers ---- */

static size_t bucket_of(struct text name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.bytes; i++) {
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    }
    return hash % READER_BUCKETS;
}

static struct reader *make_reader(const struct caller *caller)
{
    struct reader *reader = memory_take(sizeof *reader);
    chain_init(&reader->watches);
    reader->caller = caller_keep(caller);
    return reader;
}

void reader_join(struct readers_known *known, struct watch *watch)
{
    MUST(watch->reader == NULL);
    struct reader **place = &known->buckets[bucket_of(watch->caller->name)];
    while (*place != NULL && !caller_equals((*place)->caller, watch->caller)) {
        place = &(*place)->next;
    }
    if (*place == NULL) {
        *place = make_reader(watch->caller);
    }
    watch->reader = *place;
    watch->reader->watch_count++;
    chain_add_last(&watch->reader->watches, &watch->in_reader);
}

void reader_part(struct readers_known *known, struct watch *watch)
{
    struct reader *reader = watch->reader;
    if (reader == NULL) {
        return;
    }
    MUST(reader->watch_count > 0);
    watch->reader = NULL;
    chain_take_out(&watch->in_reader);
    reader->watch_count--;
    if (reader->watch_count > 0) {
        return;
    }
    struct reader **place = &known->buckets[bucket_of(reader->caller->name)];
    while (*place != reader) {
        place = &(*place)->next;
    }
    *place = reader->next;
    memory_free(reader->caller);
    memory_free(reader);
}
