/* code_request.c - POST /api/login_request: somebody asks for a code to be sent to him.
 *
 * The answer is 202, whoever it was and whether there is such a person. How often is limited by the
 * address it is asked from (429) and, without a word, for the person: of his own browsers each by
 * itself, so whoever asks for codes in his name does not use up his.
 */
#include "services/iam/codes/code.h"

#include "services/iam/sign_in/login.h"
#include "services/iam/sign_in/notices.h"

const struct refusal code_too_often = {"too_many_attempts", 429,
                                       "Codes were asked for too often from here. Wait a little."};

static const struct throttle_rule sent_rule = {
    .name = "sent", .free_tries = 3, .first_ms = 30 * 1000, .longest_ms = 15 * 60 * 1000};
static const struct throttle_rule asked_rule = {
    .name = "asked", .free_tries = 20, .first_ms = 2000, .longest_ms = 15 * 60 * 1000};

struct code_request {
    struct text channel;
    struct text address;
    struct text request;
};

static const char *const channels[] = {"email", "telegram"};

static const struct field takes_fields[] = {
    {.name = "channel",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct code_request, channel),
     .required = true,
     .bytes_max = 16,
     .choices = channels,
     .choice_count = COUNT_OF(channels)},
    {.name = "address",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct code_request, address),
     .required = true,
     .bytes_max = 254,
     .meaning = "The e-mail address, or the id in Telegram"},
};
const struct shape code_request_takes = {
    .name = "LoginRequest",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct code_request),
};

static const struct field gives_fields[] = {
    {.name = "request",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct code_request, request),
     .meaning = "For programs that keep no cookies: to be sent with the code; else null"},
};
const struct shape code_request_gives = {
    .name = "LoginRequested",
    .fields = gives_fields,
    .field_count = COUNT_OF(gives_fields),
    .bytes = sizeof(struct code_request),
};

static enum status find(struct call *call, struct person *person_out)
{
    const struct code_request *input = call->input;
    if (text_equals(input->channel, TEXT("telegram"))) {
        return person_find_by_telegram(call->store, call->arena, input->address, person_out);
    }
    return person_find_by_email(call->store, call->arena, input->address, person_out);
}

static struct throttle throttle_sent(struct call *call, const struct attempt *attempt)
{
    const struct code_request *input = call->input;
    struct text who = attempt->knows_browser
                          ? text_format(call->arena, "%.*s %.*s", TEXT_ARGS(input->address),
                                        TEXT_ARGS(attempt->client.device))
                          : input->address;
    return throttle_of(call, &sent_rule, who);
}

static enum status send(struct call *call, const struct attempt *attempt)
{
    const struct code_request *input = call->input;
    struct text code;
    struct code_place place = {
        .purpose = "login", .person = attempt->person.id, .browser = attempt->client.device};
    enum status status = code_make(call, &place, &code);
    return status == STATUS_OK ? notice_of_code(call, &attempt->person, input->channel, code)
                               : status;
}

static enum status answer_requested(struct call *call, const struct client *client,
                                    bool has_cookies)
{
    enum status status =
        answer(call, &(struct code_request){.request = has_cookies ? NO_TEXT : client->secret});
    client_keep(call, client);
    return status;
}

/* Is the limit of this subject reached? And counts it. */
static enum status count(struct call *call, const struct throttle *throttle, int64_t *wait_ms_out)
{
    enum status status = throttle_look(call, throttle, wait_ms_out);
    return status == STATUS_OK && *wait_ms_out == 0 ? throttle_count(call, throttle) : status;
}

enum status code_request_handle(struct call *call)
{
    struct attempt attempt;
    int64_t wait_ms = 0;
    bool has_cookies = http_header_value(&call->exchange->request, "Cookie").data != NULL;
    enum status status = attempt_of(call, find, &attempt);
    struct throttle asked = throttle_of(call, &asked_rule, client_network(call));
    if (status == STATUS_OK && !attempt.knows_browser) {
        status = count(call, &asked, &wait_ms);
    }
    if (status == STATUS_OK && wait_ms > 0) {
        return answer_no(call, &code_too_often, throttle_seconds(wait_ms));
    }
    struct throttle sent = throttle_sent(call, &attempt);
    if (status == STATUS_OK) {
        status = count(call, &sent, &wait_ms);
    }
    client_introduce(call, &attempt.client);
    bool may_come = attempt.has_person && !person_is_blocked(&attempt.person);
    if (status == STATUS_OK && wait_ms == 0 && may_come) {
        status = send(call, &attempt);
    }
    return status == STATUS_OK ? answer_requested(call, &attempt.client, has_cookies) : status;
}
