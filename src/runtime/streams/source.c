/* source.c - reads a journal and feeds those who watch it. */
#include "runtime/streams/source.h"

#include "base/clock.h"
#include "base/log.h"
#include "runtime/streams/streams_inside.h"

#include <stdio.h>

enum { RETRY_MS = 1000 };

/* Rows of the journal behind `after`, in order; and what was put together of them last. Those who
 * see the same are told the same. */
struct piece {
    int64_t after;
    struct messages messages;
    const struct reader *reader;
    const struct stream *row;
    int64_t text_after;
    int64_t text_upto;
    int64_t text_told; /* the last id in it; FIELD_NONE: nothing was shown */
    unsigned long text_events;
};

void source_init(struct source *source, struct streams *streams, const struct host *host)
{
    source->streams = streams;
    source->host = host;
    chain_init(&source->arriving);
    chain_init(&source->live);
    chain_init(&source->behind);
}

bool source_is_watched(const struct source *source)
{
    return !chain_is_empty(&source->arriving) || !chain_is_empty(&source->live) ||
           !chain_is_empty(&source->behind);
}

bool source_is_shared(const struct source *source)
{
    return source->store != NULL && store_has(source->store, STORE_IS_SHARED);
}

void source_close(struct source *source)
{
    store_destroy(&source->store);
}

/* ---- the journal ---- */

static enum status begin_reading(struct source *source)
{
    enum status status = STATUS_OK;
    if (source->store == NULL) {
        struct store_source *stores = source->host->source;
        status = stores->open(stores, STORE_READ, &source->store);
    }
    return status == STATUS_OK ? store_begin(source->store, STORE_READ) : status;
}

static enum status read_ends(struct source *source, struct journal_ends *ends_out)
{
    enum status status = begin_reading(source);
    if (status == STATUS_OK) {
        status = journal_ends(source->store, source->streams->arena, ends_out);
        store_rollback(source->store);
    }
    return status;
}

static enum status read_piece(struct source *source, struct piece *piece)
{
    struct text name = text_of(source->host->service->name);
    enum status status = begin_reading(source);
    if (status == STATUS_OK) {
        status = journal_read(source->store, source->streams->arena, name, piece->after,
                              &piece->messages);
        store_rollback(source->store);
    }
    return status;
}

static enum source_progress fail(struct source *source, enum status status)
{
    log_line(LOG_WARNING, source->host->service->name,
             "the journal cannot be read for those who watch; they wait, it is tried again",
             LOG_TEXT("status", text_of(status_name(status))));
    store_destroy(&source->store);
    source->retry_at_ms = clock_monotonic_ms() + RETRY_MS;
    return SOURCE_FAILED;
}

/* ---- what a reader is told ---- */

static void place(struct source *source, struct watch *watch)
{
    chain_move_last(watch->position < source->end ? &source->behind : &source->live,
                    &watch->in_source);
}

static void add_reset(struct source *source, const char *reason, int64_t position)
{
    char data[48];
    int bytes = snprintf(data, sizeof data, "{\"reason\":\"%s\"}", reason);
    event_text_add(
        &source->streams->text,
        &(struct event_line){.id = position, .name = TEXT("reset"), .data = {data, (size_t)bytes}});
    atomic_fetch_add_explicit(&source->streams->resets, 1, memory_order_relaxed);
}

/* He goes on from the end; what was before, he must load. */
static void reset(struct source *source, struct watch *watch, const char *reason)
{
    source->streams->text.bytes = 0;
    add_reset(source, reason, source->end);
    watch_send(watch, event_text_of(&source->streams->text));
    watch->position = source->end;
    watch->told = source->end;
}

/* Only events are for people: commands and replies are between services. */
static void add_message(struct source *source, struct piece *piece, const struct message *message)
{
    struct text data = NO_TEXT;
    struct arena *shown = source->streams->shown;
    arena_reset(shown);
    if (!message_is(message, message_event) ||
        !piece->row->shows(piece->row, piece->reader->caller, message, shown, &data)) {
        return;
    }
    MUST(data.data != NULL);
    piece->text_told = message->position;
    if (data.bytes > WATCH_EVENT_BYTES_MAX) {
        add_reset(source, "too_large", message->position);
        return;
    }
    piece->text_events++;
    event_text_add(
        &source->streams->text,
        &(struct event_line){.id = message->position, .name = message->name, .data = data});
}

/* Puts together what this reader sees behind his position, unless it stands there already. */
static void compose(struct source *source, struct piece *piece, const struct watch *watch)
{
    if (piece->reader == watch->reader && piece->row == watch->row &&
        piece->text_after == watch->position) {
        return;
    }
    piece->reader = watch->reader;
    piece->row = watch->row;
    piece->text_after = watch->position;
    piece->text_upto = watch->position;
    piece->text_told = FIELD_NONE;
    piece->text_events = 0;
    source->streams->text.bytes = 0;
    for (size_t i = 0; i < piece->messages.count; i++) {
        const struct message *message = &piece->messages.items[i];
        if (source->streams->text.bytes >= WATCH_PIECE_BYTES) {
            break;
        }
        if (message->position > watch->position) {
            add_message(source, piece, message);
            piece->text_upto = message->position;
        }
    }
}

static int64_t last_of(const struct piece *piece)
{
    return piece->messages.items[piece->messages.count - 1].position;
}

/* Positions have no holes: where one is missing, the journal has forgotten what he was to hear. */
static void feed(struct source *source, struct piece *piece, struct watch *watch)
{
    MUST(watch->reader != NULL);
    if (watch->position >= last_of(piece)) {
        return;
    }
    if (watch->position + 1 < piece->messages.items[0].position) {
        reset(source, watch, "gone");
        piece->reader = NULL; /* the text is used up */
        return;
    }
    compose(source, piece, watch);
    watch_send(watch, event_text_of(&source->streams->text));
    watch->position = piece->text_upto;
    if (piece->text_told != FIELD_NONE) {
        watch->told = piece->text_told;
    }
    atomic_fetch_add_explicit(&source->streams->events, piece->text_events, memory_order_relaxed);
}

/* ---- those who arrive ---- */

/* The first words: when to come back, and where he stands, so that even a break before his first
 * event loses nothing. */
static void greet(struct source *source, struct watch *watch, int64_t position)
{
    struct event_text *text = &source->streams->text;
    char retry[32];
    int bytes = snprintf(retry, sizeof retry, "retry: %d\n", STREAM_RETRY_MS);
    text->bytes = 0;
    event_text_add_plain(text, (struct text){retry, (size_t)bytes});
    event_text_add_position(text, position);
    watch_send(watch, event_text_of(text));
    watch->position = position;
    watch->told = position;
}

static void settle(struct source *source, struct watch *watch, const struct journal_ends *ends)
{
    if (watch->asked == FIELD_NONE) {
        greet(source, watch, source->end);
    } else if (watch->asked > ends->last || watch->asked < 0) {
        greet(source, watch, source->end);
        reset(source, watch, "ahead");
    } else if (watch->asked < ends->first - 1) {
        greet(source, watch, source->end);
        reset(source, watch, "gone");
    } else {
        greet(source, watch, watch->asked);
    }
    place(source, watch);
}

static enum status settle_all(struct source *source)
{
    struct journal_ends ends;
    enum status status = read_ends(source, &ends);
    if (status != STATUS_OK) {
        return status;
    }
    if (chain_is_empty(&source->live) && chain_is_empty(&source->behind)) {
        source->end = ends.last; /* nobody was reading */
    }
    while (!chain_is_empty(&source->arriving)) {
        settle(source, CHAIN_OWNER(source->arriving.next, struct watch, in_source), &ends);
    }
    return STATUS_OK;
}

/* ---- what is new ---- */

static void feed_live(struct source *source, struct piece *piece)
{
    struct chain *link = source->live.next;
    while (link != &source->live) {
        struct watch *watch = CHAIN_OWNER(link, struct watch, in_source);
        link = link->next;
        if (watch_has_room(watch)) {
            feed(source, piece, watch);
        }
        if (watch->position < source->end) {
            chain_move_last(&source->behind, &watch->in_source);
        }
    }
}

static enum status read_new(struct source *source)
{
    struct piece piece = {.after = source->end};
    enum status status = read_piece(source, &piece);
    if (status != STATUS_OK) {
        return status;
    }
    source->may_have_more = piece.messages.count == JOURNAL_READ_MAX;
    if (piece.messages.count > 0) {
        source->end = last_of(&piece);
        feed_live(source, &piece);
    }
    return STATUS_OK;
}

/* ---- those who are behind ---- */

/* The next one who can take something; each has his turn. NULL: nobody can. */
static struct watch *next_behind(struct source *source)
{
    struct chain *last = source->behind.previous;
    while (!chain_is_empty(&source->behind)) {
        struct chain *link = source->behind.next;
        struct watch *watch = CHAIN_OWNER(link, struct watch, in_source);
        chain_move_last(&source->behind, link);
        if (watch_has_room(watch)) {
            return watch;
        }
        if (link == last) {
            break;
        }
    }
    return NULL;
}

/* Whoever stands where something was read has his share of it. */
static void feed_behind(struct source *source, struct piece *piece)
{
    struct chain *link = source->behind.next;
    while (link != &source->behind) {
        struct watch *watch = CHAIN_OWNER(link, struct watch, in_source);
        link = link->next;
        if (watch->position >= piece->after && watch_has_room(watch)) {
            feed(source, piece, watch);
        }
        if (watch->position >= source->end) {
            chain_move_last(&source->live, &watch->in_source);
        }
    }
}

static enum status catch_up(struct source *source, bool *fed_out)
{
    struct watch *watch = next_behind(source);
    *fed_out = watch != NULL;
    if (watch == NULL) {
        return STATUS_OK;
    }
    struct piece piece = {.after = watch->position};
    enum status status = read_piece(source, &piece);
    if (status != STATUS_OK) {
        return status;
    }
    if (piece.messages.count == 0) { /* what was there a moment ago */
        reset(source, watch, "gone");
        place(source, watch);
        return STATUS_OK;
    }
    feed_behind(source, &piece);
    return STATUS_OK;
}

/* ---- all of it ---- */

enum source_progress source_work(struct source *source)
{
    bool fed = false;
    enum status status = STATUS_OK;
    if (source->retry_at_ms > clock_monotonic_ms()) {
        return SOURCE_FAILED;
    }
    if (atomic_exchange(&source->has_grown, false)) {
        source->may_have_more = true;
    }
    arena_reset(source->streams->arena);
    if (!chain_is_empty(&source->arriving)) {
        status = settle_all(source);
    }
    if (status == STATUS_OK && source->may_have_more) {
        status = read_new(source);
    }
    arena_reset(source->streams->arena);
    if (status == STATUS_OK && !chain_is_empty(&source->behind)) {
        status = catch_up(source, &fed);
    }
    if (status != STATUS_OK) {
        return fail(source, status);
    }
    if (fed || source->may_have_more) {
        return SOURCE_WORKED;
    }
    return chain_is_empty(&source->behind) ? SOURCE_RESTS : SOURCE_WAITS;
}
