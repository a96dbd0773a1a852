/* fsck_store.c - the SQL of fsck. */
#include "runtime/fsck/fsck_store.h"

#define TABLES                                                                                     \
    "('migration', 'journal', 'cursor', 'follower', 'parked', 'errand', 'stray', 'later_timer',"   \
    " 'later_command', 'later_schedule')"

static const struct field count_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct fsck_count, count)},
    {.name = "first", .kind = FIELD_INTEGER, .offset = offsetof(struct fsck_count, first)},
};
static const struct shape count_shape = {.name = "FsckCount",
                                         .fields = count_fields,
                                         .field_count = COUNT_OF(count_fields),
                                         .bytes = sizeof(struct fsck_count)};

#define AT(member) .offset = offsetof(struct fsck_cursor, member)
static const struct field cursor_fields[] = {
    {.name = "source", .kind = FIELD_TEXT, AT(source)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "position", .kind = FIELD_INTEGER, AT(position)},
};
#undef AT
static const struct shape cursor_shape = {.name = "FsckCursor",
                                          .fields = cursor_fields,
                                          .field_count = COUNT_OF(cursor_fields),
                                          .bytes = sizeof(struct fsck_cursor)};

#define AT(member) .offset = offsetof(struct fsck_follower, member)
static const struct field follower_fields[] = {
    {.name = "follower", .kind = FIELD_TEXT, AT(follower)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "position", .kind = FIELD_INTEGER, AT(position)},
    {.name = "seen_at", .kind = FIELD_INTEGER, AT(seen_at)},
};
#undef AT
static const struct shape follower_shape = {.name = "FsckFollower",
                                            .fields = follower_fields,
                                            .field_count = COUNT_OF(follower_fields),
                                            .bytes = sizeof(struct fsck_follower)};

#define AT(member) .offset = offsetof(struct fsck_reply, member)
static const struct field reply_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, AT(position)},
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "answers", .kind = FIELD_ID, AT(answers)},
};
#undef AT
static const struct shape reply_shape = {.name = "FsckReply",
                                         .fields = reply_fields,
                                         .field_count = COUNT_OF(reply_fields),
                                         .bytes = sizeof(struct fsck_reply)};

/* The catalogues of the two dialects have nothing in common. */
static const struct statement tables_of_file = {
    .sql = "SELECT count(*) AS count, 0 AS first FROM sqlite_schema"
           " WHERE type = 'table' AND name IN " TABLES,
    .gives = &count_shape,
};
static const struct statement tables_of_schema = {
    .sql = "SELECT count(*) AS count, CAST(0 AS bigint) AS first FROM information_schema.tables"
           " WHERE table_schema = current_schema() AND table_name IN " TABLES,
    .gives = &count_shape,
};

static const struct statement positions = {
    .sql = "SELECT (SELECT count(*) FROM journal WHERE position IS NOT NULL) AS count,"
           " (SELECT min(mine.position) + 1 FROM journal AS mine WHERE mine.position <"
           "   (SELECT max(position) FROM journal) AND NOT EXISTS (SELECT 1 FROM journal AS next"
           "   WHERE next.position = mine.position + 1)) AS first",
    .gives = &count_shape,
};

static const struct statement unsettled = {
    .sql = "SELECT count(*) AS count, min(told_at) AS first FROM journal"
           " WHERE position IS NULL AND told_at < $1",
    .gives = &count_shape,
};

static const struct statement untaken_events = {
    .sql = "SELECT count(*) AS count, min(position) AS first FROM journal"
           " WHERE position > $1 AND told_at < $2 AND addressee IS NULL",
    .gives = &count_shape,
};

static const struct statement untaken_commands = {
    .sql = "SELECT count(*) AS count, min(position) AS first FROM journal"
           " WHERE position > $1 AND told_at < $2 AND addressee = $3",
    .gives = &count_shape,
};

static const struct statement list_cursors = {
    .sql = "SELECT source, channel, position FROM cursor ORDER BY source, channel",
    .gives = &cursor_shape,
    .rows_max = FSCK_ROWS_MAX,
};

static const struct statement list_followers = {
    .sql = "SELECT follower, channel, position, seen_ms AS seen_at FROM follower"
           " ORDER BY follower, channel",
    .gives = &follower_shape,
    .rows_max = FSCK_ROWS_MAX,
};

static const struct statement lost_errands = {
    .sql = "SELECT count(*) AS count, min(position) AS first FROM journal WHERE position > $1"
           " AND kind = 'command' AND told_at >= $2"
           " AND NOT EXISTS (SELECT 1 FROM errand WHERE errand.id = journal.id)",
    .gives = &count_shape,
};

static const struct statement list_replies = {
    .sql = "SELECT position, id, answers FROM journal WHERE position > $1 AND position <= $2"
           " AND addressee = $3 AND kind = 'reply' AND told_at >= $4"
           " ORDER BY position DESC LIMIT 1000",
    .gives = &reply_shape,
    .rows_max = FSCK_ROWS_MAX,
};

static const struct statement knows_reply = {
    .sql = "SELECT (SELECT count(*) FROM errand WHERE id = $1) AS count,"
           " (SELECT count(*) FROM stray WHERE id = $2) AS first",
    .gives = &count_shape,
};

static const struct statement stuck_errands = {
    .sql = "SELECT count(*) AS count, min(deadline_at) AS first FROM errand"
           " WHERE state = 'waiting' AND deadline_at < $1",
    .gives = &count_shape,
};

static const struct statement unknown_strays = {
    .sql = "SELECT count(*) AS count, min(came_at) AS first FROM stray WHERE why = 'unknown'",
    .gives = &count_shape,
};

static const struct statement orphans = {
    .sql = "SELECT count(*) AS count, min(number) AS first FROM parked AS mine"
           " WHERE state = 'behind' AND changed_at < $1 AND NOT EXISTS"
           " (SELECT 1 FROM parked AS other WHERE other.source = mine.source"
           " AND other.subject = mine.subject AND other.number < mine.number)",
    .gives = &count_shape,
};

static const struct statement timeless = {
    .sql = "SELECT count(*) AS count, min(number) AS first FROM parked"
           " WHERE state = 'waiting' AND due_at IS NULL",
    .gives = &count_shape,
};

static const struct statement overdue = {
    .sql = "SELECT count(*) AS count, min(number) AS first FROM parked"
           " WHERE state = 'waiting' AND due_at < $1",
    .gives = &count_shape,
};

static const struct statement late = {
    .sql = "SELECT count(*) AS count, min(due_at) AS first FROM"
           " (SELECT due_at FROM later_timer WHERE due_at < $1"
           " UNION ALL SELECT due_at FROM later_command WHERE due_at < $1"
           " UNION ALL SELECT due_at FROM later_schedule WHERE due_at < $1) AS waiting",
    .gives = &count_shape,
};

enum status fsck_count_tables(struct store *store, struct arena *arena, int64_t *count_out)
{
    struct fsck_count count = {0};
    enum status status = store_one(
        store, arena, store_has(store, STORE_IS_SHARED) ? &tables_of_schema : &tables_of_file,
        NO_VALUES, &count);
    *count_out = count.count;
    return status;
}

enum status fsck_count_positions(struct store *store, struct arena *arena,
                                 struct fsck_count *count_out)
{
    return store_one(store, arena, &positions, NO_VALUES, count_out);
}

enum status fsck_count_unsettled(struct store *store, struct arena *arena, int64_t before_ms,
                                 struct fsck_count *count_out)
{
    return store_one(store, arena, &unsettled, VALUES(value_integer(before_ms)), count_out);
}

enum status fsck_count_untaken(struct store *store, struct arena *arena, struct text addressee,
                               int64_t after, int64_t before_ms, struct fsck_count *count_out)
{
    if (addressee.data == NULL) {
        return store_one(store, arena, &untaken_events,
                         VALUES(value_integer(after), value_integer(before_ms)), count_out);
    }
    return store_one(store, arena, &untaken_commands,
                     VALUES(value_integer(after), value_integer(before_ms), value_text(addressee)),
                     count_out);
}

enum status fsck_list_cursors(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_cursors, NO_VALUES, rows_out);
}

enum status fsck_list_followers(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_followers, NO_VALUES, rows_out);
}

enum status fsck_count_lost_errands(struct store *store, struct arena *arena, int64_t after,
                                    int64_t since_ms, struct fsck_count *count_out)
{
    return store_one(store, arena, &lost_errands,
                     VALUES(value_integer(after), value_integer(since_ms)), count_out);
}

enum status fsck_list_replies(struct store *store, struct arena *arena,
                              const struct fsck_reply_filter *filter, struct rows *rows_out)
{
    return store_query(store, arena, &list_replies,
                       VALUES(value_integer(filter->after), value_integer(filter->upto),
                              value_text(filter->addressee), value_integer(filter->since_ms)),
                       rows_out);
}

enum status fsck_knows_reply(struct store *store, struct arena *arena,
                             const struct fsck_reply *reply, bool *knows_out)
{
    struct fsck_count found = {0};
    enum status status = store_one(store, arena, &knows_reply,
                                   VALUES(value_id(reply->answers), value_id(reply->id)), &found);
    *knows_out = found.count + found.first > 0;
    return status;
}

enum status fsck_count_stuck_errands(struct store *store, struct arena *arena, int64_t before_ms,
                                     struct fsck_count *count_out)
{
    return store_one(store, arena, &stuck_errands, VALUES(value_integer(before_ms)), count_out);
}

enum status fsck_count_unknown_strays(struct store *store, struct arena *arena,
                                      struct fsck_count *count_out)
{
    return store_one(store, arena, &unknown_strays, NO_VALUES, count_out);
}

enum status fsck_count_orphans(struct store *store, struct arena *arena, int64_t before_ms,
                               struct fsck_count *count_out)
{
    return store_one(store, arena, &orphans, VALUES(value_integer(before_ms)), count_out);
}

enum status fsck_count_timeless(struct store *store, struct arena *arena,
                                struct fsck_count *count_out)
{
    return store_one(store, arena, &timeless, NO_VALUES, count_out);
}

enum status fsck_count_overdue(struct store *store, struct arena *arena, int64_t before_ms,
                               struct fsck_count *count_out)
{
    return store_one(store, arena, &overdue, VALUES(value_integer(before_ms)), count_out);
}

enum status fsck_count_late(struct store *store, struct arena *arena, int64_t before_ms,
                            struct fsck_count *count_out)
{
    return store_one(store, arena, &late, VALUES(value_integer(before_ms)), count_out);
}
