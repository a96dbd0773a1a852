/* password_change.c - POST /api/password: a person chooses a new password.
 *
 * He shows the one he has; who has none, or has come in by a code a moment ago (he has forgotten
 * it), needs not. All his other sessions are over with it. Refused: too_many_attempts,
 * weak_password, invalid_credentials, user_not_found.
 */
#include "base/password.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/password_store.h"
#include "services/iam/sign_in/profile.h"

enum { JUST_NOW_MS = 10 * 60 * 1000 };

struct change_input {
    struct text current;
    struct text password;
};

static const struct field change_fields[] = {
    {.name = "current",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct change_input, current),
     .may_be_empty = true,
     .bytes_max = PASSWORD_BYTES_MAX,
     .meaning = "The password there is; not needed just after coming in by a code"},
    {.name = "password",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct change_input, password),
     .required = true,
     .bytes_max = PASSWORD_BYTES_MAX},
};
const struct shape password_change_takes = {
    .name = "ChangePassword",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct change_input),
};

struct change_facts {
    struct password_seen seen;
    struct text hash;
};

bool password_change_is_slow(const struct call *call)
{
    (void)call;
    return true;
}

static enum status find_me(struct call *call, struct person *person_out)
{
    return person_find(call->store, call->arena, call->caller.person, person_out);
}

static enum status begin(struct call *call, struct attempt *attempt, int64_t *wait_ms_out)
{
    enum status status = attempt_of(call, find_me, attempt);
    attempt_limit(call, attempt, person_subject(call->arena, call->caller.person));
    return status == STATUS_OK ? attempt_wait(call, attempt, wait_ms_out) : status;
}

enum status password_change_gather(struct call *call)
{
    const struct change_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    enum status status = session_is_his_own(call);
    if (status == STATUS_OK) {
        status = begin(call, &attempt, &wait_ms);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (wait_ms > 0) {
        return attempt_refuse(call, wait_ms);
    }
    if (!attempt.has_person) {
        return refuse(call, &profile_unknown);
    }
    struct text own[] = {attempt.person.email, attempt.person.full_name};
    const char *complaint =
        password_complaint(call->arena, input->password, (struct texts){own, COUNT_OF(own)});
    if (complaint != NULL) {
        return password_refuse(call, complaint);
    }
    struct change_facts *facts = ARENA_NEW(call->arena, struct change_facts);
    call->gathered = facts;
    if (input->current.bytes > 0) {
        status = password_see(call, &attempt.person, input->current, &facts->seen);
    }
    return status == STATUS_OK ? password_hash(call->arena, input->password, &facts->hash) : status;
}

/* Is it he who changes it, and not who has found his screen open? */
static enum status has_shown_himself(struct call *call, const struct person *person, bool *is_out)
{
    const struct change_facts *facts = call->gathered;
    struct text hash;
    bool came_by_code = false;
    enum status status = session_came_by_code(call->store, call->arena, call->caller.session,
                                              call->now_ms - JUST_NOW_MS, &came_by_code);
    *is_out = came_by_code;
    if (status != STATUS_OK || came_by_code) {
        return status;
    }
    status = password_find(call->store, call->arena, person->id, &hash);
    if (status == STATUS_ABSENT) {
        *is_out = true;
        return STATUS_OK;
    }
    return status == STATUS_OK ? password_confirm(call, person, &facts->seen, is_out) : status;
}

static enum status change(struct call *call, struct attempt *attempt)
{
    const struct change_facts *facts = call->gathered;
    enum status status = password_keep(call->store, attempt->person.id, facts->hash, call->now_ms);
    if (status == STATUS_OK) {
        status = attempt_succeeded(call, attempt);
    }
    if (status == STATUS_OK) {
        status = session_end_all(call, attempt->person.id, TEXT("password"));
    }
    return status == STATUS_OK ? enter(call, &attempt->person, &attempt->client, TEXT("password"))
                               : status;
}

enum status password_change_handle(struct call *call)
{
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool is_he = false;
    enum status status = begin(call, &attempt, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK && !attempt.has_person) {
        return refuse(call, &profile_unknown);
    }
    if (status == STATUS_OK) {
        status = has_shown_himself(call, &attempt.person, &is_he);
    }
    if (status == STATUS_OK && !is_he) {
        status = attempt_failed(call, &attempt);
        return status == STATUS_OK ? answer_no(call, &login_invalid, 0) : status;
    }
    return status == STATUS_OK ? change(call, &attempt) : status;
}
