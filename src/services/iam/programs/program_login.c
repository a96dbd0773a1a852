/* program_login.c - a program signs in with a person's password: POST /session/login (C51), and the
 * shortest way there is, POST /api/token (D18).
 *
 * Refused: account_locked or too_many_attempts, invalid_credentials, user_blocked, otp_required,
 * invalid_otp.
 */
#include "base/password.h"
#include "services/iam/programs/pair.h"
#include "services/iam/second/second.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

const struct refusal program_locked = {
    "account_locked", 423, "There were too many wrong tries. Wait a little, as Retry-After says."};

struct program_input {
    struct text username;
    struct text password;
    struct text totp_code;
    struct id user_id;
    struct text passwd;
};

#define AT(member) .offset = offsetof(struct program_input, member)
static const struct field login_fields[] = {
    {.name = "username",
     .kind = FIELD_EMAIL,
     AT(username),
     .required = true,
     .bytes_max = 254,
     .meaning = "The e-mail address"},
    {.name = "password",
     .kind = FIELD_TEXT,
     AT(password),
     .required = true,
     .bytes_max = PASSWORD_BYTES_MAX},
    {.name = "totp_code", .kind = FIELD_TEXT, AT(totp_code), .may_be_empty = true, .bytes_max = 32},
};

static const struct field token_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true},
    {.name = "passwd",
     .kind = FIELD_TEXT,
     AT(passwd),
     .required = true,
     .bytes_max = PASSWORD_BYTES_MAX},
    {.name = "totp_code", .kind = FIELD_TEXT, AT(totp_code), .may_be_empty = true, .bytes_max = 32},
};
#undef AT
const struct shape program_login_takes = {
    .name = "ProgramLogin",
    .fields = login_fields,
    .field_count = COUNT_OF(login_fields),
    .bytes = sizeof(struct program_input),
};
const struct shape program_token_takes = {
    .name = "UserAndPassword",
    .fields = token_fields,
    .field_count = COUNT_OF(token_fields),
    .bytes = sizeof(struct program_input),
};

struct program_token {
    struct text token;
};
static const struct field token_gives_fields[] = {
    {.name = "token",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct program_token, token),
     .required = true},
};
const struct shape program_token_shape = {
    .name = "Token",
    .fields = token_gives_fields,
    .field_count = COUNT_OF(token_gives_fields),
    .bytes = sizeof(struct program_token),
};

bool program_login_is_slow(const struct call *call)
{
    (void)call;
    return true;
}

static enum status find_by_name(struct call *call, struct person *person_out)
{
    const struct program_input *input = call->input;
    return input->username.data != NULL
               ? person_find_by_email(call->store, call->arena, input->username, person_out)
               : person_find(call->store, call->arena, input->user_id, person_out);
}

/* Guesses by address and by id are of one person, where there is one. */
static enum status begin(struct call *call, struct attempt *attempt, int64_t *wait_ms_out)
{
    const struct program_input *input = call->input;
    enum status status = attempt_of(call, find_by_name, attempt);
    struct text said = input->username.data != NULL ? input->username
                                                    : person_subject(call->arena, input->user_id);
    attempt_limit(call, attempt, attempt->has_person ? attempt->person.email : said);
    return status == STATUS_OK ? attempt_wait(call, attempt, wait_ms_out) : status;
}

static enum status gather(struct call *call, struct text password, const struct refusal *too_often)
{
    struct attempt attempt;
    int64_t wait_ms = 0;
    enum status status = begin(call, &attempt, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) {
        status = answer_no(call, too_often, throttle_seconds(wait_ms));
        return status == STATUS_OK ? STATUS_REFUSED : status;
    }
    struct password_seen *seen = ARENA_NEW(call->arena, struct password_seen);
    call->gathered = seen;
    return status == STATUS_OK
               ? password_see(call, attempt.has_person ? &attempt.person : NULL, password, seen)
               : status;
}

enum status program_login_gather(struct call *call)
{
    const struct program_input *input = call->input;
    return gather(call, input->password, &program_locked);
}

enum status program_token_gather(struct call *call)
{
    const struct program_input *input = call->input;
    return gather(call, input->passwd, &login_too_often);
}

static enum status say_wrong(struct call *call, const struct attempt *attempt,
                             const struct refusal *refusal)
{
    enum status status = attempt_failed(call, attempt);
    return status == STATUS_OK ? answer_no(call, refusal, 0) : status;
}

/* OK with is_in false: it has been answered. */
static enum status check(struct call *call, struct attempt *attempt,
                         const struct refusal *too_often, bool *is_in_out)
{
    const struct program_input *input = call->input;
    enum second_word word = SECOND_NOT_NEEDED;
    int64_t wait_ms = 0;
    bool is_right = false;
    enum status status = begin(call, attempt, &wait_ms);
    *is_in_out = false;
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK && attempt->has_person) {
        status = password_confirm(call, &attempt->person, call->gathered, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        return say_wrong(call, attempt, &login_invalid);
    }
    if (status == STATUS_OK && person_is_blocked(&attempt->person)) {
        return refuse(call, &login_blocked);
    }
    if (status == STATUS_OK) {
        status = second_check(call, attempt->person.id, input->totp_code, &word);
    }
    if (status == STATUS_OK && word == SECOND_MISSING) {
        return refuse(call, &second_required);
    }
    if (status == STATUS_OK && word == SECOND_WRONG) {
        return say_wrong(call, attempt, &second_invalid);
    }
    *is_in_out = status == STATUS_OK;
    return status == STATUS_OK ? attempt_succeeded(call, attempt) : status;
}

enum status program_login_handle(struct call *call)
{
    struct attempt attempt;
    struct pair pair;
    bool is_in = false;
    enum status status = check(call, &attempt, &program_locked, &is_in);
    if (status != STATUS_OK || !is_in) {
        return status;
    }
    status =
        pair_open(call, &attempt.person, &(struct pair_terms){.seconds = ACCESS_SECONDS}, &pair);
    return status == STATUS_OK ? answer(call, &pair) : status;
}

enum status program_token_handle(struct call *call)
{
    struct attempt attempt;
    struct session session;
    struct text secret;
    bool is_in = false;
    enum status status = check(call, &attempt, &login_too_often, &is_in);
    if (status != STATUS_OK || !is_in) {
        return status;
    }
    status =
        session_open(call, attempt.person.id, &attempt.client, TEXT("password"), &session, &secret);
    return status == STATUS_OK ? answer(call, &(struct program_token){.token = secret}) : status;
}
