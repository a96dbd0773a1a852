/* password_check.c - is it his password? The work is done in a gather, the word is given in the
 * transaction. */
#include "base/password.h"
#include "runtime/problem.h"
#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/password_store.h"

enum status password_see(struct call *call, const struct person *person_or_null,
                         struct text password, struct password_seen *seen_out)
{
    struct text hash = NO_TEXT;
    enum status status = STATUS_ABSENT;
    *seen_out = (struct password_seen){.fits = false};
    if (person_or_null != NULL) {
        status = password_find(call->store, call->arena, person_or_null->id, &hash);
    }
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool fits = password_fits(hash.data != NULL ? hash : password_decoy(), password);
    seen_out->hash = hash;
    seen_out->fits = fits && hash.data != NULL;
    if (seen_out->fits && password_is_stale(hash)) {
        return password_hash(call->arena, password, &seen_out->better_hash);
    }
    return STATUS_OK;
}

enum status password_confirm(struct call *call, const struct person *person,
                             const struct password_seen *seen, bool *fits_out)
{
    struct text hash;
    enum status status = password_find(call->store, call->arena, person->id, &hash);
    *fits_out = status == STATUS_OK && seen->fits && text_equals(hash, seen->hash);
    if (*fits_out && seen->better_hash.data != NULL) {
        status = password_keep(call->store, person->id, seen->better_hash, call->now_ms);
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status password_refuse(struct call *call, const char *why)
{
    problem_answer(call->exchange,
                   &(struct problem){
                       .http_status = password_is_weak.http_status,
                       .code = password_is_weak.code,
                       .message = text_of(why),
                       .fields = &(struct field_problem){.field = "password",
                                                         .code = password_is_weak.code,
                                                         .message = text_of(why)},
                       .field_count = 1,
                   });
    return STATUS_REFUSED;
}
