/* passkey_keep.c - a person looks after the keys he has: what they are called, and which go. */
#include "base/log.h"
#include "services/iam/passkeys/passkey.h"
#include "services/iam/sessions/session.h"

const struct refusal passkey_no_place = {
    "passkeys_need_a_name", 409,
    "Passkeys work at a name alone, such as the one in web.address; this is another address, or "
    "one of numbers."};
const struct refusal passkey_not_accepted = {
    "passkey_not_accepted", 401, "This passkey was not accepted. Try again, or another way."};
const struct refusal passkey_is_known = {"passkey_exists", 409,
                                         "This passkey is somebody's already."};
const struct refusal passkey_too_many = {"too_many_passkeys", 409,
                                         "There are twenty already; remove one first."};
const struct refusal passkey_not_found = {"passkey_not_found", 404, "There is no such passkey."};

enum status passkey_refuse(struct call *call, const char *why)
{
    log_line(LOG_WARNING, "iam", "a passkey was not accepted", LOG_TEXT("why", text_of(why)));
    return answer_no(call, &passkey_not_accepted, 0);
}

#define AT(member) .offset = offsetof(struct passkey, member)
static const struct field shown_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "label", .kind = FIELD_TEXT, AT(label), .required = true},
    {.name = "is_synced",
     .kind = FIELD_FLAG,
     AT(is_synced),
     .meaning = "It may be on other devices of its owner too"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .required = true},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at), .meaning = "null: never yet"},
};
#undef AT
const struct shape passkey_shape = {
    .name = "Passkey",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct passkey),
};

struct keep_input {
    struct id passkey_id;
    struct text label;
};

#define AT(member) .offset = offsetof(struct keep_input, member)
#define PASSKEY_ID                                                                                 \
    {                                                                                              \
        .name = "passkey_id", .kind = FIELD_ID, AT(passkey_id), .place = FIELD_IN_PATH,            \
        .required = true                                                                           \
    }
static const struct field id_fields[] = {PASSKEY_ID};
static const struct field rename_fields[] = {
    PASSKEY_ID,
    {.name = "label",
     .kind = FIELD_TEXT,
     AT(label),
     .required = true,
     .bytes_max = PASSKEY_LABEL_BYTES_MAX},
};
#undef AT
#undef PASSKEY_ID
const struct shape passkey_id_takes = {
    .name = "PasskeyId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct keep_input),
};
const struct shape passkey_rename_takes = {
    .name = "RenamePasskey",
    .fields = rename_fields,
    .field_count = COUNT_OF(rename_fields),
    .bytes = sizeof(struct keep_input),
};

enum status passkey_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = passkey_list(call->store, call->arena, call->caller.person, &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

/* OK, or REFUSED where none was found. */
static enum status done(struct call *call, enum status status, int64_t count)
{
    if (status == STATUS_OK && count == 0) {
        return refuse(call, &passkey_not_found);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status passkey_rename_handle(struct call *call)
{
    const struct keep_input *input = call->input;
    int64_t changed = 0;
    enum status status =
        passkey_rename(call->store, call->caller.person, input->passkey_id, input->label, &changed);
    return done(call, status, changed);
}

enum status passkey_delete_handle(struct call *call)
{
    const struct keep_input *input = call->input;
    int64_t deleted = 0;
    if (id_is_none(call->caller.session)) {
        return refuse(call, &session_needed);
    }
    enum status status = session_is_his_own(call);
    if (status == STATUS_OK) {
        status = passkey_delete(call->store, call->caller.person, input->passkey_id, &deleted);
    }
    return status == STATUS_REFUSED ? status : done(call, status, deleted);
}
