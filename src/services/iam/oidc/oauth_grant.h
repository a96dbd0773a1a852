/* oauth_grant.h - what a person has let a program do, and everything that was made of it.
 *
 *   a person says yes        the program asks                 again and again
 *   grant ----- code -----> access (15 min) + refresh -----> access + refresh ...
 *
 * A grant is a family: when a code or a refresh is shown twice somebody has stolen it, and the
 * grant ends with all that has come of it. Each of them is good once, by one conditional update.
 * What is kept of them is their digest. A grant without offline_access lives no longer than the
 * session that it was given in.
 */
#ifndef SERVICES_IAM_OIDC_OAUTH_GRANT_H
#define SERVICES_IAM_OIDC_OAUTH_GRANT_H

#include "runtime/service.h"

#define OAUTH_CODE_PREFIX    "gwo_"
#define OAUTH_ACCESS_PREFIX  "gwa_"
#define OAUTH_REFRESH_PREFIX "gwr_"
#define OAUTH_DEVICE_PREFIX  "gwv_"

enum {
    OAUTH_CODE_MS = 60 * 1000,
    OAUTH_ACCESS_MS = 15 * 60 * 1000,
    OAUTH_DEVICE_MS = 10 * 60 * 1000,
    OAUTH_DEVICE_PAUSE_MS = 5 * 1000,
};
#define OAUTH_GRANT_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

struct oauth_grant {
    struct id id;
    struct id client_id;
    struct id person_id;
    struct id session_id;
    struct text scopes;
    struct text nonce;
    int64_t signed_in_at;
    int64_t created_at;
    int64_t expires_at;
    int64_t ended_at; /* 0: it has not */
};

struct oauth_code {
    struct text hash;
    struct id grant_id;
    struct text redirect_uri;
    struct text challenge;
    int64_t expires_at;
    int64_t used_at;
};

/* An access or a refresh. */
struct oauth_token {
    struct text hash;
    struct id grant_id;
    int64_t created_at; /* of an access */
    int64_t expires_at;
    int64_t used_at; /* of a refresh */
};

struct oauth_device {
    struct text hash;
    struct text user_hash;
    struct id client_id;
    struct text scopes;
    struct text state; /* "waiting", "approved", "denied", "used" */
    struct id grant_id;
    int64_t pause_ms;
    int64_t polled_at;
    int64_t expires_at;
};

/* OK or ABSENT. */
NODISCARD enum status oauth_grant_find(struct store *store, struct arena *arena, struct id id,
                                       struct oauth_grant *grant_out);
/* The newest of this person for this client that is still good. */
NODISCARD enum status oauth_grant_find_live(struct store *store, struct arena *arena,
                                            const struct oauth_grant *like, int64_t now_ms,
                                            struct oauth_grant *grant_out);
NODISCARD enum status oauth_grant_insert(struct store *store, const struct oauth_grant *grant);
NODISCARD enum status oauth_grant_end(struct store *store, struct id id, int64_t now_ms);
/* All that a person has given, or what he has given to one program. */
NODISCARD enum status oauth_grant_end_person(struct store *store, struct id person, int64_t now_ms);
NODISCARD enum status oauth_grant_end_between(struct store *store, struct id person,
                                              struct id client, int64_t now_ms, int64_t *ended_out);
/* His that are good still, the newest first. */
enum { OAUTH_GRANTS_SHOWN_MAX = 200 };
NODISCARD enum status oauth_grant_list(struct store *store, struct arena *arena, struct id person,
                                       int64_t now_ms, struct rows *rows_out);
NODISCARD enum status oauth_grant_end_client(struct store *store, struct id client, int64_t now_ms);

/* When the session was opened: OK, or ABSENT: it is over. */
NODISCARD enum status oauth_session_began(struct store *store, struct arena *arena,
                                          struct id session, int64_t now_ms, int64_t *began_out);

/* Has it neither ended by itself nor with its session? */
NODISCARD enum status oauth_grant_is_live(struct store *store, struct arena *arena,
                                          const struct oauth_grant *grant, int64_t now_ms,
                                          bool *live_out);

NODISCARD enum status oauth_code_find(struct store *store, struct arena *arena, struct text hash,
                                      struct oauth_code *code_out);
NODISCARD enum status oauth_code_insert(struct store *store, const struct oauth_code *code);
NODISCARD enum status oauth_code_use(struct store *store, struct text hash, int64_t now_ms,
                                     bool *was_first_out);

NODISCARD enum status oauth_access_find(struct store *store, struct arena *arena, struct text hash,
                                        struct oauth_token *access_out);
NODISCARD enum status oauth_access_insert(struct store *store, const struct oauth_token *access);
NODISCARD enum status oauth_access_delete(struct store *store, struct text hash);

NODISCARD enum status oauth_refresh_find(struct store *store, struct arena *arena, struct text hash,
                                         struct oauth_token *refresh_out);
NODISCARD enum status oauth_refresh_insert(struct store *store, const struct oauth_token *refresh);
NODISCARD enum status oauth_refresh_use(struct store *store, struct text hash, int64_t now_ms,
                                        bool *was_first_out);

NODISCARD enum status oauth_device_find(struct store *store, struct arena *arena, struct text hash,
                                        struct oauth_device *device_out);
NODISCARD enum status oauth_device_find_by_user(struct store *store, struct arena *arena,
                                                struct text user_hash,
                                                struct oauth_device *device_out);
NODISCARD enum status oauth_device_insert(struct store *store, const struct oauth_device *device);
NODISCARD enum status oauth_device_polled(struct store *store, const struct oauth_device *device);
/* From one state into another; false: it was in another one, or somebody was faster. */
NODISCARD enum status oauth_device_turn(struct store *store, const struct oauth_device *device,
                                        struct text state_before, bool *turned_out);

/* What is over for a day is forgotten, a few hundred rows at once. */
NODISCARD enum status oauth_delete_over(struct store *store, int64_t now_ms, int64_t *deleted_out);

#endif
