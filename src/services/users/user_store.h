/* user_store.h - where people are kept. */
#ifndef SERVICES_USERS_USER_STORE_H
#define SERVICES_USERS_USER_STORE_H

#include "services/users/user.h"

/* OK or ABSENT. */
NODISCARD enum status user_find(struct store *store, struct arena *arena, struct id id,
                                struct user *user_out);
NODISCARD enum status user_find_by_email(struct store *store, struct arena *arena,
                                         struct text email, struct user *user_out);
NODISCARD enum status user_find_by_external_id(struct store *store, struct arena *arena,
                                               struct text external_id, struct user *user_out);
NODISCARD enum status user_find_by_telegram_id(struct store *store, struct arena *arena,
                                               struct text telegram_id, struct user *user_out);

/* EXISTS without any change when the address, external_id or telegram_id is taken; CONFLICT when
 * the id's place is: another id will do. */
NODISCARD enum status user_insert(struct store *store, struct arena *arena,
                                  const struct user *user);

/* Writes the whole of it over the revision before (user->revision - 1); CONFLICT when that is not
 * the newest any more, EXISTS when a unique field is taken. */
/* He has signed in; nothing when he did so later too, or there is no such person. */
NODISCARD enum status user_saw_login(struct store *store, struct id id, int64_t at);

NODISCARD enum status user_update(struct store *store, struct arena *arena,
                                  const struct user *user);

/* With his roles. CONFLICT when user->revision is not the newest any more. */
NODISCARD enum status user_delete(struct store *store, const struct user *user);

/* A page of the directory. Texts that are NO_TEXT and choices below 0 do not filter. */
struct user_filter {
    struct text email_start; /* folded */
    struct text name_start;  /* folded */
    struct text type;
    struct text role;
    struct text status;
    int activated;         /* -1: either */
    struct id after_id;    /* the last of the page before; none: from the start */
    struct text after_key; /* its sorted key, when the list is sorted by name or address */
    int64_t offset;
    int64_t limit;
};

NODISCARD enum status user_list(struct store *store, struct arena *arena,
                                const struct user_filter *filter, struct rows *rows_out);

/* How many there are, counted up to a limit. */
enum { USER_COUNT_MAX = 10000 };
NODISCARD enum status user_count(struct store *store, struct arena *arena,
                                 const struct user_filter *filter, int64_t *count_out);

enum { USER_MIGRATION_COUNT = 3 };
extern const struct migration user_migrations[USER_MIGRATION_COUNT];

#endif
