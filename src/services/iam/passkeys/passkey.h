/* passkey.h - a key that a person's device keeps, and shows when he says so (WebAuthn).
 *
 * The device makes a pair for us alone and keeps the private half; to sign in it signs a challenge
 * of ours, after it has seen its owner (a finger, a PIN). So one passkey is two factors at once,
 * and nobody else's page can ask for it. Each challenge is good once, for five minutes, for the
 * browser that has asked for it (and, when a key is added, for the session).
 */
#ifndef SERVICES_IAM_PASSKEYS_PASSKEY_H
#define SERVICES_IAM_PASSKEYS_PASSKEY_H

#include "base/crypto/public_key.h"
#include "runtime/service.h"

enum {
    PASSKEYS_MAX = 20, /* of one person */
    PASSKEY_LABEL_BYTES_MAX = 100,
    PASSKEY_CREDENTIAL_BYTES_MAX = 1023,
    PASSKEY_TEXT_BYTES_MAX = 8192, /* of what a browser sends, in base64url */
    PASSKEY_CHALLENGE_MS = 5 * 60 * 1000,
};

struct passkey {
    struct id id;
    struct text credential_id; /* base64url */
    struct id person_id;
    struct text public_key; /* COSE, base64url */
    int64_t sign_count;
    struct text label;
    bool is_synced; /* it may be on other devices too */
    int64_t created_at;
    int64_t used_at; /* 0: never */
};

struct passkey_challenge {
    struct text hash;
    struct id person_id; /* of a registration; none: of signing in */
    struct id session_id;
    struct text device; /* the browser's; of signing in */
    int64_t expires_at;
};

/* ---- the store; OK or ABSENT ---- */

NODISCARD enum status passkey_find(struct store *store, struct arena *arena,
                                   struct text credential_id, struct passkey *passkey_out);
NODISCARD enum status passkey_list(struct store *store, struct arena *arena, struct id person,
                                   struct rows *rows_out);
NODISCARD enum status passkey_insert(struct store *store,
                                     const struct passkey *passkey); /* EXISTS */
NODISCARD enum status passkey_rename(struct store *store, struct id person, struct id id,
                                     struct text label, int64_t *changed_out);
NODISCARD enum status passkey_delete(struct store *store, struct id person, struct id id,
                                     int64_t *deleted_out);
/* Only if its count is still `count_before`. */
NODISCARD enum status passkey_used(struct store *store, const struct passkey *passkey,
                                   int64_t count_before, bool *was_first_out);

NODISCARD enum status passkey_challenge_insert(struct store *store,
                                               const struct passkey_challenge *challenge);
/* Takes it away: OK for one alone, ABSENT. */
NODISCARD enum status passkey_challenge_take(struct store *store, struct arena *arena,
                                             struct text hash,
                                             struct passkey_challenge *challenge_out);
NODISCARD enum status passkey_delete_over(struct store *store, int64_t now_ms,
                                          int64_t *deleted_out);

/* ---- what a browser sends ---- */

/* Where we are: "https://kontora.example" and its host alone. False: the host is no name. */
struct passkey_place {
    struct text origin;
    struct text rp_id;
};
bool passkey_place_of(const struct call *call, struct passkey_place *place_out);

/* What the device says of itself and its key. */
struct passkey_data {
    int64_t sign_count;
    bool is_synced;
    struct text credential_id; /* of a new key */
    struct text public_key;    /* COSE */
};

/* Why it is not good: a sentence for the log; NULL: it is. */
const char *passkey_client_complaint(struct arena *arena, struct text client_data, const char *type,
                                     struct text challenge, struct text origin);
const char *passkey_data_complaint(struct arena *arena, struct text data, struct text rp_id,
                                   bool is_new, struct passkey_data *data_out);

/* ---- operations ---- */

extern const struct shape passkey_shape;
extern const struct shape passkey_register_takes;
extern const struct shape passkey_register_options_gives;
extern const struct shape passkey_login_takes;
extern const struct shape passkey_login_options_gives;
extern const struct shape passkey_rename_takes;
extern const struct shape passkey_id_takes;
enum status passkey_register_options_handle(struct call *call);
enum status passkey_register_handle(struct call *call);
enum status passkey_login_options_handle(struct call *call);
enum status passkey_login_handle(struct call *call);
enum status passkey_list_handle(struct call *call);
enum status passkey_rename_handle(struct call *call);
enum status passkey_delete_handle(struct call *call);

/* passkey_refuse: says no, and the log why. */
NODISCARD enum status passkey_refuse(struct call *call, const char *why);

extern const struct refusal passkey_no_place;
extern const struct refusal passkey_not_accepted;
extern const struct refusal passkey_is_known;
extern const struct refusal passkey_too_many;
extern const struct refusal passkey_not_found;

#endif
