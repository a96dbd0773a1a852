/* role.c - the noun: what stands in a role, and what several give together. */
#include "services/iam/roles/role.h"

#include "runtime/spokesman.h"

#include <string.h>

const struct text role_owner = {"owner", 5};

#define AT(member) .offset = offsetof(struct role, member)
#define PERMISSIONS                                                                                \
    {                                                                                              \
        .name = "permissions", .kind = FIELD_TEXTS, AT(permissions),                               \
        .bytes_max = ROLE_ITEM_BYTES_MAX, .items_max = ROLE_ITEMS_MAX,                             \
        .meaning = "users.read, users.* for all that begins so, * for everything"                  \
    }
#define PARTICIPANTS                                                                               \
    {                                                                                              \
        .name = "participants", .kind = FIELD_TEXTS, AT(participants),                             \
        .bytes_max = ROLE_ITEM_BYTES_MAX, .items_max = ROLE_ITEMS_MAX,                             \
        .meaning = "As whom they come in: the KIND or KIND.ROLE of workflows"                      \
    }
#define MEANING                                                                                    \
    {                                                                                              \
        .name = "meaning", .kind = FIELD_TEXT, AT(meaning), .may_be_null = true, .bytes_max = 400, \
        .meaning = "What it is for, for people"                                                    \
    }

static const struct field role_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name), .required = true, .is_name = true},
    MEANING,
    PERMISSIONS,
    PARTICIPANTS,
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at), .required = true},
};

static const struct field create_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .required = true,
     .is_name = true,
     .bytes_max = ROLE_NAME_BYTES_MAX,
     .meaning = "As it stands in the roles of people"},
    MEANING,
    PERMISSIONS,
    PARTICIPANTS,
};

static const struct field change_fields[] = {
    {.name = "role",
     .kind = FIELD_TEXT,
     AT(name),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = ROLE_NAME_BYTES_MAX},
    MEANING,
    PERMISSIONS,
    PARTICIPANTS,
};

static const struct field name_fields[] = {
    {.name = "role",
     .kind = FIELD_TEXT,
     AT(name),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = ROLE_NAME_BYTES_MAX},
};
#undef AT

#define SHAPE(variable, shape_name, table)                                                         \
    const struct shape variable = {                                                                \
        .name = (shape_name),                                                                      \
        .fields = (table),                                                                         \
        .field_count = COUNT_OF(table),                                                            \
        .bytes = sizeof(struct role),                                                              \
    }
SHAPE(role_shape, "Role", role_fields);
SHAPE(role_create_takes, "CreateRole", create_fields);
SHAPE(role_change_takes, "ChangeRole", change_fields);
SHAPE(role_name_takes, "RoleName", name_fields);
#undef SHAPE

const struct refusal role_not_found = {"role_not_found", 404, "There is no such role."};
const struct refusal role_exists = {"role_exists", 409, "There is a role of this name already."};
const struct refusal role_is_built_in = {
    "role_is_built_in", 409, "What the owner may do is built in: the role stays as it is."};
const struct refusal role_bad_name = {
    "bad_permission", 400,
    "A permission is written like users.read, users.* or *; a participant like b2b or "
    "admin.moderator."};
const struct refusal role_revision_changed = {
    "revision_changed", 412, "Somebody has changed this role since you looked. Read it again."};

/* ---- what several give together ---- */

struct collection {
    struct text *items;
    size_t count;
    size_t max;
};

static struct collection collect(struct arena *arena, size_t max)
{
    return (struct collection){.items = ARENA_ARRAY(arena, struct text, max), .max = max};
}

static void add(struct collection *collection, struct text item)
{
    for (size_t i = 0; i < collection->count; i++) {
        if (text_equals(collection->items[i], item)) {
            return;
        }
    }
    if (collection->count < collection->max) {
        collection->items[collection->count++] = item;
    }
}

static void add_all(struct collection *collection, struct texts items)
{
    for (size_t i = 0; i < items.count; i++) {
        add(collection, items.items[i]);
    }
}

enum { PARTICIPANTS_MAX = 32, PERMISSIONS_MAX = 256 };

enum status role_may(struct store *store, struct arena *arena, const struct person *person,
                     struct may *may_out)
{
    struct collection permissions = collect(arena, PERMISSIONS_MAX);
    struct collection participants = collect(arena, PARTICIPANTS_MAX);
    for (size_t i = 0; i < person->roles.count; i++) {
        struct role role;
        enum status status = role_find(store, arena, person->roles.items[i], &role);
        if (status == STATUS_OK) {
            add_all(&permissions, role.permissions);
            add_all(&participants, role.participants);
        } else if (status == STATUS_ABSENT && spokesman_is_role(person->roles.items[i])) {
            add(&participants, person->roles.items[i]);
        } else if (status == STATUS_ABSENT) {
            continue; /* no name that a door can be told */
        } else {
            return status;
        }
    }
    *may_out = (struct may){
        .permissions = {permissions.items, permissions.count},
        .participants = {participants.items, participants.count},
    };
    return STATUS_OK;
}
