/* rabbitmq_receive.c - from queues to members, and acknowledged when it is committed.
 *
 *   arriving --take--> WAITS --pour--> FLIES --taken--> DONE --acknowledged-->
 *                        ^                |
 *                        +---- not taken -+
 *
 * A queue's chunks are acknowledged in their order only: so what came twice is not let go before
 * the first of the two is committed. When something was not taken, or a connection was lost, the
 * member gets nothing more until all that flies is back; then its cursors are read again.
 */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/fault.h"
#include "bus/message_trace.h"

enum { CHUNK_ARENA_BYTES = 1 << 30, BATCH_ARENA_BYTES = 64 << 20, DECLARE_MS = 500 };

/* ---- chunks ---- */

static void add_chunk(struct rabbit_chunks *chunks, struct rabbit_chunk *chunk)
{
    chunk->next = NULL;
    if (chunks->first == NULL) {
        chunks->first = chunk;
    } else {
        chunks->last->next = chunk;
    }
    chunks->last = chunk;
}

static struct rabbit_chunk *take_chunk(struct rabbit_chunks *chunks)
{
    struct rabbit_chunk *chunk = chunks->first;
    chunks->first = chunk->next;
    return chunk;
}

static void free_chunk(struct rabbit_chunk *chunk)
{
    struct arena *arena = chunk->arena; /* the chunk itself lies in it */
    arena_destroy(&arena);
}

static void free_chunks(struct rabbit_chunks *chunks)
{
    while (chunks->first != NULL) {
        free_chunk(take_chunk(chunks));
    }
}

/* ---- on the thread of the link ---- */

/* As it says itself; what is in it is looked at later. */
static size_t count_of(const struct amqp_delivery *delivery)
{
    for (size_t i = 0; i < delivery->headers.count; i++) {
        const struct amqp_field *header = &delivery->headers.items[i];
        if (header->is_number && text_equals(header->name, TEXT(RABBIT_COUNT_HEADER)) &&
            header->number > 0) {
            return header->number < RABBIT_CHUNK_MAX ? (size_t)header->number : RABBIT_CHUNK_MAX;
        }
    }
    return 1;
}

static enum rabbit_form form_of(const struct amqp_delivery *delivery)
{
    if (text_equals(delivery->content_type, RABBIT_CONTROL_CONTENT)) {
        return RABBIT_WORD;
    }
    return text_equals(delivery->content_type, RABBIT_BATCH_CONTENT) ? RABBIT_SEVERAL : RABBIT_ONE;
}

static struct rabbit_chunk *open_chunk(struct rabbit_queue *queue, size_t count)
{
    const struct rabbit_chunk *last = queue->arriving.last;
    size_t count_max = queue->kind == RABBIT_DEAD_QUEUE ? 1 : RABBIT_CHUNK_MAX;
    if (queue->arriving.first != NULL && last->count + count <= count_max &&
        last->bytes < RABBIT_CHUNK_BYTES) {
        return queue->arriving.last;
    }
    struct arena *arena = arena_create("chunk", CHUNK_ARENA_BYTES);
    struct rabbit_chunk *chunk = ARENA_NEW(arena, struct rabbit_chunk);
    chunk->arena = arena;
    add_chunk(&queue->arriving, chunk);
    return chunk;
}

static void arrived(void *context, struct amqp_link *link, const struct amqp_delivery *delivery)
{
    struct rabbit_queue *queue = context;
    enum rabbit_form form = form_of(delivery);
    size_t count = form == RABBIT_SEVERAL ? count_of(delivery) : 1;
    (void)link;
    pthread_mutex_lock(&queue->lock);
    struct rabbit_chunk *chunk = open_chunk(queue, count);
    struct rabbit_delivery *copy = ARENA_NEW(chunk->arena, struct rabbit_delivery);
    copy->receipt = delivery->receipt;
    copy->form = form;
    copy->body = text_copy(chunk->arena, delivery->body);
    if (chunk->first == NULL) {
        chunk->first = copy;
    } else {
        chunk->last->next = copy;
    }
    chunk->last = copy;
    chunk->count += count;
    chunk->bytes += delivery->body.bytes;
    pthread_mutex_unlock(&queue->lock);
    rabbit__ring(queue->rabbit, &queue->bell);
}

static void ended(void *context, enum status status, struct text reason)
{
    struct rabbit_queue *queue = context;
    (void)status;
    (void)reason;
    pthread_mutex_lock(&queue->lock);
    free_chunks(&queue->arriving);
    queue->has_ended = true;
    queue->became_ready = false;
    pthread_mutex_unlock(&queue->lock);
    rabbit__ring(queue->rabbit, &queue->bell);
}

const struct amqp_consumer *rabbit__consumer(struct rabbit_queue *queue,
                                             struct amqp_consumer *consumer_out)
{
    *consumer_out = (struct amqp_consumer){.queue = text_of(queue->name),
                                           .prefetch = RABBIT_PREFETCH,
                                           .context = queue,
                                           .arrived = arrived,
                                           .ended = ended};
    return consumer_out;
}

void rabbit__lost_queue(struct rabbit_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    free_chunks(&queue->arriving);
    queue->was_lost = true;
    queue->has_ended = false;
    queue->became_ready = false;
    pthread_mutex_unlock(&queue->lock);
    rabbit__ring(queue->rabbit, &queue->bell);
}

/* ---- what a member has taken ---- */

static void hold(struct rabbit_member *member, int64_t pause_ms)
{
    int64_t due_ms = member->rabbit->now_ms + pause_ms;
    member->held_due_ms =
        member->is_held && member->held_due_ms > due_ms ? member->held_due_ms : due_ms;
    member->is_held = true;
}

static void trace_acknowledged(const struct rabbit_member *member, const struct rabbit_chunk *chunk)
{
    for (size_t i = 0; i < chunk->item_count; i++) {
        if (chunk->items[i].kind == RABBIT_MESSAGE) {
            TRACE(message_trace(NULL, "ack", member->member->name, &chunk->items[i].message));
        }
    }
    (void)member;
}

/* Chunks at the head that are done leave together, with one word to the broker. */
static void acknowledge(struct rabbit_queue *queue)
{
    struct amqp_receipt receipt;
    bool has_receipt = false;
    while (queue->chunks.first != NULL && queue->chunks.first->state == RABBIT_DONE) {
        struct rabbit_chunk *chunk = take_chunk(&queue->chunks);
        if (chunk->has_receipt) {
            trace_acknowledged(queue->member, chunk);
            receipt = chunk->receipt;
            has_receipt = true;
        }
        free_chunk(chunk);
    }
    if (has_receipt) {
        FAULT_POINT("rabbit_before_acknowledging");
        amqp_link_ack(queue->rabbit->consumer.link, receipt, true);
    }
}

void rabbit__free_batch(struct rabbit_batch *batch)
{
    struct rabbit *rabbit = batch->owner->rabbit;
    if (batch->before != NULL) {
        batch->before->next = batch->next;
    } else {
        MUST(rabbit->in_flight == batch);
        rabbit->in_flight = batch->next;
    }
    if (batch->next != NULL) {
        batch->next->before = batch->before;
    }
    struct arena *arena = batch->batch.arena; /* the batch itself lies in it */
    arena_destroy(&arena);
}

static void move_to(struct rabbit_feed *feed, int64_t position)
{
    feed->committed = position > feed->committed ? position : feed->committed;
}

static void commit(struct rabbit_member *member, const struct bus_batch *batch)
{
    if (batch->upto > 0) {
        move_to(rabbit__feed(member, batch->source, batch->channel), batch->upto);
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const struct message *message = &batch->messages[i];
        move_to(rabbit__feed(member, message->source, batch->channel), message->position);
    }
}

static void took(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_batch *batch =
        (struct rabbit_batch *)(void *)((char *)note - offsetof(struct rabbit_batch, note));
    struct rabbit_member *member = batch->owner;
    (void)rabbit;
    MUST(member->in_flight > 0);
    member->in_flight--;
    if (batch->queue != NULL) {
        batch->queue->in_flight--;
        batch->chunk->state = batch->status == STATUS_OK ? RABBIT_DONE : RABBIT_WAITS;
    }
    if (batch->status == STATUS_OK) {
        commit(member, &batch->batch);
        member->failures = member->is_held ? member->failures : 0;
    } else {
        bool is_first_conflict = batch->status == STATUS_CONFLICT && member->failures == 0;
        member->failures++;
        hold(member, is_first_conflict ? 0 : journal_pause(member->failures));
    }
    if (batch->queue != NULL) {
        acknowledge(batch->queue);
    }
    rabbit__free_batch(batch);
}

/* ---- from chunks to batches ---- */

static struct rabbit_batch *make_batch(struct rabbit_member *member, enum bus_channel channel)
{
    struct rabbit *rabbit = member->rabbit;
    struct arena *arena = arena_create("batch", BATCH_ARENA_BYTES);
    struct rabbit_batch *batch = ARENA_NEW(arena, struct rabbit_batch);
    *batch = (struct rabbit_batch){
        .batch = {.arena = arena, .channel = channel, .member = member->index},
        .note = {.act = took},
        .owner = member,
        .next = rabbit->in_flight,
    };
    if (rabbit->in_flight != NULL) {
        rabbit->in_flight->before = batch;
    }
    rabbit->in_flight = batch;
    member->in_flight++;
    return batch;
}

bool rabbit__say_upto(struct rabbit_feed *feed)
{
    struct rabbit_member *member = feed->member;
    if (!feed->is_placed || member->is_held || member->in_flight > 0 ||
        feed->scanned <= feed->committed) {
        return false;
    }
    struct rabbit_batch *batch = make_batch(member, feed->channel);
    batch->batch.source = feed->source;
    batch->batch.upto = feed->scanned;
    bus_deliver(&member->rabbit->bus, &batch->batch);
    return true;
}

static void count_delivery(struct rabbit_feed *feed, int64_t position)
{
    struct rabbit *rabbit = feed->member->rabbit;
    atomic_fetch_add_explicit(&rabbit->delivered, 1, memory_order_relaxed);
    if (position <= feed->highest) {
        atomic_fetch_add_explicit(&rabbit->again, 1, memory_order_relaxed);
    } else {
        feed->highest = position;
    }
}

static bool is_wanted(const struct rabbit_member *self, const struct rabbit_item *item)
{
    const struct bus_member *member = self->member;
    if (SEEDED_BUG("bus_skips_one") && item->message.position % 97 == 0) {
        return false;
    }
    return item->kind == RABBIT_MESSAGE &&
           (item->channel == BUS_COMMANDS || member->wants == NULL ||
            member->wants(member->context, &item->message));
}

/* All feeds of the items have their place; false: a cursor cannot be read now. */
static bool place_feeds(struct rabbit_member *member, const struct rabbit_chunk *chunk)
{
    for (size_t i = 0; i < chunk->item_count; i++) {
        const struct rabbit_item *item = &chunk->items[i];
        struct rabbit_feed *feed = rabbit__feed(member, item->message.source, item->channel);
        if (!feed->is_placed && !rabbit__place_feed(feed)) {
            return false;
        }
    }
    return true;
}

/* It was here already, or comes too early. */
static void trace_misfit(const struct rabbit_feed *feed, const struct rabbit_item *item)
{
    if (item->kind == RABBIT_MESSAGE) {
        TRACE(message_trace(NULL, "deliver", feed->member->member->name, &item->message));
    }
    if (item->kind == RABBIT_MESSAGE && item->message.previous > feed->scanned) {
        TRACE(message_trace(NULL, "gap", feed->member->member->name, &item->message));
    }
}

/* Which of the items are to be delivered, with what stood before them. */
static size_t choose(struct rabbit_member *member, struct rabbit_chunk *chunk)
{
    struct message *messages = chunk->chosen;
    size_t count = 0;
    for (size_t i = 0; i < chunk->item_count; i++) {
        const struct rabbit_item *item = &chunk->items[i];
        struct rabbit_feed *feed = rabbit__feed(member, item->message.source, item->channel);
        if (!rabbit__fits(feed, item->message.previous, item->message.position)) {
            trace_misfit(feed, item);
            continue;
        }
        if (!is_wanted(member, item)) {
            continue;
        }
        messages[count] = item->message;
        messages[count].previous = feed->sent;
        feed->sent = item->message.position;
        count_delivery(feed, feed->sent);
        count++;
    }
    return count;
}

/* False: not now. */
static bool pour(struct rabbit_queue *queue, struct rabbit_chunk *chunk)
{
    struct rabbit_member *member = queue->member;
    if (!chunk->is_read) {
        rabbit__read_chunk(queue, chunk);
    }
    if (!place_feeds(member, chunk)) {
        return false;
    }
    size_t count = choose(member, chunk);
    const struct message *messages = chunk->chosen;
    chunk->state = RABBIT_DONE;
    if (count > 0) {
        struct rabbit_batch *batch =
            make_batch(member, messages[0].addressee.data != NULL ? BUS_COMMANDS : BUS_EVENTS);
        batch->batch.messages = messages; /* the chunk stays until they are taken */
        batch->batch.count = count;
        if (batch->batch.channel == BUS_EVENTS) {
            batch->batch.source = messages[0].source;
            batch->batch.upto = rabbit__feed(member, messages[0].source, BUS_EVENTS)->scanned;
        }
        batch->queue = queue;
        batch->chunk = chunk;
        chunk->state = RABBIT_FLIES;
        queue->in_flight++;
        bus_deliver(&member->rabbit->bus, &batch->batch);
    }
    return true;
}

static struct rabbit_chunk *next_waiting(struct rabbit_queue *queue)
{
    for (struct rabbit_chunk *chunk = queue->chunks.first; chunk != NULL; chunk = chunk->next) {
        if (chunk->state == RABBIT_WAITS) {
            return chunk;
        }
    }
    pthread_mutex_lock(&queue->lock);
    struct rabbit_chunk *chunk = NULL;
    if (queue->arriving.first != NULL && !queue->was_lost && !queue->has_ended) {
        chunk = take_chunk(&queue->arriving);
    }
    pthread_mutex_unlock(&queue->lock);
    if (chunk != NULL) {
        add_chunk(&queue->chunks, chunk);
    }
    return chunk;
}

/* What nobody wants is written down at times, or a start would have to ask for all of it again. */
static void say_what_is_far(struct rabbit_member *member)
{
    for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
        if (feed->scanned - feed->committed > RABBIT_UNACKED_MAX) {
            rabbit__say_upto(feed);
        }
    }
}

static bool receive_from(struct rabbit_queue *queue)
{
    if (queue->in_flight >= RABBIT_FLIGHT_MAX) {
        return false;
    }
    struct rabbit_chunk *chunk = next_waiting(queue);
    if (chunk == NULL) {
        return false;
    }
    if (!pour(queue, chunk)) {
        hold(queue->member, journal_pause(1));
        return false;
    }
    acknowledge(queue);
    return true;
}

/* ---- a queue comes and goes ---- */

/* Its receipts are worth nothing any more. What flies comes back, and comes again from the broker;
 * cursors tell. */
static void forget_chunks(struct rabbit_queue *queue)
{
    struct rabbit_chunks kept = {0};
    while (queue->chunks.first != NULL) {
        struct rabbit_chunk *chunk = take_chunk(&queue->chunks);
        if (chunk->state == RABBIT_FLIES) {
            chunk->has_receipt = false;
            add_chunk(&kept, chunk);
        } else {
            free_chunk(chunk);
        }
    }
    queue->chunks = kept;
    hold(queue->member, 0);
}

static void set_ready(struct rabbit_queue *queue, bool is_ready)
{
    if (queue->is_ready != is_ready) {
        queue->is_ready = is_ready;
        if (is_ready) {
            atomic_fetch_sub(&queue->rabbit->unready_count, 1);
        } else {
            atomic_fetch_add(&queue->rabbit->unready_count, 1);
        }
    }
}

static void look_at(struct rabbit_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool was_lost = queue->was_lost;
    bool has_ended = queue->has_ended;
    bool became_ready = queue->became_ready;
    queue->was_lost = queue->has_ended = queue->became_ready = false;
    pthread_mutex_unlock(&queue->lock);
    if (was_lost || has_ended) {
        forget_chunks(queue);
        set_ready(queue, false);
    }
    if (has_ended) {
        queue->must_declare = true;
        queue->declare_due_ms = queue->member->rabbit->now_ms + DECLARE_MS;
    }
    if (was_lost) {
        queue->must_declare = false; /* whoever connects again declares */
    }
    if (became_ready) {
        set_ready(queue, true);
        rabbit__report_all(queue->member);
    }
}

static void bell_rang(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_bell *bell = (struct rabbit_bell *)(void *)note;
    (void)rabbit;
    atomic_store(&bell->is_rung, false);
    look_at((struct rabbit_queue *)(void *)((char *)note - offsetof(struct rabbit_queue, bell)));
}

static void declare_again(struct rabbit_queue *queue)
{
    struct rabbit *rabbit = queue->rabbit;
    if (queue->must_declare && queue->declare_due_ms <= rabbit->now_ms) {
        queue->must_declare = false;
        rabbit__declare_queue(queue, rabbit->consumer.link);
    }
}

static void release(struct rabbit_member *member)
{
    if (member->is_held && member->in_flight == 0 &&
        member->held_due_ms <= member->rabbit->now_ms) {
        member->is_held = false;
        for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
            feed->is_placed = false;
        }
    }
}

bool rabbit__receive(struct rabbit_member *member)
{
    bool is_busy = false;
    release(member);
    for (size_t i = 0; i < member->queue_count; i++) {
        declare_again(&member->queues[i]);
        if (!member->is_held) {
            is_busy = receive_from(&member->queues[i]) || is_busy;
        }
    }
    if (!is_busy && member->in_flight == 0 && !member->is_held) {
        say_what_is_far(member);
    }
    return is_busy;
}

void rabbit__init_queue(struct rabbit_queue *queue)
{
    queue->bell.note.act = bell_rang;
    atomic_init(&queue->bell.is_rung, false);
    pthread_mutex_init(&queue->lock, NULL);
    atomic_fetch_add(&queue->rabbit->unready_count, 1);
}

void rabbit__finish_queue(struct rabbit_queue *queue)
{
    free_chunks(&queue->arriving);
    free_chunks(&queue->chunks);
    pthread_mutex_destroy(&queue->lock);
}
