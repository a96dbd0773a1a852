/* message.h - what one service tells another: an event, a command, or the reply to a command.
 *
 * A message is written into the journal of its source in the transaction of the change it speaks
 * of, and gets its position there when that commits: 1, 2, 3 ... in the order of commits. It is
 * delivered at least once. `position` and `previous` are what a receiver needs to count it once
 * and to see that none is missing; see bus.h.
 */
#ifndef BUS_MESSAGE_H
#define BUS_MESSAGE_H

#include "base/arena.h"
#include "base/field.h"
#include "base/id.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"

/* The values of `kind`; what is kept in a database is a word, not a number. */
extern const struct text message_event;
extern const struct text message_command;
extern const struct text message_reply;

/* The values of `outcome` of a reply. */
extern const struct text outcome_done;
extern const struct text outcome_refused; /* data: {"code": ..., "message": ...} */
extern const struct text outcome_expired; /* nobody replied before the deadline */

/* Of a subject; a key of PostgreSQL's index has at most 2,700 bytes. */
enum { MESSAGE_SUBJECT_BYTES_MAX = 1000 };

struct message {
    int64_t position; /* in the journal of its source; 0 until it is committed */
    int64_t previous; /* of the message before it on the same channel, or lower; 0: none */
    struct id id;
    struct text kind;
    struct text source;    /* the service that says it */
    struct text addressee; /* the service it is for; NO_TEXT: an event, for whoever listens */
    struct text name;      /* "users.created"; of a reply: the command's */
    int64_t version;       /* of the shape of data */
    struct text subject;   /* the one thing it is about: order is kept within it */
    int64_t revision;      /* of the subject after the change; FIELD_NONE: has none */
    struct id answers;     /* of a reply: the command's id */
    struct text outcome;   /* of a reply */
    struct text actor;     /* who caused it: a person, or a service */
    struct text trace;     /* 32 hexadecimal digits, from the request that began it */
    int64_t told_at;       /* wall ms */
    int64_t deadline;      /* of a command: a reply after it is too late; 0: none */
    struct text data;      /* a JSON object */
};

/* The row of the journal: all but `source`, whose journal it is, and `previous`. */
extern const struct shape message_shape;

bool message_is(const struct message *message, struct text kind);

/* A deep copy into another arena. */
struct message message_copy(struct arena *arena, const struct message *message);

/* "00-<trace>-<span>-01" of W3C trace context; false when it has no trace. */
enum { MESSAGE_TRACEPARENT_BYTES = 55 };
bool message_traceparent(const struct message *message, char out[MESSAGE_TRACEPARENT_BYTES + 1]);

/* CloudEvents 1.0, structured mode (application/cloudevents+json): id, source "/users", type, time,
 * subject, traceparent, data; ours are extension attributes: kontorakind, kontoraposition ... What
 * is none is left out, and so is a trace that is not as above. */
struct text message_write(struct arena *arena, const struct message *message);

/* MALFORMED: error_out says what is missing or wrong. Texts point into the input or the arena. */
NODISCARD enum status message_read(struct arena *arena, struct text json,
                                   struct message *message_out, struct text *error_out);

/* Several in one, CloudEvents' batch format (application/cloudevents-batch+json): an array of what
 * message_write gave. May be: no part of it is nested so deep that the array could not be read. */
bool message_may_be_joined(const struct message *message);
struct text message_join(struct arena *arena, const struct text *written, size_t count);

/* Like message_read, of a value that was read with all of a batch. */
struct json;
NODISCARD enum status message_read_value(struct arena *arena, const struct json *value,
                                         struct message *message_out, struct text *error_out);

#endif
