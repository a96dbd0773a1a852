/* iam_events.c - the events of sign-in, with what they carry. Never a secret, nor its digest. */
#include "services/iam/iam_events.h"

#include "base/clock.h"
#include "services/iam/sign_in/client.h"

struct told {
    struct id person_id;
    struct id session_id;
    struct text method;
    struct text address;
    struct text user_agent;
    struct text reason;
    struct text device;
    struct text time;
    struct text role;
    struct texts hidden;
    int64_t occurred_at;
};

#define AT(member) .offset = offsetof(struct told, member)
static const struct field login_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id), .required = true},
    {.name = "method",
     .kind = FIELD_TEXT,
     AT(method),
     .required = true,
     .bytes_max = 32,
     .meaning = "How he has shown who he is: code, password, password+otp, setup ..."},
    {.name = "address", .kind = FIELD_TEXT, AT(address), .bytes_max = 64},
    {.name = "user_agent", .kind = FIELD_TEXT, AT(user_agent), .bytes_max = 300},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field logout_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "session_id",
     .kind = FIELD_ID,
     AT(session_id),
     .meaning = "null: all of his sessions and keys"},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .required = true, .bytes_max = 32},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field device_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "device", .kind = FIELD_TEXT, AT(device), .required = true, .bytes_max = 300},
    {.name = "time",
     .kind = FIELD_TEXT,
     AT(time),
     .required = true,
     .bytes_max = CLOCK_TEXT_BYTES,
     .meaning = "occurred_at, as a letter says it"},
    {.name = "address",
     .kind = FIELD_TEXT,
     AT(address),
     .required = true,
     .may_be_empty = true,
     .bytes_max = 64},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field revoked_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id), .meaning = "null: everything of his"},
    {.name = "reason",
     .kind = FIELD_TEXT,
     AT(reason),
     .bytes_max = 200,
     .meaning = "As whoever did it has said it"},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field role_fields[] = {
    {.name = "role", .kind = FIELD_TEXT, AT(role), .required = true, .bytes_max = 64},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field person_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};

static const struct field house_fields[] = {
    {.name = "hidden",
     .kind = FIELD_TEXTS,
     AT(hidden),
     .bytes_max = 64,
     .items_max = 32,
     .meaning = "Services whose screens and cases nobody is shown"},
    {.name = "occurred_at", .kind = FIELD_TIME, AT(occurred_at), .required = true},
};
#undef AT

static const struct shape login_shape = {
    .name = "LoginTold",
    .fields = login_fields,
    .field_count = COUNT_OF(login_fields),
    .bytes = sizeof(struct told),
};
static const struct shape logout_shape = {
    .name = "LogoutTold",
    .fields = logout_fields,
    .field_count = COUNT_OF(logout_fields),
    .bytes = sizeof(struct told),
};
static const struct shape device_shape = {
    .name = "NewDeviceTold",
    .fields = device_fields,
    .field_count = COUNT_OF(device_fields),
    .bytes = sizeof(struct told),
};
static const struct shape revoked_shape = {
    .name = "TokensRevokedTold",
    .fields = revoked_fields,
    .field_count = COUNT_OF(revoked_fields),
    .bytes = sizeof(struct told),
};
static const struct shape role_shape_told = {
    .name = "RoleTold",
    .fields = role_fields,
    .field_count = COUNT_OF(role_fields),
    .bytes = sizeof(struct told),
};
static const struct shape person_shape_told = {
    .name = "PersonTold",
    .fields = person_fields,
    .field_count = COUNT_OF(person_fields),
    .bytes = sizeof(struct told),
};

static const struct shape house_shape_told = {
    .name = "HouseTold",
    .fields = house_fields,
    .field_count = COUNT_OF(house_fields),
    .bytes = sizeof(struct told),
};

enum { LOGIN, LOGOUT, NEW_DEVICE, TOKENS_REVOKED, ROLE_CHANGED, PERSON_CHANGED, HOUSE_CHANGED };

const struct event iam_events[IAM_EVENT_COUNT] = {
    [LOGIN] = {.name = "iam.login",
               .version = 1,
               .data = &login_shape,
               .summary = "A person has signed in"},
    [LOGOUT] = {.name = "iam.logout",
                .version = 1,
                .data = &logout_shape,
                .summary = "A session of a person is over, or all of them"},
    [NEW_DEVICE] = {.name = "iam.new_device",
                    .version = 1,
                    .data = &device_shape,
                    .summary = "Somebody has come in on a device that he never used before"},
    [TOKENS_REVOKED] = {.name = "iam.tokens_revoked",
                        .version = 1,
                        .data = &revoked_shape,
                        .summary = "Tokens of a person were taken back, and why"},
    [ROLE_CHANGED] = {.name = "iam.role_changed",
                      .version = 1,
                      .data = &role_shape_told,
                      .summary = "A role lets its people do other things from now on"},
    [PERSON_CHANGED] = {.name = "iam.person_changed",
                        .version = 1,
                        .data = &person_shape_told,
                        .summary = "What sign-in says of a person is another thing from now on"},
    [HOUSE_CHANGED] = {.name = "iam.house_changed",
                       .version = 1,
                       .data = &house_shape_told,
                       .summary = "Somebody has chosen what the whole house is shown"},
};

enum status iam_tell_house_changed(struct call *call, struct texts hidden)
{
    return tell(call, &iam_events[HOUSE_CHANGED], TEXT("house"), FIELD_NONE,
                &(struct told){.hidden = hidden, .occurred_at = call->now_ms});
}

enum status iam_tell_login(struct call *call, const struct session *session)
{
    return tell(call, &iam_events[LOGIN], person_subject(call->arena, session->person_id),
                FIELD_NONE,
                &(struct told){
                    .person_id = session->person_id,
                    .session_id = session->id,
                    .method = session->method,
                    .address = session->address,
                    .user_agent = session->user_agent,
                    .occurred_at = call->now_ms,
                });
}

enum status iam_tell_logout(struct call *call, struct id person, struct id session,
                            struct text reason)
{
    return tell(call, &iam_events[LOGOUT], person_subject(call->arena, person), FIELD_NONE,
                &(struct told){
                    .person_id = person,
                    .session_id = session,
                    .reason = reason,
                    .occurred_at = call->now_ms,
                });
}

enum status iam_tell_new_device(struct call *call, struct id person, const struct client *client)
{
    char now[CLOCK_TEXT_BYTES + 1];
    clock_write(call->now_ms, now);
    return tell(call, &iam_events[NEW_DEVICE], person_subject(call->arena, person), FIELD_NONE,
                &(struct told){
                    .person_id = person,
                    .device = client->user_agent.bytes > 0 ? client->user_agent : TEXT("?"),
                    .time = text_of(now),
                    .address = text_is_given(client->address) ? client->address : TEXT(""),
                    .occurred_at = call->now_ms,
                });
}

enum status iam_tell_tokens_revoked(struct call *call, struct id person, struct id session,
                                    struct text reason)
{
    return tell(call, &iam_events[TOKENS_REVOKED], person_subject(call->arena, person), FIELD_NONE,
                &(struct told){
                    .person_id = person,
                    .session_id = session,
                    .reason = reason,
                    .occurred_at = call->now_ms,
                });
}

enum status iam_tell_role_changed(struct call *call, struct text role)
{
    return tell(call, &iam_events[ROLE_CHANGED], role, FIELD_NONE,
                &(struct told){.role = role, .occurred_at = call->now_ms});
}

enum status iam_tell_person_changed(struct call *call, struct id person)
{
    return tell(call, &iam_events[PERSON_CHANGED], person_subject(call->arena, person), FIELD_NONE,
                &(struct told){.person_id = person, .occurred_at = call->now_ms});
}
