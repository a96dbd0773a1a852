/* bench_store.c - kontora bench store: SQLite alone against the store layer, the same rows.
 *
 * Both make the same people in fresh files with the same tables and settings, a group a commit. The
 * first is the limit: a loop over SQLite's interface that binds what lies ready. The second is what
 * an executor does: a mark for each person, the directory's own insert, the commit with its
 * high-water mark. Making the people up is in neither time. Afterwards the two files are compared,
 * so that nobody can win by writing less.
 */
#include "cli/bench/bench.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/bench/bench_person.h"
#include "cli/bench/bench_raw_store.h"
#include "services/users/user_store.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH_MAX = 100000, CACHE_KIB = 32 * 1024, ARENA_BYTES = 512 * 1024 * 1024 };

struct spent {
    int64_t wall_ns;
    int64_t processor_ns; /* of this thread: what others do on the machine is not in it */
};

struct measure {
    int64_t people;
    size_t batch;
    const char *raw_directory;
    const char *store_directory;
    struct spent raw;
    struct spent store;
};

static int fail(const char *what, const char *why)
{
    return cli_fail(EXIT_IO, "%s: %s", what, why);
}

static int64_t processor_ns(void)
{
    struct rusage usage;
    int code = getrusage(RUSAGE_THREAD, &usage);
    MUST(code == 0);
    int64_t us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return us * 1000;
}

static struct spent now(void)
{
    return (struct spent){.wall_ns = clock_monotonic_ns(), .processor_ns = processor_ns()};
}

static void add_since(struct spent *spent, struct spent started)
{
    struct spent ended = now();
    spent->wall_ns += ended.wall_ns - started.wall_ns;
    spent->processor_ns += ended.processor_ns - started.processor_ns;
}

/* ---- SQLite alone ---- */

static enum status commit_raw(struct raw_store *store, const struct raw_row *rows, size_t count)
{
    enum status status = raw_store_begin(store);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = raw_store_insert(store, &rows[i]);
    }
    return status == STATUS_OK ? raw_store_commit(store) : status;
}

static enum status insert_raw(struct measure *measure, struct raw_store *store)
{
    struct arena *arena = arena_create("bench", ARENA_BYTES);
    enum status status = STATUS_OK;
    for (int64_t made = 0; status == STATUS_OK && made < measure->people;) {
        struct raw_row *rows = ARENA_ARRAY(arena, struct raw_row, measure->batch);
        size_t count = 0;
        while (count < measure->batch && made < measure->people) {
            struct user user = bench_person_user(arena, (uint64_t)made++);
            rows[count++] = raw_row_of(arena, &user);
        }
        struct spent started = now();
        status = commit_raw(store, rows, count);
        add_since(&measure->raw, started);
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return status;
}

static int measure_raw(struct command_line *line, struct measure *measure)
{
    const char *path = text_format(line->arena, "%s/users.db", measure->raw_directory).data;
    struct raw_store *store = NULL;
    enum status status = raw_store_open(line->arena, path, RAW_LIMIT, &store);
    if (status == STATUS_OK) {
        status = insert_raw(measure, store);
    }
    int code = status == STATUS_OK ? EXIT_OK : fail("SQLite alone", raw_store_error(store));
    raw_store_close(store);
    return code;
}

/* ---- the store layer ---- */

static enum status commit_people(struct store *store, struct arena *arena, const struct user *users,
                                 size_t count)
{
    enum status status = store_begin(store, STORE_WRITE);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        status = store_mark(store);
        if (status == STATUS_OK) {
            status = user_insert(store, arena, &users[i]);
        }
    }
    return status == STATUS_OK ? store_commit(store) : status;
}

static enum status insert_people(struct measure *measure, struct store *store)
{
    struct arena *arena = arena_create("bench", ARENA_BYTES);
    enum status status = STATUS_OK;
    for (int64_t made = 0; status == STATUS_OK && made < measure->people;) {
        struct user *users = ARENA_ARRAY(arena, struct user, measure->batch);
        size_t count = 0;
        while (count < measure->batch && made < measure->people) {
            users[count++] = bench_person_user(arena, (uint64_t)made++);
        }
        struct spent started = now();
        status = commit_people(store, arena, users, count);
        add_since(&measure->store, started);
        arena_reset(arena);
    }
    arena_destroy(&arena);
    return status;
}

static int measure_store(struct command_line *line, struct measure *measure)
{
    struct sqlite_options options = {
        .directory = measure->store_directory, .schema = "users", .cache_kib = CACHE_KIB};
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
    if (status == STATUS_OK) {
        status = insert_people(measure, store);
    }
    store_destroy(&store);
    source->destroy(source);
    return status == STATUS_OK ? EXIT_OK : fail("The store layer", status_text(status));
}

/* ---- both ---- */

static int compare(struct command_line *line, const struct measure *measure)
{
    const char *raw = text_format(line->arena, "%s/users.db", measure->raw_directory).data;
    const char *own = text_format(line->arena, "%s/users.db", measure->store_directory).data;
    int64_t differences = 0;
    enum status status = raw_store_compare(line->arena, raw, own, &differences);
    if (status != STATUS_OK) {
        return fail("The two files cannot be compared", status_text(status));
    }
    return differences == 0
               ? EXIT_OK
               : cli_fail(EXIT_FAILED, "the two files differ in %lld rows: the figures say nothing",
                          (long long)differences);
}

static double people_per_second(const struct measure *measure, const struct spent *spent)
{
    return (double)measure->people * 1e9 / (double)spent->wall_ns;
}

static double processor_us(const struct measure *measure, const struct spent *spent)
{
    return (double)spent->processor_ns / 1e3 / (double)measure->people;
}

static void print_line(const char *what, const struct measure *measure, const struct spent *spent)
{
    double people = people_per_second(measure, spent);
    printf("  %-16s %8.0f people/s %8.0f rows/s %6.1f us of a processor each\n", what, people,
           2 * people, processor_us(measure, spent));
}

static void put(struct json_writer *writer, const char *key, double number)
{
    json_key(writer, key);
    json_put_integer(writer, (int64_t)number);
}

static void print(struct command_line *line, const struct measure *measure)
{
    double raw = people_per_second(measure, &measure->raw);
    double own = people_per_second(measure, &measure->store);
    if (cli_flag(line, "json") == NULL) {
        printf("%lld people, two rows each, %zu in a commit\n", (long long)measure->people,
               measure->batch);
        print_line("SQLite alone", measure, &measure->raw);
        print_line("the store layer", measure, &measure->store);
        printf("  ratio            %8.2f\n", own / raw);
        return;
    }
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 256);
    json_begin_object(&writer);
    put(&writer, "people", (double)measure->people);
    put(&writer, "batch", (double)measure->batch);
    put(&writer, "raw_people_per_second", raw);
    put(&writer, "store_people_per_second", own);
    put(&writer, "ratio_percent", 100 * own / raw);
    put(&writer, "raw_processor_ns_each", 1e3 * processor_us(measure, &measure->raw));
    put(&writer, "store_processor_ns_each", 1e3 * processor_us(measure, &measure->store));
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static const char *make_directory(struct command_line *line, const char *name)
{
    const char *path =
        text_format(line->arena, "%s/kontora-bench-%s-%ld", line->words[1], name, (long)getpid())
            .data;
    if (mkdir(path, 0700) != 0) {
        fail(path, strerror(errno));
        return NULL;
    }
    return path;
}

static void remove_directory(struct command_line *line, const char *path)
{
    static const char *const names[] = {"users.db", "users.db-wal", "users.db-shm", "users.mark"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unlink(text_format(line->arena, "%s/%s", path, names[i]).data);
    }
    rmdir(path);
}

int bench_store(struct command_line *line)
{
    int64_t batch = 0;
    struct measure measure = {0};
    if (!bench_read_number(line, (struct bench_number){"batch", 1, BATCH_MAX, 256}, &batch) ||
        !bench_read_number(line, (struct bench_number){"people", 1, 100000000, 100000},
                           &measure.people)) {
        return EXIT_USAGE;
    }
    measure.batch = (size_t)batch;
    measure.raw_directory = make_directory(line, "raw");
    measure.store_directory = measure.raw_directory ? make_directory(line, "store") : NULL;
    int code = EXIT_IO;
    if (measure.store_directory != NULL) {
        code = measure_raw(line, &measure);
        code = code == EXIT_OK ? measure_store(line, &measure) : code;
        code = code == EXIT_OK ? compare(line, &measure) : code;
    }
    if (code == EXIT_OK) {
        print(line, &measure);
    }
    if (measure.raw_directory != NULL) {
        remove_directory(line, measure.raw_directory);
    }
    if (measure.store_directory != NULL) {
        remove_directory(line, measure.store_directory);
    }
    return code;
}
