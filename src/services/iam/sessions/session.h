/* session.h - that somebody has signed in, on one device, for a while.
 *
 *               open               idle for 30 min, 12 h old, logout
 *   (nothing) --------> session ------------------------------------> (nothing)
 *                          |                                              ^
 *                          +--- its person is blocked: it opens ----------+ unblocked, or old
 *                               nothing, and the door says why
 *
 * The secret ("gws_...") is given once, when the session is opened; what is kept is its SHA-256. A
 * session that is over is not there any more. Its last use is told by the door in batches
 * (iam.sessions_seen), so that using it writes nothing.
 */
#ifndef SERVICES_IAM_SESSIONS_SESSION_H
#define SERVICES_IAM_SESSIONS_SESSION_H

#include "services/iam/people/person.h"

#define SESSION_PREFIX "gws_"

enum {
    SESSION_IDLE_MS = 30 * 60 * 1000,
    SESSION_AGE_MS = 12 * 60 * 60 * 1000,
    SESSIONS_PER_PERSON_MAX = 50, /* the oldest gives way */
    USER_AGENT_BYTES_MAX = 300,
};

struct session {
    struct id id;
    struct text hash; /* hexadecimal SHA-256 of the secret */
    struct id person_id;
    struct text method;
    struct text user_agent;
    struct text address;
    struct text device;  /* digest of the browser's own cookie; NO_TEXT: it sends none */
    struct text context; /* JSON of the service that has opened it for him; NO_TEXT: none */
    struct texts scopes; /* it opens no more than these; none: what he may */
    int64_t created_at;
    int64_t seen_at;
    int64_t expires_at;
};

/* When it is over if it is not used any more. */
int64_t session_ends_at(const struct session *session);

/* ---- opening and ending; all of it told ---- */

struct client; /* sign_in/client.h */

/* Opens one and tells iam.login; the secret is in the arena. */
NODISCARD enum status session_open(struct call *call, struct id person, const struct client *client,
                                   struct text method, struct session *session_out,
                                   struct text *secret_out);

/* The same for programs: shorter, or in the place of one that was renewed, which is no login. */
struct session_terms {
    struct text method;
    struct text context;
    struct texts scopes;
    int64_t lasts_ms; /* at most; 0: SESSION_AGE_MS */
    bool is_renewed;
};
NODISCARD enum status session_open_for(struct call *call, struct id person,
                                       const struct client *client,
                                       const struct session_terms *terms,
                                       struct session *session_out, struct text *secret_out);

/* OK or ABSENT: there is no such session of his. */
NODISCARD enum status session_end(struct call *call, struct id person, struct id session,
                                  struct text reason);
NODISCARD enum status session_end_all(struct call *call, struct id person, struct text reason);

/* All that could open a new one is over, and the door has been told; those there are stay, for it
 * to say that their person is kept out. Whoever lets him in again ends them. */
NODISCARD enum status session_suspend_all(struct call *call, struct id person, struct text reason);

/* Whatever this secret opens is over (a browser that signs in anew). OK when it is nothing. */
NODISCARD enum status session_end_secret(struct call *call, struct text secret);

/* Has he signed in himself, to do whatever he may? OK, or REFUSED: he comes with an API key, with
 * what a program was given, or in a session of less. So nobody makes more of these: no key, no
 * second factor, no password. Root may, for whomever it calls. */
NODISCARD enum status session_is_his_own(struct call *call);
extern const struct refusal session_needed;

/* ---- the store ---- */

/* OK or ABSENT; it may be over all the same. */
NODISCARD enum status session_find(struct store *store, struct arena *arena, struct text hash,
                                   struct session *session_out);
NODISCARD enum status session_find_id(struct store *store, struct arena *arena, struct id id,
                                      struct session *session_out);
NODISCARD enum status session_list(struct store *store, struct arena *arena, struct id person,
                                   int64_t now_ms, struct rows *rows_out);
NODISCARD enum status session_insert(struct store *store, struct arena *arena,
                                     const struct session *session);
NODISCARD enum status session_delete(struct store *store, struct id person, struct id session,
                                     int64_t *deleted_out);
NODISCARD enum status session_delete_all(struct store *store, struct id person,
                                         int64_t *deleted_out);
NODISCARD enum status session_delete_oldest(struct store *store, struct id person, int64_t keep);
NODISCARD enum status session_delete_over(struct store *store, int64_t now_ms,
                                          int64_t *deleted_out);
/* Has it been opened since then by a code, which shows that he reads what is sent to him? */
NODISCARD enum status session_came_by_code(struct store *store, struct arena *arena,
                                           struct id session, int64_t since, bool *by_code_out);
NODISCARD enum status session_saw(struct store *store, struct id session, int64_t seen_at);

/* ---- operations ---- */

extern const struct shape session_shown;
extern const struct shape session_id_takes;
extern const struct shape session_person_takes;
enum status session_list_handle(struct call *call);
enum status session_delete_handle(struct call *call);
enum status session_delete_all_handle(struct call *call);
enum status session_delete_persons_handle(struct call *call);

extern const struct shape seen_takes;
enum status sessions_seen_handle(struct call *call);

extern const struct refusal session_not_found;

/* ---- the decision ---- */

extern const struct shape decide_takes;
extern const struct shape decide_gives;
enum status decide_handle(struct call *call);
extern const struct refusal decide_unknown;
extern const struct refusal decide_blocked;

#endif
