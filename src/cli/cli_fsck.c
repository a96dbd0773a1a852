/* cli_fsck.c - kontora fsck: is what is stored as the program promises? It changes nothing. */
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/cli_progress.h"
#include "runtime/fsck/fsck.h"
#include "runtime/runtime.h"
#include "runtime/start/data_directory.h"
#include "runtime/start/wiring.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct flag flags[] = {
    {"json", NULL, "Write JSON"},
};

struct examination {
    struct command_line *line;
    struct runtime_options options;
    int lock; /* -1: somebody else has it, or there is none */
    struct fsck fsck;
};

/* While it is stopped nobody may start in the middle. EXIT_OK, or why it cannot be looked at. */
static int take_directory(struct examination *examination)
{
    struct arena *arena = examination->line->arena;
    const char *directory = examination->options.directory;
    const char *lock = text_format(arena, "%s/lock", directory).data;
    struct text error = NO_TEXT;
    if (access(lock, F_OK) != 0) {
        return cli_fail(EXIT_UNREACHABLE,
                        "no server has started on %s yet, so there is nothing to look at. Say with "
                        "--data where the data directory is.",
                        directory);
    }
    enum status status = data_directory_open(arena, directory, &examination->lock, &error);
    examination->fsck.is_live = status == STATUS_BUSY;
    return status == STATUS_OK || status == STATUS_BUSY
               ? EXIT_OK
               : cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
}

static void note_pages(struct examination *examination, const char *service,
                       enum fsck_verdict verdict, struct text detail)
{
    fsck_find(&examination->fsck,
              &(struct fsck_finding){
                  .service = service, .check = "pages", .verdict = verdict, .detail = detail});
}

/* EXIT_OK: opened, or a finding says why not. Anything else: there is no server to ask. */
static int open_service(struct examination *examination, struct fsck_place *place)
{
    const char *service = place->service->name;
    struct text pages = NO_TEXT;
    enum status status = wiring_source_to_read(&examination->options, examination->line->arena,
                                               service, &place->source, &pages);
    if (status == STATUS_OK && pages.data != NULL) {
        note_pages(examination, service, FSCK_OK,
                   TEXT("every page of its file was read: checksums, indexes, references and the "
                        "high-water mark"));
    } else if (status == STATUS_ABSENT) {
        note_pages(examination, service, FSCK_OK, TEXT("its rows are not kept in this directory"));
    } else if (status == STATUS_UNAVAILABLE || status == STATUS_TIMEOUT) {
        return cli_fail(EXIT_UNREACHABLE, "%.*s", TEXT_ARGS(pages));
    } else if (status != STATUS_OK) {
        note_pages(examination, service, FSCK_ERROR,
                   pages.data != NULL ? pages : text_of(status_text(status)));
    }
    return EXIT_OK;
}

/* ---- what is said ---- */

static void report_json(const struct fsck *fsck)
{
    struct json_writer writer;
    json_writer_init(&writer, fsck->arena, 4096);
    json_begin_object(&writer);
    json_key(&writer, "sound");
    json_put_flag(&writer, fsck_is_sound(fsck));
    json_key(&writer, "live");
    json_put_flag(&writer, fsck->is_live);
    json_key(&writer, "findings");
    json_begin_array(&writer);
    for (size_t i = 0; i < fsck->finding_count; i++) {
        const struct fsck_finding *finding = &fsck->findings[i];
        json_begin_object(&writer);
        json_key(&writer, "service");
        json_put_text(&writer, text_of(finding->service));
        json_key(&writer, "check");
        json_put_text(&writer, text_of(finding->check));
        json_key(&writer, "verdict");
        json_put_text(&writer, text_of(fsck_verdict_word(finding->verdict)));
        json_key(&writer, "detail");
        json_put_text(&writer, finding->detail);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

/* Further lines of a detail stand below its first. */
static void report_finding(const struct fsck_finding *finding, int width)
{
    struct text rest = finding->detail;
    struct text line;
    text_cut(rest, '\n', &line, &rest);
    printf("%-8s %-*s %-10s %.*s\n", fsck_verdict_word(finding->verdict), width, finding->service,
           finding->check, TEXT_ARGS(line));
    while (rest.bytes > 0) {
        text_cut(rest, '\n', &line, &rest);
        printf("%*s%.*s\n", width + 21, "", TEXT_ARGS(line));
    }
}

static void report(const struct fsck *fsck)
{
    size_t counts[FSCK_ERROR + 1] = {0};
    int width = 7;
    for (size_t i = 0; i < fsck->place_count; i++) {
        int own = (int)strlen(fsck->places[i].service->name);
        width = own > width ? own : width;
    }
    for (size_t i = 0; i < fsck->place_count; i++) {
        for (size_t j = 0; j < fsck->finding_count; j++) {
            if (fsck->findings[j].service == fsck->places[i].service->name) {
                report_finding(&fsck->findings[j], width);
            }
        }
    }
    for (size_t i = 0; i < fsck->finding_count; i++) {
        counts[fsck->findings[i].verdict]++;
    }
    printf("%zu errors, %zu warnings, %zu checks are well\n", counts[FSCK_ERROR],
           counts[FSCK_WARNING], counts[FSCK_OK]);
}

/* ---- the command ---- */

static void show_how_far(void *context, size_t places, size_t place_count)
{
    cli_progress_tell(context, (int64_t)places, (int64_t)place_count);
}

/* Reading every page of the files is what takes longest. */
static int open_services(struct examination *examination)
{
    struct fsck *fsck = &examination->fsck;
    struct cli_progress progress;
    int code = EXIT_OK;
    cli_progress_begin(&progress, "services read");
    for (size_t i = 0; i < fsck->place_count && code == EXIT_OK; i++) {
        cli_progress_tell(&progress, (int64_t)i, (int64_t)fsck->place_count);
        code = open_service(examination, &fsck->places[i]);
    }
    cli_progress_end(&progress);
    return code;
}

static int look(struct examination *examination)
{
    struct fsck *fsck = &examination->fsck;
    struct cli_progress progress;
    fsck_init(fsck);
    int code = open_services(examination);
    if (code == EXIT_OK) {
        cli_progress_begin(&progress, "services checked");
        fsck->tell = show_how_far;
        fsck->tell_context = &progress;
        fsck_run(fsck);
        cli_progress_end(&progress);
        if (cli_flag(examination->line, "json") != NULL) {
            report_json(fsck);
        } else {
            report(fsck);
        }
        code = fsck_is_sound(fsck) ? EXIT_OK : EXIT_FAILED;
    }
    for (size_t i = 0; i < fsck->place_count; i++) {
        if (fsck->places[i].source != NULL) {
            fsck->places[i].source->destroy(fsck->places[i].source);
        }
    }
    return code;
}

static int examine(struct command_line *line)
{
    const struct config *config = cli_config(line);
    struct text error = NO_TEXT;
    if (config == NULL) {
        return EXIT_USAGE;
    }
    if (line->word_count > 0) {
        return cli_fail(EXIT_USAGE, "`kontora fsck` takes no words, only flags");
    }
    enum status status = wiring_check(config, line->arena, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    MUST(sodium_init() >= 0);
    struct fsck_place *places = ARENA_ARRAY(line->arena, struct fsck_place, line->service_count);
    for (size_t i = 0; i < line->service_count; i++) {
        places[i].service = line->services[i];
    }
    struct examination examination = {
        .line = line,
        .options = {.config = config, .directory = cli_data(line, config)},
        .lock = -1,
        .fsck = {.arena = line->arena,
                 .places = places,
                 .place_count = line->service_count,
                 .now_ms = clock_wall_ms()},
    };
    int code = take_directory(&examination);
    if (code == EXIT_OK) {
        code = look(&examination);
    }
    if (examination.lock >= 0) {
        data_directory_close(examination.lock);
    }
    return code;
}

const struct cli_command cli_fsck = {
    .name = "fsck",
    .summary = "Hold what is stored against what is promised",
    .help =
        "Looks at the rows of every service, of a running system or of a stopped one, and says\n"
        "for each check whether it is well, and what to do next where it is not. Nothing is\n"
        "changed. The checks:\n"
        "\n"
        "  pages      every page of a file: checksums, indexes, references, high-water mark\n"
        "  tables     the migrations are those of this program\n"
        "  journal    positions have no hole from the first to the last that is kept\n"
        "  settled    what was committed has its position within a minute\n"
        "  cursors    nobody has taken more of a journal than there is, or missed what is\n"
        "             forgotten\n"
        "  followers  a journal knows of nobody more than he knows himself\n"
        "  outbox     what was told is taken within ten minutes (warning)\n"
        "  commands   every command told has the errand that waits for its reply\n"
        "  replies    every reply taken was waited for, or is kept as a stray\n"
        "  errands    an errand ends soon after its deadline\n"
        "  strays     no reply came to a command that nobody knows (warning)\n"
        "  lines      who waits behind another has another before him\n"
        "  parked     what waits for its next attempt has a time, and is tried at it\n"
        "  later      timers, delayed commands and schedules run when they are due\n"
        "  dead       nothing waits for a person (warning)\n"
        "\n"
        "and of services with workflows:\n"
        "\n"
        "  cases      every case is where a case of its workflow can be\n"
        "  stages     what a case waits for will come, and nothing else is under way\n"
        "  history    each revision of each case has its row\n"
        "  found_by   a case is found by its places and keys, and by nothing else\n"
        "  one_open   there is one open case where there may be one\n"
        "  operations what is under way is what its case is about\n"
        "  definition the definition of every open case is kept\n"
        "\n"
        "and of services with money:\n"
        "\n"
        "  ledger     the books sum to zero, balances follow from moves, limits are kept\n"
        "\n"
        "Examples:\n"
        "  kontora fsck --data /var/lib/kontora\n"
        "  kontora fsck --json | jq -r '.findings[] | select(.verdict != \"ok\") | .detail'\n"
        "\n"
        "Exit codes: 0 no errors, 1 errors were found, 64 the command line is wrong, 69 there is\n"
        "nothing to look at, or the database does not answer.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = examine,
};
