/* upstream_store.c - the SQL of outside providers, ways there and back, and linked identities. */
#include "services/iam/oidc/upstream/upstream.h"

#define AT(member) .offset = offsetof(struct upstream_provider, member)
static const struct field provider_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "label", .kind = FIELD_TEXT, AT(label)},
    {.name = "issuer", .kind = FIELD_TEXT, AT(issuer)},
    {.name = "client_id", .kind = FIELD_TEXT, AT(client_id)},
    {.name = "sealed", .kind = FIELD_TEXT, AT(sealed)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
#undef AT
static const struct shape provider_row = {
    .name = "UpstreamProviderRow",
    .fields = provider_fields,
    .field_count = COUNT_OF(provider_fields),
    .bytes = sizeof(struct upstream_provider),
};

#define AT(member) .offset = offsetof(struct upstream_journey, member)
static const struct field journey_fields[] = {
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
    {.name = "provider", .kind = FIELD_TEXT, AT(provider)},
    {.name = "device", .kind = FIELD_TEXT, AT(device)},
    {.name = "next", .kind = FIELD_TEXT, AT(next)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
};
#undef AT
static const struct shape journey_row = {
    .name = "UpstreamJourneyRow",
    .fields = journey_fields,
    .field_count = COUNT_OF(journey_fields),
    .bytes = sizeof(struct upstream_journey),
};

struct owner {
    struct id person_id;
};
static const struct field owner_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct owner, person_id)}};
static const struct shape owner_row = {
    .name = "UpstreamOwnerRow",
    .fields = owner_fields,
    .field_count = COUNT_OF(owner_fields),
    .bytes = sizeof(struct owner),
};

#define COLUMNS "name, label, issuer, client_id, sealed, revision, created_at, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM iam.oidc_provider WHERE name = $1",
    .gives = &provider_row,
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM iam.oidc_provider ORDER BY name LIMIT 20",
    .gives = &provider_row,
    .rows_max = UPSTREAM_PROVIDERS_MAX,
};
static const struct statement put = {
    .sql = "INSERT INTO iam.oidc_provider (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
           " ON CONFLICT (name) DO UPDATE SET label = excluded.label, issuer = excluded.issuer,"
           " client_id = excluded.client_id, sealed = excluded.sealed,"
           " revision = excluded.revision, changed_at = excluded.changed_at",
};
static const struct statement delete_one = {
    .sql = "DELETE FROM iam.oidc_provider WHERE name = $1",
};
static const struct statement journey_insert = {
    .sql = "INSERT INTO iam.oidc_journey (hash, provider, device, next, expires_at)"
           " VALUES ($1, $2, $3, $4, $5)",
};
static const struct statement journey_find = {
    .sql = "SELECT hash, provider, device, next, expires_at FROM iam.oidc_journey"
           " WHERE hash = $1",
    .gives = &journey_row,
};
static const struct statement journey_take = {
    .sql = "DELETE FROM iam.oidc_journey WHERE hash = $1",
};
static const struct statement identity_find = {
    .sql = "SELECT person_id FROM iam.oidc_identity WHERE issuer = $1 AND subject = $2",
    .gives = &owner_row,
};
static const struct statement identity_insert = {
    .sql = "INSERT INTO iam.oidc_identity (issuer, subject, person_id, linked_at)"
           " VALUES ($1, $2, $3, $4)",
};
static const struct statement delete_over = {
    .sql = "DELETE FROM iam.oidc_journey WHERE hash IN (SELECT hash FROM iam.oidc_journey"
           " WHERE expires_at < $1 LIMIT 200)",
};

enum status upstream_find(struct store *store, struct arena *arena, struct text name,
                          struct upstream_provider *provider_out)
{
    return store_one(store, arena, &find, VALUES(value_text(name)), provider_out);
}

enum status upstream_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

enum status upstream_put(struct store *store, const struct upstream_provider *provider)
{
    return store_exec(store, &put,
                      VALUES(value_text(provider->name), value_text(provider->label),
                             value_text(provider->issuer), value_text(provider->client_id),
                             value_text(provider->sealed), value_integer(provider->revision),
                             value_time(provider->created_at), value_time(provider->changed_at)),
                      NULL);
}

enum status upstream_delete(struct store *store, struct text name, int64_t *deleted_out)
{
    return store_exec(store, &delete_one, VALUES(value_text(name)), deleted_out);
}

enum status upstream_journey_insert(struct store *store, const struct upstream_journey *journey)
{
    return store_exec(store, &journey_insert,
                      VALUES(value_text(journey->hash), value_text(journey->provider),
                             value_text(journey->device), value_text(journey->next),
                             value_time(journey->expires_at)),
                      NULL);
}

enum status upstream_journey_find(struct store *store, struct arena *arena, struct text hash,
                                  struct upstream_journey *journey_out)
{
    return store_one(store, arena, &journey_find, VALUES(value_text(hash)), journey_out);
}

enum status upstream_journey_take(struct store *store, struct text hash, bool *was_there_out)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &journey_take, VALUES(value_text(hash)), &deleted);
    *was_there_out = deleted == 1;
    return status;
}

enum status upstream_identity_find(struct store *store, struct arena *arena, struct text issuer,
                                   struct text subject, struct id *person_out)
{
    struct owner owner;
    enum status status = store_one(store, arena, &identity_find,
                                   VALUES(value_text(issuer), value_text(subject)), &owner);
    if (status == STATUS_OK) {
        *person_out = owner.person_id;
    }
    return status;
}

enum status upstream_identity_insert(struct store *store, struct text issuer, struct text subject,
                                     struct id person, int64_t now_ms)
{
    return store_exec(
        store, &identity_insert,
        VALUES(value_text(issuer), value_text(subject), value_id(person), value_time(now_ms)),
        NULL);
}

enum status upstream_delete_over(struct store *store, int64_t now_ms, int64_t *deleted_out)
{
    return store_exec(store, &delete_over, VALUES(value_time(now_ms)), deleted_out);
}
