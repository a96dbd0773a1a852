/* ask.h - reading from another service.
 *
 * An ask is a read route of the other service, called by its operation's name: directly, on a
 * snapshot of its rows, when it runs in this process; over HTTP with a short-lived service
 * credential otherwise. It waits, so it is never done inside a writing transaction: a handler of a
 * read may ask, and so may `gather`, which runs before the handler of a write and leaves what
 * it learned in call->gathered. A handler of a message may not ask: it listens and keeps.
 */
#ifndef RUNTIME_ASK_H
#define RUNTIME_ASK_H

#include "runtime/call.h"

/* Whom this service asks for what; cycles between services are refused at start. */
struct ask {
    const char *service;
    const char *operation;     /* "get_user": a route that reads */
    const struct shape *sends; /* fields of path and query; NULL: none */
    /* The fields it reads of the answer; others are ignored, null is none. NULL: only whether. */
    const struct shape *takes;
};

/* The ask MUST be a row of the call's service. OK: answer_out is filled, a struct of `takes`; of an
 * operation that gives a list a struct list of them. Texts live in the call's arena.
 * ABSENT: it says 404, or what would stand in the path is none. REFUSED: another no (its code is in
 * the log); a handler that just returns it answers 409 "other_service_refused". UNAVAILABLE,
 * TIMEOUT, BUSY: the other side is down or slow, after one more try within the deadline of the
 * call. TOO_LARGE: the call has no memory left for it. Unless OK, answer_out is left alone. */
NODISCARD enum status ask(struct call *call, const struct ask *ask, const void *sends,
                          void *answer_out);

#endif
