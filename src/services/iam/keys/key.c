/* key.c - API keys are made, listed, asked about and taken back. */
#include "services/iam/keys/key.h"

#include "runtime/access.h"
#include "runtime/spokesman.h"
#include "services/iam/iam_events.h"
#include "services/iam/sessions/session.h"

#include <string.h>

const struct refusal key_not_found = {"key_not_found", 404, "There is no such key of yours."};
const struct refusal key_bad_scope = {
    "bad_permission", 400, "A scope is a permission: it is written like users.read, users.* or *."};
const struct refusal key_too_many = {
    "too_many_keys", 409, "You have 50 keys. Take one back that is not needed any more."};

#define AT(member) .offset = offsetof(struct api_key, member)
#define NAME                                                                                       \
    {                                                                                              \
        .name = "name", .kind = FIELD_TEXT, AT(name), .required = true, .bytes_max = 100,          \
        .meaning = "What it is for"                                                                \
    }
#define SCOPES                                                                                     \
    {                                                                                              \
        .name = "scopes", .kind = FIELD_TEXTS, AT(scopes), .bytes_max = 100,                       \
        .items_max = KEY_SCOPES_MAX,                                                               \
        .meaning = "Permissions it may use of those you have; all of them when empty"              \
    }
#define EXPIRES                                                                                    \
    {                                                                                              \
        .name = "expires_at", .kind = FIELD_TIME, AT(expires_at),                                  \
        .meaning = "When it ends by itself; null: never"                                           \
    }

static const struct field key_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    NAME,
    {.name = "start",
     .kind = FIELD_TEXT,
     AT(start),
     .required = true,
     .meaning = "How the key begins"},
    SCOPES,
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .required = true},
    EXPIRES,
};

static const struct field create_fields[] = {NAME, SCOPES, EXPIRES};

const struct shape key_shape = {
    .name = "ApiKey",
    .fields = key_fields,
    .field_count = COUNT_OF(key_fields),
    .bytes = sizeof(struct api_key),
};
const struct shape key_create_takes = {
    .name = "CreateApiKey",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct api_key),
};

struct key_input {
    struct id key_id;
};

static const struct field id_fields[] = {
    {.name = "key_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct key_input, key_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
const struct shape key_id_takes = {
    .name = "ApiKeyId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct key_input),
};

struct key_created {
    struct id id;
    struct text key;
};

static const struct field created_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct key_created, id), .required = true},
    {.name = "key",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct key_created, key),
     .required = true,
     .meaning = "Shown this once: Authorization: Bearer gwk_..."},
};
const struct shape key_created_shape = {
    .name = "ApiKeyCreated",
    .fields = created_fields,
    .field_count = COUNT_OF(created_fields),
    .bytes = sizeof(struct key_created),
};

static struct text digest_of(struct call *call, struct text hash)
{
    struct digest_key key = call_key(call, "iam api key");
    return digest_keyed(call->arena, &key, hash);
}

enum status key_find(struct call *call, struct text hash, struct api_key *key_out)
{
    return key_find_digest(call->store, call->arena, digest_of(call, hash), key_out);
}

struct texts key_permissions(struct arena *arena, struct texts scopes, struct texts permissions)
{
    struct text *items = ARENA_ARRAY(arena, struct text, scopes.count + 1);
    struct texts kept = {items, 0};
    const struct caller person = {.kind = CALLER_SERVICE,
                                  .person = {{1}}, /* somebody: only what he may is asked */
                                  .permissions = permissions};
    if (scopes.count == 0) {
        return permissions;
    }
    for (size_t i = 0; i < scopes.count; i++) {
        bool is_one = spokesman_is_permission(scopes.items[i]);
        if (is_one && access_may(&person, text_copy(arena, scopes.items[i]).data)) {
            items[kept.count++] = scopes.items[i];
        }
    }
    return kept;
}

enum { START_BYTES = 10 };

bool key_scopes_are_good(struct texts scopes)
{
    bool are = true;
    for (size_t i = 0; i < scopes.count; i++) {
        are = are && spokesman_is_permission(scopes.items[i]);
    }
    return are;
}

enum status key_create_handle(struct call *call)
{
    struct api_key key = *(const struct api_key *)call->input;
    struct text secret = secret_new(call->arena, KEY_PREFIX);
    struct rows rows;
    if (!key_scopes_are_good(key.scopes)) {
        return refuse_field(call, &key_bad_scope, "scopes");
    }
    enum status status = session_is_his_own(call);
    if (status == STATUS_OK) {
        status = key_list(call->store, call->arena, call->caller.person, &rows);
    }
    if (status == STATUS_OK && rows.count >= KEYS_PER_PERSON_MAX) {
        return refuse(call, &key_too_many);
    }
    key.id = id_new();
    key.person_id = call->caller.person;
    key.start = text_slice(secret, 0, START_BYTES);
    key.created_at = call->now_ms;
    if (status == STATUS_OK) {
        status = key_insert(call->store, call->arena, &key,
                            digest_of(call, digest_hex(call->arena, secret)));
    }
    return status == STATUS_OK ? answer(call, &(struct key_created){.id = key.id, .key = secret})
                               : status;
}

enum status key_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = key_list(call->store, call->arena, call->caller.person, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    return answer_list(
        call, &(struct list){.items = rows.items, .count = rows.count, .total = FIELD_NONE});
}

enum status key_delete_handle(struct call *call)
{
    const struct key_input *input = call->input;
    bool is_deleted = false;
    enum status status = key_delete(call->store, call->caller.person, input->key_id, &is_deleted);
    if (status == STATUS_OK && !is_deleted) {
        return refuse(call, &key_not_found);
    }
    if (status == STATUS_OK) { /* a key is no session: all that is remembered of him goes */
        status = iam_tell_logout(call, call->caller.person, (struct id){{0}}, TEXT("key_revoked"));
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
