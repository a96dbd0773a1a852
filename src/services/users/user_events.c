/* user_events.c - the events of the directory, with what they carry. */
#include "services/users/user_events.h"

#define AT(member) .offset = offsetof(struct user, member)

static const char *const statuses[] = {"active", "blocked"};

static const struct field told_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true, .meaning = "Who it is about"},
    {.name = "external_id", .kind = FIELD_TEXT, AT(external_id), .bytes_max = 200},
    {.name = "email", .kind = FIELD_EMAIL, AT(email), .bytes_max = 254},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 200},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .bytes_max = 64},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .bytes_max = 16,
     .choices = statuses,
     .choice_count = COUNT_OF(statuses)},
    {.name = "activated", .kind = FIELD_FLAG, AT(activated)},
    {.name = "spec", .kind = FIELD_TEXT, AT(spec), .bytes_max = 200},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id), .bytes_max = 64},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 35},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
static const struct shape told_shape = {
    .name = "UserTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct user),
};

#define AT(member) .offset = offsetof(struct user, member)
static const struct field forgotten_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true, .meaning = "Who it was"},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};
#undef AT
static const struct shape forgotten_shape = {
    .name = "UserForgotten",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct user),
};

enum { CREATED, CHANGED, ACTIVATED, BLOCKED, UNBLOCKED, FORGOTTEN };

const struct event user_events[USER_EVENT_COUNT] = {
    [CREATED] = {.name = "users.created",
                 .version = 1,
                 .data = &told_shape,
                 .summary = "Somebody was added to the directory",
                 .alias = "UserCreated"},
    [CHANGED] = {.name = "users.changed",
                 .version = 1,
                 .data = &told_shape,
                 .summary = "Something known of a person has changed"},
    [ACTIVATED] = {.name = "users.activated",
                   .version = 1,
                   .data = &told_shape,
                   .summary = "Work may be given to the person from now on",
                   .alias = "UserActivated"},
    [BLOCKED] = {.name = "users.blocked",
                 .version = 1,
                 .data = &told_shape,
                 .summary = "The person may no longer come in"},
    [UNBLOCKED] = {.name = "users.unblocked",
                   .version = 1,
                   .data = &told_shape,
                   .summary = "The person may come in again"},
    [FORGOTTEN] = {.name = "users.forgotten",
                   .version = 1,
                   .data = &forgotten_shape,
                   .summary = "The person is gone for good: drop what you keep of him"},
};

static enum status tell_of(struct call *call, size_t index, const struct user *user)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(user->id, id);
    return tell(call, &user_events[index], text_of(id), user->revision, user);
}

bool user_shows(const struct stream *stream, const struct caller *reader,
                const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)arena;
    *data_out = message->data;
    return true;
}

enum status user_tell_created(struct call *call, const struct user *user)
{
    return tell_of(call, CREATED, user);
}

enum status user_tell_changed(struct call *call, const struct user *before, const struct user *user)
{
    if (user_is_blocked(user) != user_is_blocked(before)) {
        return tell_of(call, user_is_blocked(user) ? BLOCKED : UNBLOCKED, user);
    }
    return tell_of(call, user->activated && !before->activated ? ACTIVATED : CHANGED, user);
}

enum status user_tell_forgotten(struct call *call, const struct user *user)
{
    struct user gone = {.id = user->id, .revision = user->revision + 1};
    return tell_of(call, FORGOTTEN, &gone);
}
