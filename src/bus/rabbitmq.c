/* rabbitmq.c - the bus over RabbitMQ: one thread between journals, two links and the members.
 *
 * It sleeps until somebody announces, takes, arrives or stops, or until something is due. It keeps
 * nothing but places; all of them are read again when it starts. See rabbitmq/rabbitmq_parts.h for
 * the way of a message, rabbitmq/rabbitmq_topology.c for what is in the broker, and
 * docs/decisions/0011 for the why.
 */
#include "bus/rabbitmq.h"

#include "base/clock.h"
#include "base/thread.h"
#include "bus/rabbitmq/amqp_address.h"
#include "bus/rabbitmq/amqp_library.h"
#include "bus/rabbitmq/rabbitmq_parts.h"

#include <stdio.h>
#include <string.h>

enum {
    SMALL_ARENA_BYTES = 4 << 20,
    ROWS_ARENA_BYTES = 32 << 20,
    TEXTS_ARENA_BYTES = 256 << 20,
    GRACE_MS = 500,
};

static struct rabbit *self_of(struct bus *bus)
{
    return (struct rabbit *)(void *)bus;
}

void rabbit__ring(struct rabbit *rabbit, struct rabbit_bell *bell)
{
    if (!atomic_exchange(&bell->is_rung, true)) {
        mailbox_put(&rabbit->mailbox, &bell->note.node);
    }
}

bool rabbit__is_listening(const struct rabbit *rabbit)
{
    return rabbit->has_listened && atomic_load(&rabbit->publisher.is_up);
}

/* ---- on the threads of the links ---- */

static void came_up(struct rabbit *rabbit, struct rabbit_line *line)
{
    atomic_fetch_add(&line->up_count, 1);
    atomic_store(&line->is_up, true);
    rabbit__ring(rabbit, &rabbit->link_bell);
}

static void went_down(struct rabbit *rabbit, struct rabbit_line *line)
{
    atomic_store(&line->is_up, false);
    rabbit__ring(rabbit, &rabbit->link_bell);
}

static void publisher_up(void *context, struct amqp_link *link)
{
    struct rabbit *rabbit = context;
    rabbit__declare_exchanges(rabbit, link);
    came_up(rabbit, &rabbit->publisher);
}

static void publisher_down(void *context, struct amqp_link *link, const char *reason)
{
    struct rabbit *rabbit = context;
    (void)link;
    (void)reason; /* the link has said so */
    went_down(rabbit, &rabbit->publisher);
}

static void consumer_up(void *context, struct amqp_link *link)
{
    struct rabbit *rabbit = context;
    rabbit__declare_exchanges(rabbit, link);
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        for (size_t j = 0; j < member->queue_count; j++) {
            rabbit__declare_queue(&member->queues[j], link);
        }
    }
    came_up(rabbit, &rabbit->consumer);
}

static void consumer_down(void *context, struct amqp_link *link, const char *reason)
{
    struct rabbit *rabbit = context;
    (void)link;
    (void)reason;
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        for (size_t j = 0; j < member->queue_count; j++) {
            rabbit__lost_queue(&member->queues[j]);
        }
    }
    went_down(rabbit, &rabbit->consumer);
}

/* ---- what was noted ---- */

/* Somebody who looks at the depth must not see a moment in which nothing seems to wait. */
static void silence(struct rabbit *rabbit, struct rabbit_bell *bell)
{
    atomic_fetch_add(&rabbit->waiting, 1);
    atomic_store(&bell->is_rung, false);
}

static void link_rang(struct rabbit *rabbit, struct rabbit_note *note)
{
    silence(rabbit, (struct rabbit_bell *)(void *)note);
    unsigned up_count = atomic_load(&rabbit->publisher.up_count);
    if (up_count == rabbit->publisher.seen_up_count) {
        return;
    }
    rabbit->publisher.seen_up_count = up_count;
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        member->relay.due_ms = 0;
        for (struct rabbit_stream *stream = member->resends; stream; stream = stream->next) {
            stream->due_ms = 0;
        }
        rabbit__report_all(member);
    }
}

static void announced(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_member *member =
        (struct rabbit_member *)(void *)((char *)note -
                                         offsetof(struct rabbit_member, announcement));
    silence(rabbit, &member->announcement);
    member->reader.wants_settling = true;
    if (!journal_reader_is_shared(&member->reader)) { /* else nothing is to be read before */
        member->relay.is_level = false;
    }
}

static void settled(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_member *member =
        (struct rabbit_member *)(void *)((char *)note - offsetof(struct rabbit_member, settled));
    if (journal_reader_settled(&member->reader, rabbit->now_ms)) {
        member->relay.is_level = false;
    }
}

static void settling_finished(struct journal_job *job)
{
    struct rabbit_member *member = job->owner;
    mailbox_put(&member->rabbit->mailbox, &member->settled.node);
}

static void told_to_stop(struct rabbit *rabbit, struct rabbit_note *note)
{
    (void)note;
    rabbit->stops = true;
    rabbit->stop_began_ms = rabbit->now_ms;
}

static void act_on_notes(struct rabbit *rabbit)
{
    struct mailbox_node *node = mailbox_take_all(&rabbit->mailbox);
    rabbit->now_ms = clock_monotonic_ms();
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        struct rabbit_note *note = (struct rabbit_note *)(void *)node;
        note->act(rabbit, note);
        node = next;
    }
}

/* ---- the thread ---- */

static void sooner(int64_t *due_ms, int64_t other_ms)
{
    *due_ms = other_ms < *due_ms ? other_ms : *due_ms;
}

static int64_t member_due(const struct rabbit_member *member)
{
    int64_t due_ms = journal_reader_due(&member->reader);
    sooner(&due_ms, rabbit__stream_due(&member->relay));
    for (const struct rabbit_stream *stream = member->resends; stream != NULL;
         stream = stream->next) {
        sooner(&due_ms, rabbit__stream_due(stream));
    }
    if (member->is_held && member->in_flight == 0) {
        sooner(&due_ms, member->held_due_ms);
    }
    for (size_t i = 0; i < member->queue_count; i++) {
        if (member->queues[i].must_declare) {
            sooner(&due_ms, member->queues[i].declare_due_ms);
        }
    }
    sooner(&due_ms, rabbit__keep_due(member));
    sooner(&due_ms, rabbit__feeds_due(member));
    return due_ms;
}

static void sleep_until_due(struct rabbit *rabbit)
{
    enum { LONGEST_MS = 60 * 1000, LAST_MS = 20 };
    int64_t now_ms = clock_monotonic_ms();
    int64_t due_ms = now_ms + (rabbit->stops ? LAST_MS : LONGEST_MS);
    if (!rabbit->has_listened) {
        sooner(&due_ms, rabbit->start_ms + RABBIT_LISTENING_MS + 1);
    }
    for (size_t i = 0; i < rabbit->options.member_count && !rabbit->stops; i++) {
        sooner(&due_ms, member_due(&rabbit->members[i]));
    }
    MUST(rabbit->has_thread);
    mailbox_wait(&rabbit->mailbox, due_ms <= now_ms ? 0 : (int)(due_ms - now_ms));
}

/* On a shared store another process may have published what we have not looked at. */
static void settle(struct rabbit_member *member)
{
    struct rabbit *rabbit = member->rabbit;
    if (journal_reader_settle(&member->reader, rabbit->arena, rabbit->now_ms)) {
        member->relay.is_level = false;
        member->relay.is_placed = member->relay.is_placed && member->relay.first != NULL;
    }
}

/* Once all queues were there it goes on even when one of them is lost for a while. */
static void look_for_queues(struct rabbit *rabbit)
{
    bool is_late = rabbit->now_ms - rabbit->start_ms > RABBIT_LISTENING_MS;
    bool has_all = atomic_load(&rabbit->unready_count) == 0;
    rabbit->has_listened = rabbit->has_listened || is_late || has_all;
}

static bool serve(struct rabbit *rabbit)
{
    bool is_busy = false;
    look_for_queues(rabbit);
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        settle(member);
        is_busy = rabbit__send(member) || is_busy;
        is_busy = rabbit__receive(member) || is_busy;
        rabbit__ask_and_report(member);
        rabbit__keep(member);
    }
    return is_busy;
}

/* ---- the end ---- */

/* Once: how far was looked, and to the sources how far was taken. */
static void say_last(struct rabbit *rabbit, bool is_said)
{
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        for (struct rabbit_feed *feed = member->feeds; feed != NULL; feed = feed->next) {
            if (!is_said) {
                rabbit__say_upto(feed);
            } else if (feed->is_placed && feed->committed != feed->reported) {
                feed->reported = feed->committed;
                rabbit__say_taken(feed);
            }
        }
    }
}

/* True when nothing is out any more. A broker that does not answer is not waited for very long. */
static bool drain(struct rabbit *rabbit)
{
    bool is_patient = rabbit->now_ms - rabbit->stop_began_ms < RABBIT_LAST_CONFIRMS_MS;
    if (rabbit->in_flight != NULL) {
        return false;
    }
    if (!rabbit->has_said_last) {
        rabbit->has_said_last = true;
        say_last(rabbit, false);
    }
    bool is_done = rabbit->in_flight == NULL;
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        struct rabbit_member *member = &rabbit->members[i];
        bool waits_for_confirms = member->relay.first != NULL && is_patient;
        if (!waits_for_confirms && (is_patient || rabbit->in_flight == NULL)) {
            rabbit__keep(member);
        }
        is_done = is_done && !waits_for_confirms && !member->keep.is_running &&
                  !member->reader.settle.is_running;
    }
    if (is_done) {
        say_last(rabbit, true);
    }
    return is_done;
}

static void *run(void *argument)
{
    struct rabbit *rabbit = argument;
    for (;;) {
        act_on_notes(rabbit);
        if (rabbit->stops) {
            bool is_over = rabbit->now_ms >= rabbit->stop_due_ms;
            rabbit->has_drained = is_over ? rabbit->in_flight == NULL : drain(rabbit);
            if (rabbit->has_drained || is_over) {
                rabbit__publish_depth(rabbit);
                return NULL;
            }
        }
        bool is_busy = !rabbit->stops && serve(rabbit);
        rabbit__publish_depth(rabbit);
        if (!is_busy) {
            sleep_until_due(rabbit);
        }
    }
}

/* ---- making it ---- */

static const char *exchange_of(const struct rabbit *rabbit, const struct bus_member *member,
                               size_t follow, char room[RABBIT_NAME_ROOM])
{
    const char *source = member->follows[follow];
    if (member->follow_exchanges != NULL && member->follow_exchanges[follow] != NULL) {
        return member->follow_exchanges[follow];
    }
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        if (strcmp(rabbit->options.members[i].name, source) == 0) {
            return rabbit->options.members[i].exchange;
        }
    }
    snprintf(room, RABBIT_NAME_ROOM, "%.200s.events", source);
    return room;
}

static struct rabbit_queue *add_queue(struct rabbit_member *member, enum rabbit_queue_kind kind,
                                      const char *suffix)
{
    struct rabbit_queue *queue = &member->queues[member->queue_count++];
    queue->rabbit = member->rabbit;
    queue->member = member;
    queue->kind = kind;
    snprintf(queue->name, sizeof queue->name, "%.120s.%.120s", member->member->name, suffix);
    rabbit__init_queue(queue);
    return queue;
}

static void init_member(struct rabbit *rabbit, size_t index)
{
    struct rabbit_member *member = &rabbit->members[index];
    const struct bus_member *options = &rabbit->options.members[index];
    char room[RABBIT_NAME_ROOM];
    MUST(options->exchange != NULL && strlen(options->exchange) <= AMQP_NAME_BYTES_MAX);
    member->rabbit = rabbit;
    member->index = index;
    member->member = options;
    member->name = text_of(options->name);
    member->announcement.note.act = announced;
    member->settled.act = settled;
    member->relay.member = member;
    journal_reader_init(&member->reader, options, &rabbit->down_count);
    member->reader.settle.owner = member;
    member->reader.settle.finished = settling_finished;
    rabbit__init_keep(member);
    member->queues = memory_take((options->follow_count + 2) * sizeof *member->queues);
    for (size_t i = 0; i < options->follow_count; i++) {
        struct rabbit_queue *queue = add_queue(member, RABBIT_EVENTS_QUEUE, options->follows[i]);
        snprintf(queue->source, sizeof queue->source, "%s", options->follows[i]);
        snprintf(queue->exchange, sizeof queue->exchange, "%s",
                 exchange_of(rabbit, options, i, room));
        rabbit__feed(member, text_of(options->follows[i]), BUS_EVENTS);
    }
    add_queue(member, RABBIT_COMMANDS_QUEUE, "commands");
    add_queue(member, RABBIT_DEAD_QUEUE, "dead");
}

static void create_links(struct rabbit *rabbit, const char **error_out)
{
    struct amqp_link_options options = {
        .address = rabbit->address,
        .name = "kontora publishes",
        .window = RABBIT_WINDOW,
        .listener = {.context = rabbit, .up = publisher_up, .down = publisher_down},
    };
    rabbit->publisher.link = amqp_link_create(&options, error_out);
    options.name = "kontora consumes";
    options.listener =
        (struct amqp_listener){.context = rabbit, .up = consumer_up, .down = consumer_down};
    if (rabbit->publisher.link != NULL) {
        rabbit->consumer.link = amqp_link_create(&options, error_out);
    }
}

static enum status rabbit_start(struct bus *bus, struct text *error_out)
{
    struct rabbit *rabbit = self_of(bus);
    const char *error = NULL;
    MUST(!rabbit->has_thread);
    create_links(rabbit, &error);
    if (error != NULL) {
        *error_out = text_of(error);
        return STATUS_MALFORMED;
    }
    rabbit->has_thread = true;
    rabbit->start_ms = clock_monotonic_ms();
    thread_start(&rabbit->thread, run, rabbit, "bus");
    return STATUS_OK;
}

static void rabbit_announce(struct bus *bus, size_t member)
{
    struct rabbit *rabbit = self_of(bus);
    rabbit__ring(rabbit, &rabbit->members[member].announcement);
}

static void rabbit_taken(struct bus *bus, struct bus_batch *taken, enum status status)
{
    struct rabbit_batch *batch = (struct rabbit_batch *)(void *)taken;
    batch->status = status;
    mailbox_put(&self_of(bus)->mailbox, &batch->note.node);
}

static void rabbit_depth(struct bus *bus, struct bus_depth *depth_out)
{
    struct rabbit *rabbit = self_of(bus);
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        depth_out->waiting += atomic_load(&rabbit->members[i].announcement.is_rung);
    }
    depth_out->waiting += atomic_load(&rabbit->waiting);
    depth_out->again = atomic_load(&rabbit->again); /* first: it is never more than the other */
    depth_out->delivered = atomic_load(&rabbit->delivered);
    depth_out->published = atomic_load(&rabbit->published);
    depth_out->is_connected =
        atomic_load(&rabbit->publisher.is_up) && atomic_load(&rabbit->consumer.is_up) &&
        atomic_load(&rabbit->down_count) == 0 && atomic_load(&rabbit->unready_count) == 0;
}

static bool rabbit_stop(struct bus *bus, int timeout_ms)
{
    struct rabbit *rabbit = self_of(bus);
    if (rabbit->has_thread) {
        rabbit->stop_due_ms = clock_monotonic_ms() + timeout_ms;
        rabbit->stop_note = (struct rabbit_note){.act = told_to_stop};
        mailbox_put(&rabbit->mailbox, &rabbit->stop_note.node);
        pthread_join(rabbit->thread, NULL);
        rabbit->has_thread = false;
        int grace_ms = timeout_ms < GRACE_MS ? timeout_ms : GRACE_MS;
        amqp_link_destroy(&rabbit->consumer.link, grace_ms);
        amqp_link_destroy(&rabbit->publisher.link, grace_ms);
    }
    return rabbit->has_drained;
}

static void finish_member(struct rabbit_member *member)
{
    for (size_t i = 0; i < member->queue_count; i++) {
        rabbit__finish_queue(&member->queues[i]);
    }
    memory_free(member->queues);
    while (member->feeds != NULL) {
        struct rabbit_feed *feed = member->feeds;
        member->feeds = feed->next;
        memory_free(feed);
    }
    while (member->resends != NULL) {
        struct rabbit_stream *stream = member->resends;
        member->resends = stream->next;
        rabbit__finish_stream(stream);
        memory_free(stream);
    }
    rabbit__finish_stream(&member->relay);
    rabbit__finish_keep(member);
    journal_reader_finish(&member->reader);
}

static void rabbit_destroy(struct bus *bus)
{
    struct rabbit *rabbit = self_of(bus);
    rabbit_stop(bus, 0);
    while (rabbit->in_flight != NULL) {
        rabbit__free_batch(rabbit->in_flight);
    }
    for (size_t i = 0; i < rabbit->options.member_count; i++) {
        finish_member(&rabbit->members[i]);
    }
    mailbox_finish(&rabbit->mailbox);
    arena_destroy(&rabbit->arena);
    arena_destroy(&rabbit->rows);
    arena_destroy(&rabbit->texts);
    memory_free(rabbit->members);
    explicit_bzero(rabbit->address, strlen(rabbit->address));
    memory_free(rabbit->address);
    memory_free(rabbit);
}

static const struct bus_ops rabbit_ops = {
    .name = "rabbitmq",
    .start = rabbit_start,
    .announce = rabbit_announce,
    .taken = rabbit_taken,
    .depth = rabbit_depth,
    .stop = rabbit_stop,
    .destroy = rabbit_destroy,
};

const char *bus_rabbitmq_complain(const char *address)
{
    struct amqp_address read;
    const char *error = NULL;
    bool is_usable = amqp__library(&error) != NULL && amqp__address_read(address, &read, &error);
    explicit_bzero(&read, sizeof read);
    return is_usable ? NULL : error;
}

struct bus *bus_rabbitmq_create(const struct bus_options *options, const char *address,
                                const char **error_out)
{
    *error_out = bus_rabbitmq_complain(address);
    if (*error_out != NULL) {
        return NULL;
    }
    struct rabbit *rabbit = memory_take(sizeof *rabbit);
    rabbit->options = *options;
    bus_init(&rabbit->bus, &rabbit_ops, &rabbit->options);
    size_t address_bytes = strlen(address) + 1;
    rabbit->address = memory_take(address_bytes);
    memcpy(rabbit->address, address, address_bytes);
    rabbit->arena = arena_create("bus", SMALL_ARENA_BYTES);
    rabbit->rows = arena_create("bus rows", ROWS_ARENA_BYTES);
    rabbit->texts = arena_create("bus texts", TEXTS_ARENA_BYTES);
    rabbit->has_drained = true;
    rabbit->now_ms = clock_monotonic_ms();
    rabbit->link_bell.note.act = link_rang;
    atomic_init(&rabbit->waiting, 1); /* until the first look */
    mailbox_init(&rabbit->mailbox);
    rabbit->members = memory_take((options->member_count + 1) * sizeof *rabbit->members);
    for (size_t i = 0; i < options->member_count; i++) {
        init_member(rabbit, i);
    }
    return &rabbit->bus;
}
