/* cli_case.c - kontora case: what cases there are, and why they stand where they stand. */
#include "cli/cases/cli_case.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 200 };

static const struct flag flags[] = {
    {"json", NULL, "Write the answer as JSON"},
    {"service", "NAME", "list: of this service only"},
    {"workflow", "NAME", "list: of this one only"},
    {"place", "NAME", "list: only those that are there; needs --workflow"},
    {"state", "open|closed|incident", "list: only these"},
    {"cursor", "TEXT", "list: go on after the page before; needs --service"},
    {"reason", "TEXT", "retry, skip, edit, move, cancel: why; it stands in the history"},
    {"result", "JSON", "skip: what counts as the result of the stage [null]"},
    {"next", "STAGE", "skip: go on with this stage"},
    {"yes", NULL, "forget: I know that it cannot be taken back"},
};

enum { LIST = 1, LOOK = 2, SKIP = 4, MEND = 8, FORGET = 16 };

/* Which flags go with which verbs; a flag that is not here goes with all of them. */
static const struct {
    const char *flag;
    unsigned verbs;
} uses[] = {
    {"service", LIST},       {"workflow", LIST}, {"place", LIST}, {"state", LIST}, {"cursor", LIST},
    {"reason", MEND | SKIP}, {"result", SKIP},   {"next", SKIP},  {"yes", FORGET},
};

bool cli_case_shows_json(const struct command_line *line, struct text answer)
{
    if (cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(answer));
        return true;
    }
    return false;
}

/* ---- asking ---- */

int cli_case_find(struct command_line *line, const char *ending, const char **service_out,
                  const struct json **answer_out, struct text *text_out)
{
    struct text id = cli_escape(line->arena, text_of(line->words[1]));
    *answer_out = NULL;
    for (size_t i = 0; i < line->service_count; i++) {
        const char *service = line->services[i]->name;
        struct cli_question question = {
            .method = "GET",
            .path =
                text_format(line->arena, "/api/cases/%s/%.*s%s", service, TEXT_ARGS(id), ending),
            .may_be_absent = true,
        };
        if (line->services[i]->cases == NULL) {
            continue;
        }
        int code = cli_ask(line, &question, answer_out, text_out);
        if (code != EXIT_OK || *answer_out != NULL) {
            if (service_out != NULL) {
                *service_out = service;
            }
            return code;
        }
    }
    return cli_fail(EXIT_FAILED, "there is no case %s here", line->words[1]);
}

static struct text add_flag(const struct command_line *line, struct text query, const char *name)
{
    const char *value = cli_flag(line, name);
    if (value == NULL) {
        return query;
    }
    struct text escaped = cli_escape(line->arena, text_of(value));
    return text_format(line->arena, "%.*s&%s=%.*s", TEXT_ARGS(query), name, TEXT_ARGS(escaped));
}

/* ---- list ---- */

struct collected {
    struct json_writer items;
    struct text more;
    size_t served;
};

static void put_value(struct json_writer *writer, const struct json *value)
{
    if (value->kind == JSON_STRING) {
        json_put_text(writer, value->text);
    } else if (value->kind == JSON_NULL) {
        json_put_null(writer);
    } else {
        json_put_raw(writer, value->text);
    }
}

static void collect(struct command_line *line, struct collected *collected, const char *service,
                    const struct json *answer)
{
    const struct json *items = json_member(answer, TEXT("items"));
    for (const struct json *item = items ? items->first : NULL; item != NULL; item = item->next) {
        json_begin_object(&collected->items);
        json_key(&collected->items, "service");
        json_put_text(&collected->items, text_of(service));
        for (const struct json *member = item->first; member != NULL; member = member->next) {
            json_key_text(&collected->items, member->key);
            put_value(&collected->items, member);
        }
        json_end_object(&collected->items);
    }
    const struct json *next = json_member(answer, TEXT("next"));
    if (next != NULL && next->kind == JSON_STRING) {
        collected->more =
            text_format(line->arena, "%.*sThere are more: --service %s --cursor %.*s\n",
                        TEXT_ARGS(collected->more), service, TEXT_ARGS(next->text));
    }
}

static int collect_all(struct command_line *line, struct collected *collected)
{
    const char *only = cli_flag(line, "service");
    struct text query = text_format(line->arena, "?limit=%d", PAGE);
    query = add_flag(line, query, "workflow");
    query = add_flag(line, query, "place");
    query = add_flag(line, query, "state");
    query = add_flag(line, query, "cursor");
    json_writer_init(&collected->items, line->arena, 4096);
    json_begin_array(&collected->items);
    for (size_t i = 0; i < line->service_count; i++) {
        const char *service = line->services[i]->name;
        const struct json *answer = NULL;
        struct text text;
        struct cli_question question = {
            .method = "GET",
            .path = text_format(line->arena, "/api/cases/%s%.*s", service, TEXT_ARGS(query)),
            .may_be_absent = true,
        };
        if (line->services[i]->cases == NULL || (only != NULL && strcmp(only, service) != 0)) {
            continue;
        }
        int code = cli_ask(line, &question, &answer, &text);
        if (code != EXIT_OK) {
            return code;
        }
        if (answer != NULL) {
            collected->served++;
            collect(line, collected, service, answer);
        }
    }
    json_end_array(&collected->items);
    return EXIT_OK;
}

static int list(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"case_id", "case"},     {"service", "service"},    {"workflow", "workflow"},
        {"version", "version"},  {"places", "places"},      {"incidents", "incidents"},
        {"opened_at", "opened"}, {"changed_at", "changed"}, {"closed_at", "closed"},
    };
    struct collected collected = {.more = TEXT("")};
    struct json_error error;
    const struct json *items = NULL;
    if (cli_flag(line, "cursor") != NULL && cli_flag(line, "service") == NULL) {
        return cli_fail(EXIT_USAGE, "--cursor needs --service: each service has its own list");
    }
    int code = collect_all(line, &collected);
    if (code != EXIT_OK) {
        return code;
    }
    if (collected.served == 0) {
        return cli_fail(EXIT_FAILED, "no service that answers here has cases");
    }
    struct text written = json_written(&collected.items);
    if (cli_flag(line, "json") != NULL) {
        printf("{\"items\":%.*s}\n", TEXT_ARGS(written));
        return EXIT_OK;
    }
    MUST(json_read(line->arena, written, SIZE_MAX, &items, &error) == STATUS_OK);
    if (items->count == 0) {
        puts("No cases.");
    } else {
        cli_show_list(items, columns, COUNT_OF(columns));
    }
    printf("%.*s", TEXT_ARGS(collected.more));
    return EXIT_OK;
}

/* ---- one case ---- */

static struct text member_text(const struct json *object, struct text key)
{
    const struct json *member = json_member(object, key);
    return member != NULL && member->kind == JSON_STRING ? member->text : TEXT("");
}

static int why(struct command_line *line)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = cli_case_find(line, "", NULL, &answer, &text);
    if (code == EXIT_OK && !cli_case_shows_json(line, text)) {
        struct text said = member_text(answer, TEXT("why"));
        printf("%.*s\n", TEXT_ARGS(said));
    }
    return code;
}

static int show(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"stage", "stage"},   {"state", "state"},    {"attempt", "try"}, {"queue", "queue"},
        {"worker", "worker"}, {"begun_at", "begun"}, {"due_at", "due"},  {"reason", "reason"},
    };
    static const char *const lines[] = {"case_id",    "workflow",  "version",
                                        "places",     "revision",  "opened_at",
                                        "changed_at", "closed_at", "why"};
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = cli_case_find(line, "", NULL, &answer, &text);
    if (code != EXIT_OK || cli_case_shows_json(line, text)) {
        return code;
    }
    struct json *copies = ARENA_ARRAY(line->arena, struct json, COUNT_OF(lines));
    struct json page = {.kind = JSON_OBJECT};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        copies[i] = *json_member(answer, text_of(lines[i]));
        copies[i].next = i + 1 < COUNT_OF(lines) ? &copies[i + 1] : NULL;
    }
    page.first = copies;
    page.count = COUNT_OF(lines);
    cli_show_object(&page);
    const struct json *fields = json_member(answer, TEXT("fields"));
    if (fields != NULL && fields->kind == JSON_OBJECT) {
        cli_show_tree(line->arena, fields);
    }
    const struct json *stages = json_member(answer, TEXT("stages"));
    if (stages != NULL && stages->count > 0) {
        cli_show_list(stages, columns, COUNT_OF(columns));
    }
    return EXIT_OK;
}

static int history(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"revision", "revision"}, {"at", "at"},           {"transition", "what"},
        {"actor", "who"},         {"changes", "changes"},
    };
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = cli_case_find(line, "/history?limit=1000", NULL, &answer, &text);
    if (code != EXIT_OK || cli_case_shows_json(line, text)) {
        return code;
    }
    cli_show_list(json_member(answer, TEXT("items")), columns, COUNT_OF(columns));
    if (json_member(answer, TEXT("next"))->kind == JSON_STRING) {
        puts("There are more; GET /api/cases/SERVICE/ID/history?after=REVISION gives them.");
    }
    return EXIT_OK;
}

/* ---- the command ---- */

static const struct verb {
    const char *name;
    unsigned bit;
    size_t words_min; /* the verb included */
    size_t words_max;
    int (*run)(struct command_line *line);
} verbs[] = {
    {"list", LIST, 1, 1, list},
    {"show", LOOK, 2, 2, show},
    {"history", LOOK, 2, 2, history},
    {"why", LOOK, 2, 2, why},
    {"retry", MEND, 2, 3, cli_case_mend},
    {"skip", SKIP, 2, 3, cli_case_mend},
    {"edit", MEND, 3, WORDS_MAX, cli_case_mend},
    {"move", MEND, 3, WORDS_MAX, cli_case_mend},
    {"cancel", MEND, 2, 3, cli_case_mend},
    {"forget", FORGET, 2, 2, cli_case_forget},
};

static int run(struct command_line *line)
{
    const struct verb *verb = cli_verb(
        line,
        CLI_VERBS(verbs, "list, show, history, why, retry, skip, edit, move, cancel or forget"));
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        if (cli_flag(line, uses[i].flag) != NULL && (uses[i].verbs & verb->bit) == 0) {
            return cli_fail_flag(line, verb->name, uses[i].flag);
        }
    }
    if (line->word_count < verb->words_min || line->word_count > verb->words_max) {
        return cli_fail(EXIT_USAGE,
                        "`kontora case %s` takes %s. `kontora case --help` has examples.",
                        verb->name,
                        verb->words_max == 1   ? "no further words, only flags"
                        : verb->words_min == 3 ? "the id of a case, and what to change"
                                               : "the id of a case");
    }
    return verb->run(line);
}

const struct cli_command cli_case = {
    .name = "case",
    .words = "list | show ID | history ID | why ID | retry ID [STAGE] | skip ID [STAGE] |\n"
             "             edit ID FIELD=VALUE... | move ID PLACE... | cancel ID [PLACE] |\n"
             "             forget ID --yes",
    .summary = "Cases: look, ask why one stands still, and put it right",
    .help =
        "A case that a stage has failed for good in waits for a person, and so does one whose\n"
        "workers, services or people do not answer. `why` says what it waits for.\n"
        "\n"
        "  list     cases, the newest first; --state incident: those that wait for you\n"
        "  show     one of them, with its fields (secrets as ***) and the stages under way\n"
        "  history  everything that has happened to it, who did it and why\n"
        "  why      in a sentence: what it waits for, since when, what happens next\n"
        "  retry    do the stage once more, with all its tries before it\n"
        "  skip     count the stage as done, with the result that --result gives\n"
        "  edit     give fields other values: JSON, or else text\n"
        "  move     put the case into exactly these places, if any case could be there\n"
        "  cancel   put it into an end: the one named, or `cancelled`, or the only one;\n"
        "           where the workflow says so, what was done is taken back\n"
        "  forget   a case that is over goes for good: its fields, its history, its files;\n"
        "           what was told of it, and the audit, keep its id\n"
        "\n"
        "Those from retry to cancel need a --reason; it stands in the history beside who did it. "
        "Asks the\n"
        "running server through the admin socket in its data directory.\n"
        "\n"
        "Examples:\n"
        "  kontora case list --state incident\n"
        "  kontora case why 0192d3a4-7c1e-7a30-8000-1234567890ab\n"
        "  kontora case retry 0192d3a4-7c1e-7a30-8000-1234567890ab --reason 'the bank is back'\n"
        "  kontora case skip 0192d3a4-7c1e-7a30-8000-1234567890ab rate --result 7 \\\n"
        "      --reason 'rated by telephone'\n"
        "  kontora case edit 0192d3a4-7c1e-7a30-8000-1234567890ab name=Vaska --reason 'a typo'\n"
        "  kontora case list --json | jq -r '.items[] | select(.incidents > 0) | .case_id'\n"
        "\n"
        "Exit codes: 0 done, 1 the server said no, 64 the command line is wrong, 69 no server\n"
        "answers.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = run,
};
