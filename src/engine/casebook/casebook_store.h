/* casebook_store.h - rows for lists of cases, the newest first. */
#ifndef ENGINE_CASEBOOK_CASEBOOK_STORE_H
#define ENGINE_CASEBOOK_CASEBOOK_STORE_H

#include "store/store.h"

struct case_entry {
    struct id case_id;
    struct text workflow;
    int64_t version;
    struct texts places;
    int64_t incidents; /* stages that have failed for good */
    int64_t revision;
    int64_t opened_at;
    int64_t changed_at;
    int64_t closed_at; /* 0: it is open */
};
extern const struct shape case_entry_shape;

enum { CASEBOOK_PIECE = 200 };

/* Pieces of those whose ids are smaller; id_largest: from the newest on. */
extern const struct id id_largest;
NODISCARD enum status casebook_list(struct store *store, struct arena *arena, struct id before,
                                    struct rows *rows_out);
NODISCARD enum status casebook_list_incidents(struct store *store, struct arena *arena,
                                              struct id before, struct rows *rows_out);
struct casebook_place {
    struct text workflow;
    struct text place;
};
NODISCARD enum status casebook_list_place(struct store *store, struct arena *arena,
                                          const struct casebook_place *place, struct id before,
                                          struct rows *rows_out);

NODISCARD enum status casebook_find(struct store *store, struct arena *arena, struct id case_id,
                                    struct case_entry *entry_out);

#endif
