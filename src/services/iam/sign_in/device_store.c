/* device_store.c - the SQL of browsers that people have come with. */
#include "services/iam/sign_in/enter.h"

struct device_row {
    int64_t count;
};

static const struct field count_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct device_row, count)},
};
static const struct shape count_shape = {
    .name = "DeviceCount",
    .fields = count_fields,
    .field_count = COUNT_OF(count_fields),
    .bytes = sizeof(struct device_row),
};

static const struct statement count_one = {
    .sql = "SELECT count(*) AS count FROM iam.device WHERE person_id = $1 AND digest = $2",
    .gives = &count_shape,
};

static const struct statement count_all = {
    .sql = "SELECT count(*) AS count FROM iam.device WHERE person_id = $1",
    .gives = &count_shape,
};

static const struct statement remember = {
    .sql = "INSERT INTO iam.device (person_id, digest, user_agent, seen_at) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT (person_id, digest) DO UPDATE SET user_agent = excluded.user_agent,"
           " seen_at = excluded.seen_at",
};

/* More browsers than this nobody has; the one that was not seen for longest is forgotten. */
static const struct statement forget_oldest = {
    .sql = "DELETE FROM iam.device WHERE person_id = $1 AND digest IN (SELECT digest"
           " FROM iam.device WHERE person_id = $1 ORDER BY seen_at DESC LIMIT 100 OFFSET 50)",
};

static const struct statement forget = {.sql = "DELETE FROM iam.device WHERE person_id = $1"};

enum status device_is_known(struct store *store, struct arena *arena, struct id person,
                            const struct client *client, bool *known_out)
{
    struct device_row row = {.count = 0};
    *known_out = false;
    if (client->device.data == NULL) {
        return STATUS_OK;
    }
    enum status status = store_one(store, arena, &count_one,
                                   VALUES(value_id(person), value_text(client->device)), &row);
    *known_out = row.count > 0;
    return status;
}

enum status device_remember(struct store *store, struct id person, const struct client *client,
                            int64_t now_ms)
{
    enum status status = store_exec(store, &remember,
                                    VALUES(value_id(person), value_text(client->device),
                                           value_text(client->user_agent), value_time(now_ms)),
                                    NULL);
    return status == STATUS_OK ? store_exec(store, &forget_oldest, VALUES(value_id(person)), NULL)
                               : status;
}

enum status device_count(struct store *store, struct arena *arena, struct id person,
                         int64_t *count_out)
{
    struct device_row row = {.count = 0};
    enum status status = store_one(store, arena, &count_all, VALUES(value_id(person)), &row);
    *count_out = row.count;
    return status;
}

enum status device_forget(struct store *store, struct id person)
{
    return store_exec(store, &forget, VALUES(value_id(person)), NULL);
}
