/* tell.h - what services tell each other, and what they do at a later time; all of it rows.
 *
 * Reads may be asked, changes must be told. Telling writes into the journal of the teller, in the
 * transaction of the change: what is committed is delivered, what is undone was never said. The
 * receiver's handler runs in a transaction of its own, together with the cursor that counts it
 * once. Messages about one subject are handled in the order in which they were told.
 *
 * A handler that fails is tried again by its retry policy; meanwhile the message is parked, and
 * later messages of the same source and subject wait behind it. When it is exhausted, or the
 * handler refuses, it is dead: a person sees it with its reason, and replays or drops it
 * (`kontora dead`).
 */
#ifndef RUNTIME_TELL_H
#define RUNTIME_TELL_H

#include "runtime/call.h"

/* Tried again after first_ms, then after twice as long each time up to longest_ms, with jitter. */
struct retry {
    int attempts_max; /* 0: 10 */
    int first_ms;     /* 0: 1 s */
    int longest_ms;   /* 0: 10 min */
};

/* ---- events: anyone may listen ---- */

/* A fact that this service may tell. The rows of all services are the registry: /asyncapi.json. */
struct event {
    const char *name; /* "users.created": service, thing, what happened to it */
    unsigned version; /* of data; an incompatible change is a new version */
    const struct shape *data;
    const char *summary;
    const char *alias; /* the name a seed has for it, where it differs: "UserCreated" */
};

/* The event MUST be a row of the call's service. Called after the change itself was written.
 * TOO_LARGE: a subject of more than MESSAGE_SUBJECT_BYTES_MAX; likewise of tell_to. */
NODISCARD enum status tell(struct call *call, const struct event *event, struct text subject,
                           int64_t revision, const void *data);

/* All events of all other services, of every version; such a subscription takes no fields. What has
 * a row of its own goes there alone. */
#define SUBSCRIPTION_ALL "*"
enum { SUBSCRIPTION_ANY_VERSION = 0x7fffffff };

/* A durable reaction to somebody's event. */
struct subscription {
    const char *event;         /* "users.created", or SUBSCRIPTION_ALL */
    unsigned version;          /* the newest it understands; a newer one is parked as dead */
    const struct shape *takes; /* the fields it reads of the data; others are ignored */
    handle_fn *handle;
    struct retry retry;
};

/* Is it this event that the row is for? */
bool subscription_hears(const struct subscription *subscription, const char *event);

/* ---- commands: for one service, which replies ---- */

/* What this service may be told to do. */
struct command {
    const char *name; /* "ledger.charge" */
    const char *summary;
    const struct shape *takes;
    const struct shape *gives; /* of the reply; NULL: only that it is done */
    handle_fn *handle;
    struct retry retry;
    const struct refusal *const *refusals;
    size_t refusal_count;
};

/* What this service tells another one to do. */
struct errand {
    const char *service;
    const char *command;
    const struct shape *data;  /* what it sends; the command's `takes` must be able to read it */
    const struct shape *takes; /* what it reads of the reply; NULL: nothing */
    /* Run once for each errand, by whichever comes first: the reply (message->outcome done or
     * refused) or its deadline (expired). Later replies are kept and never run. NULL: none. */
    handle_fn *on_reply;
    struct retry retry;
    int64_t deadline_ms; /* after telling; 0: a day */
};

/* Tells it now, or at a later time (wall ms; 0: now). id_out, which may be NULL, is what the reply
 * will answer. */
NODISCARD enum status tell_to(struct call *call, const struct errand *errand, struct text subject,
                              const void *data, struct id *id_out);
NODISCARD enum status tell_to_at(struct call *call, const struct errand *errand,
                                 struct text subject, const void *data, int64_t at_ms);

/* ---- later ---- */

/* Runs once at a time that a handler chose, for one subject. Setting it again moves it. */
struct timer {
    const char *name; /* "order_waits_for_payment" */
    const struct shape *takes;
    handle_fn *handle; /* message->subject says whose it is */
    struct retry retry;
};
NODISCARD enum status timer_set(struct call *call, const struct timer *timer, struct text subject,
                                int64_t at_ms, const void *data);
/* OK whether it was set or not. */
NODISCARD enum status timer_clear(struct call *call, const struct timer *timer,
                                  struct text subject);
/* All whose subject is `of`, a slash, and anything. */
NODISCARD enum status timer_clear_all(struct call *call, const struct timer *timer, struct text of);

/* What to do with the times that passed while nobody was running. */
enum catch_up {
    CATCH_UP_ONCE, /* run once for all of them */
    CATCH_UP_ALL,  /* run for each, in order: message->told_at is its time */
    CATCH_UP_NONE, /* wait for the next */
};

/* Runs by the calendar, in the time zone of the business (setting business.zone), exactly once for
 * each time, however many processes there are. */
struct schedule_row {
    const char *name; /* "close_the_day" */
    const char *when; /* "daily 18:00", "every 10m", "0 18 * * 1-5"; see base/schedule.h */
    enum catch_up catch_up;
    handle_fn *handle; /* message->told_at is the time that was due */
    struct retry retry;
    const char *summary;
};

#endif
