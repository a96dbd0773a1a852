/* hook.h - a door for programs of others: POST /hooks/NAME, signed with a secret that both know.
 *
 *   scheme     signature                                      what names a delivery
 *   standard   webhook-signature: v1,BASE64 over              webhook-id; webhook-timestamp may be
 *              id.timestamp.body (Standard Webhooks)          five minutes off
 *   github     X-Hub-Signature-256: sha256=HEX over the body  X-GitHub-Delivery
 *   telegram   X-Telegram-Signature: HEX over the body        update_id of the body
 *
 * All are HMAC-SHA-256 over the bytes as they came. What carries no name of its own is named by its
 * hash, so the same bytes count once. A delivery is told as an event, gateway.hook_received, in the
 * transaction that notes it: whoever cares listens. The sender hears 202 in either case.
 */
#ifndef SERVICES_GATEWAY_HOOKS_HOOK_H
#define SERVICES_GATEWAY_HOOKS_HOOK_H

#include "runtime/service.h"

enum {
    HOOK_BODY_BYTES_MAX = 256 * 1024,
    HOOK_DELIVERY_BYTES_MAX = 200,
    HOOK_SKEW_MS = 5 * 60 * 1000,
};

struct hook {
    struct text name;
    struct text scheme;
    struct text secret;
    struct text meaning;
    int64_t created_at;
};

/* OK: delivery_out is in the arena. REFUSED: it is not signed, or not now. */
NODISCARD enum status hook_check(struct arena *arena, const struct hook *hook,
                                 const struct http_request *request, int64_t now_ms,
                                 struct text *delivery_out);

/* ---- the store ---- */

NODISCARD enum status hook_find(struct store *store, struct arena *arena, struct text name,
                                struct hook *hook_out);
NODISCARD enum status hook_list(struct store *store, struct arena *arena, struct rows *rows_out);
NODISCARD enum status hook_insert(struct store *store, const struct hook *hook); /* EXISTS */
NODISCARD enum status hook_delete(struct store *store, struct text name);        /* ABSENT */

/* EXISTS: it has come before. */
NODISCARD enum status hook_note(struct store *store, struct text hook, struct text delivery,
                                int64_t received_at);
NODISCARD enum status hook_forget(struct store *store, int64_t before_ms, int64_t *forgotten_out);

/* ---- operations ---- */

enum { HOOK_ROUTE_COUNT = 5, HOOK_CHORE_COUNT = 1 };
extern const struct route hook_routes[HOOK_ROUTE_COUNT];
extern const struct chore hook_chores[HOOK_CHORE_COUNT];

/* What the event carries. */
extern const struct shape hook_received_shape;
extern const struct event *const hook_received;

#endif
