/* idempotency_store.h - the replies that were given under an Idempotency-Key.
 *
 * A reply is kept in the service's own schema, in the transaction of its effect: either both are
 * there after a crash or neither. It is kept for a day.
 */
#ifndef RUNTIME_IDEMPOTENCY_STORE_H
#define RUNTIME_IDEMPOTENCY_STORE_H

#include "store/migrate.h"
#include "store/store.h"

struct chore_run;

struct reply {
    struct text hash; /* of method, path, query and body, in hexadecimal */
    int64_t http_status;
    struct text etag;
    struct text body;
};

/* OK or ABSENT. */
NODISCARD enum status reply_find(struct store *store, struct arena *arena, struct text caller,
                                 struct text key, struct reply *reply_out);

/* CONFLICT when another process has just kept one under this key. */
NODISCARD enum status reply_keep(struct store *store, struct text caller, struct text key,
                                 const struct reply *reply, int64_t now_ms);

/* A chore: forgets a bounded number of replies older than a day. */
NODISCARD enum status reply_forget_old(struct chore_run *run);

/* The tables that the runtime keeps in every schema. */
extern const struct migration runtime_migrations[];
extern const size_t runtime_migration_count;

#endif
