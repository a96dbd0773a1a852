/* casework_store.h - the rows of casework beside its cases: keys of clients, rules of versions. */
#ifndef APPS_CASEWORK_CASEWORK_STORE_H
#define APPS_CASEWORK_CASEWORK_STORE_H

#include "base/id.h"
#include "store/migrate.h"
#include "store/store.h"

extern const struct migration casework_migrations[];

struct client_key_row {
    struct text client_key;
    struct text fingerprint; /* of what it was used for */
    struct id case_id;
    int64_t used_at;
};

/* ABSENT: it was never used. */
NODISCARD enum status client_key_find(struct store *store, struct arena *arena,
                                      struct text client_key, struct client_key_row *row_out);
/* CONFLICT: somebody else uses it just now. */
NODISCARD enum status client_key_keep(struct store *store, const struct client_key_row *row);

struct api_rule {
    struct text workflow;
    int64_t version;
    bool is_allowed;
    int64_t changed_at;
};

enum { API_RULES_MAX = 1000 };

/* Whatever was said about this version; without a row it is allowed. */
NODISCARD enum status api_rule_find(struct store *store, struct arena *arena, struct text workflow,
                                    int64_t version, bool *is_allowed_out);
NODISCARD enum status api_rule_put(struct store *store, const struct api_rule *rule);

#endif
