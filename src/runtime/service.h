/* service.h - everything the platform must know about a service stands in one table.
 *
 * A service owns data: one schema, written by nobody else. Reading its `const struct service`
 * tells a newcomer what it does: what can be asked of it (routes), how its tables came to be
 * (migrations), what it says (events) and listens to (subscriptions), what it may be told to do
 * (commands) and tells others (errands), what it does at a time (timers, schedules, chores), whom
 * it reads from (asks). main.c lists the services; nothing registers itself.
 * docs/adding_a_service.md walks through one. A handler, and what it is given: call.h.
 */
#ifndef RUNTIME_SERVICE_H
#define RUNTIME_SERVICE_H

#include "net/http.h"
#include "runtime/ask.h"
#include "runtime/call.h"
#include "runtime/stream.h"
#include "runtime/tell.h"
#include "store/migrate.h"

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
    /* Services whose credential opens it too, beside those that ask for it (ask.h). */
    const char *const *callers;
    size_t caller_count;
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
    /* JSON Schemas in the place of what `takes` says of the body and of `gives`, where no table can
     * say it; NULL: none. */
    const char *body_schema;
    const char *answer_schema;
    const char *answer_type; /* "image/svg+xml": what it answers is no JSON; NULL: it is */
    handle_fn *gather; /* of a write: asks others before the transaction begins; NULL: nobody */
    /* Does the gather of this call take a core for long, as a password does? Then few run at once,
     * few wait, and more are answered 429. NULL: it does not. */
    bool (*gathers_slowly)(const struct call *call);
    /* It speaks as others have laid down (OAuth): its body comes as a form, what is not in `takes`
     * or is empty is passed over, a refusal is {"error", "error_description"}, and no answer is
     * kept for an Idempotency-Key. */
    bool is_foreign;
    bool body_is_raw; /* its handler reads the request's body itself, whatever it is */
    const char
        *body_type; /* of a raw body, as the description says it: "application/octet-stream" */
    /* Of a read: run on a reader's thread in the place of the handler; the call is finished some
     * time later, from whichever thread. NULL: the handler answers. */
    call_before_fn *answers_later;
    int64_t rate; /* so often a minute one person, or one address, may ask it; 0: any number */
    bool keeps_no_reply; /* its answer has a secret: an Idempotency-Key is not heeded */
};

/* ---- what a service does by itself ---- */

/* One run of a chore, on the executor, in a transaction of its own. It does a bounded piece. */
struct chore_run {
    struct host *host;
    struct store *store;
    struct arena *arena;
    struct call *call; /* to tell, and to set timers; nobody has called, and nobody is answered */
    int64_t now_ms;
    bool more;                   /* set: run again soon, after waiting requests */
    int64_t next_at;             /* set: wall ms when it wants to run, if that is sooner */
    struct work_effects effects; /* set */
};
typedef enum status chore_fn(struct chore_run *run);

struct chore {
    const char *name;
    chore_fn *run;
    int every_ms;
    bool heeds_alarms; /* it looks for what is due, whenever work_effects.alarm_at has come */
};

struct dashboard;  /* compose/dashboard.h */
struct own_check;  /* fsck/fsck.h */
struct sideline;   /* sideline.h */
struct case_work;  /* engine/cases.h */
struct catalog;    /* engine/recipe.h */
struct post_table; /* post/post.h */

/* Rows that stand in a folder of their own: what a large service does beside its first page. */
struct service_part {
    const struct route *routes;
    size_t route_count;
    const struct chore *chores;
    size_t chore_count;
    const struct series *series;
    size_t series_count;
};

/* Run once at the start, when the store is open and its tables are up to date, outside of a
 * transaction. It gives the service that will run: the same, or one like it whose tables know what
 * the store holds. The arena lives as long as the service runs; error_out is a sentence. */
typedef enum status service_opened_fn(const struct service *service, struct store *store,
                                      struct arena *arena, const struct service **service_out,
                                      struct text *error_out);

struct service {
    const char *name; /* also the schema */
    const char *purpose;
    const struct migration *migrations;
    size_t migration_count;
    const struct route *routes;
    size_t route_count;
    const struct chore *chores;
    size_t chore_count;

    const char *exchange; /* what its events are called outside; NULL: "<name>.events" */
    const struct event *events;
    size_t event_count;
    const struct subscription *subscriptions;
    size_t subscription_count;
    const struct command *commands;
    size_t command_count;
    const struct errand *errands;
    size_t errand_count;
    const struct timer *timers;
    size_t timer_count;
    const struct schedule_row *schedules;
    size_t schedule_count;
    const struct ask *asks;
    size_t ask_count;
    const struct stream *streams;
    size_t stream_count;
    /* The row of its asks by which it learns who sends a request: it then stands at the door of its
     * process (front/front.h), of which one service may. NULL: it does not. */
    const struct ask *decides;
    const struct event *drops; /* of its events: whose decisions are over (front/dropped.h) */
    const struct dashboard *dashboards; /* compose/dashboard.h */
    size_t dashboard_count;
    const struct sideline *const *sidelines; /* what it does outside, on threads of its own */
    size_t sideline_count;

    const struct case_work *cases; /* workflows, and the functions they name; NULL: none */
    const struct catalog *catalog; /* what the engine has made of them; its own */
    const struct series *series;   /* of the floors between the runtime and this service */
    size_t series_count;
    service_opened_fn *opened;      /* NULL: nothing is asked of the store */
    const struct own_check *checks; /* of its rows, for `kontora fsck` */
    size_t check_count;
    const struct post_table *post; /* what programs outside do for it; NULL: nothing */
    struct text workflows; /* JSON, an array: which versions of which it runs; NO_TEXT: none */
    struct texts remarks;  /* what is wrong although it runs: the log, /readyz and doctor say */
    const struct service_part *const *parts; /* main's list is made whole of them; below */
    size_t part_count;
};

/* The same services with the rows of their parts among their own, and the one at the door with a
 * route for each dashboard; the lists live in the arena. */
const struct service *const *services_whole(struct arena *arena,
                                            const struct service *const *services, size_t count);

#endif
