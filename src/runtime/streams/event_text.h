/* event_text.h - how an event looks on the wire (text/event-stream).
 *
 *   id: 17                  the reader's browser gives it back as Last-Event-ID
 *   event: users.created
 *   data: {"id": ...}
 *                           an empty line ends it
 */
#ifndef RUNTIME_STREAMS_EVENT_TEXT_H
#define RUNTIME_STREAMS_EVENT_TEXT_H

#include "base/arena.h"
#include "base/text.h"

/* What is put together for a reader; the memory grows and is kept for the next one. */
struct event_text {
    char *data;
    size_t bytes;
    size_t room;
};

struct event_line {
    int64_t id; /* FIELD_NONE: the reader's position stays */
    struct text name;
    struct text data; /* may have several lines */
};

void event_text_add(struct event_text *text, const struct event_line *line);

/* The position alone: nothing is told, but the reader remembers it. */
void event_text_add_position(struct event_text *text, int64_t id);

void event_text_add_plain(struct event_text *text, struct text plain);

struct text event_text_of(const struct event_text *text);
void event_text_free(struct event_text *text);

#endif
