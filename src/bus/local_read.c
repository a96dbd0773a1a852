/* local_read.c - from the journals to the members.
 *
 * Feeds of one source that stand at the same place are served from one reading. The one that is
 * furthest back is read for first, and whoever is met on the way joins: so after a start all feeds
 * of a journal come together, and each row is read once.
 */
#include "bus/local_parts.h"

#include "base/fault.h"
#include "base/log.h"
#include "bus/message_trace.h"

/* ---- batches ---- */

static void release(struct local_chunk *chunk)
{
    if (chunk != NULL && --chunk->users == 0) {
        arena_destroy(&chunk->arena);
        memory_free(chunk);
    }
}

void local__free_batch(struct local_batch *batch)
{
    struct local *local = batch->feed->source->local;
    if (batch->before != NULL) {
        batch->before->next = batch->next;
    } else {
        MUST(local->in_flight == batch);
        local->in_flight = batch->next;
    }
    if (batch->next != NULL) {
        batch->next->before = batch->before;
    }
    release(batch->chunk);
    struct arena *arena = batch->batch.arena;
    arena_destroy(&arena);
}

static struct local_batch *make_batch(struct local_feed *feed, struct local_chunk *chunk)
{
    struct local *local = feed->source->local;
    struct arena *arena = arena_create("batch", LOCAL_BATCH_BYTES_MAX);
    struct local_batch *batch = ARENA_NEW(arena, struct local_batch);
    *batch = (struct local_batch){
        .batch = {.arena = arena,
                  .channel = feed->channel,
                  .source = feed->source->name,
                  .upto = feed->scanned,
                  .member = feed->member},
        .note = {.kind = NOTE_TAKEN},
        .feed = feed,
        .chunk = chunk,
        .next = local->in_flight,
    };
    if (chunk != NULL) {
        chunk->users++;
    }
    if (local->in_flight != NULL) {
        local->in_flight->before = batch;
    }
    local->in_flight = batch;
    return batch;
}

static void deliver(struct local_batch *batch)
{
    struct local_feed *feed = batch->feed;
    struct local *local = feed->source->local;
    feed->in_flight++;
    TRACE(message_trace_batch("resent", local->options.members[feed->member].name, &batch->batch));
    bus_deliver(&local->bus, &batch->batch);
}

bool local__say_upto(struct local_feed *feed)
{
    if (!feed->is_placed || feed->in_flight > 0 || feed->scanned <= feed->committed) {
        return false;
    }
    deliver(make_batch(feed, NULL));
    return true;
}

static void say_upto_when_far(struct local_feed *feed)
{
    if (feed->scanned - feed->committed > LOCAL_UNWANTED_MAX) {
        local__say_upto(feed);
    }
}

static void count(struct local_feed *feed, const struct message *messages, size_t message_count)
{
    struct local *local = feed->source->local;
    size_t again = 0;
    while (again < message_count && messages[again].position <= feed->highest) {
        again++;
    }
    atomic_fetch_add(&local->delivered, message_count);
    atomic_fetch_add(&local->again, again);
    if (again < message_count) {
        feed->highest = messages[message_count - 1].position;
    }
}

/* ---- from rows to batches ---- */

static bool is_for(const struct local_feed *feed, const struct message *message)
{
    const struct bus_member *member = &feed->source->local->options.members[feed->member];
    if (SEEDED_BUG("bus_skips_one") && message->position % 97 == 0) {
        return false;
    }
    if (feed->channel == BUS_COMMANDS) {
        return text_equals(message->addressee, text_of(member->name));
    }
    return !text_is_given(message->addressee) &&
           (member->wants == NULL || member->wants(member->context, message));
}

static void pour(struct local_feed *feed, struct local_chunk *chunk, struct messages rows)
{
    const struct message *wanted[JOURNAL_READ_MAX];
    size_t wanted_count = 0;
    MUST(rows.count > 0 && rows.count <= JOURNAL_READ_MAX);
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.items[i].position > feed->scanned && is_for(feed, &rows.items[i])) {
            wanted[wanted_count++] = &rows.items[i];
        }
    }
    feed->scanned = rows.items[rows.count - 1].position;
    if (wanted_count == 0) {
        say_upto_when_far(feed);
        return;
    }
    struct local_batch *batch = make_batch(feed, chunk);
    struct message *messages = ARENA_ARRAY(batch->batch.arena, struct message, wanted_count);
    for (size_t i = 0; i < wanted_count; i++) {
        messages[i] = *wanted[i];
        messages[i].previous = feed->sent;
        feed->sent = messages[i].position;
    }
    batch->batch.messages = messages;
    batch->batch.count = wanted_count;
    count(feed, messages, wanted_count);
    deliver(batch);
}

bool local__can_take(const struct local_feed *feed)
{
    unsigned flight_max = feed->failures == 0 ? LOCAL_FLIGHT_MAX : 1;
    return feed->is_placed && !feed->is_level && feed->in_flight < flight_max;
}

/* The place of the feed that is furthest back; -1 when none can take anything. */
static int64_t find_furthest_back(const struct local_source *source)
{
    int64_t after = -1;
    for (size_t i = 0; i < source->feed_count; i++) {
        const struct local_feed *feed = &source->feeds[i];
        if (local__can_take(feed) && (after == -1 || feed->scanned < after)) {
            after = feed->scanned;
        }
    }
    return after;
}

static bool read_chunk(struct local_source *source, int64_t after)
{
    struct local_chunk *chunk = memory_take(sizeof *chunk);
    *chunk =
        (struct local_chunk){.arena = arena_create("chunk", LOCAL_CHUNK_BYTES_MAX), .users = 1};
    struct messages rows = {0};
    bool is_end = false;
    enum status status = journal_reader_rows(&source->reader, chunk->arena, after, &rows, &is_end);
    if (status != STATUS_OK) {
        journal_reader_failed(&source->reader, source->local->now_ms, "journal", status);
        release(chunk);
        return false;
    }
    journal_reader_worked(&source->reader);
    int64_t last = rows.count > 0 ? rows.items[rows.count - 1].position : after;
    source->newest = last > source->newest ? last : source->newest;
    for (size_t i = 0; i < source->feed_count; i++) {
        struct local_feed *feed = &source->feeds[i];
        if (local__can_take(feed)) {
            if (feed->scanned < last) {
                pour(feed, chunk, rows);
            }
            feed->is_level = is_end;
        }
    }
    release(chunk);
    return true;
}

/* ---- where feeds begin ---- */

/* A journal that ends before what was taken from it has lost rows, or the cursor is of another. */
static void compare_with_ends(struct local_feed *feed, int64_t last)
{
    if (feed->committed > last && !feed->is_known) {
        log_line(
            LOG_ERROR, "bus",
            "A journal ends before the place that was taken; what it tells until there will "
            "not be delivered. Was one of the two restored from a backup?",
            LOG_TEXT("source", feed->source->name),
            LOG_TEXT("follower", text_of(feed->source->local->options.members[feed->member].name)),
            LOG_NUMBER("last", last), LOG_NUMBER("taken", feed->committed));
    }
}

static void place(struct local_feed *feed)
{
    struct local *local = feed->source->local;
    struct local_source *consumer = &local->sources[feed->member];
    int64_t position = 0;
    struct journal_ends ends = {0};
    if (feed->in_flight > 0 || feed->due_ms > local->now_ms ||
        !journal_reader_open(&consumer->reader, local->now_ms)) {
        return;
    }
    arena_reset(local->arena);
    enum status status = journal_reader_cursor(&consumer->reader, local->arena, feed->source->name,
                                               feed->channel, &position);
    if (status != STATUS_OK) {
        journal_reader_failed(&consumer->reader, local->now_ms, "cursor", status);
        return;
    }
    if (!feed->is_known && feed->source->reader.store != NULL) {
        status = journal_reader_ends(&feed->source->reader, local->arena, &ends);
        if (status != STATUS_OK) {
            journal_reader_failed(&feed->source->reader, local->now_ms, "journal", status);
            return;
        }
    }
    journal_reader_worked(&consumer->reader);
    feed->failures = position > feed->committed ? 0 : feed->failures; /* it has come forward */
    feed->committed = feed->sent = feed->scanned = position;
    compare_with_ends(feed, ends.last);
    feed->is_known = feed->is_placed = true;
    feed->is_level = false;
}

bool local__read(struct local_source *source)
{
    if (source->feed_count == 0 || !journal_reader_open(&source->reader, source->local->now_ms)) {
        return false;
    }
    for (size_t i = 0; i < source->feed_count; i++) {
        if (!source->feeds[i].is_placed) {
            place(&source->feeds[i]);
        }
    }
    int64_t after = source->reader.due_ms > source->local->now_ms ? -1 : find_furthest_back(source);
    return after != -1 && read_chunk(source, after);
}

/* ---- what members say ---- */

/* A cursor that does not fit is looked at again at once, but not for ever: who always says so has
 * another trouble. */
static void leave_place(struct local_feed *feed, enum status status)
{
    bool is_first_conflict = status == STATUS_CONFLICT && feed->failures == 0;
    feed->is_placed = false;
    feed->failures++;
    feed->due_ms =
        feed->source->local->now_ms + (is_first_conflict ? 0 : journal_pause(feed->failures));
}

void local__took(struct local_batch *batch)
{
    struct local_feed *feed = batch->feed;
    MUST(feed->in_flight > 0);
    feed->in_flight--;
    if (batch->status == STATUS_OK) {
        int64_t upto = batch->batch.upto;
        feed->committed = upto > feed->committed ? upto : feed->committed;
        feed->failures = feed->is_placed ? 0 : feed->failures;
    } else if (feed->is_placed) {
        leave_place(feed, batch->status);
    }
    local__free_batch(batch);
    if (feed->is_placed) {
        say_upto_when_far(feed);
    }
}
