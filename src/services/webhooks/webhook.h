/* webhook.h - an endpoint: somebody's server that is told of events; and a delivery: one event to
 * one endpoint, signed as Standard Webhooks wants it.
 *
 *   waiting ----> delivered          it has answered 2xx
 *      |  ^-- not taken: again later, further and further apart
 *      v
 *    failed                          it was tried often enough, or the endpoint is gone (410)
 *
 * A secret is "whsec_" and base64 of 32 bytes. While it changes, the old one signs too.
 */
#ifndef SERVICES_WEBHOOKS_WEBHOOK_H
#define SERVICES_WEBHOOKS_WEBHOOK_H

#include "base/proof.h"
#include "runtime/service.h"

enum {
    WEBHOOK_URL_BYTES_MAX = 1000,
    WEBHOOK_EVENTS_MAX = 50,
    WEBHOOK_SECRET_BYTES = 32,
    ENDPOINTS_MAX = 200,
    DELIVERIES_PAGE_MAX = 200,
};

struct endpoint {
    struct id id;
    struct text url;
    struct text description;
    struct texts events; /* "users.created", "users.*", "*" */
    struct text status;  /* endpoint_active or endpoint_disabled */
    struct text reason;  /* why it is disabled */
    struct text secret;  /* sealed in the store; whole only in the answer that made it */
    struct text old_secret;
    int64_t old_until; /* the old one signs until then */
    struct text owner;
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
};
extern const struct shape endpoint_row_shape;
extern const struct shape endpoint_shape;        /* without secrets */
extern const struct shape endpoint_secret_shape; /* with the new one, once */

extern const struct text endpoint_active;
extern const struct text endpoint_disabled;

struct delivery {
    struct id id;
    struct id endpoint_id;
    struct id message_id;
    struct text event_type;
    struct text payload; /* the body, as it is signed */
    struct text status;
    int64_t attempts;
    int64_t due_at; /* 0: it waits for nothing */
    int64_t lease;
    int64_t code; /* what was answered the last time; 0: nothing */
    struct text detail;
    int64_t created_at;
    int64_t changed_at;
};
extern const struct shape delivery_row_shape;
extern const struct shape delivery_shape;

extern const struct text delivery_waiting;
extern const struct text delivery_delivered;
extern const struct text delivery_failed;

/* Does the endpoint want events of this name? */
bool endpoint_wants(const struct endpoint *endpoint, struct text event);
/* "users.created", "users.*", "*". */
bool endpoint_is_pattern(struct text pattern);

struct text webhook_secret_new(struct arena *arena);

/* "v1,..." of one secret; NO_TEXT: it is none. */
struct text webhook_signature(struct arena *arena, struct text secret, struct text id,
                              struct text timestamp, struct text body);

/* As bots know it: X-Telegram-Signature, the HMAC of the body alone under the secret as it is
 * written, in hexadecimal digits. */
struct text webhook_bot_signature(struct arena *arena, struct text secret, struct text body);

extern const struct refusal endpoint_not_found;
extern const struct refusal endpoint_bad_url;
extern const struct refusal endpoint_bad_events;
extern const struct refusal endpoint_may_not_hear;
extern const struct refusal endpoint_too_many;
extern const struct refusal endpoint_revision_changed;
extern const struct refusal endpoint_is_disabled;
extern const struct refusal delivery_not_found;

#endif
