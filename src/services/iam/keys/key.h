/* key.h - API keys: what programs of a person come in with, for as long as he wants.
 *
 * A key ("gwk_...") is shown once. What is kept is an HMAC, under a key that is not in the store,
 * of its SHA-256: so the door asks by the same digest as for sessions. It may what its scopes say,
 * and never more than its person may at that moment.
 */
#ifndef SERVICES_IAM_KEYS_KEY_H
#define SERVICES_IAM_KEYS_KEY_H

#include "services/iam/people/person.h"

#define KEY_PREFIX "gwk_"

enum { KEYS_PER_PERSON_MAX = 50, KEY_SCOPES_MAX = 64 };

struct api_key {
    struct id id;
    struct id person_id;
    struct text name;
    struct text start; /* the first letters of the secret, to tell keys apart */
    struct texts scopes;
    int64_t created_at;
    int64_t expires_at; /* 0: it does not */
};

/* OK or ABSENT; of one that is over too. The hash is the SHA-256 of the secret. */
NODISCARD enum status key_find(struct call *call, struct text hash, struct api_key *key_out);

/* Is each of them written as a permission is? */
bool key_scopes_are_good(struct texts scopes);

/* Of the permissions those that the scopes name: all of them when there are none. */
struct texts key_permissions(struct arena *arena, struct texts scopes, struct texts permissions);

extern const struct shape key_shape;
extern const struct shape key_create_takes;
extern const struct shape key_created_shape;
extern const struct shape key_id_takes;
enum status key_create_handle(struct call *call);
enum status key_list_handle(struct call *call);
enum status key_delete_handle(struct call *call);

extern const struct refusal key_not_found;
extern const struct refusal key_too_many;
extern const struct refusal key_bad_scope;

/* ---- the store ---- */

NODISCARD enum status key_find_digest(struct store *store, struct arena *arena, struct text digest,
                                      struct api_key *key_out);
NODISCARD enum status key_list(struct store *store, struct arena *arena, struct id person,
                               struct rows *rows_out);
NODISCARD enum status key_insert(struct store *store, struct arena *arena,
                                 const struct api_key *key, struct text digest);
NODISCARD enum status key_delete(struct store *store, struct id person, struct id key,
                                 bool *deleted_out);

#endif
