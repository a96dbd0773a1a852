/* profile.c - who am I, what may I, and what I would like to be called. */
#include "services/iam/sign_in/profile.h"

#include "services/iam/roles/role.h"
#include "services/iam/sign_in/password_store.h"

const struct refusal profile_unknown = {
    "user_not_found", 404, "Sign-in has not heard of this person (yet): try again in a moment."};

struct profile {
    struct id id;
    struct text email;
    struct text full_name;
    struct text locale;
    struct text telegram_id;
    struct texts roles;
    struct texts participants;
    struct texts permissions;
    struct id session_id;
    bool has_password;
};

#define AT(member) .offset = offsetof(struct profile, member)
static const struct field profile_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale)},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id)},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .items_max = 32},
    {.name = "participants",
     .kind = FIELD_TEXTS,
     AT(participants),
     .items_max = 32,
     .meaning = "As whom he comes into workflows"},
    {.name = "permissions", .kind = FIELD_TEXTS, AT(permissions), .items_max = 256},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id), .meaning = "null: a key"},
    {.name = "has_password", .kind = FIELD_FLAG, AT(has_password)},
};
#undef AT
const struct shape profile_shape = {
    .name = "Profile",
    .fields = profile_fields,
    .field_count = COUNT_OF(profile_fields),
    .bytes = sizeof(struct profile),
};

static enum status answer_profile(struct call *call, const struct person *person)
{
    struct may may;
    struct text hash = NO_TEXT;
    enum status status = role_may(call->store, call->arena, person, &may);
    if (status == STATUS_OK) {
        status = password_find(call->store, call->arena, person->id, &hash);
    }
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    return answer(call, &(struct profile){
                            .id = person->id,
                            .email = person->email,
                            .full_name = person->full_name,
                            .locale = person->locale,
                            .telegram_id = person->telegram_id,
                            .roles = person->roles,
                            .participants = may.participants,
                            .permissions = may.permissions,
                            .session_id = call->caller.session,
                            .has_password = hash.data != NULL,
                        });
}

enum status profile_get_handle(struct call *call)
{
    struct person person;
    enum status status = person_find(call->store, call->arena, call->caller.person, &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &profile_unknown);
    }
    return status == STATUS_OK ? answer_profile(call, &person) : status;
}

/* ---- what he may change himself; the directory hears of it ---- */

struct profile_input {
    struct text full_name;
    struct text locale;
};

static const char *const locales[] = {"ru", "en"};

static const struct field change_fields[] = {
    {.name = "full_name",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct profile_input, full_name),
     .bytes_max = 400},
    {.name = "locale",
     .kind = FIELD_CHOICE,
     .offset = offsetof(struct profile_input, locale),
     .bytes_max = 8,
     .choices = locales,
     .choice_count = COUNT_OF(locales)},
};
const struct shape profile_change_takes = {
    .name = "ChangeProfile",
    .fields = change_fields,
    .field_count = COUNT_OF(change_fields),
    .bytes = sizeof(struct profile_input),
};

enum status profile_change_handle(struct call *call)
{
    const struct profile_input *input = call->input;
    struct person person;
    enum status status = person_find(call->store, call->arena, call->caller.person, &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &profile_unknown);
    }
    if (status != STATUS_OK) {
        return status;
    }
    person.full_name = input->full_name.data ? input->full_name : person.full_name;
    person.locale = input->locale.data ? input->locale : person.locale;
    status = person_keep(call->store, call->arena, &person, call->now_ms);
    if (status == STATUS_OK && (input->full_name.data || input->locale.data)) {
        status = person_change(call, person.id, input->full_name, input->locale, NO_TEXT);
    }
    return status == STATUS_OK ? answer_profile(call, &person) : status;
}
