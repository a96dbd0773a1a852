/* decide.c - who is behind a credential, and what he may: asked by the door, answered by a few
 * rows.
 *
 * The credential itself is never said: its SHA-256 stands in the path, so it is in no log.
 */
#include "services/iam/keys/key.h"
#include "services/iam/oidc/oauth_token.h"
#include "services/iam/roles/role.h"
#include "services/iam/sessions/session.h"

const struct refusal decide_unknown = {"unknown_credential", 404,
                                       "Nobody is known by this credential, or not any more."};
const struct refusal decide_blocked = {"user_blocked", 403, "This person may not come in."};

struct decide_input {
    struct text hash;
};

static const struct field takes_fields[] = {
    {.name = "hash",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct decide_input, hash),
     .place = FIELD_IN_PATH,
     .required = true,
     .bytes_max = 64,
     .meaning = "SHA-256 of the credential, 64 hexadecimal digits in lower case"},
};
const struct shape decide_takes = {
    .name = "Decide",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct decide_input),
};

struct verdict {
    struct id person_id;
    struct id session_id;
    struct texts roles;
    struct texts permissions;
    struct text locale;
    struct text full_name;
    struct text kind;
    int64_t expires_at;
};

#define AT(member) .offset = offsetof(struct verdict, member)
static const struct field gives_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "session_id",
     .kind = FIELD_ID,
     AT(session_id),
     .meaning = "null: it is no session but a key"},
    {.name = "roles",
     .kind = FIELD_TEXTS,
     AT(roles),
     .bytes_max = 100,
     .items_max = 32,
     .meaning = "As whom he may come in: b2b, admin.moderator"},
    {.name = "permissions",
     .kind = FIELD_TEXTS,
     AT(permissions),
     .bytes_max = 100,
     .items_max = 256,
     .meaning = "What he may: users.read, users.*, *"},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale)},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "kind",
     .kind = FIELD_TEXT,
     AT(kind),
     .required = true,
     .meaning = "session, key or oauth"},
};
#undef AT
const struct shape decide_gives = {
    .name = "Decision",
    .fields = gives_fields,
    .field_count = COUNT_OF(gives_fields),
    .bytes = sizeof(struct verdict),
};

/* OK or ABSENT: who it is, how long it is good, of what kind. */
static enum status find_session(struct call *call, struct text hash, struct verdict *verdict,
                                struct texts *scopes_out)
{
    struct session session;
    enum status status = session_find(call->store, call->arena, hash, &session);
    if (status != STATUS_OK || session_ends_at(&session) <= call->now_ms) {
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    verdict->person_id = session.person_id;
    verdict->session_id = session.id;
    verdict->expires_at = session_ends_at(&session);
    verdict->kind = TEXT("session");
    *scopes_out = session.scopes;
    return STATUS_OK;
}

/* What a program was given in somebody's name: it may what he may, in no session of his. */
static enum status find_access(struct call *call, struct text hash, struct verdict *verdict)
{
    verdict->kind = TEXT("oauth");
    return oauth_decide(call, hash, &verdict->person_id, &verdict->expires_at);
}

static enum status find_key(struct call *call, struct text hash, struct verdict *verdict,
                            struct texts *scopes_out)
{
    struct api_key key;
    enum status status = key_find(call, hash, &key);
    if (status != STATUS_OK || (key.expires_at != 0 && key.expires_at <= call->now_ms)) {
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    verdict->person_id = key.person_id;
    verdict->expires_at = key.expires_at;
    verdict->kind = TEXT("key");
    *scopes_out = key.scopes;
    return STATUS_OK;
}

static enum status judge(struct call *call, struct verdict *verdict, struct texts scopes)
{
    struct person person;
    struct may may;
    enum status status = person_find(call->store, call->arena, verdict->person_id, &person);
    if (status == STATUS_ABSENT) {
        return refuse(call, &decide_unknown);
    }
    if (status == STATUS_OK && person_is_blocked(&person)) {
        return refuse(call, &decide_blocked);
    }
    if (status == STATUS_OK) {
        status = role_may(call->store, call->arena, &person, &may);
    }
    if (status != STATUS_OK) {
        return status;
    }
    verdict->roles = may.participants;
    verdict->permissions = key_permissions(call->arena, scopes, may.permissions);
    verdict->locale = person.locale;
    verdict->full_name = person.full_name;
    return answer(call, verdict);
}

enum status decide_handle(struct call *call)
{
    const struct decide_input *input = call->input;
    struct verdict verdict = {.expires_at = 0};
    struct texts scopes = {NULL, 0};
    enum status status = find_session(call, input->hash, &verdict, &scopes);
    if (status == STATUS_ABSENT) {
        status = find_key(call, input->hash, &verdict, &scopes);
    }
    if (status == STATUS_ABSENT) {
        status = find_access(call, input->hash, &verdict);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &decide_unknown);
    }
    return status == STATUS_OK ? judge(call, &verdict, scopes) : status;
}
