/* front.h - who stands at the door of a process and asks each request from outside who sends it.
 *
 * A process has a front when it serves a service with a row `decides` (service.h). What comes with
 * the root key, over the admin socket or with the credential of a service passes it by; of all else
 * it reads the session cookie or the bearer credential, learns whose that is and what he may, and
 * lets the request in as that person (kind CALLER_SERVICE, "gateway for 018f...") or as nobody.
 *
 * Who comes too often is answered 429: a person by his own bucket, nobody by his address.
 *
 * What was learned is kept for a few seconds (visitors.h). What is not known is asked, which waits,
 * so never on a loop's thread: front_look says FRONT_ASKS then, and front_ask is called where
 * waiting is allowed.
 */
#ifndef RUNTIME_FRONT_FRONT_H
#define RUNTIME_FRONT_FRONT_H

#include "runtime/host.h"

struct front;
struct elsewhere;
struct composer;

struct front_options {
    struct host *host; /* of the service that has the row; it must outlive the front */
    struct streams *streams;
    struct elsewhere *elsewhere; /* NULL: nothing is relayed */
    struct composer *composer;   /* of dashboards */
    struct cache *cache;
    struct cache *shared;       /* where other doors count, too; NULL: each counts for itself */
    int decision_ms;            /* for how long an answer is kept */
    int64_t address_per_minute; /* requests of nobody from one address; 0: any number */
    int64_t sign_in_per_minute; /* of those, what changes something: signing in, for instance */
    int64_t person_per_minute;  /* requests of one person */
};

struct front *front_create(const struct front_options *options);

/* What the routes of dashboards go to. */
struct composer *front_composer(const struct front *front);

/* From now on it hears of those who are dropped (dropped.h). */
void front_start(struct front *front);

/* From any thread: the journal of this host has grown. */
void front_announce(struct front *front, size_t host_index);

/* Hears no more; before the stores are closed. */
void front_stop(struct front *front);
void front_destroy(struct front **front);

enum front_word {
    FRONT_LETS_IN,  /* caller_out is a person, or is left as it was */
    FRONT_ASKS,     /* nobody knows yet: front_ask */
    FRONT_ANSWERED, /* the exchange has a refusal or a fault */
};

struct knock {
    struct http_exchange *exchange;
    const struct route *route; /* NULL: none of ours */
    bool is_open_write;        /* nobody needs to have signed in for it, and it changes something */
};

/* On a loop's thread. The caller's texts live as long as the exchange's arena. */
enum front_word front_look(struct front *front, const struct knock *knock,
                           struct caller *caller_out);

/* Where it may wait; never FRONT_ASKS. */
enum front_word front_ask(struct front *front, const struct knock *knock,
                          struct caller *caller_out);

/* What the door leans on, as it is now; nobody is asked for it. */
struct front_health {
    bool cache_is_shared;
    bool cache_is_away;
    bool consul_is_asked;
    bool consul_is_away;
};
void front_look_at_health(const struct front *front, struct arena *arena,
                          struct front_health *health_out);

/* The sessions that were used since this was asked last, at most SEEN_MAX of them, each once. In
 * what passes that they are forgotten: that a session was used is worth no more than that. */
enum { SEEN_MAX = 1000 };
size_t front_take_seen(struct front *front, struct id seen_out[SEEN_MAX]);

#endif
