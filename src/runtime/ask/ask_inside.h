/* ask_inside.h - what the files of this folder share: who is asked how, and one ask under way. */
#ifndef RUNTIME_ASK_ASK_INSIDE_H
#define RUNTIME_ASK_ASK_INSIDE_H

#include "net/http_client.h"
#include "runtime/ask/asker.h"
#include "runtime/ask/circuit.h"
#include "runtime/input.h"

/* Memory for one ask, and a connection for reading where the other service runs here. An ask takes
 * one and gives it back, so there are as many as there were asks at the same time. */
struct ask_desk {
    struct ask_desk *next;
    struct arena *arena;
    struct store *store;
};

struct ask_shelf {
    pthread_mutex_t lock;
    struct ask_desk *free;
};

struct ask_desk *ask_desk_take(struct ask_shelf *shelf);
void ask_desk_give(struct ask_shelf *shelf, struct ask_desk *desk);

/* A service of another process. */
struct ask_target {
    const char *service;
    const char *url;         /* "http://127.0.0.1:8480" */
    const char *unix_socket; /* NULL: by the url */
    struct circuit circuit;
    atomic_ulong answered;
    atomic_ulong failed;
    atomic_llong complained_ms; /* monotonic: when the log heard of it */
};

/* One row of `asks`, with what was found out about it. */
struct ask_plan {
    const struct ask *ask;
    const struct service *asking;
    const struct route *route; /* of the other service */
    struct host *host;         /* where it runs here; NULL: it does not */
    struct ask_target *target; /* where it runs, when not here */
    struct ask_shelf *shelf;

    pthread_mutex_t lock; /* of the credential, which serves until near its end */
    char credential[CREDENTIAL_BYTES_MAX];
    int64_t credential_until_ms; /* wall */
};

struct asker {
    struct arena *arena;
    struct asker_options options;
    struct service_key key;
    struct http_client *client; /* NULL: nobody elsewhere is asked */
    struct ask_plan *plans[HOSTS_MAX];
    struct ask_target *targets;
    size_t target_count;
    struct ask_shelf shelves[HOSTS_MAX]; /* one for each host ... */
    struct ask_shelf shelf_elsewhere;    /* ... and one for all that is asked elsewhere */
};

struct ask_run {
    struct asker *asker;
    struct ask_plan *plan;
    struct call *call;
    struct ask_desk *desk;
    struct path_values path;
    struct text query; /* NO_TEXT: none */
    int64_t give_up_at_ms;
    struct text trace; /* 32 digits; NO_TEXT: none */
    struct http_answer answer;
};

/* Fills path and query. ABSENT: what stands in the path is none, and there is no such thing. */
NODISCARD enum status ask_write(struct ask_run *run, const void *sends);

/* "/api/users/0192...?limit=5" */
struct text ask_target_of(struct ask_run *run);

/* OK: there is an answer, whatever it says. Else nobody answered in time. */
NODISCARD enum status ask_run_here(struct ask_run *run);
NODISCARD enum status ask_run_there(struct ask_run *run);

/* What the answer means; OK: it has been read into answer_out, with texts in the call's arena. */
NODISCARD enum status ask_read(struct ask_run *run, void *answer_out);

/* The code of a problem document; NO_TEXT when it has none. */
struct text ask_problem_code(struct ask_run *run);

/* For the log; of one that is asked elsewhere at most once a second. */
void ask_complain(const struct ask_run *run, const char *message, struct text detail);

#endif
