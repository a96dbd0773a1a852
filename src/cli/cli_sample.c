/* cli_sample.c - kontora sample: made-up people and cases to look at, and away with them.
 *
 * The server does it, piece by piece, also when nobody looks. This waits for the end and says how
 * far it is.
 */
#include "cli/cli_ask.h"
#include "cli/cli_progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LOOK_BYTES_MAX = 64 * 1024 * 1024, REST_MS = 100, REST_MS_MAX = 1000 };

static const struct flag flags[] = {
    {"json", NULL, "Write how it is then as JSON"},
    {"no-wait", NULL, "fill, remove: do not wait until it is done"},
};

/* What the server says. */
struct sample_said {
    struct text state; /* "none", "filling", "filled", "removing" */
    int64_t people;
    int64_t cases;
    int64_t total;
    int64_t left;
    struct text json;
};

/* ---- asking ---- */

static int64_t number(const struct json *answer, const char *name)
{
    const struct json *member = json_member(answer, text_of(name));
    int64_t value = 0;
    return member != NULL && json_to_integer(member, &value) ? value : 0;
}

static int ask_sample(struct command_line *line, const char *method, struct sample_said *said_out)
{
    const struct cli_question question = {
        .method = method, .path = TEXT("/api/sample"), .may_be_absent = true};
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = cli_ask(line, &question, &answer, &text);
    const struct json *state = answer != NULL ? json_member(answer, TEXT("state")) : NULL;
    if (code != EXIT_OK) {
        return code;
    }
    if (state == NULL || state->kind != JSON_STRING) {
        return cli_fail(EXIT_FAILED, "the server that answers here does not serve `sample`");
    }
    *said_out = (struct sample_said){
        .state = state->text,
        .people = number(answer, "people"),
        .cases = number(answer, "cases"),
        .total = number(answer, "total"),
        .left = number(answer, "left"),
        .json = text,
    };
    return EXIT_OK;
}

static bool is_under_way(const struct sample_said *said)
{
    return text_equals(said->state, TEXT("filling")) || text_equals(said->state, TEXT("removing"));
}

static void rest(int64_t ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Each look has the memory of the one before: there may be many. What was said last is kept. */
static int look_until_done(struct command_line *line, struct sample_said *said,
                           struct cli_progress *progress)
{
    struct arena *arena = arena_create("a look", LOOK_BYTES_MAX);
    struct command_line looking = *line;
    int code = EXIT_OK;
    looking.arena = arena;
    for (int64_t rest_ms = REST_MS; code == EXIT_OK && is_under_way(said);
         rest_ms = rest_ms * 2 < REST_MS_MAX ? rest_ms * 2 : REST_MS_MAX) {
        cli_progress_tell(progress, said->total - said->left, said->total);
        rest(rest_ms);
        arena_reset(arena);
        code = ask_sample(&looking, "GET", said);
    }
    if (code == EXIT_OK) {
        said->state = text_copy(line->arena, said->state);
        said->json = text_copy(line->arena, said->json);
    }
    arena_destroy(&arena);
    return code;
}

static int wait_for_end(struct command_line *line, struct sample_said *said, const char *what)
{
    struct cli_progress progress;
    cli_progress_begin(&progress, what);
    int code = look_until_done(line, said, &progress);
    cli_progress_end(&progress);
    return code;
}

/* ---- what is said of it ---- */

static void print(struct command_line *line, const struct sample_said *said)
{
    long long done = said->total - said->left;
    long long total = said->total;
    if (cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(said->json));
    } else if (text_equals(said->state, TEXT("none"))) {
        puts("There is no sample data.");
    } else if (text_equals(said->state, TEXT("filled"))) {
        printf("There is sample data: %lld %s and %lld %s.\n", (long long)said->people,
               said->people == 1 ? "person" : "people", (long long)said->cases,
               said->cases == 1 ? "case" : "cases");
    } else if (text_equals(said->state, TEXT("filling"))) {
        printf("Sample data is being made up: %lld of %lld.\n", done, total);
    } else {
        printf("Sample data is being removed: %lld of %lld.\n", done, total);
    }
}

static int finish(struct command_line *line, struct sample_said *said, const char *what,
                  const char *wanted)
{
    bool waits = cli_flag(line, "no-wait") == NULL;
    int code = waits ? wait_for_end(line, said, what) : EXIT_OK;
    if (code != EXIT_OK) {
        return code;
    }
    print(line, said);
    return !waits || text_equals(said->state, text_of(wanted))
               ? EXIT_OK
               : cli_fail(EXIT_FAILED, "not all of it could be done; the server's log says why");
}

/* ---- the command ---- */

static int fill(struct command_line *line)
{
    struct sample_said said = {.total = 0};
    int code = ask_sample(line, "POST", &said);
    return code == EXIT_OK ? finish(line, &said, "made up", "filled") : code;
}

static int take_away(struct command_line *line)
{
    struct sample_said said = {.total = 0};
    int code = ask_sample(line, "DELETE", &said);
    return code == EXIT_OK ? finish(line, &said, "removed", "none") : code;
}

static int status(struct command_line *line)
{
    struct sample_said said = {.total = 0};
    int code = EXIT_OK;
    if (cli_flag(line, "no-wait") != NULL) {
        return cli_fail_flag(line, "status", "no-wait");
    }
    code = ask_sample(line, "GET", &said);
    if (code == EXIT_OK) {
        print(line, &said);
    }
    return code;
}

static const struct verb {
    const char *name;
    int (*run)(struct command_line *line);
} verbs[] = {
    {"fill", fill},
    {"remove", take_away},
    {"status", status},
};

static int run(struct command_line *line)
{
    const struct verb *verb = cli_verb(line, CLI_VERBS(verbs, "fill, remove or status"));
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    if (line->word_count > 1) {
        return cli_fail(EXIT_USAGE, "`kontora sample %s` takes no further words, only flags",
                        verb->name);
    }
    return verb->run(line);
}

const struct cli_command cli_sample = {
    .name = "sample",
    .words = "fill | remove | status",
    .summary = "Made-up people and cases to look at, and away with them",
    .help = "A new system is empty. `fill` makes up a dozen people and several cases, each\n"
            "somewhere else; nobody is written to. `remove` takes all of it away for good, with\n"
            "what was done to it since, and nothing else: a client that was made of a sample\n"
            "request stays.\n"
            "\n"
            "Both wait until it is done and say on a terminal how far it is. The server goes on\n"
            "also when nobody waits, and after a crash: --no-wait leaves it to it, and `status`\n"
            "says how far it has come. Asks the running server through the admin socket in its\n"
            "data directory.\n"
            "\n"
            "Examples:\n"
            "  kontora sample fill --data /var/lib/kontora\n"
            "  kontora sample remove --no-wait\n"
            "  kontora sample status --json | jq -r .state\n"
            "\n"
            "Exit codes: 0 done, 1 the server said no or could not do all of it, 64 the command\n"
            "line is wrong, 69 no server answers.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = run,
};
