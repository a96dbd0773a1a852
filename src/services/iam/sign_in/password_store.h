/* password_store.h - where the hashes of passwords are kept. */
#ifndef SERVICES_IAM_SIGN_IN_PASSWORD_STORE_H
#define SERVICES_IAM_SIGN_IN_PASSWORD_STORE_H

#include "runtime/service.h"

/* OK or ABSENT: he has none. */
NODISCARD enum status password_find(struct store *store, struct arena *arena, struct id person,
                                    struct text *hash_out);
NODISCARD enum status password_keep(struct store *store, struct id person, struct text hash,
                                    int64_t now_ms);

#endif
