/* inbox.h - what a person finds when he comes in: what he was told, read and unread; and how he
 * wants to be told.
 */
#ifndef SERVICES_NOTIFICATIONS_INBOX_INBOX_H
#define SERVICES_NOTIFICATIONS_INBOX_INBOX_H

#include "services/notifications/sending/notification.h"

struct inbox_item {
    struct id id; /* the notification's */
    struct id person_id;
    struct text key;
    struct text title;
    struct text body;
    struct text payload; /* JSON, for links; {} of a secret */
    int64_t created_at;
    int64_t read_at; /* 0: unread */
};
extern const struct shape inbox_item_shape;

struct inbox_filter {
    struct id person_id;
    bool unread_only;
    struct text key;
    struct id before_id;
    int64_t limit;
};
enum { INBOX_PAGE_MAX = 200, INBOX_COUNT_MAX = 1000 };

NODISCARD enum status inbox_insert(struct store *store, const struct inbox_item *item);
NODISCARD enum status inbox_find(struct store *store, struct arena *arena, struct id id,
                                 struct inbox_item *item_out);
NODISCARD enum status inbox_list(struct store *store, struct arena *arena,
                                 const struct inbox_filter *filter, struct rows *rows_out);
/* Up to INBOX_COUNT_MAX. */
NODISCARD enum status inbox_count_unread(struct store *store, struct arena *arena, struct id person,
                                         int64_t *count_out);
NODISCARD enum status inbox_mark_read(struct store *store, struct id id, int64_t now_ms,
                                      int64_t *changed_out);
NODISCARD enum status inbox_mark_all_read(struct store *store, struct id person, int64_t now_ms,
                                          int64_t *changed_out);

/* Writes it and tells the person's stream. */
NODISCARD enum status inbox_put(struct call *call, const struct notification *notification,
                                const struct rendered *rendered);

/* ---- how he wants to be told ---- */

extern const struct text preference_on;
extern const struct text preference_off;
extern const struct text preference_daily; /* mail only: once a day, all together */

struct preference {
    struct id person_id;
    struct text key; /* of a template, or "*" */
    struct text channel;
    struct text mode;
    int64_t changed_at;
};
extern const struct shape preference_shape;
enum { PREFERENCES_MAX = 500 };

/* That for the key, else that for "*", else on. */
NODISCARD enum status preference_of(struct store *store, struct arena *arena, struct id person,
                                    struct text key, struct text channel, struct text *mode_out);
NODISCARD enum status preference_set(struct store *store, const struct preference *preference);
NODISCARD enum status preference_list(struct store *store, struct arena *arena, struct id person,
                                      struct rows *rows_out);

/* ---- routes ---- */

enum status inbox_list_handle(struct call *call);
enum status inbox_unread_handle(struct call *call);
enum status inbox_read_handle(struct call *call);
enum status inbox_read_all_handle(struct call *call);
enum status preferences_list_handle(struct call *call);
enum status preference_set_handle(struct call *call);
bool inbox_shows(const struct stream *stream, const struct caller *reader,
                 const struct message *message, struct arena *arena, struct text *data_out);

extern const struct shape inbox_list_takes;
extern const struct shape inbox_id_takes;
extern const struct shape inbox_unread_shape;
extern const struct shape preference_set_takes;
extern const struct refusal inbox_item_not_found;
extern const struct refusal inbox_nobody;

#endif
