/* cursor_store.c - the SQL of cursors and followers. */
#include "bus/journal.h"

struct place {
    int64_t position;
};

static const struct field place_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, .offset = offsetof(struct place, position)},
};
static const struct shape place_shape = {
    .name = "Place", .fields = place_fields, .field_count = 1, .bytes = sizeof(struct place)};

static const struct field follower_fields[] = {
    {.name = "follower", .kind = FIELD_TEXT, .offset = offsetof(struct follower, name)},
    {.name = "channel", .kind = FIELD_TEXT, .offset = offsetof(struct follower, channel)},
    {.name = "position", .kind = FIELD_INTEGER, .offset = offsetof(struct follower, position)},
};
static const struct shape follower_shape = {.name = "Follower",
                                            .fields = follower_fields,
                                            .field_count = COUNT_OF(follower_fields),
                                            .bytes = sizeof(struct follower)};

static const struct statement find_cursor = {
    .sql = "SELECT position FROM cursor WHERE source = $1 AND channel = $2",
    .gives = &place_shape,
};

static const struct statement lock_cursor = {
    .sql = "SELECT position FROM cursor WHERE source = $1 AND channel = $2 FOR UPDATE",
    .gives = &place_shape,
};

static const struct statement make_cursor = {
    .sql = "INSERT INTO cursor (source, channel, position) VALUES ($1, $2, 0)"
           " ON CONFLICT (source, channel) DO NOTHING",
};

static const struct statement move_cursor = {
    .sql = "INSERT INTO cursor (source, channel, position) VALUES ($1, $2, $3)"
           " ON CONFLICT (source, channel) DO UPDATE SET position = excluded.position"
           " WHERE cursor.position < excluded.position",
};

static const struct statement move_follower = {
    .sql = "INSERT INTO follower (follower, channel, position, seen_ms) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT (follower, channel) DO UPDATE"
           " SET position = excluded.position, seen_ms = excluded.seen_ms",
};

static const struct statement find_follower = {
    .sql = "SELECT position FROM follower WHERE follower = $1 AND channel = $2",
    .gives = &place_shape,
};

static const struct statement list_followers = {
    .sql = "SELECT follower, channel, position FROM follower ORDER BY follower, channel LIMIT 1000",
    .gives = &follower_shape,
    .rows_max = FOLLOWERS_MAX,
};

static const struct statement find_slowest = {
    .sql = "SELECT min(position) AS position FROM follower",
    .gives = &place_shape,
};

struct text bus_channel_name(enum bus_channel channel)
{
    MUST(channel == BUS_EVENTS || channel == BUS_COMMANDS);
    return channel == BUS_EVENTS ? TEXT("events") : TEXT("commands");
}

static enum status find(struct store *store, struct arena *arena, const struct statement *statement,
                        struct values values, int64_t *position_out)
{
    struct place place = {0};
    enum status status = store_one(store, arena, statement, values, &place);
    *position_out = place.position;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* Two processes may take the same messages. Whoever is to move the cursor therefore keeps the row
 * from the look on; one that is not there yet could not be kept, so it is made first. */
static enum status find_and_keep(struct store *store, struct arena *arena, struct values values,
                                 int64_t *position_out)
{
    struct place place = {0};
    enum status status = store_one(store, arena, &lock_cursor, values, &place);
    if (status == STATUS_ABSENT) {
        status = store_exec(store, &make_cursor, values, NULL);
        if (status == STATUS_OK) {
            status = store_one(store, arena, &lock_cursor, values, &place);
        }
        status = status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    *position_out = place.position;
    return status;
}

enum status cursor_find(struct store *store, struct arena *arena, struct text source,
                        enum bus_channel channel, int64_t *position_out)
{
    MUST(source.bytes > 0);
    struct values values = VALUES(value_text(source), value_text(bus_channel_name(channel)));
    bool is_kept = store->state == STORE_WRITING && store_has(store, STORE_IS_SHARED);
    return is_kept ? find_and_keep(store, arena, values, position_out)
                   : find(store, arena, &find_cursor, values, position_out);
}

enum status cursor_move(struct store *store, struct text source, enum bus_channel channel,
                        int64_t position)
{
    MUST(source.bytes > 0 && position > 0);
    return store_exec(
        store, &move_cursor,
        VALUES(value_text(source), value_text(bus_channel_name(channel)), value_integer(position)),
        NULL);
}

enum status follower_move(struct store *store, struct text follower, enum bus_channel channel,
                          int64_t position, int64_t now_ms)
{
    MUST(follower.bytes > 0 && position >= 0);
    return store_exec(store, &move_follower,
                      VALUES(value_text(follower), value_text(bus_channel_name(channel)),
                             value_integer(position), value_integer(now_ms)),
                      NULL);
}

enum status follower_find(struct store *store, struct arena *arena, struct text follower,
                          enum bus_channel channel, int64_t *position_out)
{
    MUST(follower.bytes > 0);
    return find(store, arena, &find_follower,
                VALUES(value_text(follower), value_text(bus_channel_name(channel))), position_out);
}

enum status follower_list(struct store *store, struct arena *arena, struct followers *followers_out)
{
    struct rows rows;
    *followers_out = (struct followers){0};
    enum status status = store_query(store, arena, &list_followers, NO_VALUES, &rows);
    if (status == STATUS_OK) {
        *followers_out = (struct followers){.items = rows.items, .count = rows.count};
    }
    return status;
}

enum status follower_slowest(struct store *store, struct arena *arena, int64_t *position_out)
{
    enum status status = find(store, arena, &find_slowest, NO_VALUES, position_out);
    if (*position_out == FIELD_NONE) {
        *position_out = INT64_MAX;
    }
    return status;
}
