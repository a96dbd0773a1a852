/* casework_store.c - the SQL of casework. */
#include "apps/casework/casework_store.h"

#define AT(member) .offset = offsetof(struct client_key_row, member)
static const struct field key_fields[] = {
    {.name = "client_key", .kind = FIELD_TEXT, AT(client_key)},
    {.name = "fingerprint", .kind = FIELD_TEXT, AT(fingerprint)},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id)},
    {.name = "used_at", .kind = FIELD_TIME, AT(used_at)},
};
#undef AT
static const struct shape key_shape = {
    .name = "ClientKeyRow",
    .fields = key_fields,
    .field_count = COUNT_OF(key_fields),
    .bytes = sizeof(struct client_key_row),
};

#define AT(member) .offset = offsetof(struct api_rule, member)
static const struct field rule_fields[] = {
    {.name = "is_allowed", .kind = FIELD_FLAG, AT(is_allowed)},
};
#undef AT
static const struct shape rule_shape = {
    .name = "ApiRule",
    .fields = rule_fields,
    .field_count = COUNT_OF(rule_fields),
    .bytes = sizeof(struct api_rule),
};

static const struct statement find_key = {
    .sql = "SELECT client_key, fingerprint, case_id, used_at FROM client_key"
           " WHERE client_key = $1",
    .gives = &key_shape,
};

static const struct statement keep_key = {
    .sql = "INSERT INTO client_key (client_key, fingerprint, case_id, used_at)"
           " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
};

static const struct statement find_rule = {
    .sql = "SELECT is_allowed FROM api_rule WHERE workflow = $1 AND version = $2",
    .gives = &rule_shape,
};

static const struct statement put_rule = {
    .sql = "INSERT INTO api_rule (workflow, version, is_allowed, changed_at)"
           " VALUES ($1, $2, $3, $4) ON CONFLICT (workflow, version) DO UPDATE"
           " SET is_allowed = excluded.is_allowed, changed_at = excluded.changed_at",
};

enum status client_key_find(struct store *store, struct arena *arena, struct text client_key,
                            struct client_key_row *row_out)
{
    return store_one(store, arena, &find_key, VALUES(value_text(client_key)), row_out);
}

enum status client_key_keep(struct store *store, const struct client_key_row *row)
{
    int64_t kept = 0;
    enum status status =
        store_exec(store, &keep_key,
                   VALUES(value_text(row->client_key), value_text(row->fingerprint),
                          value_id(row->case_id), value_time(row->used_at)),
                   &kept);
    return status == STATUS_OK && kept == 0 ? STATUS_CONFLICT : status;
}

enum status api_rule_find(struct store *store, struct arena *arena, struct text workflow,
                          int64_t version, bool *is_allowed_out)
{
    struct api_rule rule = {.is_allowed = true};
    enum status status = store_one(store, arena, &find_rule,
                                   VALUES(value_text(workflow), value_integer(version)), &rule);
    *is_allowed_out = status == STATUS_OK ? rule.is_allowed : status == STATUS_ABSENT;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status api_rule_put(struct store *store, const struct api_rule *rule)
{
    return store_exec(store, &put_rule,
                      VALUES(value_text(rule->workflow), value_integer(rule->version),
                             value_flag(rule->is_allowed), value_time(rule->changed_at)),
                      NULL);
}
