/* signing_store.h - where the keys that sign are kept. */
#ifndef SERVICES_IAM_OIDC_SIGNING_SIGNING_STORE_H
#define SERVICES_IAM_OIDC_SIGNING_SIGNING_STORE_H

#include "runtime/service.h"

struct signing_key {
    struct text kid;
    struct text algorithm;
    struct text jwk;
    struct text sealed; /* PKCS #8 */
    int64_t used_from;
    int64_t over_at; /* 0: not known yet */
};

enum { SIGNING_KEYS_MAX = 64 };

/* The one that signs at this moment: OK or ABSENT. */
NODISCARD enum status signing_find(struct store *store, struct arena *arena, struct text algorithm,
                                   int64_t now_ms, struct signing_key *key_out);

/* The one that signs last. */
NODISCARD enum status signing_find_newest(struct store *store, struct arena *arena,
                                          struct text algorithm, struct signing_key *key_out);

NODISCARD enum status signing_list(struct store *store, struct arena *arena, int64_t now_ms,
                                   struct rows *rows_out);
NODISCARD enum status signing_insert(struct store *store, const struct signing_key *key);

/* Those of before are published until then. */
NODISCARD enum status signing_end_others(struct store *store, const struct signing_key *key,
                                         int64_t over_at);
NODISCARD enum status signing_delete_over(struct store *store, int64_t now_ms);

#endif
