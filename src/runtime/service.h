/* service.h - everything the platform must know about a service stands in one table.
 *
 * A service owns data: one schema, written by nobody else. Reading its `const struct service`
 * tells a newcomer what it does: what can be asked of it (routes), what it may answer "no" with
 * (refusals), how its tables came to be (migrations), what it does by itself (chores). main.c
 * lists the services; nothing registers itself. docs/adding_a_service.md walks through one.
 *
 * A handler is straight-line C on the service's executor, inside a transaction: read, decide,
 * write, say what happened. It never waits for the network, starts a thread or takes a lock; its
 * answer leaves only after the commit. What it takes from the call's arena ends with the request.
 * It may run twice for one request (after a CONFLICT), so it changes nothing but the store.
 */
#ifndef RUNTIME_SERVICE_H
#define RUNTIME_SERVICE_H

#include "base/arena.h"
#include "base/field.h"
#include "base/id.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"
#include "net/http.h"
#include "store/migrate.h"
#include "store/store.h"

struct call;

/* OK with an answer given; REFUSED by refuse(); any other status is a fault of the world and
 * becomes a 503 (or a retry) without the handler's help: just return it. */
typedef enum status handle_fn(struct call *call);

/* ---- the word no ---- */

struct refusal {
    const char *code; /* "user_exists": stable, for programs */
    int http_status;
    const char *text; /* for a person */
};

/* The handler's changes are undone, the answer is a problem document (RFC 9457). */
NODISCARD enum status refuse(struct call *call, const struct refusal *refusal);

/* The same, saying which field of the request is to blame. */
NODISCARD enum status refuse_field(struct call *call, const struct refusal *refusal,
                                   const char *field);

/* ---- routes ---- */

enum route_kind {
    ROUTE_READS,       /* on a snapshot, in a reader thread */
    ROUTE_READS_POINT, /* a few rows by key: at once, where the store can */
    ROUTE_WRITES,      /* on the executor, in its transaction */
};

enum revision_rule {
    REVISION_NONE,
    REVISION_MAY,  /* If-Match is honoured when given */
    REVISION_MUST, /* without If-Match the answer is 428 */
};

struct route {
    enum http_method method;
    const char *path;       /* "/api/users/{user_id}" */
    const char *operation;  /* "get_user", the operationId */
    const char *permission; /* "users.read"; NULL: whoever reaches the door */
    const char *summary;
    enum route_kind kind;
    handle_fn *handle;
    const struct shape *takes; /* fields of path, query and body; NULL: nothing */
    const struct shape *gives; /* the schema of the answer; NULL: no body */
    bool gives_list;           /* {"items": [gives...], "next": cursor or null} */
    int success_status;        /* 200 when 0 */
    int other_status;          /* another success, such as 200 beside 201; 0: none */
    enum revision_rule revision;
    const struct refusal *const *refusals; /* what this route may say no with */
    size_t refusal_count;
};

/* ---- what a handler is given ---- */

enum caller_kind { CALLER_NOBODY, CALLER_ROOT };

struct caller {
    enum caller_kind kind;
    struct text name; /* for logs: "root key", "uid 0" */
};

struct call {
    struct arena *arena;
    struct store *store;
    const void *input; /* the struct that route.takes describes */
    struct caller caller;
    int64_t now_ms;            /* one moment for the whole request */
    int64_t expected_revision; /* of If-Match; FIELD_NONE when absent */
    const struct route *route;

    /* The runtime's own from here on. */
    struct mailbox_node node;
    struct http_exchange *exchange;
    struct bound_route *bound;
    int64_t waiting_since_ms; /* monotonic */
    uint64_t given;           /* bit i: field i of takes was in the request */
    struct text idempotency_key;
    uint8_t body_hash[32];
    unsigned tries;
    bool has_mark; /* its changes can be undone alone */
    unsigned long writes_before;
};

/* Was this field in the request at all, be it null? The name MUST be a field of route.takes. */
bool input_has(const struct call *call, const char *field);

/* ---- answering ---- */

/* route.gives written from the structure, with route.success_status and the ETag. */
NODISCARD enum status answer(struct call *call, const void *structure);

/* The same with route.other_status. */
NODISCARD enum status answer_other(struct call *call, const void *structure);

NODISCARD enum status answer_empty(struct call *call); /* success_status, no body */

struct list {
    const void *items; /* an array of route.gives structs */
    size_t count;
    struct text next;      /* the cursor of the next page; NO_TEXT: this was the last */
    int64_t total;         /* FIELD_NONE: not counted */
    bool total_is_minimum; /* counting stopped at its limit */
};
NODISCARD enum status answer_list(struct call *call, const struct list *list);

/* ---- what a service does by itself ---- */

/* Runs on the executor in a transaction of its own, after start and then every so often. It does
 * a bounded piece; *more_out = true asks to be run again soon, after waiting requests. */
typedef enum status chore_fn(struct store *store, struct arena *arena, int64_t now_ms,
                             bool *more_out);

struct chore {
    const char *name;
    chore_fn *run;
    int every_ms;
};

struct service {
    const char *name; /* also the schema */
    const char *purpose;
    const struct migration *migrations;
    size_t migration_count;
    const struct route *routes;
    size_t route_count;
    const struct chore *chores;
    size_t chore_count;
};

#endif
