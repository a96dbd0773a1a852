/* audit_store.h - where the record is kept; nothing in it is ever changed or taken away. */
#ifndef SERVICES_AUDIT_AUDIT_STORE_H
#define SERVICES_AUDIT_AUDIT_STORE_H

#include "services/audit/audit_record.h"

/* Where the chain ends: position 0 and audit_hash_of_nothing when it is empty. */
struct audit_end {
    int64_t position;
    struct text hash;
};
NODISCARD enum status audit_end_find(struct store *store, struct arena *arena,
                                     struct audit_end *end_out);

/* Writes it behind the end and moves that. CONFLICT: another was faster. */
NODISCARD enum status audit_append(struct store *store, const struct audit_record *record);
NODISCARD enum status audit_tag_insert(struct store *store, const struct audit_tag *tag);

/* OK: there is one already. ABSENT. */
NODISCARD enum status audit_find_message(struct store *store, struct arena *arena, struct id id);
NODISCARD enum status audit_find_event(struct store *store, struct arena *arena,
                                       const struct audit_record *record);

/* Records with position > after, in order. */
enum { AUDIT_READ_MAX = 500, AUDIT_PAGE_MAX = 200 };
NODISCARD enum status audit_read(struct store *store, struct arena *arena, int64_t after,
                                 int64_t limit, struct rows *rows_out);

struct audit_filter {
    struct text event_type;
    int64_t occurred_after;  /* 0: any */
    int64_t occurred_before; /* 0: any */
    struct text tag_key;
    struct text tag_value;
    int64_t offset;
    int64_t limit;
};
NODISCARD enum status audit_list(struct store *store, struct arena *arena,
                                 const struct audit_filter *filter, struct rows *rows_out);

NODISCARD enum status audit_head_insert(struct store *store, const struct audit_head *head);
/* The newest; ABSENT. */
NODISCARD enum status audit_head_last(struct store *store, struct arena *arena,
                                      struct audit_head *head_out);
/* Heads with position > after, in order, at most AUDIT_READ_MAX. */
NODISCARD enum status audit_head_read(struct store *store, struct arena *arena, int64_t after,
                                      struct rows *rows_out);

extern const struct migration audit_migrations[];
extern const size_t audit_migration_count;

#endif
