/* definition_store.h - the rows of definitions: what the cases of a service began with. */
#ifndef ENGINE_RECIPE_DEFINITION_STORE_H
#define ENGINE_RECIPE_DEFINITION_STORE_H

#include "store/store.h"

enum { DEFINITIONS_MAX = 4096 };

struct definition_key {
    struct text workflow;
    int64_t version;
    struct text hash;
};

/* All there are, without their texts: by name, the oldest version first. */
NODISCARD enum status definition_list(struct store *store, struct arena *arena,
                                      struct rows *keys_out);

/* ABSENT: there is none. */
NODISCARD enum status definition_text(struct store *store, struct arena *arena,
                                      const struct definition_key *key, struct text *text_out);

/* Takes the place of what is there. */
NODISCARD enum status definition_keep(struct store *store, const struct definition_key *key,
                                      struct text text, int64_t now_ms);

/* Is a case of it open? Looks through the cases, so it is asked only when it matters. */
NODISCARD enum status definition_is_used(struct store *store, struct arena *arena,
                                         const struct definition_key *key, bool *is_used_out);

#endif
