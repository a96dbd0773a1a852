/* message_trace.c - the steps of a message, as lines of a trace; empty in a shipped build. */
#include "bus/message_trace.h"

#ifdef FAULTS

#include <stdio.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, NAME_ROOM = 256 };

/* What is addressed has a channel for each addressee: `previous` counts within it. */
static struct text channel_of(struct text addressee, char room[NAME_ROOM])
{
    if (!text_is_given(addressee)) {
        return bus_channel_name(BUS_EVENTS);
    }
    struct text commands = bus_channel_name(BUS_COMMANDS);
    int written = snprintf(room, NAME_ROOM, "%.*s/%.*s", TEXT_ARGS(commands), TEXT_ARGS(addressee));
    MUST(written > 0 && written < NAME_ROOM);
    return (struct text){room, (size_t)written};
}

/* Never empty: all that is about nothing is in one line. */
static struct text subject_of(const struct message *message)
{
    return message->subject.bytes > 0 ? message->subject : TEXT("-");
}

static void tell_commit(struct store *store, const struct message *message)
{
    char channel[NAME_ROOM];
    const struct trace_field fields[] = {
        {.name = "source", .text = message->source},
        {.name = "channel", .text = channel_of(message->addressee, channel)},
        {.name = "position", .number = message->position},
        {.name = "subject", .text = subject_of(message)},
        {.name = "name", .text = message->name},
    };
    trace_step(store, "commit", fields, COUNT_OF(fields));
}

static int64_t newest_position(struct store *store)
{
    struct arena *arena = arena_create("trace", ARENA_BYTES);
    struct journal_ends ends;
    MUST(journal_ends(store, arena, &ends) == STATUS_OK);
    arena_destroy(&arena);
    return ends.last;
}

void message_trace_appended(struct store *store, const struct message *message)
{
    if (trace_is_on() && !store_has(store, STORE_IS_SHARED)) {
        struct message placed = *message;
        placed.position = newest_position(store);
        tell_commit(store, &placed);
    }
}

/* The last of the rows behind `after`; `after` when there are no more. */
static int64_t tell_behind(struct store *store, struct text source, int64_t after)
{
    struct arena *arena = arena_create("trace", ARENA_BYTES);
    struct messages rows;
    MUST(journal_read(store, arena, source, after, &rows) == STATUS_OK);
    for (size_t i = 0; i < rows.count; i++) {
        tell_commit(store, &rows.items[i]);
    }
    int64_t last = rows.count > 0 ? rows.items[rows.count - 1].position : after;
    arena_destroy(&arena);
    return last;
}

void message_trace_settled(struct store *store, struct text source, int64_t count)
{
    if (!trace_is_on() || count == 0) {
        return;
    }
    int64_t newest = newest_position(store);
    int64_t told = newest - count;
    MUST(told >= 0);
    while (told < newest) {
        int64_t last = tell_behind(store, source, told);
        MUST(last > told);
        told = last;
    }
}

void message_trace(struct store *store, const char *step, const char *consumer,
                   const struct message *message)
{
    char channel[NAME_ROOM];
    const struct trace_field fields[] = {
        {.name = "source", .text = message->source},
        {.name = "channel", .text = channel_of(message->addressee, channel)},
        {.name = "consumer", .text = text_of(consumer)},
        {.name = "position", .number = message->position},
        {.name = "previous", .number = message->previous},
        {.name = "subject", .text = subject_of(message)},
    };
    if (message->position > 0) {
        trace_step(store, step, fields, COUNT_OF(fields));
    }
}

void message_trace_look(struct store *store, const char *step, const char *consumer,
                        const struct message *message)
{
    message_trace(trace_has_kept(store) ? store : NULL, step, consumer, message);
}

void message_trace_failed(struct store *store, const char *step, const char *consumer,
                          const struct message *message, bool is_dead)
{
    message_trace(store, step, consumer, message);
    if (is_dead) {
        message_trace(store, "dead", consumer, message);
    }
}

void message_trace_batch(const char *step, const char *consumer, const struct bus_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        message_trace(NULL, step, consumer, &batch->messages[i]);
    }
}

void message_trace_kept(struct store *store, const char *step, const char *consumer,
                        struct text json)
{
    if (!trace_is_on()) {
        return;
    }
    struct arena *arena = arena_create("trace", ARENA_BYTES);
    struct message message;
    struct text error;
    if (message_read(arena, json, &message, &error) == STATUS_OK) {
        message_trace(store, step, consumer, &message);
    }
    arena_destroy(&arena);
}

static void tell_publish(const struct message *message)
{
    char channel[NAME_ROOM];
    const struct trace_field fields[] = {
        {.name = "source", .text = message->source},
        {.name = "relay", .number = 0},
        {.name = "channel", .text = channel_of(message->addressee, channel)},
        {.name = "position", .number = message->position},
        {.name = "previous", .number = message->previous},
    };
    trace_step(NULL, "publish", fields, COUNT_OF(fields));
}

void message_trace_sent(const struct message *message, const char *follower)
{
    if (follower == NULL) {
        tell_publish(message);
    } else {
        message_trace(NULL, "resent", follower, message);
    }
}

void message_trace_relay(struct store *store, const char *step, struct text source,
                         int64_t position)
{
    const struct trace_field fields[] = {
        {.name = "source", .text = source},
        {.name = "relay", .number = 0},
        {.name = "position", .number = position},
    };
    trace_step(store, step, fields, COUNT_OF(fields));
}

void message_trace_wants(const char *consumer, const char *event)
{
    const struct trace_field fields[] = {
        {.name = "consumer", .text = text_of(consumer)},
        {.name = "name", .text = text_of(event)},
    };
    trace_step(NULL, "wants", fields, COUNT_OF(fields));
}

#else

typedef int message_trace_is_not_built_in_fn(void); /* a translation unit may not be empty */

#endif
