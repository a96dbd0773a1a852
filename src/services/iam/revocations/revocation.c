/* revocation.c - a person sees which of his tokens were taken back, and why (C48). */
#include "services/iam/revocations/revocation.h"

#include "runtime/access.h"
#include "services/iam/iam_events.h"

#define AT(member) .offset = offsetof(struct revocation, member)
static const struct field row_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "session_id", .kind = FIELD_ID, AT(session_id)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "revoked_at", .kind = FIELD_TIME, AT(revoked_at)},
};
static const struct field shown_fields[] = {
    {.name = "session_id",
     .kind = FIELD_ID,
     AT(session_id),
     .meaning = "null: everything of the person"},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason)},
    {.name = "revoked_at", .kind = FIELD_TIME, AT(revoked_at), .required = true},
};
#undef AT

#define SHAPE(name_, table)                                                                        \
    {                                                                                              \
        .name = (name_), .fields = (table), .field_count = COUNT_OF(table),                        \
        .bytes = sizeof(struct revocation)                                                         \
    }
const struct shape revocation_shape = SHAPE("RevocationRow", row_fields);
static const struct shape revocation_shown = SHAPE("Revocation", shown_fields);
#undef SHAPE

enum status revocation_note(struct call *call, struct id person, struct id session,
                            struct text reason)
{
    const struct revocation revocation = {
        .id = id_new(),
        .person_id = person,
        .session_id = session,
        .reason = reason,
        .actor = call->caller.name,
        .revoked_at = call->now_ms,
    };
    enum status status = revocation_insert(call->store, &revocation);
    return status == STATUS_OK ? iam_tell_tokens_revoked(call, person, session, reason) : status;
}

/* His own, whoever has done it; by whom is for who may read the audit. */
static enum status list_own(struct call *call)
{
    struct rows rows;
    enum status status = revocation_list(call->store, call->arena, call->caller.person, &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/sessions/revoked",
        .operation = "list_revocations",
        .permission = PERMISSION_PERSON,
        .summary = "What of mine was taken back by others, and why, newest first",
        .kind = ROUTE_READS_POINT,
        .handle = list_own,
        .gives = &revocation_shown,
        .gives_list = true,
    },
};

static const struct series series[] = {
    {.name = "revocations",
     .migrations = revocation_migrations,
     .count = REVOCATION_MIGRATION_COUNT},
};

const struct service_part revocations_part = {
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .series = series,
    .series_count = COUNT_OF(series),
};
