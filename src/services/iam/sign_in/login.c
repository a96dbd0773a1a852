/* login.c - POST /api/login: an address, and a password or the code that was sent there.
 *
 * Refused, in this order: nothing_shown, too_many_attempts, invalid_credentials, user_blocked.
 */
#include "services/iam/sign_in/login.h"

#include "base/password.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/enter.h"

const struct refusal login_invalid = {
    "invalid_credentials", 401,
    "The address and what was shown with it do not belong together. Try again, or ask for a code."};
const struct refusal login_blocked = {"user_blocked", 403,
                                      "This person may not come in. Ask who looks after people."};
const struct refusal login_too_often = {
    "too_many_attempts", 429,
    "There were too many wrong tries. Wait a little, or come in another way."};
const struct refusal login_nothing_shown = {
    "nothing_shown", 400, "Send either the password or the code that was sent to the address."};
const struct refusal logout_no_session = {
    "no_session", 409,
    "There is no session here that could end. With \"everywhere\" all of yours end."};
const struct refusal password_is_weak = {"weak_password", 400,
                                         "This password is too easy to guess."};

#define AT(member) .offset = offsetof(struct login_input, member)
static const struct field login_fields[] = {
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true, .bytes_max = 254},
    {.name = "password", .kind = FIELD_TEXT, AT(password), .bytes_max = PASSWORD_BYTES_MAX},
};
#undef AT
const struct shape login_takes = {
    .name = "Login",
    .fields = login_fields,
    .field_count = COUNT_OF(login_fields),
    .bytes = sizeof(struct login_input),
};

bool login_is_slow(const struct call *call)
{
    return input_has(call, "password");
}

static enum status say_wait(struct call *call, int64_t wait_ms)
{
    return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
}

enum status login_gather(struct call *call)
{
    const struct login_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    if (!login_is_slow(call)) {
        return STATUS_OK;
    }
    enum status status = attempt_begin(call, input->email, &attempt);
    if (status == STATUS_OK) {
        status = attempt_wait(call, &attempt, &wait_ms);
    }
    if (status == STATUS_OK && wait_ms > 0) { /* so that nobody makes us work for nothing */
        status = say_wait(call, wait_ms);
        return status == STATUS_OK ? STATUS_REFUSED : status;
    }
    struct password_seen *seen = ARENA_NEW(call->arena, struct password_seen);
    if (status == STATUS_OK) {
        status =
            password_see(call, attempt.has_person ? &attempt.person : NULL, input->password, seen);
    }
    call->gathered = seen;
    return status;
}

static enum status check_shown(struct call *call, const struct attempt *attempt, bool *right_out)
{
    *right_out = false;
    if (!attempt->has_person) {
        return STATUS_OK;
    }
    return password_confirm(call, &attempt->person, call->gathered, right_out);
}

enum status login_handle(struct call *call)
{
    const struct login_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool is_right = false;
    if (!login_is_slow(call)) {
        return refuse(call, &login_nothing_shown);
    }
    enum status status = attempt_begin(call, input->email, &attempt);
    if (status == STATUS_OK) {
        status = attempt_wait(call, &attempt, &wait_ms);
    }
    if (status == STATUS_OK && wait_ms > 0) {
        return say_wait(call, wait_ms);
    }
    if (status == STATUS_OK) {
        status = check_shown(call, &attempt, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        status = attempt_failed(call, &attempt);
        return status == STATUS_OK ? answer_no(call, &login_invalid, 0) : status;
    }
    if (status == STATUS_OK && person_is_blocked(&attempt.person)) {
        return refuse(call, &login_blocked);
    }
    if (status == STATUS_OK) {
        status = attempt_succeeded(call, &attempt);
    }
    return status == STATUS_OK ? enter(call, &attempt.person, &attempt.client, TEXT("password"))
                               : status;
}

/* ---- and out again ---- */

struct logout_input {
    bool everywhere;
};

static const struct field logout_fields[] = {
    {.name = "everywhere",
     .kind = FIELD_FLAG,
     .offset = offsetof(struct logout_input, everywhere),
     .meaning = "All sessions of the person, on all devices"},
};
const struct shape logout_takes = {
    .name = "Logout",
    .fields = logout_fields,
    .field_count = COUNT_OF(logout_fields),
    .bytes = sizeof(struct logout_input),
};

enum status logout_handle(struct call *call)
{
    const struct logout_input *input = call->input;
    enum status status = STATUS_OK;
    if (input->everywhere) {
        status = session_end_all(call, call->caller.person, TEXT("logout"));
    } else if (id_is_none(call->caller.session)) {
        return refuse(call, &logout_no_session);
    } else {
        status = session_end(call, call->caller.person, call->caller.session, TEXT("logout"));
    }
    if (status == STATUS_OK || status == STATUS_ABSENT) { /* it may be over by now */
        status = answer_empty(call);
        client_take_session(call);
    }
    return status;
}
