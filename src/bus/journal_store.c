/* journal_store.c - the SQL of the journal. */
#include "base/fault.h"
#include "bus/journal.h"
#include "bus/message_trace.h"

#include <assert.h>

/* The limits stand in the statements themselves: a planner that sees the number reads along the
 * index, one that sees a parameter may think of the whole table. */
static_assert(JOURNAL_READ_MAX == 256 && JOURNAL_READ_FEW == 16, "the numbers in the statements");

#define COLUMNS                                                                                    \
    "id, kind, addressee, name, version, subject, revision, answers, outcome, actor, trace,"       \
    " told_at, deadline, data"

struct one_number {
    int64_t number;
};

static const struct field number_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, .offset = offsetof(struct one_number, number)},
};
static const struct shape number_shape = {.name = "Number",
                                          .fields = number_fields,
                                          .field_count = 1,
                                          .bytes = sizeof(struct one_number)};

static const struct statement append = {
    .sql = "INSERT INTO journal (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    .goes_along = true,
};

static const struct statement read_after = {
    .sql = "SELECT position, " COLUMNS " FROM journal WHERE position > $1"
           " ORDER BY position LIMIT 256",
    .gives = &message_shape,
    .rows_max = JOURNAL_READ_MAX,
};

static const struct statement read_few = {
    .sql = "SELECT position, " COLUMNS " FROM journal WHERE position > $1"
           " ORDER BY position LIMIT 16",
    .gives = &message_shape,
    .rows_max = JOURNAL_READ_FEW,
};

static const struct statement read_next = {
    .sql = "SELECT position, " COLUMNS " FROM journal WHERE position > $1"
           " ORDER BY position LIMIT 1",
    .gives = &message_shape,
};

/* What every reader of a shared journal must not do: take the order of writing for the order of
 * commits. Only a seeded bug uses it. */
static const struct statement read_by_number = {
    .sql = "SELECT number AS position, " COLUMNS " FROM journal WHERE number > $1"
           " ORDER BY number LIMIT 256",
    .gives = &message_shape,
    .rows_max = JOURNAL_READ_MAX,
};

/* One settler at a time, in whichever process; the lock ends with the transaction. It is a
 * statement of its own because a statement sees what was committed before it began: the second one
 * must see all that the settler before us has done. */
static const struct statement lock_positions = {
    .sql = "SELECT CAST(1 AS bigint) AS number"
           " FROM pg_advisory_xact_lock(hashtext(current_schema()), 1)",
    .gives = &number_shape,
};

/* Found once, and then by their places: whatever the server believes about a table that it has not
 * looked at yet, no row is looked for among the others. The lock is held, and nobody else changes
 * rows that have no position; so they stay where they are. */
static const struct statement give_positions = {
    .sql =
        "WITH waiting AS MATERIALIZED (SELECT ctid AS place, number FROM journal"
        "   WHERE position IS NULL ORDER BY number LIMIT $1),"
        " settled AS MATERIALIZED (SELECT place, (SELECT coalesce(max(position), 0) FROM journal)"
        "   + row_number() OVER (ORDER BY number) AS position FROM waiting)"
        " UPDATE journal SET position = settled.position FROM settled"
        " WHERE journal.ctid = settled.place",
};

static const struct statement find_unsettled = {
    .sql = "SELECT number FROM journal WHERE position IS NULL ORDER BY number LIMIT 1",
    .gives = &number_shape,
};

static const struct field ends_fields[] = {
    {.name = "first", .kind = FIELD_INTEGER, .offset = offsetof(struct journal_ends, first)},
    {.name = "last", .kind = FIELD_INTEGER, .offset = offsetof(struct journal_ends, last)},
};
static const struct shape ends_shape = {.name = "JournalEnds",
                                        .fields = ends_fields,
                                        .field_count = 2,
                                        .bytes = sizeof(struct journal_ends)};

static const struct statement find_ends = {
    .sql = "SELECT coalesce((SELECT min(position) FROM journal), 0) AS first,"
           " coalesce((SELECT max(position) FROM journal), 0) AS last",
    .gives = &ends_shape,
};

static const struct statement newest_to = {
    .sql = "SELECT position AS number FROM journal WHERE position <= $1 AND addressee = $2"
           " ORDER BY position DESC LIMIT 1",
    .gives = &number_shape,
};

static const struct statement newest_event = {
    .sql = "SELECT position AS number FROM journal WHERE position <= $1 AND addressee IS NULL"
           " ORDER BY position DESC LIMIT 1",
    .gives = &number_shape,
};

static const struct statement next_to = {
    .sql = "SELECT position AS number FROM journal"
           " WHERE position > $1 AND position <= $2 AND addressee = $3"
           " ORDER BY position LIMIT 1",
    .gives = &number_shape,
};

static const struct statement next_event = {
    .sql = "SELECT position AS number FROM journal"
           " WHERE position > $1 AND position <= $2 AND addressee IS NULL"
           " ORDER BY position LIMIT 1",
    .gives = &number_shape,
};

/* From the start up to the first that must stay, so no hole is made even when the clock was put
 * back in between; among the oldest 501 only, and the last of those stays in any case. */
static const struct statement forget = {
    .sql = "DELETE FROM journal WHERE position <"
           " (SELECT coalesce(min(CASE WHEN told_at >= $1 OR position > $2 THEN position END),"
           "   max(position)) FROM"
           "   (SELECT position, told_at FROM journal WHERE position IS NOT NULL"
           "    ORDER BY position LIMIT 501) AS oldest)",
};

enum status journal_append(struct store *store, const struct message *message)
{
    MUST(!id_is_none(message->id));
    MUST(message->kind.bytes > 0 && message->name.bytes > 0);
    enum status status = store_exec(
        store, &append,
        VALUES(value_id(message->id), value_text(message->kind), value_text(message->addressee),
               value_text(message->name), value_integer(message->version),
               value_text(message->subject), value_integer(message->revision),
               value_id(message->answers), value_text(message->outcome), value_text(message->actor),
               value_text(message->trace), value_time(message->told_at),
               value_time(message->deadline), value_text(message->data)),
        NULL);
    MUST(status != STATUS_EXISTS); /* there is no key of the caller's */
    if (status == STATUS_OK) {
        TRACE(message_trace_appended(store, message));
    }
    return status;
}

enum status journal_settle(struct store *store, struct arena *arena, size_t limit,
                           int64_t *settled_out)
{
    MUST(limit > 0);
    *settled_out = 0;
    if (!store_has(store, STORE_IS_SHARED)) {
        return STATUS_OK;
    }
    struct one_number locked;
    enum status status = store_one(store, arena, &lock_positions, NO_VALUES, &locked);
    if (status != STATUS_OK) {
        return status;
    }
    status = store_exec(store, &give_positions, VALUES(value_integer((int64_t)limit)), settled_out);
    MUST(*settled_out <= (int64_t)limit);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status;
}

enum status journal_is_settled(struct store *store, struct arena *arena, bool *settled_out)
{
    *settled_out = true;
    if (!store_has(store, STORE_IS_SHARED)) {
        return STATUS_OK;
    }
    struct one_number unsettled;
    enum status status = store_one(store, arena, &find_unsettled, NO_VALUES, &unsettled);
    *settled_out = status == STATUS_ABSENT;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status read_rows(struct store *store, struct arena *arena,
                             const struct statement *statement, struct text source, int64_t after,
                             struct messages *messages_out)
{
    MUST(source.bytes > 0 && after >= 0);
    struct rows rows;
    *messages_out = (struct messages){0};
    enum status status = store_query(store, arena, statement, VALUES(value_integer(after)), &rows);
    struct message *messages = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        MUST(messages[i].position > after);
        messages[i].source = source;
    }
    if (status == STATUS_OK) {
        *messages_out = (struct messages){.items = messages, .count = rows.count};
    }
    return status;
}

enum status journal_read(struct store *store, struct arena *arena, struct text source,
                         int64_t after, struct messages *messages_out)
{
    bool is_wrong = SEEDED_BUG("bus_reads_unsettled") && store_has(store, STORE_IS_SHARED);
    return read_rows(store, arena, is_wrong ? &read_by_number : &read_after, source, after,
                     messages_out);
}

enum status journal_read_few(struct store *store, struct arena *arena, struct text source,
                             int64_t after, struct messages *messages_out)
{
    return read_rows(store, arena, &read_few, source, after, messages_out);
}

enum status journal_read_next(struct store *store, struct arena *arena, struct text source,
                              int64_t after, struct messages *messages_out)
{
    return read_rows(store, arena, &read_next, source, after, messages_out);
}

enum status journal_ends(struct store *store, struct arena *arena, struct journal_ends *ends_out)
{
    enum status status = store_one(store, arena, &find_ends, NO_VALUES, ends_out);
    MUST(status != STATUS_ABSENT);
    return status;
}

enum status journal_newest(struct store *store, struct arena *arena, struct text addressee,
                           int64_t upto, int64_t *position_out)
{
    struct one_number newest = {0};
    enum status status =
        text_is_given(addressee)
            ? store_one(store, arena, &newest_to,
                        VALUES(value_integer(upto), value_text(addressee)), &newest)
            : store_one(store, arena, &newest_event, VALUES(value_integer(upto)), &newest);
    *position_out = newest.number;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status journal_next_for(struct store *store, struct arena *arena, struct text addressee,
                             int64_t after, int64_t upto, int64_t *position_out)
{
    struct one_number next = {0};
    enum status status =
        text_is_given(addressee)
            ? store_one(store, arena, &next_to,
                        VALUES(value_integer(after), value_integer(upto), value_text(addressee)),
                        &next)
            : store_one(store, arena, &next_event,
                        VALUES(value_integer(after), value_integer(upto)), &next);
    *position_out = next.number;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status journal_forget(struct store *store, int64_t before_ms, int64_t upto,
                           int64_t *forgotten_out)
{
    return store_exec(store, &forget, VALUES(value_integer(before_ms), value_integer(upto)),
                      forgotten_out);
}
