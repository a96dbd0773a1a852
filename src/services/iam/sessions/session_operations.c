/* session_operations.c - a person sees where he is signed in, and ends it; so may who looks after
 * people. The door tells us which sessions were used. */
#include "services/iam/sessions/session.h"

const struct refusal session_not_found = {"session_not_found", 404,
                                          "There is no such session, or it is over."};

struct shown {
    struct id id;
    struct text method;
    struct text user_agent;
    struct text address;
    bool is_current;
    int64_t created_at;
    int64_t seen_at;
    int64_t expires_at;
};

#define AT(member) .offset = offsetof(struct shown, member)
static const struct field shown_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "method",
     .kind = FIELD_TEXT,
     AT(method),
     .required = true,
     .meaning = "How he has shown who he is"},
    {.name = "user_agent", .kind = FIELD_TEXT, AT(user_agent)},
    {.name = "address", .kind = FIELD_TEXT, AT(address)},
    {.name = "is_current",
     .kind = FIELD_FLAG,
     AT(is_current),
     .meaning = "Is it the one that asks?"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .required = true},
    {.name = "seen_at",
     .kind = FIELD_TIME,
     AT(seen_at),
     .required = true,
     .meaning = "Last used, to about a minute"},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at), .required = true},
};
#undef AT
const struct shape session_shown = {
    .name = "Session",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct shown),
};

struct session_input {
    struct id session_id;
    struct id user_id;
};

static const struct field id_fields[] = {
    {.name = "session_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct session_input, session_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
const struct shape session_id_takes = {
    .name = "SessionId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct session_input),
};

static const struct field person_fields[] = {
    {.name = "user_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct session_input, user_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
const struct shape session_person_takes = {
    .name = "SessionsOf",
    .fields = person_fields,
    .field_count = COUNT_OF(person_fields),
    .bytes = sizeof(struct session_input),
};

enum status session_list_handle(struct call *call)
{
    struct rows rows;
    enum status status =
        session_list(call->store, call->arena, call->caller.person, call->now_ms, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct session *sessions = rows.items;
    struct shown *shown = ARENA_ARRAY(call->arena, struct shown, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        shown[i] = (struct shown){
            .id = sessions[i].id,
            .method = sessions[i].method,
            .user_agent = sessions[i].user_agent,
            .address = sessions[i].address,
            .is_current = id_equals(sessions[i].id, call->caller.session),
            .created_at = sessions[i].created_at,
            .seen_at = sessions[i].seen_at,
            .expires_at = session_ends_at(&sessions[i]),
        };
    }
    return answer_list(call,
                       &(struct list){.items = shown, .count = rows.count, .total = FIELD_NONE});
}

enum status session_delete_handle(struct call *call)
{
    const struct session_input *input = call->input;
    enum status status = session_end(call, call->caller.person, input->session_id, TEXT("revoked"));
    if (status == STATUS_ABSENT) {
        return refuse(call, &session_not_found);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status session_delete_all_handle(struct call *call)
{
    enum status status = session_end_all(call, call->caller.person, TEXT("revoked"));
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status session_delete_persons_handle(struct call *call)
{
    const struct session_input *input = call->input;
    enum status status = session_end_all(call, input->user_id, TEXT("revoked"));
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- what the door has seen ---- */

enum { SEEN_MAX = 1000 };

struct seen_input {
    struct texts sessions;
    int64_t seen_at;
};

static const struct field seen_fields[] = {
    {.name = "sessions",
     .kind = FIELD_TEXTS,
     .offset = offsetof(struct seen_input, sessions),
     .required = true,
     .bytes_max = ID_TEXT_BYTES,
     .items_max = SEEN_MAX,
     .meaning = "Ids of sessions that were used"},
    {.name = "seen_at",
     .kind = FIELD_TIME,
     .offset = offsetof(struct seen_input, seen_at),
     .required = true},
};
const struct shape seen_takes = {
    .name = "SessionsSeen",
    .fields = seen_fields,
    .field_count = COUNT_OF(seen_fields),
    .bytes = sizeof(struct seen_input),
};

enum status sessions_seen_handle(struct call *call)
{
    const struct seen_input *input = call->input;
    int64_t seen_at = input->seen_at < call->now_ms ? input->seen_at : call->now_ms;
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < input->sessions.count; i++) {
        struct id session;
        if (id_read(input->sessions.items[i], &session)) {
            status = session_saw(call->store, session, seen_at);
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
