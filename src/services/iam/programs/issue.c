/* issue.c - a service that has signed somebody in by itself gets tokens for him, asks about them,
 * and takes them back (C48). For whom has the permission iam.tokens. */
#include "services/iam/keys/key.h"
#include "services/iam/programs/pair.h"
#include "services/iam/revocations/revocation.h"
#include "services/iam/roles/role.h"
#include "services/iam/sessions/session.h"

enum { FOREIGN_TOKEN_BYTES_MAX = 8192 };

struct issue_input {
    struct id user_id;
    struct text session_context;
    struct texts scopes;
    int64_t ttl;
    struct text token;
    struct text audience;
    struct text refresh_token;
    struct text reason;
};

#define AT(member) .offset = offsetof(struct issue_input, member)
static const struct field issue_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true},
    {.name = "session_context",
     .kind = FIELD_OBJECT,
     AT(session_context),
     .bytes_max = 4096,
     .meaning = "Whatever the asking service knows; whoever introspects the token is told"},
    {.name = "scopes",
     .kind = FIELD_TEXTS,
     AT(scopes),
     .bytes_max = 100,
     .items_max = KEY_SCOPES_MAX,
     .meaning = "Permissions it may use of those the person has; all of them when empty"},
    {.name = "ttl",
     .kind = FIELD_INTEGER,
     AT(ttl),
     .minimum = 1,
     .maximum = ACCESS_SECONDS_MAX,
     .otherwise = ACCESS_SECONDS,
     .meaning = "Seconds that the access token is good for"},
};

static const struct field introspect_fields[] = {
    {.name = "token",
     .kind = FIELD_TEXT,
     AT(token),
     .required = true,
     .bytes_max = FOREIGN_TOKEN_BYTES_MAX,
     .meaning = "Whatever somebody has shown; what is none of ours is not active"},
    {.name = "audience",
     .kind = FIELD_TEXT,
     AT(audience),
     .bytes_max = 64,
     .is_name = true,
     .meaning = "A service: is it good there? It is when one of its scopes begins so"},
};

static const struct field revoke_fields[] = {
    {.name = "user_id", .kind = FIELD_ID, AT(user_id), .required = true},
    {.name = "refresh_token",
     .kind = FIELD_TEXT,
     AT(refresh_token),
     .bytes_max = SECRET_BYTES_MAX,
     .meaning = "Only the family of this one; absent: everything of the person"},
    {.name = "reason",
     .kind = FIELD_TEXT,
     AT(reason),
     .bytes_max = REVOCATION_REASON_BYTES_MAX,
     .meaning = "Kept: the person sees it with his sessions, and the audit has it"},
};
#undef AT

#define SHAPE(variable, shape_name, table)                                                         \
    const struct shape variable = {                                                                \
        .name = (shape_name),                                                                      \
        .fields = (table),                                                                         \
        .field_count = COUNT_OF(table),                                                            \
        .bytes = sizeof(struct issue_input),                                                       \
    }
SHAPE(issue_takes, "IssueTokens", issue_fields);
SHAPE(introspect_takes, "IntrospectToken", introspect_fields);
SHAPE(revoke_takes, "RevokeTokens", revoke_fields);
#undef SHAPE

struct introspected {
    bool active;
    struct id user_id;
    struct texts roles;
    struct texts scopes;
    struct text session_context;
    int64_t expires_at;
};

static const struct field introspected_fields[] = {
    {.name = "active", .kind = FIELD_FLAG, .offset = offsetof(struct introspected, active)},
    {.name = "user_id", .kind = FIELD_ID, .offset = offsetof(struct introspected, user_id)},
    {.name = "roles",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct introspected, roles),
     .items_max = 32},
    {.name = "scopes",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct introspected, scopes),
     .items_max = KEY_SCOPES_MAX,
     .meaning = "Empty: whatever he may"},
    {.name = "session_context",
     .kind = FIELD_OBJECT,
     .offset = offsetof(struct introspected, session_context)},
    {.name = "expires_at", .kind = FIELD_TIME, .offset = offsetof(struct introspected, expires_at)},
};
const struct shape introspect_shape = {
    .name = "Introspected",
    .fields = introspected_fields,
    .field_count = COUNT_OF(introspected_fields),
    .bytes = sizeof(struct introspected),
};

enum status issue_handle(struct call *call)
{
    const struct issue_input *input = call->input;
    struct person person;
    struct pair pair;
    if (!key_scopes_are_good(input->scopes)) {
        return refuse_field(call, &key_bad_scope, "scopes");
    }
    enum status status = person_find(call->store, call->arena, input->user_id, &person);
    if (status == STATUS_ABSENT || (status == STATUS_OK && person_is_blocked(&person))) {
        return refuse(call, &pair_no_person);
    }
    if (status == STATUS_OK) {
        status = pair_open(call, &person,
                           &(struct pair_terms){.seconds = input->ttl,
                                                .context = input->session_context,
                                                .scopes = input->scopes},
                           &pair);
    }
    return status == STATUS_OK ? answer(call, &pair) : status;
}

/* "crm" for "crm", "crm.read", "crm.*" and "*"; any for a token without scopes. */
static bool is_for(struct texts scopes, struct text audience)
{
    bool is = audience.data == NULL || scopes.count == 0;
    for (size_t i = 0; i < scopes.count && !is; i++) {
        struct text service;
        struct text rest;
        text_cut(scopes.items[i], '.', &service, &rest);
        is = text_equals(service, audience) || text_equals(service, TEXT("*"));
    }
    return is;
}

/* Whatever is not good is not active: 200 in any case, so nothing can be told from it. */
enum status introspect_handle(struct call *call)
{
    const struct issue_input *input = call->input;
    struct introspected found = {.active = false};
    struct session session;
    struct person person;
    if (!secret_is_whole(input->token, SESSION_PREFIX)) {
        return answer(call, &found);
    }
    enum status status =
        session_find(call->store, call->arena, digest_hex(call->arena, input->token), &session);
    if (status == STATUS_OK && session_ends_at(&session) > call->now_ms) {
        status = person_find(call->store, call->arena, session.person_id, &person);
        if (status == STATUS_OK && !person_is_blocked(&person) &&
            is_for(session.scopes, input->audience)) {
            found = (struct introspected){.active = true,
                                          .user_id = person.id,
                                          .roles = person.roles,
                                          .scopes = session.scopes,
                                          .session_context = session.context,
                                          .expires_at = session_ends_at(&session)};
        }
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer(call, &found) : status;
}

static enum status revoke_family(struct call *call, struct text secret)
{
    const struct issue_input *input = call->input;
    struct refresh refresh;
    enum status status =
        refresh_find(call->store, call->arena, digest_hex(call->arena, secret), &refresh);
    if (status == STATUS_OK && id_equals(refresh.person_id, input->user_id)) {
        status = session_end(call, refresh.person_id, refresh.session_id, TEXT("revoked"));
        if (status == STATUS_OK || status == STATUS_ABSENT) {
            status = refresh_end_family(call->store, refresh.family);
        }
        if (status == STATUS_OK) {
            status = revocation_note(call, refresh.person_id, refresh.session_id, input->reason);
        }
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status revoke_handle(struct call *call)
{
    const struct issue_input *input = call->input;
    enum status status = STATUS_OK;
    if (input->refresh_token.data != NULL) {
        status = revoke_family(call, input->refresh_token);
    } else {
        status = session_end_all(call, input->user_id, TEXT("revoked"));
        if (status == STATUS_OK) {
            status = revocation_note(call, input->user_id, (struct id){{0}}, input->reason);
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
