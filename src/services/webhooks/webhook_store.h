/* webhook_store.h - where endpoints and deliveries are kept. */
#ifndef SERVICES_WEBHOOKS_WEBHOOK_STORE_H
#define SERVICES_WEBHOOKS_WEBHOOK_STORE_H

#include "services/webhooks/webhook.h"

NODISCARD enum status endpoint_find(struct store *store, struct arena *arena, struct id id,
                                    struct endpoint *endpoint_out);
NODISCARD enum status endpoint_list(struct store *store, struct arena *arena,
                                    struct rows *rows_out);
NODISCARD enum status endpoint_insert(struct store *store, struct arena *arena,
                                      const struct endpoint *endpoint);
/* Over the revision before; CONFLICT. */
NODISCARD enum status endpoint_update(struct store *store, struct arena *arena,
                                      const struct endpoint *endpoint);
/* With its deliveries. */
NODISCARD enum status endpoint_delete(struct store *store, struct id id);

/* Nothing happens when the endpoint has this message already. */
NODISCARD enum status delivery_insert(struct store *store, const struct delivery *delivery);
NODISCARD enum status delivery_find(struct store *store, struct arena *arena, struct id id,
                                    struct delivery *delivery_out);
/* Over this lease; ABSENT when another has it. */
NODISCARD enum status delivery_update(struct store *store, const struct delivery *delivery);
/* The one that is due longest; ABSENT: next_at_out says when one will be, 0: none waits. */
NODISCARD enum status delivery_next(struct store *store, struct arena *arena, int64_t now_ms,
                                    struct delivery *delivery_out, int64_t *next_at_out);
/* Newest first, before an id (none: from the newest). */
NODISCARD enum status delivery_list(struct store *store, struct arena *arena, struct id endpoint,
                                    struct id before, int64_t limit, struct rows *rows_out);

extern const struct migration webhook_migrations[];
extern const size_t webhook_migration_count;

#endif
