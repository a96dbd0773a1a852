/* bench_fill.c - kontora bench fill: a data directory with many people, made quickly.
 *
 * The store makes the file and its tables, as a first start would; the rows go in through SQLite
 * alone, without flushes. The indexes are built when nine tenths are there, and the last tenth goes
 * in at its places: an index built at once is packed, so that each of its pages splits at the next
 * insertion, and nobody's directory that has grown is like that. Nothing is promised before the
 * command has ended well; what it leaves is a directory like any other.
 */
#include "cli/bench/bench.h"

#include "cli/bench/bench_person.h"
#include "cli/bench/bench_raw_store.h"
#include "services/users/user_store.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUP = 10000, IDS_WRITTEN_MAX = 1000000, ARENA_BYTES = 256 * 1024 * 1024 };

struct fill {
    const char *path; /* of the database */
    int64_t people;
    int64_t first;
    FILE *ids; /* NULL: nobody wants them */
};

static int make_tables(struct command_line *line, const char *directory)
{
    struct sqlite_options options = {.directory = directory, .schema = "users"};
    struct store_source *source = NULL;
    struct store *store = NULL;
    struct text error = NO_TEXT;
    enum status status = sqlite_source(&options, &source, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    status = source->open(source, STORE_WRITE, &store);
    if (status == STATUS_OK) {
        status =
            migrate(store, "users", user_migrations, USER_MIGRATION_COUNT, line->arena, &error);
    }
    store_destroy(&store);
    source->destroy(source);
    return status == STATUS_OK
               ? EXIT_OK
               : cli_fail(cli_exit_code(status), "the tables: %s", status_text(status));
}

static void write_id(const struct fill *fill, int64_t made, struct id id)
{
    int64_t every = (fill->people + IDS_WRITTEN_MAX - 1) / IDS_WRITTEN_MAX;
    if (fill->ids != NULL && made % every == 0) {
        char written[ID_TEXT_BYTES + 1];
        id_write(id, written);
        fprintf(fill->ids, "%s\n", written);
    }
}

static enum status insert_group(const struct fill *fill, struct raw_store *store,
                                struct arena *arena, int64_t end, int64_t *made)
{
    enum status status = raw_store_begin(store);
    for (int i = 0; status == STATUS_OK && i < GROUP && *made < end; i++) {
        struct user user = bench_person_user(arena, (uint64_t)(fill->first + *made));
        struct raw_row row = raw_row_of(arena, &user);
        status = raw_store_insert(store, &row);
        write_id(fill, (*made)++, user.id);
    }
    return status == STATUS_OK ? raw_store_commit(store) : status;
}

/* Up to so many. */
static enum status insert_until(const struct fill *fill, struct raw_store *store, int64_t end,
                                int64_t *made)
{
    enum status status = STATUS_OK;
    struct arena *arena = arena_create("fill", ARENA_BYTES);
    while (status == STATUS_OK && *made < end) {
        status = insert_group(fill, store, arena, end, made);
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return status;
}

static int insert_all(struct command_line *line, const struct fill *fill)
{
    struct raw_store *store = NULL;
    int64_t made = 0;
    enum status status = raw_store_open(line->arena, fill->path, RAW_FILL, &store);
    if (status == STATUS_OK) {
        status = insert_until(fill, store, fill->people - fill->people / 10, &made);
    }
    if (status == STATUS_OK) {
        status = raw_store_index(store);
    }
    if (status == STATUS_OK) {
        status = insert_until(fill, store, fill->people, &made);
    }
    if (status == STATUS_OK) {
        status = raw_store_finish(store);
    }
    int code = status == STATUS_OK
                   ? EXIT_OK
                   : cli_fail(EXIT_IO, "%s: %s", fill->path, raw_store_error(store));
    raw_store_close(store);
    return code;
}

static void flush(const char *directory)
{
    FILE *folder = fopen(directory, "re");
    if (folder != NULL) {
        syncfs(fileno(folder)); /* so that what follows does not pay for it */
        fclose(folder);
    }
}

static int fill_directory(struct command_line *line, struct fill *fill)
{
    const char *directory = line->words[1];
    fill->path = text_format(line->arena, "%s/users.db", directory).data;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        return cli_fail(EXIT_IO, "%s cannot be made: %s", directory, strerror(errno));
    }
    if (access(fill->path, F_OK) == 0) {
        return cli_fail(EXIT_USAGE, "%s is there already, and fill only makes new ones",
                        fill->path);
    }
    int code = make_tables(line, directory);
    code = code == EXIT_OK ? insert_all(line, fill) : code;
    if (code == EXIT_OK) {
        flush(directory);
        struct stat seen = {0};
        stat(fill->path, &seen);
        printf("%lld people in %s, %.2f GiB\n", (long long)fill->people, fill->path,
               (double)seen.st_size / (1024.0 * 1024 * 1024));
    }
    return code;
}

int bench_fill(struct command_line *line)
{
    struct fill fill = {0};
    const char *ids = cli_flag(line, "ids");
    if (!bench_read_number(line, (struct bench_number){"people", 1, 1000000000, 100000},
                           &fill.people) ||
        !bench_read_number(line, (struct bench_number){"first", 0, INT64_MAX / 2, 0},
                           &fill.first)) {
        return EXIT_USAGE;
    }
    if (ids != NULL && (fill.ids = fopen(ids, "we")) == NULL) {
        return cli_fail(EXIT_USAGE, "%s cannot be written: %s", ids, strerror(errno));
    }
    int code = fill_directory(line, &fill);
    if (fill.ids != NULL && fclose(fill.ids) != 0 && code == EXIT_OK) {
        code = cli_fail(EXIT_IO, "%s cannot be written: %s", ids, strerror(errno));
    }
    return code;
}
