/* trigger_store.h - what triggers remember, and what was notified of. */
#ifndef ENGINE_TRIGGERS_TRIGGER_STORE_H
#define ENGINE_TRIGGERS_TRIGGER_STORE_H

#include "store/store.h"

struct trigger_row {
    struct id case_id;
    struct text kind;
    int64_t revision;
    struct text state; /* a JSON object */
    int64_t changed_at;
};

NODISCARD enum status trigger_find(struct store *store, struct arena *arena, struct id case_id,
                                   struct text kind, struct trigger_row *row_out);

/* row->revision is the new one: 1 makes it, any other takes the place of the one before. CONFLICT:
 * that is not what is there. */
NODISCARD enum status trigger_put(struct store *store, const struct trigger_row *row);

struct notice_row {
    struct text source; /* "procaas" */
    struct text id;
    struct id case_id;
    struct text kind;
    struct text outcome;
    int64_t came_at;
};

NODISCARD enum status notice_find(struct store *store, struct arena *arena, struct text source,
                                  struct text id, struct notice_row *row_out);

/* CONFLICT: it came to another process just now. Forgets some that are older than a month. */
NODISCARD enum status notice_keep(struct store *store, const struct notice_row *row);

#endif
