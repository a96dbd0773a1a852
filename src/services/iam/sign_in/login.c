/* login.c - POST /api/login: an address, and a password or the code that was sent there.
 *
 * Refused, in this order: nothing_shown, too_many_attempts, invalid_credentials, user_blocked,
 * otp_required, invalid_otp. With a code nobody is kept out by those who guess his password: a code
 * has tries of its own.
 */
#include "services/iam/sign_in/login.h"

#include "base/password.h"
#include "services/iam/codes/code.h"
#include "services/iam/second/second.h"
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
    {.name = "code",
     .kind = FIELD_TEXT,
     AT(code),
     .bytes_max = 16,
     .meaning = "What was sent to the address"},
    {.name = "totp_code",
     .kind = FIELD_TEXT,
     AT(totp_code),
     .may_be_empty = true,
     .bytes_max = 32,
     .meaning = "Of the second factor, for whom has one; or a recovery code"},
    {.name = "request",
     .kind = FIELD_TEXT,
     AT(request),
     .bytes_max = SECRET_BYTES_MAX,
     .meaning = "What login_request has answered, of a program that keeps no cookies"},
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

static enum status find_by_email(struct call *call, struct person *person_out)
{
    const struct login_input *input = call->input;
    return person_find_by_email(call->store, call->arena, input->email, person_out);
}

static enum status begin(struct call *call, struct attempt *attempt, int64_t *wait_ms_out)
{
    const struct login_input *input = call->input;
    enum status status = attempt_of(call, find_by_email, attempt);
    client_claim(call, input->request, &attempt->client);
    attempt_limit(call, attempt, input->email);
    if (status == STATUS_OK) {
        status = login_is_slow(call) ? attempt_wait(call, attempt, wait_ms_out)
                                     : attempt_wait_here(call, attempt, wait_ms_out);
    }
    return status;
}

enum status login_gather(struct call *call)
{
    const struct login_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    if (!login_is_slow(call)) {
        return STATUS_OK;
    }
    enum status status = begin(call, &attempt, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) { /* so that nobody makes us work for nothing */
        return attempt_refuse(call, wait_ms);
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
    const struct login_input *input = call->input;
    *right_out = false;
    if (!attempt->has_person) {
        return STATUS_OK;
    }
    if (login_is_slow(call)) {
        return password_confirm(call, &attempt->person, call->gathered, right_out);
    }
    if (attempt->client.device.data == NULL) {
        return STATUS_OK; /* it was asked for by another browser, or by none */
    }
    struct code_place place = {
        .purpose = "login", .person = attempt->person.id, .browser = attempt->client.device};
    return code_use(call, &place, input->code, right_out);
}

static enum status say_wrong(struct call *call, const struct attempt *attempt)
{
    enum status status =
        login_is_slow(call) ? attempt_failed(call, attempt) : attempt_failed_here(call, attempt);
    return status == STATUS_OK ? answer_no(call, &login_invalid, 0) : status;
}

/* What was shown is right: now the second factor, where there is one. A code that was right is
 * used up by then, so it is the last thing that is asked for only when the password was the first.
 */
static enum status come_in(struct call *call, struct attempt *attempt)
{
    const struct login_input *input = call->input;
    enum second_word word = SECOND_NOT_NEEDED;
    enum status status = second_check(call, attempt->person.id, input->totp_code, &word);
    if (status == STATUS_OK && word == SECOND_MISSING) {
        return refuse(call, &second_required);
    }
    if (status == STATUS_OK && word == SECOND_WRONG) {
        status = attempt_failed(call, attempt);
        return status == STATUS_OK ? answer_no(call, &second_invalid, 0) : status;
    }
    if (status == STATUS_OK) {
        status = attempt_succeeded(call, attempt);
    }
    struct text method = login_is_slow(call) ? TEXT("password") : TEXT("code");
    if (word == SECOND_RIGHT) {
        method = text_join(call->arena, method, TEXT("+otp"));
    }
    return status == STATUS_OK ? enter(call, &attempt->person, &attempt->client, method) : status;
}

enum status login_handle(struct call *call)
{
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool is_right = false;
    if (login_is_slow(call) == input_has(call, "code")) {
        return refuse(call, &login_nothing_shown);
    }
    enum status status = begin(call, &attempt, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK) {
        status = check_shown(call, &attempt, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        return say_wrong(call, &attempt);
    }
    if (status == STATUS_OK && person_is_blocked(&attempt.person)) {
        return refuse(call, &login_blocked);
    }
    return status == STATUS_OK ? come_in(call, &attempt) : status;
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
