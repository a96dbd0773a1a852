/* call.h - what a handler is given, and what it may say.
 *
 * A call is one piece of work on its way through the runtime: a request, or a message that another
 * service told. A handler is straight-line C on the service's executor, inside a transaction: read,
 * decide, write, say what happened. It never waits for the network, starts a thread or takes a
 * lock; its answer leaves only after the commit. What it takes from the call's arena ends with the
 * call. It may run twice for one request (after a CONFLICT), so it changes nothing but the store.
 */
#ifndef RUNTIME_CALL_H
#define RUNTIME_CALL_H

#include "base/arena.h"
#include "base/field.h"
#include "base/id.h"
#include "base/must.h"
#include "base/secret.h"
#include "base/status.h"
#include "base/text.h"
#include "bus/message.h"
#include "net/http.h"
#include "runtime/work.h"
#include "store/store.h"

struct call;
struct route;
struct service;
struct host;
struct stage_run; /* engine/run/stage_run.h */

/* OK with an answer given; REFUSED by refuse(); any other status is a fault of the world and
 * becomes a 503 (or a retry) without the handler's help: just return it. */
typedef enum status handle_fn(struct call *call);

/* False: the call has gone on from there, and is not the thread's any more. */
typedef bool call_before_fn(struct call *call);

/* ---- the word no ---- */

struct refusal {
    const char *code; /* "user_exists": stable, for programs */
    int http_status;
    const char *text; /* for a person */
};

/* The handler's changes are undone. A request is answered with a problem document (RFC 9457), a
 * command with a reply "refused"; an event that is refused is parked as dead, for a person. */
NODISCARD enum status refuse(struct call *call, const struct refusal *refusal);

/* The same, saying which field of the request is to blame. */
NODISCARD enum status refuse_field(struct call *call, const struct refusal *refusal,
                                   const char *field);

/* The same with what a program needs to know of it: `details` of the problem, a JSON object. */
NODISCARD enum status refuse_with(struct call *call, const struct refusal *refusal,
                                  struct text details);

/* The answer to a request is no, and what the handler has written stays: a wrong guess is counted.
 * Retry-After in seconds; 0: no such header. Always OK. */
NODISCARD enum status answer_no(struct call *call, const struct refusal *refusal,
                                int retry_after_s);

/* ---- what a handler is given ---- */

enum caller_kind { CALLER_NOBODY, CALLER_ROOT, CALLER_SERVICE };

struct caller {
    enum caller_kind kind;
    struct text name; /* for logs: "root key", "uid 0", "users" */
    /* For whom it calls: said by who has signed him in (spokesman.h, front/front.h). */
    struct id person;         /* none: for itself */
    struct texts roles;       /* "b2b", "admin.moderator": what he may come in as */
    struct texts permissions; /* of a person: "users.read", "users.*", "*" */
    struct id session;        /* by which he has signed in; none: by a key, or not known */
};

struct call {
    struct arena *arena;
    struct store *store;
    const struct service *service;
    const void *input; /* the struct that the table's `takes` describes; NULL: it takes nothing */
    struct caller caller;
    int64_t now_ms;                /* one moment for the whole call */
    int64_t expected_revision;     /* of If-Match; FIELD_NONE when absent */
    const struct route *route;     /* NULL: not a request */
    const struct message *message; /* NULL: a request */
    unsigned attempt;              /* of a message: 1 for the first time */
    struct stage_run *stage;       /* of a function that a case runs; the engine's */
    const void *gathered;          /* what the table's `gather` has asked others for; see ask.h */

    /* The runtime's own from here on. */
    struct work work;       /* of a request */
    call_before_fn *before; /* a reader's thread runs it first; NULL: nothing */
    struct host *host;
    struct http_exchange *exchange; /* of a request */
    struct bound_route *bound;
    const struct shape *takes;
    uint64_t given;        /* bit i: field i of takes was in the request */
    struct text concerns;  /* what it is about; host_submit */
    int64_t give_up_at_ms; /* monotonic: who asks waits no longer; 0: as long as it takes */
    bool is_refused;       /* by its gather: the exchange has the answer */
    struct text idempotency_key;
    uint8_t body_hash[32];
    bool has_mark; /* its changes can be undone alone */
    unsigned long writes_before;
    const struct shape *gives;     /* of a command's reply */
    struct text reply;             /* what a command's handler has answered */
    const struct refusal *refusal; /* what it has refused with */
    struct work_effects effects;
    struct call *next_held; /* waiting_room.h */
    struct text topic;      /* what it listens for; NO_TEXT: nothing */
    unsigned long heard;    /* how often that had been stirred */
    int64_t hold_until_ms;  /* monotonic; 0: its answer leaves at once */
    unsigned times_run;
};

/* Was this field in the request at all, be it null? The name MUST be a field of `takes`. */
bool input_has(const struct call *call, const char *field);

/* A key for one purpose that nobody has who has the store alone (start/seed_file.h). */
struct digest_key call_key(const struct call *call, const char *purpose);

/* "https://kontora.example": what people and programs reach us at, the setting web.address. Without
 * it only who comes from this machine is told apart: what he has written into his address bar, if
 * that is this machine; else NO_TEXT. */
struct text call_public_address(const struct call *call);

/* How long this process has been serving the call's service. */
int64_t call_uptime_ms(const struct call *call);

/* Of a gather that goes on to wait for somebody outside: it has read what it needs, and holds no
 * snapshot meanwhile. The store is gone until the handler runs. */
void call_stop_reading(struct call *call);

/* ---- waiting ---- */

/* A request may wait for what is not there yet, without a thread and without asking again:
 *
 *   call_listen(call, topic)    before it looks
 *   ...                         there is nothing, and it answers so
 *   call_hold(call, wait_ms)    that answer is kept back, so long after the request has come
 *
 * As soon as somebody stirs the topic the handler is run once more, and may hold again; when the
 * time is over the answer leaves as it is. With an Idempotency-Key nothing is held. */
void call_listen(struct call *call, struct text topic);
void call_hold(struct call *call, int64_t wait_ms);

/* One of those that listen is run, when this is committed. */
void call_stir(struct call *call, struct text topic);

/* ---- answering ---- */

/* The table's `gives` written from the structure; of a route with success_status and the ETag. */
NODISCARD enum status answer(struct call *call, const void *structure);

/* The same with route.other_status. */
NODISCARD enum status answer_other(struct call *call, const void *structure);

/* success_status, no body; also how a message says that all is well. */
NODISCARD enum status answer_empty(struct call *call);

/* What no table of fields can describe, written already; route.answer_schema says what it is. The
 * ETag comes with its quotes; NO_TEXT: none. */
NODISCARD enum status answer_json(struct call *call, struct text json, struct text etag);

/* What is no JSON at all; of a route with answer_type. */
NODISCARD enum status answer_written(struct call *call, struct text written, struct text etag);

/* Elsewhere: 303, or a route.other_status that is another 3xx. */
NODISCARD enum status answer_way(struct call *call, struct text location);

struct list {
    const void *items; /* an array of route.gives structs */
    size_t count;
    struct text next;      /* the cursor of the next page; NO_TEXT: this was the last */
    int64_t total;         /* FIELD_NONE: not counted */
    bool total_is_minimum; /* counting stopped at its limit */
};
NODISCARD enum status answer_list(struct call *call, const struct list *list);

#endif
