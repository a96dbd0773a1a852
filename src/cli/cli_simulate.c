/* cli_simulate.c - kontora simulate: runs workflow files in a world where everything goes wrong. */
#include "cli/cli_progress.h"
#include "cli/cli_workflow.h"
#include "sim/sim.h"
#include "store/sqlite.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 1000000, SEEDS_MAX = 100000000 };

struct simulating {
    struct command_line *line;
    struct sim_file files[WORDS_MAX];
    int64_t first_seed;
    int64_t seed_count;
    int64_t step_count;
    bool traces;
    bool as_json;
    int64_t cases;
    int64_t closed;
    int64_t revisions;
    int64_t moved;
    int64_t crashes;
};

static void print_line(void *context, struct text line)
{
    (void)context;
    printf("%.*s\n", TEXT_ARGS(line));
}

static enum status open_rows(const char *directory, const char *service,
                             struct store_source **source_out, struct text *error_out)
{
    return sqlite_source(&(struct sqlite_options){.directory = directory, .schema = service},
                         source_out, error_out);
}

/* ---- what was typed ---- */

static bool read_number(struct simulating *simulating, const char *flag, int64_t most,
                        int64_t *number)
{
    const char *value = cli_flag(simulating->line, flag);
    if (value == NULL) {
        return true;
    }
    if (text_to_integer(text_of(value), number) && *number >= 0 && *number <= most) {
        return true;
    }
    cli_fail(EXIT_USAGE, "--%s is a whole number from 0 to %lld", flag, (long long)most);
    return false;
}

static bool read_file(struct simulating *simulating, size_t index)
{
    struct text trouble = NO_TEXT;
    const char *path = simulating->line->words[index];
    simulating->files[index] = (struct sim_file){
        .name = text_of(path),
        .yaml = cli_read_workflow(simulating->line->arena, path, &trouble),
    };
    if (text_is_given(trouble)) {
        cli_fail(EXIT_USAGE, "%.*s", TEXT_ARGS(trouble));
    }
    return !text_is_given(trouble);
}

static bool read_all(struct simulating *simulating)
{
    const struct command_line *line = simulating->line;
    simulating->seed_count = 1;
    simulating->step_count = SIM_STEPS_OTHERWISE;
    simulating->first_seed = 1;
    simulating->traces = cli_flag(line, "trace") != NULL;
    simulating->as_json = cli_flag(line, "json") != NULL;
    if (line->word_count == 0) {
        cli_fail(EXIT_USAGE, "which file? kontora simulate FILE...");
        return false;
    }
    bool is_good =
        read_number(simulating, "seed", INT64_MAX - SEEDS_MAX, &simulating->first_seed) &&
        read_number(simulating, "seeds", SEEDS_MAX, &simulating->seed_count) &&
        read_number(simulating, "steps", STEPS_MAX, &simulating->step_count);
    for (size_t i = 0; i < line->word_count && is_good; i++) {
        is_good = read_file(simulating, i);
    }
    return is_good;
}

/* ---- what came of it ---- */

static void print_files(const struct simulating *simulating)
{
    for (size_t i = 0; i < simulating->line->word_count; i++) {
        printf(" %s", simulating->line->words[i]);
    }
}

static void print_violation(const struct simulating *simulating, int64_t seed,
                            const struct sim_report *report)
{
    printf("seed %lld, step %u: %.*s\n\nthe last steps:\n", (long long)seed, report->steps,
           TEXT_ARGS(report->violation));
    for (size_t i = 0; i < report->last.count; i++) {
        printf("  %.*s\n", TEXT_ARGS(report->last.items[i]));
    }
    printf("\nrun it again: kontora simulate --seed %lld --steps %lld --trace", (long long)seed,
           (long long)simulating->step_count);
    print_files(simulating);
    printf("\n");
}

static void print_json(const struct simulating *simulating, int64_t seed,
                       const struct sim_report *report)
{
    struct json_writer writer;
    bool is_violated = report != NULL && text_is_given(report->violation);
    json_writer_init(&writer, simulating->line->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "ok");
    json_put_flag(&writer, !is_violated);
    json_key(&writer, "seeds");
    json_put_integer(&writer, seed - simulating->first_seed + is_violated);
    json_key(&writer, "cases");
    json_put_integer(&writer, simulating->cases);
    json_key(&writer, "closed");
    json_put_integer(&writer, simulating->closed);
    json_key(&writer, "revisions");
    json_put_integer(&writer, simulating->revisions);
    json_key(&writer, "moved");
    json_put_integer(&writer, simulating->moved);
    json_key(&writer, "crashes");
    json_put_integer(&writer, simulating->crashes);
    if (is_violated) {
        json_key(&writer, "seed");
        json_put_integer(&writer, seed);
        json_key(&writer, "step");
        json_put_integer(&writer, report->steps);
        json_key(&writer, "violation");
        json_put_text(&writer, report->violation);
    }
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static void print_summary(const struct simulating *simulating, uint64_t trace_hash)
{
    printf("%lld seeds: every promise was kept. %lld cases, %lld of them closed, %lld revisions, "
           "%lld moves to another version, %lld deaths of the process\n",
           (long long)simulating->seed_count, (long long)simulating->cases,
           (long long)simulating->closed, (long long)simulating->revisions,
           (long long)simulating->moved, (long long)simulating->crashes);
    if (simulating->seed_count == 1) {
        printf("trace %016llx\n", (unsigned long long)trace_hash);
    }
}

/* ---- running ---- */

static enum status run_seed(struct simulating *simulating, struct arena *arena, int64_t seed,
                            struct sim_report *report_out)
{
    struct text error = NO_TEXT;
    const struct sim_options options = {
        .files = simulating->files,
        .file_count = simulating->line->word_count,
        .seed = (uint64_t)seed,
        .steps = (unsigned)simulating->step_count,
        .open = open_rows,
        .on_line = simulating->traces ? print_line : NULL,
    };
    enum status status = sim_run(arena, &options, report_out, &error);
    if (status != STATUS_OK) {
        cli_fail(status == STATUS_MALFORMED ? EXIT_FAILED : cli_exit_code(status), "%.*s",
                 TEXT_ARGS(error));
    }
    simulating->cases += report_out->case_count;
    simulating->closed += report_out->closed_count;
    simulating->revisions += report_out->revision_count;
    simulating->moved += report_out->moved_count;
    simulating->crashes += report_out->crash_count;
    return status;
}

static int run_all(struct simulating *simulating)
{
    enum { REPORT_BYTES_MAX = 64 * 1024 * 1024 };
    struct arena *arena = arena_create("simulation", REPORT_BYTES_MAX);
    struct sim_report report = {.violation = NO_TEXT};
    enum status status = STATUS_OK;
    int64_t seed = simulating->first_seed;
    int64_t behind = seed + simulating->seed_count;
    struct cli_progress progress;
    cli_progress_begin(&progress, "worlds");
    for (; seed < behind && status == STATUS_OK; seed++) {
        arena_reset(arena);
        if (simulating->seed_count > 1 && cli_flag(simulating->line, "trace") == NULL) {
            cli_progress_tell(&progress, seed - simulating->first_seed, simulating->seed_count);
        }
        status = run_seed(simulating, arena, seed, &report);
        if (text_is_given(report.violation)) {
            break;
        }
    }
    cli_progress_end(&progress);
    if (status == STATUS_OK && simulating->as_json) {
        print_json(simulating, seed, &report);
    } else if (status == STATUS_OK && text_is_given(report.violation)) {
        print_violation(simulating, seed, &report);
    } else if (status == STATUS_OK) {
        print_summary(simulating, report.trace_hash);
    }
    bool is_fine = status == STATUS_OK && !text_is_given(report.violation);
    arena_destroy(&arena);
    return is_fine ? EXIT_OK : EXIT_FAILED;
}

static int simulate(struct command_line *line)
{
    struct simulating simulating = {.line = line};
    return read_all(&simulating) ? run_all(&simulating) : EXIT_USAGE;
}

static const struct flag flags[] = {
    {"seed", "N", "Which world; the same number gives the same one, step by step. 1"},
    {"seeds", "COUNT", "So many worlds, from that number on. 1"},
    {"steps", "N", "How many steps in which things go wrong; then there is peace. 150"},
    {"trace", NULL, "Print every step as it happens"},
    {"json", NULL, "Print what came of it as JSON"},
};

const struct cli_command cli_simulate = {
    .name = "simulate",
    .words = "FILE...",
    .summary = "Run workflow files in a world where everything goes wrong",
    .help =
        "The engine, the journal, the timers and the store are those of the server. People,\n"
        "workers, other services, functions, the network, the clock and chance are played by a\n"
        "seed: messages are lost, doubled and mixed up, workers answer late, twice or with a\n"
        "forged name, functions fail after they have written, the store refuses, the process\n"
        "dies between two writes. After every step the rows are held against what the program\n"
        "promises; at the end nothing goes wrong any more, and every case that can go on without\n"
        "people must have done so. Several files are the workflows of one service, and hear each\n"
        "other's events. What breaks a promise is said in a sentence, with the steps before it\n"
        "and how to see it again, and the command ends with 1.\n"
        "\n"
        "Examples:\n"
        "  kontora simulate order.yaml --seeds 200\n"
        "  kontora simulate order.yaml payout.yaml --seed 42 --trace",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .run = simulate,
};
