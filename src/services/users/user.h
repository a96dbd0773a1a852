/* user.h - a person in the directory: what is known of one, and the rules of changing it.
 *
 *            create                 block                 forget
 *   (none) ----------> active  ---------------->  blocked ---------> (none, for good)
 *                         ^                          |
 *                         +--------------------------+
 *                                  unblock
 *
 * What a person did stays his, under his id, also when he was forgotten; nothing else of him is
 * kept then. `status` says whether he may come in;
 * `activated` says whether work may be given to him, which an app decides when everything he
 * needs (an account, a contract) is there. The two are independent. What a person is (`type`) and
 * may do (`roles`) are plain names whose meaning belongs to the apps.
 */
#ifndef SERVICES_USERS_USER_H
#define SERVICES_USERS_USER_H

#include "base/field.h"
#include "base/id.h"
#include "base/text.h"
#include "runtime/service.h"

struct user {
    struct id id;
    struct text external_id; /* the key of whoever created it: the same key, the same person */
    struct text email;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text status; /* user_active or user_blocked */
    bool activated;
    struct text spec; /* what a worker is good at, in the app's own words */
    struct text phone;
    struct text telegram_id;
    struct text contacts;  /* further ways to reach him: a JSON object */
    struct text requisite; /* where to pay: a JSON object */
    struct text locale;
    int64_t revision;
    int64_t created_at;
    int64_t changed_at;
    int64_t blocked_at; /* 0 while active */
    struct text block_reason;
    int64_t last_login_at; /* 0: never, or not here; no change of what is known of him */
};

extern const struct shape user_shape;

extern const struct text user_active;
extern const struct text user_blocked;

bool user_is_blocked(const struct user *user);

/* What a client may set; which of it was given is asked with input_has. */
struct user_input {
    struct id user_id; /* of the path; none when creating */
    struct text external_id;
    struct text email;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text status;
    bool activated;
    struct text spec;
    struct text phone;
    struct text telegram_id;
    struct text contacts;
    struct text requisite;
    struct text locale;
    struct text reason; /* of a block */
};

/* A new person, active, of what the client gave. */
struct user user_new(const struct user_input *input, struct id id, int64_t now_ms);

/* Is this the person whom a repeated create (the same external_id) means? */
bool user_is_same_creation(struct arena *arena, const struct user *user,
                           const struct user_input *input);

/* Block and unblock: false when it is so already, and then nothing changes. */
bool user_block(struct user *user, struct text reason, int64_t now_ms);
bool user_unblock(struct user *user, int64_t now_ms);

/* The form an address is unique in, and names are searched by. */
struct text user_email_key(struct arena *arena, struct text email);
struct text user_name_key(struct arena *arena, struct text full_name);

extern const struct refusal user_not_found;
extern const struct refusal user_not_blocked;
extern const struct refusal user_exists;
extern const struct refusal user_external_id_taken;
extern const struct refusal user_telegram_id_taken;
extern const struct refusal user_revision_changed;
extern const struct refusal user_bad_cursor;
extern const struct refusal user_roles_forbidden;

#endif
