/* cli_workflows.c - kontora workflows: which versions there are, and cases that move between them.
 */
#include "cli/workflows/cli_workflows.h"

#include "cli/cli_ask.h"
#include "cli/cli_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct flag flags[] = {
    {"json", NULL, "Write the answer as JSON"},
    {"closed", NULL, "list: count cases that have ended too, which reads all there are"},
    {"version", "N", "show: this one; without it the one that new cases are of"},
    {"to", "N", "move: the version they move to"},
    {"case", "ID", "move: this one only"},
    {"without", "FIELD,...", "move: give up the values of these fields; the history keeps them"},
    {"apply", NULL, "move: do it; without it only what would become of each is told"},
};

enum { LIST = 1, SHOW = 2, MOVE = 4 };

/* Which flags go with which verb; a flag that is not here goes with all of them. */
static const struct {
    const char *flag;
    unsigned verbs;
} uses[] = {
    {"closed", LIST}, {"version", SHOW}, {"to", MOVE},
    {"case", MOVE},   {"without", MOVE}, {"apply", MOVE},
};

/* ---- what a service has ---- */

/* The versions that a service knows; *items_out is NULL when it is not served here. */
static int ask_versions(struct command_line *line, const char *service,
                        const struct json **items_out)
{
    const struct json *answer = NULL;
    struct text text;
    bool counts_closed = cli_flag(line, "closed") != NULL;
    struct cli_question question = {
        .method = "GET",
        .path = text_format(line->arena, "/api/workflows/%s%s", service,
                            counts_closed ? "?closed=true" : ""),
        .may_be_absent = true,
    };
    int code = cli_ask(line, &question, &answer, &text);
    *items_out = answer != NULL ? json_member(answer, TEXT("items")) : NULL;
    return code;
}

struct text cli_workflows_text(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, text_of(name));
    bool is_given = member != NULL && member->kind != JSON_NULL;
    return is_given ? member->text : TEXT("");
}

static void put_member(struct json_writer *writer, const struct json *member)
{
    json_key_text(writer, member->key);
    switch (member->kind) {
    case JSON_STRING:
        json_put_text(writer, member->text);
        return;
    case JSON_NULL:
        json_put_null(writer);
        return;
    case JSON_FALSE:
    case JSON_TRUE:
        json_put_flag(writer, member->kind == JSON_TRUE);
        return;
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        json_put_raw(writer, member->text);
        return;
    }
}

static void collect(struct json_writer *writer, const char *service, const struct json *items)
{
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        json_begin_object(writer);
        json_key(writer, "service");
        json_put_text(writer, text_of(service));
        for (const struct json *member = item->first; member != NULL; member = member->next) {
            put_member(writer, member);
        }
        json_end_object(writer);
    }
}

static int collect_all(struct command_line *line, struct text *items_out, size_t *served_out)
{
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 4096);
    json_begin_array(&writer);
    *served_out = 0;
    for (size_t i = 0; i < line->service_count; i++) {
        const struct json *items = NULL;
        if (line->services[i]->cases == NULL) {
            continue;
        }
        int code = ask_versions(line, line->services[i]->name, &items);
        if (code != EXIT_OK) {
            return code;
        }
        if (items != NULL) {
            ++*served_out;
            collect(&writer, line->services[i]->name, items);
        }
    }
    json_end_array(&writer);
    *items_out = json_written(&writer);
    return EXIT_OK;
}

static const struct json *read_items(struct command_line *line, struct text written)
{
    const struct json *items = NULL;
    struct json_error error;
    MUST(json_read(line->arena, written, SIZE_MAX, &items, &error) == STATUS_OK);
    return items;
}

/* What stands still is said below the table: it is long. */
static void say_held_up(const struct json *items)
{
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        struct text why = cli_workflows_text(item, "held_up");
        struct text name = cli_workflows_text(item, "workflow");
        struct text version = cli_workflows_text(item, "version");
        if (why.bytes > 0) {
            printf("Cases of version %.*s of %.*s stand still: %.*s\n", TEXT_ARGS(version),
                   TEXT_ARGS(name), TEXT_ARGS(why));
        }
    }
}

static int list(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"service", "service"},  {"workflow", "workflow"},   {"version", "version"},
        {"is_newest", "newest"}, {"source", "source"},       {"file", "file"},
        {"open", "open cases"},  {"closed", "closed cases"},
    };
    struct text written = NO_TEXT;
    size_t served = 0;
    int code = collect_all(line, &written, &served);
    if (code != EXIT_OK) {
        return code;
    }
    if (cli_flag(line, "json") != NULL) {
        printf("{\"items\":%.*s}\n", TEXT_ARGS(written));
        return EXIT_OK;
    }
    const struct json *items = read_items(line, written);
    if (items->count == 0) {
        puts("No service that runs here has workflows.");
        return EXIT_OK;
    }
    cli_show_list(items, columns, COUNT_OF(columns) - (cli_flag(line, "closed") ? 0 : 1));
    say_held_up(items);
    return EXIT_OK;
}

/* ---- the one that is meant ---- */

static const char *service_of(const struct command_line *line, const struct json *item)
{
    struct text name = cli_workflows_text(item, "service");
    for (size_t i = 0; i < line->service_count; i++) {
        if (text_equals(text_of(line->services[i]->name), name)) {
            return line->services[i]->name;
        }
    }
    return NULL;
}

static int fail_unknown(struct command_line *line, const struct json *items)
{
    struct text names = TEXT("");
    struct text newest = NO_TEXT;
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        struct text name = cli_workflows_text(item, "workflow");
        if (!text_equals(name, newest)) {
            names = text_format(line->arena, "%.*s%s%.*s", TEXT_ARGS(names),
                                names.bytes > 0 ? ", " : "", TEXT_ARGS(name));
        }
        newest = name;
    }
    return cli_fail(EXIT_USAGE, "there is no workflow '%s'; there are: %.*s", line->words[1],
                    TEXT_ARGS(names));
}

/* EXIT_OK and the service that has the workflow with this version; 0: whichever. */
int cli_workflows_find(struct command_line *line, int64_t version, const char **service_out)
{
    struct text written = NO_TEXT;
    struct text versions = TEXT("");
    size_t served = 0;
    int code = collect_all(line, &written, &served);
    if (code != EXIT_OK) {
        return code;
    }
    const struct json *items = read_items(line, written);
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        int64_t number = 0;
        if (!text_equals(cli_workflows_text(item, "workflow"), text_of(line->words[1]))) {
            continue;
        }
        MUST(text_to_integer(cli_workflows_text(item, "version"), &number));
        if (version == 0 || number == version) {
            *service_out = service_of(line, item);
            return EXIT_OK;
        }
        versions = text_format(line->arena, "%.*s%s%lld", TEXT_ARGS(versions),
                               versions.bytes > 0 ? ", " : "", (long long)number);
    }
    return versions.bytes == 0 ? fail_unknown(line, items)
                               : cli_fail(EXIT_USAGE, "%s has no version %lld; it has: %.*s",
                                          line->words[1], (long long)version, TEXT_ARGS(versions));
}

/* The number behind a flag; 0 when it was not given. False: it has complained. */
bool cli_workflows_number(struct command_line *line, const char *flag, int64_t *number_out)
{
    const char *value = cli_flag(line, flag);
    *number_out = 0;
    if (value == NULL) {
        return true;
    }
    if (!text_to_integer(text_of(value), number_out) || *number_out < 1) {
        cli_fail(EXIT_USAGE, "--%s is the number of a version, from 1 on, not '%s'", flag, value);
        return false;
    }
    return true;
}

static int show(struct command_line *line)
{
    int64_t version;
    const char *service = NULL;
    const struct json *answer = NULL;
    struct text text;
    if (!cli_workflows_number(line, "version", &version)) {
        return EXIT_USAGE;
    }
    int code = cli_workflows_find(line, version, &service);
    if (code != EXIT_OK) {
        return code;
    }
    struct cli_question question = {
        .method = "GET",
        .path = text_format(line->arena, "/api/workflows/%s/%s", service, line->words[1]),
    };
    if (version != 0) {
        question.path = text_format(line->arena, "%.*s?version=%lld", TEXT_ARGS(question.path),
                                    (long long)version);
    }
    code = cli_ask(line, &question, &answer, &text);
    if (code == EXIT_OK && cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
    } else if (code == EXIT_OK) {
        struct text file = cli_workflows_text(answer, "text"); /* byte by byte what was written */
        fwrite(file.data, 1, file.bytes, stdout);
    }
    return code;
}

/* ---- the command ---- */

struct verb {
    const char *name;
    unsigned bit;
    bool names_one; /* NAME follows */
    int (*run)(struct command_line *line);
};

static const struct verb verbs[] = {
    {"list", LIST, false, list},
    {"show", SHOW, true, show},
    {"move", MOVE, true, cli_workflows_move},
};

static int workflows(struct command_line *line)
{
    const struct verb *verb = cli_verb(line, CLI_VERBS(verbs, "list, show or move"));
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        if (cli_flag(line, uses[i].flag) != NULL && (uses[i].verbs & verb->bit) == 0) {
            return cli_fail_flag(line, verb->name, uses[i].flag);
        }
    }
    if (line->word_count != (verb->names_one ? 2U : 1U)) {
        return cli_fail(EXIT_USAGE, "`kontora workflows %s` takes %s", verb->name,
                        verb->names_one ? "the name of one workflow"
                                        : "no further words, only flags");
    }
    return verb->run(line);
}

const struct cli_command cli_workflows = {
    .name = "workflows",
    .words = "list | show NAME | move NAME --to N",
    .summary = "Versions of workflows, and cases that move from one to another",
    .help =
        "Several versions of a workflow run side by side: new cases are of the newest, and those\n"
        "there are go on as they began. Who wants them to go on by another version moves them.\n"
        "\n"
        "  list     each version, where it comes from, and how many open cases are of it\n"
        "  show     one of them, as it was written\n"
        "  move     of each open case of other versions: whether it moves, stays or is blocked,\n"
        "           and why. With --apply those that can are moved, one at a time; what was\n"
        "           moved is not met again, so after a crash say it once more\n"
        "\n"
        "Asks the running server through the admin socket in its data directory.\n"
        "\n"
        "Examples:\n"
        "  kontora workflows list\n"
        "  kontora workflows show leave --version 1 > leave-1.yaml\n"
        "  kontora workflows move leave --to 2\n"
        "  kontora workflows move leave --to 2 --apply\n"
        "  kontora workflows move leave --to 2 --json | jq -r '.cases[].because[]' | sort | uniq "
        "-c\n"
        "\n"
        "Exit codes: 0 done, 1 the server said no, 64 the command line is wrong, 69 no server\n"
        "answers.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = workflows,
};
