/* rabbitmq_send.c - from the journal to the broker, in order, a window of messages at a time.
 *
 * Rows that stand one behind the other and go the same way are one message of the broker's: its
 * work is for messages, whatever is in them. One that is alone goes out as it is.
 *
 * A stream stands behind the last row that was confirmed. What is not confirmed is published again
 * from there, once everything that is under way has its answer: doubled messages do no harm.
 */
#include "bus/rabbitmq/rabbitmq_parts.h"

#include "base/fault.h"
#include "base/log.h"
#include "bus/message_trace.h"

#include <stdio.h>
#include <string.h>

enum { PART_BYTES = 2 << 20 }; /* of texts, after which they are handed to the link */

/* ---- on the thread of the link ---- */

static void published(void *context, uint64_t reference, enum status status, struct text reason)
{
    struct rabbit_sending *sending = context;
    struct rabbit *rabbit = sending->stream->member->rabbit;
    (void)reason;
    if (status == STATUS_ABSENT) {
        sending->unheard = reference;
    } else if (status != STATUS_OK) {
        sending->worst = status;
    }
    if (++sending->answered == sending->message_count) {
        mailbox_put(&rabbit->mailbox, &sending->note.node);
    }
}

/* ---- for a trace ---- */

static void trace_confirmed(const struct rabbit_stream *stream)
{
    if (!stream->is_resend) {
        TRACE(message_trace_relay(NULL, "confirm", stream->member->name, stream->confirmed));
    }
}

/* ---- answers ---- */

static void fail(struct rabbit_stream *stream, enum status status)
{
    struct rabbit_member *member = stream->member;
    if (!stream->has_failed && status == STATUS_REFUSED) {
        log_line(LOG_WARNING, "bus", "RabbitMQ did not keep a message; it is sent again.",
                 LOG_TEXT("service", member->name), LOG_NUMBER("after", stream->confirmed));
    }
    stream->has_failed = true;
}

/* The journal keeps it; the addressee asks for it when it is started. */
static void note_unheard(struct rabbit_stream *stream, uint64_t reference)
{
    MUST(reference >= 1 && reference <= stream->destination_count);
    struct rabbit_destination *destination = &stream->destinations[reference - 1];
    if (!destination->is_unheard) {
        destination->is_unheard = true;
        log_line(
            LOG_WARNING, "bus",
            "No queue takes commands for a service: it was never started, or its queue is gone. "
            "They are kept until it is there.",
            LOG_TEXT("source", stream->member->name),
            LOG_TEXT("addressee", destination->addressee));
    }
}

static void count_published(struct rabbit_sending *sending)
{
    struct rabbit *rabbit = sending->stream->member->rabbit;
    if (sending->worst == STATUS_OK) {
        atomic_fetch_add(&rabbit->published, sending->count);
    }
}

static void pop(struct rabbit_stream *stream)
{
    struct rabbit_sending *sending = stream->first;
    stream->first = sending->next;
    stream->sending_count--;
    stream->sending_bytes -= sending->bytes;
    if (sending->worst != STATUS_OK) {
        fail(stream, sending->worst);
    } else if (!stream->has_failed) {
        stream->confirmed = sending->upto;
        stream->failures = 0;
        trace_confirmed(stream);
        FAULT_POINT("rabbit_confirmed");
        if (sending->unheard > 0 && stream->is_resend) {
            stream->is_abandoned = true; /* who wanted it makes his queue again, and asks again */
        } else if (sending->unheard > 0) {
            note_unheard(stream, sending->unheard);
        }
    }
    memory_free(sending);
}

static void begin_again(struct rabbit_stream *stream)
{
    stream->has_failed = false;
    stream->is_placed = false;
    stream->failures++;
    stream->due_ms = stream->member->rabbit->now_ms + journal_pause(stream->failures);
}

static void answered(struct rabbit *rabbit, struct rabbit_note *note)
{
    struct rabbit_sending *sending = (struct rabbit_sending *)(void *)note;
    struct rabbit_stream *stream = sending->stream;
    (void)rabbit;
    sending->is_answered = true;
    count_published(sending);
    while (stream->first != NULL && stream->first->is_answered) {
        pop(stream);
    }
    if (stream->first == NULL && stream->has_failed) {
        begin_again(stream);
    }
}

/* ---- destinations ---- */

static struct rabbit_destination *add_destination(struct rabbit_stream *stream,
                                                  struct text addressee)
{
    if (stream->destination_count == stream->destination_room) {
        stream->destination_room = stream->destination_room * 2 + 8;
        stream->destinations = memory_resize(
            stream->destinations, stream->destination_room * sizeof *stream->destinations);
    }
    char *name = NULL;
    if (addressee.data != NULL) { /* is given, and the analyzer sees it too */
        name = memory_take(addressee.bytes + 1);
        memcpy(name, addressee.data, addressee.bytes);
    }
    struct rabbit_destination *destination = &stream->destinations[stream->destination_count++];
    *destination = (struct rabbit_destination){.addressee = {name, addressee.bytes}};
    return destination;
}

static struct rabbit_destination *known_destination(struct rabbit_stream *stream,
                                                    struct text addressee)
{
    for (size_t i = 0; i < stream->destination_count; i++) {
        struct rabbit_destination *destination = &stream->destinations[i];
        if (text_is_given(addressee) == text_is_given(destination->addressee) &&
            text_equals(addressee, destination->addressee)) {
            return destination;
        }
    }
    return NULL;
}

static void forget_destinations(struct rabbit_stream *stream)
{
    for (size_t i = 0; i < stream->destination_count; i++) {
        memory_free((void *)(uintptr_t)stream->destinations[i].addressee.data);
    }
    stream->destination_count = 0;
}

/* Nothing that is for somebody may be forgotten before he has taken it, so he is known to the
 * journal from the first message on. */
static void register_addressee(struct rabbit_stream *stream,
                               const struct rabbit_destination *destination)
{
    struct rabbit_mark mark = {
        .channel = BUS_COMMANDS, .position = destination->newest, .only_if_new = true};
    snprintf(mark.follower, sizeof mark.follower, "%.*s", TEXT_ARGS(destination->addressee));
    rabbit__mark(stream->member, &mark);
}

/* With what was last published to it. */
static enum status find_destination(struct rabbit_stream *stream, const struct message *message,
                                    struct rabbit_destination **destination_out)
{
    struct rabbit_member *member = stream->member;
    *destination_out = known_destination(stream, message->addressee);
    if (*destination_out != NULL) {
        return STATUS_OK;
    }
    MUST(!stream->is_resend); /* that has one, and knows it */
    int64_t newest = 0;
    arena_reset(member->rabbit->arena);
    enum status status = journal_reader_newest(&member->reader, member->rabbit->arena,
                                               message->addressee, message->position - 1, &newest);
    if (status != STATUS_OK) {
        return status;
    }
    *destination_out = add_destination(stream, message->addressee);
    (*destination_out)->newest = newest;
    if (text_is_given(message->addressee)) {
        register_addressee(stream, *destination_out);
    }
    return STATUS_OK;
}

/* ---- publishing ---- */

static bool is_for_stream(const struct rabbit_stream *stream, const struct message *message)
{
    if (!stream->is_resend) {
        return true;
    }
    return stream->channel == BUS_EVENTS
               ? !text_is_given(message->addressee)
               : text_equals(message->addressee, text_of(stream->follower));
}

struct parcel { /* what is handed to the link at once */
    struct rabbit_sending *sending;
    struct amqp_message *messages;
    struct amqp_field *headers; /* one for each message */
    struct text *texts;         /* of the rows of the last message, which is not closed yet */
    size_t text_count;
    size_t text_bytes;
    bool is_single; /* nothing may be joined to that one */
};

static struct amqp_message *last_message(struct parcel *parcel)
{
    MUST(parcel->sending->message_count > 0);
    return &parcel->messages[parcel->sending->message_count - 1];
}

/* A single one says its trace outside too; of several each has its own inside. */
static void close_message(struct parcel *parcel)
{
    struct rabbit *rabbit = parcel->sending->stream->member->rabbit;
    if (parcel->text_count == 0) {
        return;
    }
    struct amqp_message *message = last_message(parcel);
    message->body = parcel->texts[0];
    if (parcel->text_count > 1) {
        struct amqp_field *header = &parcel->headers[parcel->sending->message_count - 1];
        *header = AMQP_NUMBER(RABBIT_COUNT_HEADER, (int64_t)parcel->text_count);
        message->headers = (struct amqp_fields){header, 1};
        message->content_type = RABBIT_BATCH_CONTENT;
        message->body = message_join(rabbit->texts, parcel->texts, parcel->text_count);
    }
    parcel->texts += parcel->text_count;
    parcel->text_count = parcel->text_bytes = 0;
}

static void open_message(struct parcel *parcel, const struct amqp_message *envelope,
                         const struct message *message)
{
    struct arena *texts = parcel->sending->stream->member->rabbit->texts;
    char *id = arena_take_raw(texts, ID_TEXT_BYTES + 1);
    char *trace = arena_take_raw(texts, MESSAGE_TRACEPARENT_BYTES + 1);
    close_message(parcel);
    size_t index = parcel->sending->message_count++;
    parcel->messages[index] = *envelope;
    parcel->messages[index].message_id = (struct text){id, ID_TEXT_BYTES};
    id_write(message->id, id);
    if (message_traceparent(message, trace)) {
        parcel->headers[index] = AMQP_TEXT("traceparent", text_of(trace));
        parcel->messages[index].headers = (struct amqp_fields){&parcel->headers[index], 1};
    }
}

static bool fits_into_last(struct parcel *parcel, const struct amqp_message *envelope, size_t bytes)
{
    if (parcel->text_count == 0 || parcel->text_count == RABBIT_JOINED_MAX || parcel->is_single) {
        return false;
    }
    const struct amqp_message *last = last_message(parcel);
    return last->reference == envelope->reference &&
           text_equals(last->routing_key, envelope->routing_key) &&
           parcel->text_bytes + bytes <= RABBIT_JOINED_BYTES;
}

static void add_message(struct parcel *parcel, const struct rabbit_destination *destination,
                        const struct message *message)
{
    struct rabbit_stream *stream = parcel->sending->stream;
    bool is_event = !text_is_given(message->addressee);
    struct amqp_message envelope = {
        .reference = (uint64_t)(destination - stream->destinations) + 1,
        .exchange = is_event ? text_of(stream->member->member->exchange) : RABBIT_COMMANDS,
        .routing_key = is_event ? message->name : message->addressee,
        .may_be_unheard = is_event,
        .content_type = RABBIT_EVENT_CONTENT,
    };
    if (stream->is_resend) {
        envelope.exchange = TEXT("");
        envelope.routing_key = text_of(stream->queue);
    }
    struct message outgoing = *message;
    outgoing.previous = destination->newest;
    TRACE(message_trace_sent(&outgoing, stream->is_resend ? stream->follower : NULL));
    struct text written = message_write(stream->member->rabbit->texts, &outgoing);
    bool may_be_joined = message_may_be_joined(message);
    if (!may_be_joined || !fits_into_last(parcel, &envelope, written.bytes)) {
        open_message(parcel, &envelope, message);
        parcel->is_single = !may_be_joined;
    }
    parcel->texts[parcel->text_count++] = written;
    parcel->text_bytes += written.bytes + 1;
    parcel->sending->count++;
    parcel->sending->bytes += written.bytes;
}

static void add_sending(struct rabbit_stream *stream, struct rabbit_sending *sending)
{
    if (stream->first == NULL) {
        stream->first = sending;
    } else {
        stream->last->next = sending;
    }
    stream->last = sending;
    stream->sending_count++;
    stream->sending_bytes += sending->bytes;
}

static struct rabbit_sending *make_sending(struct rabbit_stream *stream)
{
    struct rabbit_sending *sending = memory_take(sizeof *sending);
    *sending = (struct rabbit_sending){
        .note = {.act = answered}, .stream = stream, .after = stream->read, .worst = STATUS_OK};
    return sending;
}

/* Answers may come before this returns. */
static void hand_over(struct parcel *parcel)
{
    struct rabbit_sending *sending = parcel->sending;
    struct rabbit_stream *stream = sending->stream;
    struct rabbit *rabbit = stream->member->rabbit;
    sending->upto = stream->read;
    close_message(parcel);
    if (sending->count > 0) {
        add_sending(stream, sending);
        amqp_link_publish(rabbit->publisher.link, parcel->messages, sending->message_count,
                          published, sending);
    } else {
        memory_free(sending);
        stream->confirmed = stream->first == NULL ? stream->read : stream->confirmed;
    }
    parcel->sending = NULL;
}

static void begin_parcel(struct parcel *parcel, struct rabbit_stream *stream, size_t count_max)
{
    struct arena *texts = stream->member->rabbit->texts;
    arena_reset(texts);
    *parcel = (struct parcel){
        .sending = make_sending(stream),
        .messages = ARENA_ARRAY(texts, struct amqp_message, count_max),
        .headers = ARENA_ARRAY(texts, struct amqp_field, count_max),
        .texts = ARENA_ARRAY(texts, struct text, count_max),
    };
}

static enum status publish(struct rabbit_stream *stream, struct messages rows)
{
    struct parcel parcel = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        const struct message *message = &rows.items[i];
        struct rabbit_destination *destination = NULL;
        if (parcel.sending == NULL) {
            begin_parcel(&parcel, stream, rows.count - i);
        }
        if (is_for_stream(stream, message)) {
            status = find_destination(stream, message, &destination);
        }
        if (status == STATUS_OK && destination != NULL) {
            add_message(&parcel, destination, message);
            destination->newest = message->position;
        }
        stream->read = status == STATUS_OK ? message->position : stream->read;
        if (parcel.sending->bytes > PART_BYTES) {
            hand_over(&parcel);
        }
    }
    if (parcel.sending != NULL) {
        hand_over(&parcel);
    }
    return status;
}

/* ---- the place of a stream ---- */

/* Where this process, or another one, has come. */
static enum status find_place(struct rabbit_stream *stream, int64_t *position_out)
{
    struct rabbit_member *member = stream->member;
    arena_reset(member->rabbit->arena);
    enum status status = journal_reader_follower(&member->reader, member->rabbit->arena,
                                                 TEXT("relay"), BUS_EVENTS, position_out);
    if (status == STATUS_OK && *position_out > member->kept_place) {
        member->kept_place = *position_out;
    }
    return status;
}

static enum status place_relay(struct rabbit_stream *stream)
{
    int64_t position = 0;
    enum status status = find_place(stream, &position);
    if (status != STATUS_OK) {
        return status;
    }
    if (position > stream->confirmed || stream->read != stream->confirmed) {
        forget_destinations(stream);
    }
    TRACE(message_trace_relay(NULL, position >= stream->confirmed ? "relay_started" : "relay_again",
                              stream->member->name, position));
    stream->confirmed = position > stream->confirmed ? position : stream->confirmed;
    return STATUS_OK;
}

/* What the follower has got before it: what he had, or what was confirmed since. */
static enum status place_resend(struct rabbit_stream *stream)
{
    struct rabbit_member *member = stream->member;
    struct text addressee = stream->channel == BUS_EVENTS ? NO_TEXT : text_of(stream->follower);
    int64_t newest = stream->began_after;
    if (stream->confirmed > stream->began_after) {
        arena_reset(member->rabbit->arena);
        enum status status = journal_reader_newest(&member->reader, member->rabbit->arena,
                                                   addressee, stream->confirmed, &newest);
        if (status != STATUS_OK) {
            return status;
        }
    }
    forget_destinations(stream);
    add_destination(stream, addressee)->newest =
        newest > stream->began_after ? newest : stream->began_after;
    return STATUS_OK;
}

static bool place(struct rabbit_stream *stream)
{
    struct rabbit_member *member = stream->member;
    enum status status = stream->is_resend ? place_resend(stream) : place_relay(stream);
    if (status != STATUS_OK) {
        journal_reader_failed(&member->reader, member->rabbit->now_ms, "place", status);
        return false;
    }
    journal_reader_worked(&member->reader);
    stream->read = stream->confirmed;
    stream->is_placed = true;
    stream->is_level = false;
    return true;
}

static bool may_read(const struct rabbit_stream *stream)
{
    return !stream->has_failed && !stream->is_abandoned &&
           !(stream->is_placed && stream->is_level) &&
           stream->sending_count < RABBIT_SENDINGS_MAX &&
           stream->sending_bytes < RABBIT_SENDING_BYTES;
}

static bool send_some(struct rabbit_stream *stream)
{
    struct rabbit_member *member = stream->member;
    struct rabbit *rabbit = member->rabbit;
    struct messages rows = {0};
    bool is_end = false;
    if (!may_read(stream) || stream->due_ms > rabbit->now_ms || !rabbit__is_listening(rabbit) ||
        !journal_reader_open(&member->reader, rabbit->now_ms) ||
        (!stream->is_placed && !place(stream))) {
        return false;
    }
    arena_reset(rabbit->rows);
    enum status status =
        journal_reader_rows(&member->reader, rabbit->rows, stream->read, &rows, &is_end);
    if (status == STATUS_OK) {
        status = publish(stream, rows);
    }
    if (status != STATUS_OK) {
        journal_reader_failed(&member->reader, rabbit->now_ms, "journal", status);
        return false;
    }
    journal_reader_worked(&member->reader);
    stream->is_level = is_end;
    FAULT_POINT("rabbit_published");
    return !is_end;
}

int64_t rabbit__stream_due(const struct rabbit_stream *stream)
{
    const struct rabbit_member *member = stream->member;
    if (!may_read(stream) || !rabbit__is_listening(member->rabbit)) {
        return INT64_MAX;
    }
    return stream->due_ms > member->reader.due_ms ? stream->due_ms : member->reader.due_ms;
}

/* ---- once more, for one follower ---- */

void rabbit__finish_stream(struct rabbit_stream *stream)
{
    while (stream->first != NULL) {
        struct rabbit_sending *sending = stream->first;
        stream->first = sending->next;
        memory_free(sending);
    }
    forget_destinations(stream);
    memory_free(stream->destinations);
    stream->destinations = NULL;
}

void rabbit__resend(struct rabbit_member *member, const struct rabbit_mark *mark, struct text queue)
{
    for (struct rabbit_stream *stream = member->resends; stream != NULL; stream = stream->next) {
        if (text_equals(text_of(stream->queue), queue) && stream->channel == mark->channel &&
            stream->began_after <= mark->position) {
            return; /* it is on its way */
        }
    }
    struct rabbit_stream *stream = memory_take(sizeof *stream);
    *stream = (struct rabbit_stream){.next = member->resends,
                                     .member = member,
                                     .is_resend = true,
                                     .channel = mark->channel,
                                     .began_after = mark->position,
                                     .confirmed = mark->position};
    snprintf(stream->queue, sizeof stream->queue, "%.*s", TEXT_ARGS(queue));
    snprintf(stream->follower, sizeof stream->follower, "%s", mark->follower);
    member->resends = stream;
    log_line(LOG_INFO, "bus", "A follower has missed something; it is sent again.",
             LOG_TEXT("source", member->name), LOG_TEXT("queue", queue),
             LOG_NUMBER("after", mark->position));
}

/* All is said, and nothing waits for an answer; or there is nobody to hear it. */
static bool is_over(const struct rabbit_stream *stream)
{
    return stream->first == NULL && !stream->has_failed &&
           (stream->is_abandoned || (stream->is_placed && stream->is_level));
}

static void say_end(struct rabbit_stream *stream)
{
    MUST(stream->destination_count == 1);
    rabbit__say_newest(stream->member, text_of(stream->queue), stream->channel,
                       stream->destinations[0].newest, stream->read);
}

bool rabbit__send(struct rabbit_member *member)
{
    bool is_busy = send_some(&member->relay);
    struct rabbit_stream **link = &member->resends;
    while (*link != NULL) {
        struct rabbit_stream *stream = *link;
        is_busy = send_some(stream) || is_busy;
        if (is_over(stream)) {
            if (!stream->is_abandoned) {
                say_end(stream);
            }
            *link = stream->next;
            rabbit__finish_stream(stream);
            memory_free(stream);
        } else {
            link = &stream->next;
        }
    }
    return is_busy;
}
