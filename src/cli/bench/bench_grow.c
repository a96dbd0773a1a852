/* bench_grow.c - kontora bench grow: what SQLite alone needs for more people in a large file.
 *
 * The limit beside creates with many people: a loop over SQLite's interface that commits people in
 * groups into a file that `fill` has made. With ten million of them nearly each one takes pages
 * from random places and gives them back there, and nothing that uses SQLite can do without. Nobody
 * may serve the directory meanwhile; the people stay in it.
 */
#include "cli/bench/bench.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/bench/bench_person.h"
#include "cli/bench/bench_raw_store.h"

#include <stdio.h>
#include <sys/resource.h>

enum { BATCH_MAX = 10000, ARENA_BYTES = 64 * 1024 * 1024, SECONDS_MAX = 3600 };

struct growth {
    int64_t first;
    int64_t batch;
    int64_t seconds;
    int64_t people;
    int64_t wall_ns;
    int64_t processor_us;
};

static int64_t processor_us(void)
{
    struct rusage usage;
    int code = getrusage(RUSAGE_THREAD, &usage);
    MUST(code == 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static enum status commit_group(struct growth *growth, struct raw_store *store, struct arena *arena)
{
    struct raw_row *rows = ARENA_ARRAY(arena, struct raw_row, (size_t)growth->batch);
    for (int64_t i = 0; i < growth->batch; i++) {
        struct user user = bench_person_user(arena, (uint64_t)(growth->first + growth->people + i));
        rows[i] = raw_row_of(arena, &user);
    }
    int64_t started_ns = clock_monotonic_ns();
    int64_t started_us = processor_us();
    enum status status = raw_store_begin(store);
    for (int64_t i = 0; status == STATUS_OK && i < growth->batch; i++) {
        status = raw_store_insert(store, &rows[i]);
    }
    if (status == STATUS_OK) {
        status = raw_store_commit(store);
    }
    growth->wall_ns += clock_monotonic_ns() - started_ns;
    growth->processor_us += processor_us() - started_us;
    growth->people += growth->batch;
    return status;
}

static void print(struct command_line *line, const struct growth *growth)
{
    double each_ns = (double)growth->wall_ns / (double)growth->people;
    double each_us = (double)growth->processor_us / (double)growth->people;
    if (cli_flag(line, "json") == NULL) {
        printf("%lld people more, %lld in a commit: %.0f people/s, %.1f us of a processor each\n",
               (long long)growth->people, (long long)growth->batch, 1e9 / each_ns, each_us);
        return;
    }
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "people");
    json_put_integer(&writer, growth->people);
    json_key(&writer, "raw_people_per_second");
    json_put_integer(&writer, (int64_t)(1e9 / each_ns));
    json_key(&writer, "raw_processor_ns_each");
    json_put_integer(&writer, (int64_t)(1e3 * each_us));
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static int grow(struct command_line *line, struct growth *growth)
{
    const char *path = text_format(line->arena, "%s/users.db", line->words[1]).data;
    struct raw_store *store = NULL;
    struct arena *arena = arena_create("grow", ARENA_BYTES);
    enum status status = raw_store_open(line->arena, path, RAW_GROW, &store);
    while (status == STATUS_OK && growth->wall_ns / 1000000000 < growth->seconds) {
        status = commit_group(growth, store, arena);
        arena_reset(arena);
    }
    int code =
        status == STATUS_OK ? EXIT_OK : cli_fail(EXIT_IO, "%s: %s", path, raw_store_error(store));
    raw_store_close(store);
    arena_destroy(&arena);
    return code;
}

int bench_grow(struct command_line *line)
{
    struct growth growth = {0};
    if (!bench_read_number(line, (struct bench_number){"batch", 1, BATCH_MAX, 256},
                           &growth.batch) ||
        !bench_read_number(line, (struct bench_number){"seconds", 1, SECONDS_MAX, 5},
                           &growth.seconds) ||
        !bench_read_number(line, (struct bench_number){"first", 0, INT64_MAX / 2, 0},
                           &growth.first)) {
        return EXIT_USAGE;
    }
    int code = grow(line, &growth);
    if (code == EXIT_OK) {
        print(line, &growth);
    }
    return code;
}
