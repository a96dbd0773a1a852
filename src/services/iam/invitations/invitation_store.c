/* invitation_store.c - the SQL of invitations. */
#include "services/iam/invitations/invitation.h"

struct invitation_row {
    struct id person_id;
};

static const struct field invitation_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct invitation_row, person_id)},
};
static const struct shape invitation_row_shape = {
    .name = "InvitationRow",
    .fields = invitation_fields,
    .field_count = COUNT_OF(invitation_fields),
    .bytes = sizeof(struct invitation_row),
};

static const struct statement find = {
    .sql = "SELECT person_id FROM iam.invitation WHERE digest = $1 AND used_at IS NULL"
           " AND expires_at > $2",
    .gives = &invitation_row_shape,
};

static const struct statement insert = {
    .sql = "INSERT INTO iam.invitation (digest, person_id, created_at, expires_at)"
           " VALUES ($1, $2, $3, $4)",
};

static const struct statement use = {
    .sql = "UPDATE iam.invitation SET used_at = $2 WHERE digest = $1 AND used_at IS NULL"
           " AND expires_at > $2",
};

enum status invitation_find(struct store *store, struct arena *arena, struct text digest,
                            int64_t now_ms, struct id *person_out)
{
    struct invitation_row row;
    enum status status =
        store_one(store, arena, &find, VALUES(value_text(digest), value_time(now_ms)), &row);
    *person_out = status == STATUS_OK ? row.person_id : (struct id){{0}};
    return status;
}

enum status invitation_insert(struct store *store, struct id person, struct text digest,
                              int64_t now_ms)
{
    int64_t lasts_ms = (int64_t)INVITATION_DAYS * 24 * 3600 * 1000;
    return store_exec(store, &insert,
                      VALUES(value_text(digest), value_id(person), value_time(now_ms),
                             value_time(now_ms + lasts_ms)),
                      NULL);
}

enum status invitation_use(struct store *store, struct text digest, int64_t now_ms, bool *used_out)
{
    int64_t used = 0;
    enum status status =
        store_exec(store, &use, VALUES(value_text(digest), value_time(now_ms)), &used);
    *used_out = status == STATUS_OK && used > 0;
    return status;
}
