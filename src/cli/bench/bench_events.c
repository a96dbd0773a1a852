/* bench_events.c - kontora bench events: how fast what is told arrives.
 *
 * A runtime of this process with two small services of its own: one tells, the other hears and
 * writes a row for each event. Requests come over a unix socket, a few at a time. Afterwards SQLite
 * alone writes the same rows into fresh files, which are then compared: that is the limit.
 */
#include "cli/bench/bench.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/bench/bench_events_services.h"
#include "cli/bench/bench_lanes.h"
#include "cli/bench/bench_raw_journal_store.h"
#include "runtime/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 500000,
    ROWS_BYTES_MAX = 1024 * 1024 * 1024,
    STALL_MS_MAX = 60 * 1000,
    SETTLE_MS = 300,
    STOP_MS_MAX = 10 * 1000,
    TRIM_BYTES = 8 * 1024 * 1024,
};

struct measured {
    struct lanes_options lanes;
    struct lanes_result result;
    int64_t batch;
    int64_t idle_ms;
    int64_t idle_processor_ns;
    struct raw_journal_result raw;
    const char *directory;
    const char *raw_directory;
};

static int64_t processor_ns(void)
{
    struct rusage usage;
    int code = getrusage(RUSAGE_SELF, &usage);
    MUST(code == 0);
    int64_t us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return us * 1000;
}

static void pause_ms(int64_t ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* ---- directories of our own ---- */

static const char *make_directory(struct command_line *line, const char *name)
{
    const char *path =
        text_format(line->arena, "%s/events-%s-%ld", line->words[1], name, (long)getpid()).data;
    if (mkdir(path, 0700) != 0) {
        cli_fail(EXIT_IO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    return path;
}

/* With the files in it, all of which this program has made. */
static void remove_directory(struct command_line *line, const char *path)
{
    DIR *directory = path ? opendir(path) : NULL;
    if (directory == NULL) {
        return;
    }
    for (const struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlink(text_format(line->arena, "%s/%s", path, entry->d_name).data);
        }
    }
    closedir(directory);
    rmdir(path);
}

/* ---- what is measured ---- */

static int measure_idle(struct measured *measured)
{
    pause_ms(SETTLE_MS);
    int64_t before_ns = processor_ns();
    pause_ms(measured->idle_ms);
    measured->idle_processor_ns = processor_ns() - before_ns;
    return EXIT_OK;
}

static int check_summary(const struct measured *measured)
{
    const struct effect_summary *summary = &measured->result.summary;
    int64_t told = LANES_WARM_UP + measured->lanes.events + measured->lanes.singles;
    if (summary->effects == told && summary->doubles == 0 && summary->disorder == 0) {
        return EXIT_OK;
    }
    return cli_fail(EXIT_FAILED,
                    "%lld events were told, %lld have arrived, %lld of them twice, %lld out of "
                    "order: the figures say nothing",
                    (long long)told, (long long)summary->effects, (long long)summary->doubles,
                    (long long)summary->disorder);
}

static int measure_services(struct measured *measured)
{
    enum status status = lanes_run(&measured->lanes, &measured->result);
    if (status != STATUS_OK) {
        return cli_fail(EXIT_FAILED, "%s", measured->result.error);
    }
    int code = check_summary(measured);
    return code == EXIT_OK ? measure_idle(measured) : code;
}

/* The settings that were given, with a door that nobody else uses. */
static const struct config *configure(struct command_line *line, const char *directory)
{
    if (line->setting_count == FLAGS_MAX) {
        cli_fail(EXIT_USAGE, "fewer than %d settings can be given", FLAGS_MAX);
        return NULL;
    }
    line->settings[line->setting_count++] =
        text_format(line->arena, "--net.listen=unix:%s/bench.sock", directory).data;
    const struct config *config = cli_config(line);
    if (config != NULL && !text_equals(config_text(config, "store.kind"), TEXT("sqlite"))) {
        cli_fail(EXIT_USAGE,
                 "the limit is that of SQLite, so bench events needs store.kind=sqlite");
        return NULL;
    }
    return config;
}

static int measure_runtime(struct command_line *line, struct measured *measured)
{
    static const struct service *const services[] = {&bench_teller, &bench_listener};
    const struct config *config = configure(line, measured->directory);
    struct runtime *runtime = NULL;
    struct text error = NO_TEXT;
    if (config == NULL) {
        return EXIT_USAGE;
    }
    enum status status =
        runtime_create(&(struct runtime_options){.services = services,
                                                 .service_count = COUNT_OF(services),
                                                 .config = config,
                                                 .directory = measured->directory},
                       &runtime, &error);
    if (status == STATUS_OK) {
        status = runtime_start(runtime, &error);
    }
    if (status != STATUS_OK) {
        int code = cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
        if (runtime != NULL) {
            runtime_drop(&runtime); /* the sentence may lie in it */
        }
        return code;
    }
    measured->lanes.socket = text_format(line->arena, "%s/bench.sock", measured->directory).data;
    int code = measure_services(measured);
    bool is_orderly = runtime_stop(&runtime, STOP_MS_MAX);
    return code == EXIT_OK && !is_orderly ? cli_fail(EXIT_FAILED, "it did not stop in time") : code;
}

static int measure_limit(struct measured *measured)
{
    struct arena *arena = arena_create("bench rows", ROWS_BYTES_MAX);
    const struct raw_journal_options options = {
        .product = measured->directory, .fresh = measured->raw_directory, .batch = measured->batch};
    enum status status = raw_journal_run(arena, &options, &measured->raw);
    arena_destroy(&arena);
    if (status != STATUS_OK) {
        return cli_fail(EXIT_IO, "%s", measured->raw.error);
    }
    return measured->raw.differences == 0
               ? EXIT_OK
               : cli_fail(EXIT_FAILED, "the files differ in %lld rows: the figures say nothing",
                          (long long)measured->raw.differences);
}

/* ---- what came of it ---- */

static double rate(int64_t events, int64_t ns)
{
    return (double)events * 1e9 / (double)ns;
}

static double idle_percent(const struct measured *measured)
{
    return (double)measured->idle_processor_ns / 1e4 / (double)measured->idle_ms;
}

static void put(struct json_writer *writer, const char *key, double number)
{
    json_key(writer, key);
    json_put_integer(writer, (int64_t)(number + 0.5));
}

static void print_json(struct command_line *line, const struct measured *measured)
{
    const struct lanes_result *result = &measured->result;
    const struct raw_journal_result *raw = &measured->raw;
    int64_t events = measured->lanes.events;
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 1024);
    json_begin_object(&writer);
    put(&writer, "events", (double)events);
    put(&writer, "told_per_second", rate(events, result->told_ns));
    put(&writer, "events_per_second", rate(events, result->done_ns));
    put(&writer, "processor_ns_each", (double)measured->result.processor_ns / (double)events);
    put(&writer, "raw_events_per_second", rate(raw->events, raw->wall_ns));
    put(&writer, "raw_processor_ns_each", (double)raw->processor_ns / (double)raw->events);
    put(&writer, "ratio_percent",
        100 * rate(events, result->done_ns) / rate(raw->events, raw->wall_ns));
    put(&writer, "alone_p50_us", (double)latency_quantile_ns(&result->alone, 500) / 1e3);
    put(&writer, "alone_p99_us", (double)latency_quantile_ns(&result->alone, 990) / 1e3);
    put(&writer, "idle_per_mille", 10 * idle_percent(measured));
    put(&writer, "message_bytes", (double)bench_message_bytes(line->arena));
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static void print_words(const struct measured *measured)
{
    const struct lanes_result *result = &measured->result;
    const struct raw_journal_result *raw = &measured->raw;
    int64_t events = measured->lanes.events;
    double here = rate(events, result->done_ns);
    double limit = rate(raw->events, raw->wall_ns);
    printf("%lld events, %lld a request, %lld requests under way; each came once and in order\n",
           (long long)events, (long long)measured->lanes.told_each,
           (long long)measured->lanes.lane_count);
    printf("  told             %8.0f events/s\n", rate(events, result->told_ns));
    printf("  told and handled %8.0f events/s %6.1f us of the processors each, driver included\n",
           here, (double)measured->result.processor_ns / 1e3 / (double)events);
    printf("  SQLite alone     %8.0f events/s %6.1f us of the processors each, %lld a commit\n",
           limit, (double)raw->processor_ns / 1e3 / (double)raw->events,
           (long long)measured->batch);
    printf("  ratio            %8.2f\n", here / limit);
    printf("  one alone        %8.2f ms p50, %.2f ms p99, from its request until its effect is"
           " read\n",
           (double)latency_quantile_ns(&result->alone, 500) / 1e6,
           (double)latency_quantile_ns(&result->alone, 990) / 1e6);
    printf("  when idle        %8.2f %% of one core\n", idle_percent(measured));
}

static int measure_all(struct command_line *line, struct measured *measured)
{
    int code = measure_runtime(line, measured);
    code = code == EXIT_OK ? measure_limit(measured) : code;
    if (code == EXIT_OK && cli_flag(line, "json") != NULL) {
        print_json(line, measured);
    } else if (code == EXIT_OK) {
        print_words(measured);
    }
    return code;
}

static bool read_options(struct command_line *line, struct measured *measured)
{
    struct lanes_options *lanes = &measured->lanes;
    lanes->stall_ms_max = STALL_MS_MAX;
    return bench_read_number(line, (struct bench_number){"events", 1, EVENTS_MAX, 100000},
                             &lanes->events) &&
           bench_read_number(line, (struct bench_number){"told-each", 1, BENCH_TOLD_MAX, 64},
                             &lanes->told_each) &&
           bench_read_number(line, (struct bench_number){"lanes", 1, BENCH_LANES_MAX - 1, 8},
                             &lanes->lane_count) &&
           bench_read_number(line, (struct bench_number){"singles", 1, 100000, 300},
                             &lanes->singles) &&
           bench_read_number(line, (struct bench_number){"idle-ms", 100, 600000, 5000},
                             &measured->idle_ms) &&
           bench_read_number(line, (struct bench_number){"batch", 1, 100000, 256},
                             &measured->batch);
}

int bench_events(struct command_line *line)
{
    struct measured *measured = ARENA_NEW(line->arena, struct measured);
    if (!read_options(line, measured)) {
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES); /* as `serve` does */
    log_threshold(LOG_WARNING);
    measured->directory = make_directory(line, "data");
    measured->raw_directory = measured->directory ? make_directory(line, "raw") : NULL;
    int code = measured->raw_directory ? measure_all(line, measured) : EXIT_IO;
    remove_directory(line, measured->directory);
    remove_directory(line, measured->raw_directory);
    return code;
}
