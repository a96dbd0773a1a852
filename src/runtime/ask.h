/* ask.h - reading from another service.
 *
 * An ask is a read route of the other service, called by its operation's name: directly, on a
 * snapshot of its rows, when it runs in this process; over HTTP with a short-lived service
 * credential otherwise. It waits, so it is never done inside a writing transaction: a handler of a
 * read may ask, and so may `gather`, which runs before the handler of a write or a message and
 * leaves what it learned in call->gathered.
 */
#ifndef RUNTIME_ASK_H
#define RUNTIME_ASK_H

#include "runtime/call.h"

/* Whom this service asks for what; cycles between services are refused at start. */
struct ask {
    const char *service;
    const char *operation;     /* "get_user": a route that reads */
    const struct shape *sends; /* fields of path and query; NULL: none */
    const struct shape *takes; /* the fields it reads of the answer; others are ignored */
};

/* OK; ABSENT: it says 404; REFUSED: another no (its code is in the log); UNAVAILABLE, TIMEOUT,
 * BUSY: the other side is down or slow, after one more try within the deadline of the call. */
NODISCARD enum status ask(struct call *call, const struct ask *ask, const void *sends,
                          void *answer_out);

#endif
