/* migrate.c - brings the tables of a service to the version its program expects.
 *
 * Each migration is one transaction together with the row that records it, so there is no state in
 * between that a kill could leave behind. Both databases do their DDL in transactions.
 */
#include "store/migrate.h"

#include "base/clock.h"
#include "base/log.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    TRIES_MAX = 10,
    APPLIED_MAX = 10000,
    CHECKSUM_BYTES = 32,
    CHECKSUM_TEXT_BYTES = CHECKSUM_BYTES * 2
};

struct applied {
    struct text series;
    int64_t version;
    struct text name;
    struct text checksum;
};

static const struct field applied_fields[] = {
    {.name = "series", .kind = FIELD_TEXT, .offset = offsetof(struct applied, series)},
    {.name = "version", .kind = FIELD_INTEGER, .offset = offsetof(struct applied, version)},
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct applied, name)},
    {.name = "checksum", .kind = FIELD_TEXT, .offset = offsetof(struct applied, checksum)},
};

static const struct shape applied_shape = {
    .name = "Migration",
    .fields = applied_fields,
    .field_count = COUNT_OF(applied_fields),
    .bytes = sizeof(struct applied),
};

static const struct statement list_applied = {
    .sql = "SELECT series, version, name, checksum FROM migration ORDER BY series, version",
    .gives = &applied_shape,
    .rows_max = APPLIED_MAX,
};

static const struct statement record_applied = {
    .sql = "INSERT INTO migration (series, version, name, checksum, applied_at)"
           " VALUES ($1, $2, $3, $4, $5)",
};

static const char create_table[] = "CREATE TABLE IF NOT EXISTS migration ("
                                   " series text NOT NULL,"
                                   " version bigint NOT NULL,"
                                   " name text NOT NULL,"
                                   " checksum text NOT NULL,"
                                   " applied_at bigint NOT NULL,"
                                   " PRIMARY KEY (series, version))";

/* One run: what is wanted, and where the sentence about a failure goes. */
struct run {
    struct store *store;
    const struct series *series; /* the one that is looked at */
    struct arena *arena;
    struct text error;
};

static const char *sql_of(const struct run *run, const struct migration *migration)
{
    const char *back_end = store_back_end(run->store);
    if (strcmp(back_end, "sqlite") == 0) {
        return migration->sqlite;
    }
    MUST(strcmp(back_end, "postgres") == 0);
    return migration->postgres;
}

static struct text checksum_of(struct arena *arena, const char *sql)
{
    unsigned char digest[CHECKSUM_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)sql, strlen(sql));
    char *written = arena_take(arena, CHECKSUM_TEXT_BYTES + 1);
    for (int i = 0; i < CHECKSUM_BYTES; i++) {
        snprintf(written + (size_t)i * 2, 3, "%02x", digest[i]);
    }
    return (struct text){written, CHECKSUM_TEXT_BYTES};
}

static void check_table(const struct series *series)
{
    MUST(series->name != NULL && (series->count == 0 || series->migrations != NULL));
    MUST(series->count <= APPLIED_MAX);
    for (size_t i = 0; i < series->count; i++) {
        const struct migration *migration = &series->migrations[i];
        MUST(migration->version == i + 1); /* 1..n without a gap */
        MUST(migration->name != NULL);
        MUST(migration->sqlite != NULL && migration->postgres != NULL);
    }
}

static enum status failed(struct run *run, const char *what, enum status status)
{
    run->error =
        text_format(run->arena, "%s: %s: %s.", run->series->name, what, status_text(status));
    return status;
}

static enum status prepare_table(struct run *run)
{
    enum status status = store_begin(run->store, STORE_WRITE);
    if (status != STATUS_OK) {
        return failed(run, "its tables cannot be looked at", status);
    }
    status = store_script(run->store, create_table);
    if (status != STATUS_OK) {
        store_rollback(run->store);
        return failed(run, "the table of migrations cannot be made", status);
    }
    status = store_commit(run->store);
    return status == STATUS_OK ? status
                               : failed(run, "the table of migrations cannot be made", status);
}

/* Of every series. */
static enum status read_applied(struct run *run, struct rows *rows_out)
{
    enum status status = store_begin(run->store, STORE_READ);
    if (status != STATUS_OK) {
        return failed(run, "the applied migrations cannot be read", status);
    }
    status = store_query(run->store, run->arena, &list_applied, NO_VALUES, rows_out);
    if (status != STATUS_OK) {
        store_rollback(run->store);
        return failed(run, "the applied migrations cannot be read", status);
    }
    status = store_commit(run->store);
    return status == STATUS_OK ? status
                               : failed(run, "the applied migrations cannot be read", status);
}

/* The rows of the series that is looked at; they stand together. */
static struct rows rows_of(const struct run *run, struct rows all)
{
    struct applied *items = all.items;
    size_t first = 0;
    while (first < all.count && !text_equals(items[first].series, text_of(run->series->name))) {
        first++;
    }
    size_t end = first;
    while (end < all.count && text_equals(items[end].series, text_of(run->series->name))) {
        end++;
    }
    return (struct rows){.items = end == first ? NULL : items + first, .count = end - first};
}

/* What is there must be the beginning of what is wanted. */
static enum status compare(struct run *run, struct rows applied)
{
    const struct series *series = run->series;
    const struct applied *items = applied.items;
    if (applied.count > series->count) {
        run->error = text_format(run->arena,
                                 "%s: the stored data are at version %zu (%.*s), but this program "
                                 "knows only %zu. Start the newer program again.",
                                 series->name, applied.count,
                                 TEXT_ARGS(items[applied.count - 1].name), series->count);
        return STATUS_NEWER;
    }
    for (size_t i = 0; i < applied.count; i++) {
        const struct migration *wanted = &series->migrations[i];
        struct text checksum = checksum_of(run->arena, sql_of(run, wanted));
        if (items[i].version == wanted->version && text_equals(items[i].checksum, checksum)) {
            continue;
        }
        run->error =
            text_format(run->arena,
                        "%s: migration %u (%s) was applied with another text than this "
                        "program has (as %.*s). Never change a migration that has been "
                        "applied; add a new one.",
                        series->name, wanted->version, wanted->name, TEXT_ARGS(items[i].name));
        return STATUS_CORRUPT;
    }
    return STATUS_OK;
}

static enum status apply_inside(struct run *run, const struct migration *migration)
{
    const char *sql = sql_of(run, migration);
    enum status status = store_script(run->store, sql);
    if (status != STATUS_OK) {
        return status;
    }
    return store_exec(
        run->store, &record_applied,
        VALUES(value_text(text_of(run->series->name)), value_integer(migration->version),
               value_text(text_of(migration->name)), value_text(checksum_of(run->arena, sql)),
               value_integer(clock_wall_ms())),
        NULL);
}

static enum status apply(struct run *run, const struct migration *migration)
{
    enum status status = store_begin(run->store, STORE_WRITE);
    if (status == STATUS_OK) {
        status = apply_inside(run, migration);
        if (status == STATUS_OK) {
            status = store_commit(run->store);
        } else {
            store_rollback(run->store);
        }
    }
    if (status != STATUS_OK) {
        run->error =
            text_format(run->arena, "%s: migration %u (%s) was not applied: %s.", run->series->name,
                        migration->version, migration->name, status_text(status));
        return status;
    }
    log_line(LOG_INFO, "store", "A migration was applied.",
             LOG_TEXT("series", text_of(run->series->name)),
             LOG_NUMBER("version", migration->version),
             LOG_TEXT("migration", text_of(migration->name)));
    return STATUS_OK;
}

static enum status run_one(struct run *run, struct rows all)
{
    struct rows applied = rows_of(run, all);
    enum status status = compare(run, applied);
    for (size_t i = applied.count; status == STATUS_OK && i < run->series->count; i++) {
        status = apply(run, &run->series->migrations[i]);
    }
    return status;
}

static enum status run_all(struct run *run, const struct series *series, size_t count)
{
    struct rows all = {0};
    run->series = series;
    enum status status = prepare_table(run);
    if (status == STATUS_OK) {
        status = read_applied(run, &all);
    }
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        run->series = &series[i];
        status = run_one(run, all);
    }
    return status;
}

enum status migrate_all(struct store *store, const struct series *series, size_t count,
                        struct arena *arena, struct text *error_out)
{
    MUST(count > 0);
    for (size_t i = 0; i < count; i++) {
        check_table(&series[i]);
    }
    struct run run = {.store = store, .arena = arena, .error = TEXT("")};
    enum status status = run_all(&run, series, count);
    /* Another process that starts now may have applied the same one first: look again. */
    for (int i = 1; i < TRIES_MAX && (status == STATUS_CONFLICT || status == STATUS_EXISTS); i++) {
        status = run_all(&run, series, count);
    }
    *error_out = run.error;
    return status;
}

enum status migrate(struct store *store, const char *name, const struct migration *migrations,
                    size_t count, struct arena *arena, struct text *error_out)
{
    const struct series series = {.name = name, .migrations = migrations, .count = count};
    return migrate_all(store, &series, 1, arena, error_out);
}

enum status migrate_compare(struct store *store, const char *name,
                            const struct migration *migrations, size_t count, struct arena *arena,
                            struct text *error_out)
{
    const struct series series = {.name = name, .migrations = migrations, .count = count};
    check_table(&series);
    struct rows all = {0};
    struct run run = {.store = store, .series = &series, .arena = arena, .error = TEXT("")};
    enum status status = read_applied(&run, &all);
    struct rows applied = rows_of(&run, all);
    if (status == STATUS_OK) {
        status = compare(&run, applied);
    }
    if (status == STATUS_OK && applied.count < count) {
        run.error = text_format(arena, "%s: %zu of %zu migrations are applied.", name,
                                applied.count, count);
        status = STATUS_ABSENT;
    }
    *error_out = run.error;
    return status;
}
