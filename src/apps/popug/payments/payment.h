/* payment.h - one sum on its way to one person, by a provider outside.
 *
 *   asked -----> pending -----> sending -----> done      told: payments.earning_transferred
 *     |                          |   ^  \----> failed    told: payments.transfer_failed
 *     v                          v   |
 *   stuck (nowhere to pay to)   unknown: its answer was lost; the provider is asked what came of it
 *
 * `asked`: the directory has been asked where to pay to. Nothing is ever paid twice: the provider
 * gets the payment's id as Idempotency-Key, and what is unknown is looked up before it is sent
 * again. What stays unknown or stuck is shown to the accountant, who may have it tried at once.
 */
#ifndef APPS_POPUG_PAYMENTS_PAYMENT_H
#define APPS_POPUG_PAYMENTS_PAYMENT_H

#include "runtime/sideline.h"

struct payment {
    struct id id;
    struct id person_id;
    int64_t amount_minor;
    struct text currency;
    struct text channel;     /* "bank_account" */
    struct text destination; /* in the channel's own form */
    struct text status;
    int64_t attempts;
    int64_t due_at; /* 0: it waits for nobody here */
    int64_t lease;
    struct text reference; /* the provider's */
    struct text reason;
    int64_t created_at;
    int64_t changed_at;
};
extern const struct shape payment_shape;      /* all of it */
extern const struct shape payment_seen_shape; /* what is answered */

extern const struct text payment_asked;
extern const struct text payment_stuck;
extern const struct text payment_pending;
extern const struct text payment_sending;
extern const struct text payment_unknown;
extern const struct text payment_done;
extern const struct text payment_failed;
enum { PAYMENT_STATUS_COUNT = 7, REASON_BYTES_MAX = 300 };
extern const char *const payment_statuses[PAYMENT_STATUS_COUNT];

/* ---- channels: ways in which somebody can be paid ---- */

struct payment_channel {
    const char *name; /* also the key in what the directory knows of where to pay to */
    bool (*accepts)(struct text destination);
};
/* The first that the person has; false: none. */
bool payment_choose_channel(struct arena *arena, struct text requisite, struct payment *payment);

/* ---- the store ---- */

NODISCARD enum status payment_find(struct store *store, struct arena *arena, struct id id,
                                   struct payment *payment_out);
/* EXISTS: it is there. */
NODISCARD enum status payment_insert(struct store *store, const struct payment *payment);
/* CONFLICT: another has it in hand meanwhile. */
NODISCARD enum status payment_update(struct store *store, const struct payment *payment);
/* The one that is due longest; ABSENT: none is due now. */
NODISCARD enum status payment_next(struct store *store, struct arena *arena, int64_t now_ms,
                                   struct payment *payment_out);
enum { PAYMENTS_PAGE_MAX = 200 };
NODISCARD enum status payment_list(struct store *store, struct arena *arena, struct text status,
                                   struct id before, struct rows *rows_out);

/* ---- what is told ---- */

enum { TELLS_TRANSFERRED, TELLS_FAILED, PAYMENT_EVENT_COUNT };
extern const struct event payment_events[PAYMENT_EVENT_COUNT];
NODISCARD enum status payment_tell(struct call *call, size_t event, const struct payment *payment);

/* ---- operations; payments.c lists them ---- */

stream_shows_fn payment_shows;
enum status payment_transfer_handle(struct call *call);
enum status payment_requisite_reply(struct call *call);
enum status payment_get_handle(struct call *call);
enum status payment_list_handle(struct call *call);
enum status payment_retry_handle(struct call *call);
extern const struct shape payment_transfer_takes;
extern const struct shape payment_id_takes;
extern const struct shape payment_list_takes;
extern const struct errand payment_errands[1];
extern const struct refusal payment_not_found;
extern const struct refusal payment_is_over;

extern const struct sideline payment_dispatch;

enum { PAYMENTS_MIGRATION_COUNT = 1 };
extern const struct migration payment_migrations[];

#endif
