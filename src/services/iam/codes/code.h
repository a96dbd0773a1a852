/* code.h - six digits that are sent to somebody, and show that he reads what is sent there.
 *
 * Good for ten minutes, five tries and one use; one live for each person and browser that has
 * asked. Kept as an HMAC under a key that is not in the store. A try is counted before it is looked
 * at, in the transaction that answers it, so tries side by side are counted one by one.
 */
#ifndef SERVICES_IAM_CODES_CODE_H
#define SERVICES_IAM_CODES_CODE_H

#include "services/iam/people/person.h"

enum { CODE_DIGITS = 6, CODE_MINUTES = 10, CODE_MS = CODE_MINUTES * 60 * 1000, CODE_TRIES = 5 };

/* What a code is for; each has codes of its own. */
struct code_place {
    const char *purpose; /* "login", "telegram" */
    struct id person;
    struct text browser; /* digest of who has asked; TEXT("") where it does not matter */
    int64_t lasts_ms;    /* 0: CODE_MS */
};

/* A new one in the place of the one before. */
NODISCARD enum status code_make(struct call *call, const struct code_place *place,
                                struct text *code_out);

/* Is it the one? Then it is used up by this. */
NODISCARD enum status code_use(struct call *call, const struct code_place *place, struct text code,
                               bool *right_out);

NODISCARD enum status code_forget(struct store *store, int64_t now_ms, int64_t *forgotten_out);

/* ---- POST /api/login_request ---- */

extern const struct shape code_request_takes;
extern const struct shape code_request_gives;
enum status code_request_handle(struct call *call);
extern const struct refusal code_too_often;

#endif
