/* moderator.c - the directory says who is a moderator, and who is none any more. */
#include "apps/phoenix/moderator.h"

struct heard {
    struct id person_id;
    struct text status;
    struct texts roles;
};

#define AT(member) .offset = offsetof(struct heard, member)
static const struct field heard_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .required = true, .bytes_max = 16},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
};
#undef AT
const struct shape moderator_heard = {
    .name = "ModeratorHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

/* The role's name in the directory, or that of the participant as whom it lets him come in. */
static bool is_moderator(struct text role)
{
    return text_equals(role, TEXT("moderator")) || text_equals(role, TEXT("admin.moderator"));
}

static bool moderates(const struct heard *person)
{
    bool has_role = false;
    for (size_t i = 0; i < person->roles.count; i++) {
        has_role = has_role || is_moderator(person->roles.items[i]);
    }
    return has_role && text_equals(person->status, TEXT("active"));
}

enum status moderator_hear(struct call *call)
{
    const struct heard *person = call->input;
    return moderates(person) ? moderator_keep(call->store, person->person_id)
                             : moderator_drop(call->store, person->person_id);
}

static const struct field forgotten_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct heard, person_id), .required = true},
};
const struct shape moderator_forgotten = {
    .name = "ModeratorForgotten",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct heard),
};

enum status moderator_forget(struct call *call)
{
    const struct heard *person = call->input;
    return moderator_drop(call->store, person->person_id);
}
