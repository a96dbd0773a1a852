/* user.c - the noun: its fields, its rules, its ways of saying no. No SQL, no HTTP, no clock. */
#include "services/users/user.h"

const struct text user_active = {"active", 6};
const struct text user_blocked = {"blocked", 7};

static const char *const statuses[] = {"active", "blocked"};

#define AT(member) .offset = offsetof(struct user, member)
static const struct field user_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "external_id",
     .kind = FIELD_TEXT,
     AT(external_id),
     .meaning = "The key given by whoever created the person"},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .required = true},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .required = true, .is_name = true},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .items_max = 32, .is_role = true},
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .required = true,
     .choices = statuses,
     .choice_count = COUNT_OF(statuses),
     .meaning = "Whether the person may come in"},
    {.name = "activated",
     .kind = FIELD_FLAG,
     AT(activated),
     .meaning = "Whether work may be given to the person"},
    {.name = "spec", .kind = FIELD_TEXT, AT(spec), .meaning = "What a worker is good at"},
    {.name = "phone", .kind = FIELD_PHONE, AT(phone)},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id)},
    {.name = "contacts", .kind = FIELD_OBJECT, AT(contacts)},
    {.name = "requisite", .kind = FIELD_OBJECT, AT(requisite), .meaning = "Where to pay"},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .required = true},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .required = true},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at), .required = true},
    {.name = "blocked_at", .kind = FIELD_TIME, AT(blocked_at)},
    {.name = "block_reason", .kind = FIELD_TEXT, AT(block_reason)},
    {.name = "last_login_at",
     .kind = FIELD_TIME,
     AT(last_login_at),
     .meaning = "When the person last signed in; the revision stays as it is"},
};
#undef AT

const struct shape user_shape = {
    .name = "User",
    .fields = user_fields,
    .field_count = COUNT_OF(user_fields),
    .bytes = sizeof(struct user),
};

const struct refusal user_not_found = {"user_not_found", 404, "There is no such person."};
const struct refusal user_not_blocked = {
    "user_not_blocked", 409,
    "The person may still come in. Block him first: nobody is forgotten by a slip."};
const struct refusal user_exists = {"user_exists", 409,
                                    "A person with this e-mail address exists already."};
const struct refusal user_external_id_taken = {
    "external_id_taken", 409, "This external_id belongs to another person already."};
const struct refusal user_telegram_id_taken = {
    "telegram_id_taken", 409, "This telegram_id is linked to another person already."};
const struct refusal user_revision_changed = {
    "revision_changed", 412,
    "Somebody has changed this person since you looked. Read it again before you change it."};
const struct refusal user_roles_forbidden = {
    "roles_forbidden", 403,
    "Roles say what people may: to give or take them you need the permission users.roles."};
const struct refusal user_bad_cursor = {
    "bad_cursor", 400, "This cursor was not given by this list. Begin again without it."};

bool user_is_blocked(const struct user *user)
{
    return text_equals(user->status, user_blocked);
}

struct user user_new(const struct user_input *input, struct id id, int64_t now_ms)
{
    return (struct user){
        .id = id,
        .external_id = input->external_id,
        .email = input->email,
        .full_name = input->full_name,
        .type = input->type,
        .roles = input->roles,
        .status = user_active,
        .activated = input->activated,
        .spec = input->spec,
        .phone = input->phone,
        .telegram_id = input->telegram_id.bytes > 0 ? input->telegram_id : NO_TEXT,
        .contacts = input->contacts,
        .requisite = input->requisite,
        .locale = input->locale.data ? input->locale : TEXT("ru"),
        .revision = 1,
        .created_at = now_ms,
        .changed_at = now_ms,
    };
}

bool user_is_same_creation(struct arena *arena, const struct user *user,
                           const struct user_input *input)
{
    return text_equals(user_email_key(arena, user->email), user_email_key(arena, input->email)) &&
           text_equals(user->type, input->type);
}

bool user_block(struct user *user, struct text reason, int64_t now_ms)
{
    if (user_is_blocked(user)) {
        return false;
    }
    user->status = user_blocked;
    user->blocked_at = now_ms;
    user->block_reason = reason;
    user->changed_at = now_ms;
    return true;
}

bool user_unblock(struct user *user, int64_t now_ms)
{
    if (!user_is_blocked(user)) {
        return false;
    }
    user->status = user_active;
    user->blocked_at = 0;
    user->block_reason = NO_TEXT;
    user->changed_at = now_ms;
    return true;
}

struct text user_email_key(struct arena *arena, struct text email)
{
    return text_fold(arena, email);
}

struct text user_name_key(struct arena *arena, struct text full_name)
{
    return text_fold(arena, text_trim(full_name));
}
