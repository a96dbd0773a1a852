/* notification_store.h - where notifications, their attempts and their recipients are kept. */
#ifndef SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_STORE_H
#define SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_STORE_H

#include "services/notifications/sending/notification.h"

NODISCARD enum status notification_find(struct store *store, struct arena *arena, struct id id,
                                        struct notification *notification_out);
NODISCARD enum status notification_find_by_key(struct store *store, struct arena *arena,
                                               struct text dedup_key,
                                               struct notification *notification_out);

/* EXISTS without any change when its dedup_key is taken. */
NODISCARD enum status notification_insert(struct store *store, struct arena *arena,
                                          const struct notification *notification);

/* Over the row with this lease; ABSENT when another has leased it meanwhile. */
NODISCARD enum status notification_update(struct store *store, struct arena *arena,
                                          const struct notification *notification);

/* The one that is due longest; ABSENT: none is. next_at_out: when one will be; 0: none waits. */
NODISCARD enum status notification_next(struct store *store, struct arena *arena, int64_t now_ms,
                                        struct notification *notification_out,
                                        int64_t *next_at_out);

struct notification_filter {
    struct text status;
    struct id person_id;
    struct text template;
    struct id before_id; /* newest first; none: from the newest */
    int64_t limit;
};
enum { NOTIFICATIONS_PAGE_MAX = 200 };
NODISCARD enum status notification_list(struct store *store, struct arena *arena,
                                        const struct notification_filter *filter,
                                        struct rows *rows_out);

/* ---- what waits for the daily letter ---- */

enum { DIGEST_PEOPLE_MAX = 10000, DIGEST_LINES_MAX = 100 };
/* Notifications of which only person_id is filled. */
NODISCARD enum status digest_people(struct store *store, struct arena *arena,
                                    struct rows *rows_out);
/* Of one person, the oldest. */
NODISCARD enum status digest_list(struct store *store, struct arena *arena, struct id person,
                                  struct rows *rows_out);

/* ---- attempts ---- */

struct attempt {
    struct id id;
    struct id notification_id;
    struct text channel;
    int64_t number;
    int64_t at;
    struct text outcome; /* "taken", "refused", "later", "uncertain", "skipped" */
    int64_t code;        /* what the other side has said; 0: nothing */
    struct text detail;
};
extern const struct shape attempt_shape;
enum { ATTEMPTS_MAX = 200 };
NODISCARD enum status attempt_insert(struct store *store, const struct attempt *attempt);
NODISCARD enum status attempt_list(struct store *store, struct arena *arena, struct id notification,
                                   struct rows *rows_out);

/* ---- recipients ---- */

NODISCARD enum status recipient_find(struct store *store, struct arena *arena, struct id id,
                                     struct recipient *recipient_out);
/* Unless a newer revision is known. */
NODISCARD enum status recipient_keep(struct store *store, const struct recipient *recipient);
/* With all that he was told or was to be told, his inbox and his preferences. */
NODISCARD enum status recipient_forget(struct store *store, struct id person);

extern const struct migration notification_migrations[];
extern const size_t notification_migration_count;

#endif
