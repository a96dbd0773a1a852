/* bench_effect_store.c - the SQL of the listener of `kontora bench events`. */
#include "cli/bench/bench_effect_store.h"

/* As little as shows that each event counted once and in order: what is slow is then our doing. */
const struct migration bench_effect_migrations[] = {
    {
        .version = 1,
        .name = "effects",
        .sqlite = "CREATE TABLE listener.effect (number INTEGER PRIMARY KEY,"
                  " message_id BLOB NOT NULL, subject TEXT NOT NULL, revision INTEGER NOT NULL)"
                  " STRICT;",
        .postgres = "CREATE TABLE listener.effect (number bigint GENERATED ALWAYS AS IDENTITY"
                    " PRIMARY KEY, message_id uuid NOT NULL, subject text NOT NULL,"
                    " revision bigint NOT NULL);",
    },
};
const size_t bench_effect_migration_count = COUNT_OF(bench_effect_migrations);

static const struct field count_fields[] = {
    {.name = "effects", .kind = FIELD_INTEGER, .offset = offsetof(struct effect_count, effects)},
};
const struct shape effect_count_shape = {
    .name = "EffectCount",
    .fields = count_fields,
    .field_count = COUNT_OF(count_fields),
    .bytes = sizeof(struct effect_count),
};

#define AT(member) .offset = offsetof(struct effect_summary, member)
static const struct field summary_fields[] = {
    {.name = "effects", .kind = FIELD_INTEGER, AT(effects)},
    {.name = "doubles", .kind = FIELD_INTEGER, AT(doubles)},
    {.name = "disorder", .kind = FIELD_INTEGER, AT(disorder)},
};
#undef AT
const struct shape effect_summary_shape = {
    .name = "EffectSummary",
    .fields = summary_fields,
    .field_count = COUNT_OF(summary_fields),
    .bytes = sizeof(struct effect_summary),
};

static const struct statement insert = {
    .sql = "INSERT INTO listener.effect (message_id, subject, revision) VALUES ($1, $2, $3)",
};

/* The end of the key: as quick with a million rows as with one. */
static const struct statement count = {
    .sql = "SELECT COALESCE(max(number), 0) AS effects FROM listener.effect",
    .gives = &effect_count_shape,
};

static const struct statement summarize = {
    .sql = "SELECT count(*) AS effects, count(*) - count(DISTINCT message_id) AS doubles,"
           " CAST(COALESCE(sum(CASE WHEN revision <= before THEN 1 ELSE 0 END), 0) AS bigint)"
           " AS disorder FROM (SELECT message_id, revision, lag(revision) OVER"
           " (PARTITION BY subject ORDER BY number) AS before FROM listener.effect) AS e",
    .gives = &effect_summary_shape,
};

enum status bench_effect_insert(struct store *store, const struct message *message)
{
    MUST(message->subject.data != NULL && message->revision > 0);
    return store_exec(store, &insert,
                      VALUES(value_id(message->id), value_text(message->subject),
                             value_integer(message->revision)),
                      NULL);
}

enum status bench_effect_count(struct store *store, struct arena *arena,
                               struct effect_count *count_out)
{
    return store_one(store, arena, &count, NO_VALUES, count_out);
}

enum status bench_effect_summarize(struct store *store, struct arena *arena,
                                   struct effect_summary *summary_out)
{
    return store_one(store, arena, &summarize, NO_VALUES, summary_out);
}
