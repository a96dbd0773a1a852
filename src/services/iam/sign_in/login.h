/* login.h - somebody says who he is, and shows it by a password or a code.
 *
 * What was shown wrong is counted and answered in the same transaction, and always in the same
 * words: neither the answer nor its time tells whether there is such a person.
 */
#ifndef SERVICES_IAM_SIGN_IN_LOGIN_H
#define SERVICES_IAM_SIGN_IN_LOGIN_H

#include "services/iam/people/person.h"
#include "services/iam/sign_in/client.h"
#include "services/iam/sign_in/throttle.h"

/* What is sent; a route takes what it needs of it. */
struct login_input {
    struct text email;
    struct text password;
    struct text code;
    struct text totp_code;
    struct text request; /* what login_request has answered, when no cookie is sent */
};

/* Who it is said to be, by whom it is said, and how often that was wrong. */
struct attempt {
    struct client client;
    struct person person;
    bool has_person;
    bool knows_browser;
    struct throttle at_person;
    struct throttle from_address;
};

/* Who it is said to be: OK or ABSENT. */
typedef enum status attempt_find_fn(struct call *call, struct person *person_out);
NODISCARD enum status attempt_of(struct call *call, attempt_find_fn *find,
                                 struct attempt *attempt_out);

/* By what his wrong guesses are counted: the address or the id that was said. */
void attempt_limit(struct call *call, struct attempt *attempt, struct text who);

/* May it be looked at? OK with 0, or how long it must wait. */
NODISCARD enum status attempt_wait(struct call *call, const struct attempt *attempt,
                                   int64_t *wait_ms_out);

/* The same without what others have cost the person: for what has tries of its own. */
NODISCARD enum status attempt_wait_here(struct call *call, const struct attempt *attempt,
                                        int64_t *wait_ms_out);
NODISCARD enum status attempt_failed_here(struct call *call, const struct attempt *attempt);

/* Of a gather: REFUSED, with too_many_attempts answered. */
NODISCARD enum status attempt_refuse(struct call *call, int64_t wait_ms);

/* It was wrong, or right. */
NODISCARD enum status attempt_failed(struct call *call, const struct attempt *attempt);
NODISCARD enum status attempt_succeeded(struct call *call, const struct attempt *attempt);

/* ---- by password ---- */

/* What a gather has found out: it takes long, so it is not done in a transaction. */
struct password_seen {
    struct text hash; /* that it was compared with */
    bool fits;
    struct text better_hash; /* made at today's cost; NO_TEXT: the one there is is good */
};

/* Compares with the person's password, or does as much work for nobody. */
NODISCARD enum status password_see(struct call *call, const struct person *person_or_null,
                                   struct text password, struct password_seen *seen_out);

/* Is that still so, in the transaction? And keeps the better hash. */
NODISCARD enum status password_confirm(struct call *call, const struct person *person,
                                       const struct password_seen *seen, bool *fits_out);

/* A problem `weak_password` that says why; REFUSED. */
NODISCARD enum status password_refuse(struct call *call, const char *why);

/* ---- the routes ---- */

extern const struct shape login_takes;
bool login_is_slow(const struct call *call);
enum status login_gather(struct call *call);
enum status login_handle(struct call *call);
enum status logout_handle(struct call *call);
extern const struct shape logout_takes;

extern const struct refusal login_invalid;
extern const struct refusal login_blocked;
extern const struct refusal login_too_often;
extern const struct refusal login_nothing_shown;
extern const struct refusal logout_no_session;
extern const struct refusal password_is_weak;

#endif
