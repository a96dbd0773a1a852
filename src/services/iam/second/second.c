/* second.c - the second factor is begun, confirmed, asked for and removed. */
#include "services/iam/second/second.h"

#include "base/totp.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/login.h"

enum { RECOVERY_COUNT = 10, RECOVERY_LETTERS = 10, CHALLENGE_MS = 5 * 60 * 1000 };

const struct refusal second_required = {"otp_required", 401,
                                        "Send the code of your authenticator app too (totp_code)."};
const struct refusal second_invalid = {
    "invalid_otp", 401, "This code is not right, or was used before. Wait for the next one."};
const struct refusal second_is_on = {
    "totp_is_on", 409, "There is a second factor already. Remove it first, with a code of it."};
const struct refusal second_is_off = {"totp_is_off", 409, "There is no second factor."};

/* Whoever has found an open session must not try all codes to take the factor away. */
static const struct throttle_rule guess_rule = {
    .name = "otp", .free_tries = 5, .first_ms = 1000, .longest_ms = 15 * 60 * 1000};

static const char sealing[] = "iam totp";
static const char recovering[] = "iam recovery";

static bool unseal(struct call *call, struct id person, const struct second *second,
                   struct text *secret_out)
{
    struct digest_key key = call_key(call, sealing);
    return secret_unseal(call->arena, &key, person_subject(call->arena, person), second->sealed,
                         secret_out);
}

/* Small letters, without the dash that is there to be read. */
static struct text recovery_digest(struct call *call, struct id person, struct text shown)
{
    struct digest_key key = call_key(call, recovering);
    struct text folded = text_fold(call->arena, text_trim(shown));
    struct text head;
    struct text tail;
    text_cut(folded, '-', &head, &tail);
    struct text plain = tail.data ? text_join(call->arena, head, tail) : head;
    struct text subject = person_subject(call->arena, person);
    return digest_keyed(
        call->arena, &key,
        text_format(call->arena, "%.*s %.*s", TEXT_ARGS(subject), TEXT_ARGS(plain)));
}

static enum status check_code(struct call *call, struct id person, const struct second *second,
                              struct text shown, bool *right_out)
{
    struct text secret;
    int64_t step = 0;
    *right_out = false;
    if (!unseal(call, person, second, &secret)) {
        return STATUS_CORRUPT;
    }
    if (!totp_fits(call->arena, secret, text_trim(shown), call->now_ms, &step)) {
        return STATUS_OK;
    }
    return second_use_step(call->store, person, step, call->now_ms, right_out);
}

struct code_place second_challenge(struct id person)
{
    return (struct code_place){
        .purpose = "challenge", .person = person, .browser = TEXT(""), .lasts_ms = CHALLENGE_MS};
}

enum status second_check(struct call *call, struct id person, struct text shown,
                         enum second_word *word_out)
{
    struct second second;
    bool is_right = false;
    enum status status = second_find(call->store, call->arena, person, &second);
    *word_out = SECOND_NOT_NEEDED;
    if (status == STATUS_ABSENT || (status == STATUS_OK && second.confirmed_at == 0)) {
        return STATUS_OK;
    }
    if (status == STATUS_OK && shown.bytes == 0) {
        *word_out = SECOND_MISSING;
        return STATUS_OK;
    }
    if (status == STATUS_OK) {
        status = check_code(call, person, &second, shown, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        status = second_use_recovery(call->store, person, recovery_digest(call, person, shown),
                                     &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        struct code_place place = second_challenge(person);
        status = code_use(call, &place, text_trim(shown), &is_right);
    }
    *word_out = is_right ? SECOND_RIGHT : SECOND_WRONG;
    return status;
}

/* ---- the routes ---- */

struct begun {
    struct text secret;
    struct text uri;
};

static const struct field begun_fields[] = {
    {.name = "secret",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct begun, secret),
     .required = true,
     .meaning = "To be typed into the app, where no picture can be taken"},
    {.name = "uri",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct begun, uri),
     .required = true,
     .meaning = "otpauth://..., to be shown as a QR code"},
};
const struct shape second_begun_shape = {
    .name = "TotpBegun",
    .fields = begun_fields,
    .field_count = COUNT_OF(begun_fields),
    .bytes = sizeof(struct begun),
};

struct code_input {
    struct text totp_code;
};

static const struct field code_fields[] = {
    {.name = "totp_code",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct code_input, totp_code),
     .required = true,
     .bytes_max = 32},
};
const struct shape second_code_takes = {
    .name = "TotpCode",
    .fields = code_fields,
    .field_count = COUNT_OF(code_fields),
    .bytes = sizeof(struct code_input),
};

struct recovery {
    struct texts recovery_codes;
};

static const struct field recovery_fields[] = {
    {.name = "recovery_codes",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct recovery, recovery_codes),
     .required = true,
     .items_max = RECOVERY_COUNT,
     .meaning = "Each comes in the place of one code, once: for the day the phone is lost"},
};
const struct shape second_recovery_shape = {
    .name = "RecoveryCodes",
    .fields = recovery_fields,
    .field_count = COUNT_OF(recovery_fields),
    .bytes = sizeof(struct recovery),
};

static struct text escaped(struct arena *arena, struct text text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_take(arena, text.bytes * 3 + 1);
    size_t bytes = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char letter = (unsigned char)text.data[i];
        bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                        (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
        if (is_plain) {
            out[bytes++] = (char)letter;
        } else {
            out[bytes++] = '%';
            out[bytes++] = digits[letter >> 4];
            out[bytes++] = digits[letter & 15];
        }
    }
    return (struct text){out, bytes};
}

enum status second_begin_handle(struct call *call)
{
    struct person person;
    struct second second;
    struct id me = call->caller.person;
    enum status status = session_is_his_own(call);
    if (status != STATUS_OK) {
        return status;
    }
    status = second_find(call->store, call->arena, me, &second);
    if (status == STATUS_OK && second.confirmed_at != 0) {
        return refuse(call, &second_is_on);
    }
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        status = person_find(call->store, call->arena, me, &person);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &second_is_off);
    }
    struct digest_key key = call_key(call, sealing);
    struct text secret = totp_secret_new(call->arena);
    struct text sealed = secret_seal(call->arena, &key, person_subject(call->arena, me), secret);
    if (status == STATUS_OK) {
        status = second_keep(call->store, me, sealed, call->now_ms);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct text written = totp_secret_text(call->arena, secret);
    struct text name = escaped(call->arena, person.email);
    return answer(call, &(struct begun){
                            .secret = written,
                            .uri = text_format(call->arena,
                                               "otpauth://totp/Kontora:%.*s?secret=%.*s&issuer="
                                               "Kontora&algorithm=SHA1&digits=6&period=30",
                                               TEXT_ARGS(name), TEXT_ARGS(written)),
                        });
}

static enum status give_recovery(struct call *call)
{
    struct text *codes = ARENA_ARRAY(call->arena, struct text, RECOVERY_COUNT);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < RECOVERY_COUNT; i++) {
        struct text letters = secret_letters(call->arena, RECOVERY_LETTERS);
        codes[i] = text_format(call->arena, "%.5s-%.5s", letters.data, letters.data + 5);
        status = second_add_recovery(call->store, call->caller.person,
                                     recovery_digest(call, call->caller.person, letters));
    }
    return status == STATUS_OK
               ? answer(call, &(struct recovery){.recovery_codes = {codes, RECOVERY_COUNT}})
               : status;
}

enum status second_confirm_handle(struct call *call)
{
    const struct code_input *input = call->input;
    struct second second;
    bool is_right = false;
    struct id me = call->caller.person;
    enum status status = second_find(call->store, call->arena, me, &second);
    if (status == STATUS_ABSENT) {
        return refuse(call, &second_is_off);
    }
    if (status == STATUS_OK && second.confirmed_at != 0) {
        return refuse(call, &second_is_on);
    }
    if (status == STATUS_OK) {
        status = check_code(call, me, &second, input->totp_code, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        return refuse(call, &second_invalid);
    }
    return status == STATUS_OK ? give_recovery(call) : status;
}

enum status second_remove_handle(struct call *call)
{
    const struct code_input *input = call->input;
    enum second_word word = SECOND_NOT_NEEDED;
    int64_t wait_ms = 0;
    struct throttle guesses =
        throttle_of(call, &guess_rule, person_subject(call->arena, call->caller.person));
    enum status status = throttle_look(call, &guesses, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK) {
        status = second_check(call, call->caller.person, input->totp_code, &word);
    }
    if (status == STATUS_OK && word == SECOND_NOT_NEEDED) {
        return refuse(call, &second_is_off);
    }
    if (status == STATUS_OK && word != SECOND_RIGHT) {
        status = throttle_count(call, &guesses);
        return status == STATUS_OK ? answer_no(call, &second_invalid, 0) : status;
    }
    if (status == STATUS_OK) {
        status = second_forget(call->store, call->caller.person);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
