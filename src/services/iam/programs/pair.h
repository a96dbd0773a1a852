/* pair.h - an access token for a quarter of an hour, and a refresh token for the next one.
 *
 * For programs that sign in by themselves (C48, C51). The access token is a session. The refresh
 * token ("gwr_...") is good once: with it comes the next pair, of the same family. One that is
 * shown a second time was stolen from somebody, so the whole family is over.
 */
#ifndef SERVICES_IAM_PROGRAMS_PAIR_H
#define SERVICES_IAM_PROGRAMS_PAIR_H

#include "services/iam/people/person.h"
#include "services/iam/sign_in/client.h"

#define REFRESH_PREFIX "gwr_"

enum {
    ACCESS_SECONDS = 900,
    ACCESS_SECONDS_MAX = 3600,
    REFRESH_SECONDS = 604800,
};

struct pair {
    struct text access_token;
    int64_t expires_in;
    struct text refresh_token;
    int64_t refresh_expires_in;
    struct text user;
};
extern const struct shape pair_shape;

struct pair_terms {
    int64_t seconds;     /* that the access is good for */
    struct id family;    /* none: it is the first one */
    struct text context; /* as of a session */
    struct texts scopes;
};

/* Opens one for him. */
NODISCARD enum status pair_open(struct call *call, const struct person *person,
                                const struct pair_terms *terms, struct pair *pair_out);

/* ---- the store ---- */

struct refresh {
    struct text digest;
    struct id family;
    struct id person_id;
    struct id session_id;
    int64_t expires_at;
    int64_t used_at;
    struct text context; /* for the sessions that come of it */
    struct texts scopes;
};

NODISCARD enum status refresh_find(struct store *store, struct arena *arena, struct text digest,
                                   struct refresh *refresh_out);
NODISCARD enum status refresh_insert(struct store *store, struct arena *arena,
                                     const struct refresh *refresh);
NODISCARD enum status refresh_use(struct store *store, struct text digest, int64_t now_ms,
                                  bool *used_out);
NODISCARD enum status refresh_end_family(struct store *store, struct id family);
NODISCARD enum status refresh_end_all(struct store *store, struct id person);
NODISCARD enum status refresh_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out);

/* ---- the routes ---- */

extern const struct shape program_login_takes;
bool program_login_is_slow(const struct call *call);
enum status program_login_gather(struct call *call);
enum status program_login_handle(struct call *call);

extern const struct shape program_token_takes;
extern const struct shape program_token_shape;
enum status program_token_gather(struct call *call);
enum status program_token_handle(struct call *call);

extern const struct shape refresh_takes;
enum status refresh_handle(struct call *call);

extern const struct shape issue_takes;
enum status issue_handle(struct call *call);
extern const struct shape introspect_takes;
extern const struct shape introspect_shape;
enum status introspect_handle(struct call *call);
extern const struct shape revoke_takes;
enum status revoke_handle(struct call *call);

extern const struct refusal pair_bad_refresh;
extern const struct refusal pair_no_person;
extern const struct refusal program_locked;

#endif
