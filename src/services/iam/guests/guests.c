/* guests.c - POST /api/guest_request and /api/guest_start.
 *
 * The code is bound to the address and to the browser that has asked, whoever has the address; it
 * has five tries. Letters are limited by the address they go to, silently, and by the one they are
 * asked from (429). Refused, in this order: guests_unwelcome, too_many_attempts,
 * invalid_credentials, user_blocked, otp_required, invalid_otp.
 */
#include "services/iam/guests/guests.h"

#include "base/config.h"
#include "base/encode.h"
#include "runtime/host.h"
#include "services/iam/codes/code.h"
#include "services/iam/second/second.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/notices.h"

static const struct refusal unwelcome = {
    "guests_unwelcome", 403, "Nobody can begin here by himself. Ask whoever invites people."};

static const struct throttle_rule sent_rule = {
    .name = "guest_sent", .free_tries = 3, .first_ms = 30 * 1000, .longest_ms = 15 * 60 * 1000};
static const struct throttle_rule asked_rule = {
    .name = "guest_asked", .free_tries = 20, .first_ms = 2000, .longest_ms = 15 * 60 * 1000};

struct guest_input {
    struct text email;
    struct text locale;
    struct text full_name;
    struct text code;
    struct text totp_code;
    struct text request;
};

static const char *const locales[] = {"ru", "en"};

#define AT(member) .offset = offsetof(struct guest_input, member)
#define EMAIL                                                                                      \
    {                                                                                              \
        .name = "email", .kind = FIELD_EMAIL, AT(email), .required = true, .bytes_max = 254        \
    }
#define LOCALE                                                                                     \
    {                                                                                              \
        .name = "locale", .kind = FIELD_CHOICE, AT(locale), .bytes_max = 8, .choices = locales,    \
        .choice_count = COUNT_OF(locales), .meaning = "In which he is written to; ru without it"   \
    }
static const struct field request_fields[] = {EMAIL, LOCALE};
static const struct field start_fields[] = {
    EMAIL,
    LOCALE,
    {.name = "full_name",
     .kind = FIELD_TEXT,
     AT(full_name),
     .bytes_max = 400,
     .meaning = "Of a new person; without it his address"},
    {.name = "code", .kind = FIELD_TEXT, AT(code), .required = true, .bytes_max = 16},
    {.name = "totp_code",
     .kind = FIELD_TEXT,
     AT(totp_code),
     .may_be_empty = true,
     .bytes_max = 32,
     .meaning = "Of the second factor, for who is known here and has one"},
    {.name = "request",
     .kind = FIELD_TEXT,
     AT(request),
     .bytes_max = SECRET_BYTES_MAX,
     .meaning = "What guest_request has answered, of a program that keeps no cookies"},
};
static const struct field requested_fields[] = {
    {.name = "request",
     .kind = FIELD_TEXT,
     AT(request),
     .meaning = "For programs that keep no cookies: to be sent with the code; else null"},
};
#undef AT

#define SHAPE(shape_, name_, fields_)                                                              \
    static const struct shape shape_ = {                                                           \
        .name = (name_),                                                                           \
        .fields = (fields_),                                                                       \
        .field_count = COUNT_OF(fields_),                                                          \
        .bytes = sizeof(struct guest_input),                                                       \
    }
SHAPE(request_takes, "GuestRequest", request_fields);
SHAPE(requested_shape, "GuestRequested", requested_fields);
SHAPE(start_takes, "GuestStart", start_fields);

/* ---- who it is ---- */

static struct text role_of_guests(const struct call *call)
{
    return config_text(call->host->config, "iam.guest_role");
}

static enum status find(struct call *call, struct person *person_out)
{
    const struct guest_input *input = call->input;
    return person_find_by_email(call->store, call->arena, input->email, person_out);
}

/* Under which codes of the address are kept: of nobody, for there may be nobody yet. */
static struct id place_of(struct call *call, struct text email)
{
    struct digest_key key = call_key(call, "iam guest");
    struct text digest = digest_keyed(call->arena, &key, text_fold(call->arena, email));
    struct id id = {{0}};
    MUST(digest.bytes >= 2 * ID_BYTES);
    digest.bytes = 2 * ID_BYTES;
    MUST(decode_hex(digest, id.bytes, ID_BYTES));
    return id;
}

static struct code_place code_place_of(struct call *call, const struct client *client)
{
    const struct guest_input *input = call->input;
    return (struct code_place){
        .purpose = "guest", .person = place_of(call, input->email), .browser = client->device};
}

/* ---- POST /api/guest_request ---- */

static enum status send(struct call *call, const struct attempt *attempt)
{
    const struct guest_input *input = call->input;
    struct code_place place = code_place_of(call, &attempt->client);
    struct text code;
    struct person stranger = {
        .id = place.person,
        .email = input->email,
        .locale = text_is_given(input->locale) ? input->locale : TEXT("ru"),
    };
    enum status status = code_make(call, &place, &code);
    return status == STATUS_OK
               ? notice_of_code(call, attempt->has_person ? &attempt->person : &stranger,
                                TEXT("email"), code)
               : status;
}

/* Is the limit of this subject reached? And counts it. */
static enum status count(struct call *call, const struct throttle *throttle, int64_t *wait_ms_out)
{
    enum status status = throttle_look(call, throttle, wait_ms_out);
    return status == STATUS_OK && *wait_ms_out == 0 ? throttle_count(call, throttle) : status;
}

static enum status request_handle(struct call *call)
{
    const struct guest_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool has_cookies = http_header_value(&call->exchange->request, "Cookie").data != NULL;
    if (!text_is_given(role_of_guests(call))) {
        return refuse(call, &unwelcome);
    }
    enum status status = attempt_of(call, find, &attempt);
    struct throttle asked = throttle_of(call, &asked_rule, client_network(call));
    struct throttle sent = throttle_of(call, &sent_rule, text_fold(call->arena, input->email));
    status = status == STATUS_OK ? count(call, &asked, &wait_ms) : status;
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &code_too_often, throttle_seconds(wait_ms));
    }
    status = status == STATUS_OK ? count(call, &sent, &wait_ms) : status;
    client_introduce(call, &attempt.client);
    bool may_come = !attempt.has_person || !person_is_blocked(&attempt.person);
    if (status == STATUS_OK && wait_ms == 0 && may_come) {
        status = send(call, &attempt);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct guest_input said = {.request = has_cookies ? NO_TEXT : attempt.client.secret};
    status = answer(call, &said);
    client_keep(call, &attempt.client);
    return status;
}

/* ---- POST /api/guest_start ---- */

static enum status make_person(struct call *call, struct person *person_out)
{
    const struct guest_input *input = call->input;
    struct text *role = ARENA_NEW(call->arena, struct text);
    *role = role_of_guests(call);
    *person_out = (struct person){
        .id = id_new(),
        .email = input->email,
        .full_name = text_is_given(input->full_name) ? input->full_name : input->email,
        .locale = text_is_given(input->locale) ? input->locale : TEXT("ru"),
        .status = TEXT("active"),
        .roles = {role, 1},
    };
    enum status status = person_keep(call->store, call->arena, person_out, call->now_ms);
    return status == STATUS_OK ? person_make(call, person_out, NO_TEXT) : status;
}

/* Who was there before comes in as he does elsewhere: with his second factor. */
static enum status enter_known(struct call *call, struct attempt *attempt)
{
    const struct guest_input *input = call->input;
    enum second_word word = SECOND_NOT_NEEDED;
    if (person_is_blocked(&attempt->person)) {
        return refuse(call, &login_blocked);
    }
    enum status status = second_check(call, attempt->person.id, input->totp_code, &word);
    if (status == STATUS_OK && word == SECOND_MISSING) {
        return refuse(call, &second_required);
    }
    if (status == STATUS_OK && word == SECOND_WRONG) {
        status = attempt_failed(call, attempt);
        return status == STATUS_OK ? answer_no(call, &second_invalid, 0) : status;
    }
    struct text method = word == SECOND_RIGHT ? TEXT("code+otp") : TEXT("code");
    return status == STATUS_OK ? enter(call, &attempt->person, &attempt->client, method) : status;
}

static enum status begin(struct call *call, struct attempt *attempt, int64_t *wait_ms_out)
{
    const struct guest_input *input = call->input;
    enum status status = attempt_of(call, find, attempt);
    client_claim(call, input->request, &attempt->client);
    attempt_limit(call, attempt, input->email);
    return status == STATUS_OK ? attempt_wait_here(call, attempt, wait_ms_out) : status;
}

static enum status start_handle(struct call *call)
{
    const struct guest_input *input = call->input;
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool is_right = false;
    if (!text_is_given(role_of_guests(call))) {
        return refuse(call, &unwelcome);
    }
    enum status status = begin(call, &attempt, &wait_ms);
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &login_too_often, throttle_seconds(wait_ms));
    }
    if (status == STATUS_OK && attempt.client.device.data != NULL) {
        struct code_place place = code_place_of(call, &attempt.client);
        status = code_use(call, &place, input->code, &is_right);
    }
    if (status == STATUS_OK && !is_right) {
        status = attempt_failed_here(call, &attempt);
        return status == STATUS_OK ? answer_no(call, &login_invalid, 0) : status;
    }
    if (status == STATUS_OK && attempt.has_person) {
        return enter_known(call, &attempt);
    }
    status = status == STATUS_OK ? make_person(call, &attempt.person) : status;
    return status == STATUS_OK ? enter(call, &attempt.person, &attempt.client, TEXT("code"))
                               : status;
}

/* ---- the rows ---- */

static const struct refusal *const request_refusals[] = {&unwelcome, &code_too_often};
static const struct refusal *const start_refusals[] = {&unwelcome,       &login_too_often,
                                                       &login_invalid,   &login_blocked,
                                                       &second_required, &second_invalid};

static const struct route routes[] = {
    {
        .method = HTTP_POST,
        .path = "/api/guest_request",
        .operation = "request_guest_start",
        .summary = "A stranger asks for a code, to begin by himself",
        .kind = ROUTE_WRITES,
        .handle = request_handle,
        .takes = &request_takes,
        .gives = &requested_shape,
        .success_status = 202,
        .keeps_no_reply = true,
        .refusals = request_refusals,
        .refusal_count = COUNT_OF(request_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/guest_start",
        .operation = "start_as_guest",
        .summary = "Come in with that code, as a new person if he was none",
        .kind = ROUTE_WRITES,
        .handle = start_handle,
        .takes = &start_takes,
        .gives = &entered_shape,
        .keeps_no_reply = true,
        .refusals = start_refusals,
        .refusal_count = COUNT_OF(start_refusals),
    },
};

const struct service_part guests_part = {.routes = routes, .route_count = COUNT_OF(routes)};
