/* telegram.c - a person's Telegram is linked, and asked about. */
#include "services/iam/telegram/telegram.h"

#include "services/iam/codes/code.h"
#include "services/iam/second/second.h"
#include "services/iam/sessions/session.h"
#include "services/iam/sign_in/notices.h"

const struct refusal telegram_bad_code = {
    "invalid_code", 409, "This code is not right, or over. Ask for a new one in the profile."};
const struct refusal telegram_not_linked = {"not_linked", 404,
                                            "No person is linked with this Telegram."};
const struct refusal telegram_is_taken = {"telegram_id_taken", 409,
                                          "This Telegram is linked with another person already."};

struct telegram_input {
    struct id user_id;
    struct text telegram_id;
    struct text confirmation_code;
    struct text channel;
};

static const char *const channels[] = {"telegram"};

#define AT(member) .offset = offsetof(struct telegram_input, member)
static const struct field link_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id), .required = true, .bytes_max = 64},
    {.name = "confirmation_code",
     .kind = FIELD_TEXT,
     AT(confirmation_code),
     .required = true,
     .bytes_max = 16},
};
static const struct field challenge_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true},
    {.name = "channel",
     .kind = FIELD_CHOICE,
     AT(channel),
     .required = true,
     .bytes_max = 16,
     .choices = channels,
     .choice_count = COUNT_OF(channels)},
};
static const struct field user_fields[] = {
    {.name = "telegram_id",
     .kind = FIELD_TEXT,
     AT(telegram_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 64},
};
static const struct field binding_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .place = FIELD_IN_PATH, .required = true},
};
#undef AT

#define SHAPE(variable, shape_name, table, structure)                                              \
    const struct shape variable = {                                                                \
        .name = (shape_name),                                                                      \
        .fields = (table),                                                                         \
        .field_count = COUNT_OF(table),                                                            \
        .bytes = sizeof(structure),                                                                \
    }
SHAPE(telegram_link_takes, "LinkTelegram", link_fields, struct telegram_input);
SHAPE(telegram_challenge_takes, "MfaChallenge", challenge_fields, struct telegram_input);
SHAPE(telegram_user_takes, "TelegramUser", user_fields, struct telegram_input);
SHAPE(telegram_binding_takes, "TelegramBindingOf", binding_fields, struct telegram_input);

struct telegram_code {
    struct text confirmation_code;
    int64_t expires_at;
};
static const struct field code_fields[] = {
    {.name = "confirmation_code",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct telegram_code, confirmation_code),
     .required = true,
     .meaning = "To be told to the bot"},
    {.name = "expires_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct telegram_code, expires_at),
     .required = true},
};
SHAPE(telegram_code_shape, "TelegramCode", code_fields, struct telegram_code);

struct linked {
    bool linked;
};
static const struct field linked_fields[] = {
    {.name = "linked", .kind = FIELD_FLAG, .offset = offsetof(struct linked, linked)},
};
SHAPE(telegram_linked_shape, "TelegramLinked", linked_fields, struct linked);

struct challenge {
    struct id challenge_id;
    struct text channel;
    int64_t expires_in;
};
static const struct field challenged_fields[] = {
    {.name = "challenge_id", .kind = FIELD_ID, .offset = offsetof(struct challenge, challenge_id)},
    {.name = "channel", .kind = FIELD_TEXT, .offset = offsetof(struct challenge, channel)},
    {.name = "expires_in",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct challenge, expires_in),
     .meaning = "Seconds"},
};
SHAPE(telegram_challenge_shape, "MfaChallenged", challenged_fields, struct challenge);

struct binding {
    struct id user_id;
    struct text telegram_id;
    struct texts roles;
    bool active;
};
static const struct field bound_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, .offset = offsetof(struct binding, user_id)},
    {.name = "telegram_id", .kind = FIELD_TEXT, .offset = offsetof(struct binding, telegram_id)},
    {.name = "roles",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct binding, roles),
     .items_max = 32},
    {.name = "active", .kind = FIELD_FLAG, .offset = offsetof(struct binding, active)},
};
SHAPE(telegram_binding_shape, "TelegramBinding", bound_fields, struct binding);
#undef SHAPE

enum status telegram_code_handle(struct call *call)
{
    struct text code;
    struct code_place place = {
        .purpose = "telegram", .person = call->caller.person, .browser = TEXT("")};
    enum status status = session_is_his_own(call);
    if (status == STATUS_OK) {
        status = code_make(call, &place, &code);
    }
    return status == STATUS_OK
               ? answer(call, &(struct telegram_code){.confirmation_code = code,
                                                      .expires_at = call->now_ms + CODE_MS})
               : status;
}

static enum status link(struct call *call, struct person *person)
{
    const struct telegram_input *input = call->input;
    person->telegram_id = input->telegram_id;
    enum status status = person_keep(call->store, call->arena, person, call->now_ms);
    if (status == STATUS_OK) {
        status = person_change(call, person->id, NO_TEXT, NO_TEXT, input->telegram_id);
    }
    return status == STATUS_OK ? answer(call, &(struct linked){.linked = true}) : status;
}

enum status telegram_link_handle(struct call *call)
{
    const struct telegram_input *input = call->input;
    struct person person;
    struct person other;
    bool is_right = false;
    struct code_place place = {
        .purpose = "telegram", .person = input->user_id, .browser = TEXT("")};
    enum status status = code_use(call, &place, input->confirmation_code, &is_right);
    if (status == STATUS_OK && !is_right) {
        return answer_no(call, &telegram_bad_code, 0); /* the try is counted */
    }
    if (status == STATUS_OK) {
        status = person_find_by_telegram(call->store, call->arena, input->telegram_id, &other);
    }
    if (status == STATUS_OK && !id_equals(other.id, input->user_id)) {
        return refuse(call, &telegram_is_taken);
    }
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        status = person_find(call->store, call->arena, input->user_id, &person);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &telegram_not_linked);
    }
    return status == STATUS_OK ? link(call, &person) : status;
}

/* The code that is sent is as good as one of the authenticator app, once. */
enum status telegram_challenge_handle(struct call *call)
{
    const struct telegram_input *input = call->input;
    struct person person;
    struct text code;
    struct code_place place = second_challenge(input->user_id);
    enum status status = person_find(call->store, call->arena, input->user_id, &person);
    if (status == STATUS_ABSENT || (status == STATUS_OK && person.telegram_id.data == NULL)) {
        return refuse(call, &telegram_not_linked);
    }
    if (status == STATUS_OK) {
        status = code_make(call, &place, &code);
    }
    if (status == STATUS_OK) {
        status = notice_of_code(call, &person, TEXT("telegram"), code);
    }
    return status == STATUS_OK
               ? answer(call, &(struct challenge){.challenge_id = id_new(),
                                                  .channel = TEXT("telegram"),
                                                  .expires_in = place.lasts_ms / 1000})
               : status;
}

static enum status answer_binding(struct call *call, enum status status,
                                  const struct person *person)
{
    if (status == STATUS_ABSENT || (status == STATUS_OK && person->telegram_id.data == NULL)) {
        return refuse(call, &telegram_not_linked);
    }
    return status == STATUS_OK ? answer(call,
                                        &(struct binding){
                                            .user_id = person->id,
                                            .telegram_id = person->telegram_id,
                                            .roles = person->roles,
                                            .active = !person_is_blocked(person),
                                        })
                               : status;
}

enum status telegram_user_handle(struct call *call)
{
    const struct telegram_input *input = call->input;
    struct person person;
    enum status status =
        person_find_by_telegram(call->store, call->arena, input->telegram_id, &person);
    return answer_binding(call, status, &person);
}

enum status telegram_binding_handle(struct call *call)
{
    const struct telegram_input *input = call->input;
    struct person person;
    enum status status = person_find(call->store, call->arena, input->user_id, &person);
    return answer_binding(call, status, &person);
}
