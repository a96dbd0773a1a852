/* cli_dead.c - kontora dead: messages that could not be handled, from the command line. */
#include "cli/cli_ask.h"
#include "cli/cli_progress.h"
#include "cli/cli_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 200 };

static const struct flag flags[] = {
    {"json", NULL, "Write the answer as JSON"},
    {"service", "NAME", "list, strays, replay --all: of this service only"},
    {"state", "dead|waiting|behind", "list: only these"},
    {"all", NULL, "replay: everything that is dead"},
    {"reason", "TEXT", "drop: why it is given up; stands in the log"},
    {"cursor", "TEXT", "list, strays: go on after the page before; needs --service"},
};

enum { LIST = 1, SHOW = 2, REPLAY = 4, DROP = 8, STRAYS = 16 };

/* Which flags go with which verb; a flag that is not here goes with all of them. */
static const struct {
    const char *flag;
    unsigned verbs;
} uses[] = {
    {"service", LIST | STRAYS | REPLAY}, {"state", LIST}, {"all", REPLAY}, {"reason", DROP},
    {"cursor", LIST | STRAYS},
};

/* ---- what is asked ---- */

static bool is_known(const struct command_line *line, const char *service)
{
    for (size_t i = 0; i < line->service_count; i++) {
        if (strcmp(line->services[i]->name, service) == 0) {
            return true;
        }
    }
    return false;
}

static int fail_unknown_service(const struct command_line *line, const char *service)
{
    struct text names = TEXT("");
    for (size_t i = 0; i < line->service_count; i++) {
        names = text_format(line->arena, "%.*s%s%s", TEXT_ARGS(names), i > 0 ? ", " : "",
                            line->services[i]->name);
    }
    return cli_fail(EXIT_USAGE, "there is no service '%s'; there are: %.*s", service,
                    TEXT_ARGS(names));
}

/* One page of a service; *answer_out is NULL when it is not served here. */
static int ask_page(struct command_line *line, const char *start, const char *service,
                    struct text query, const struct json **answer_out)
{
    struct cli_question question = {
        .method = "GET",
        .path =
            text_format(line->arena, "%s%s?limit=%d%.*s", start, service, PAGE, TEXT_ARGS(query)),
        .may_be_absent = true,
    };
    struct text text;
    return cli_ask(line, &question, answer_out, &text);
}

static struct text add_to_query(const struct command_line *line, struct text query,
                                const char *name, struct text value)
{
    struct text escaped = cli_escape(line->arena, value);
    return text_format(line->arena, "%.*s&%s=%.*s", TEXT_ARGS(query), name, TEXT_ARGS(escaped));
}

/* What the server says of one message: shown, replayed or dropped. */
static int ask_one(struct command_line *line, const char *method, const char *ending,
                   const struct json **answer_out, struct text *text_out)
{
    const char *reason = cli_flag(line, "reason");
    struct text number = cli_escape(line->arena, text_of(line->words[2]));
    struct json_writer body;
    json_writer_init(&body, line->arena, 128);
    json_begin_object(&body);
    if (reason != NULL) {
        json_key(&body, "reason");
        json_put_text(&body, text_of(reason));
    }
    json_end_object(&body);
    struct cli_question question = {
        .method = method,
        .path = text_format(line->arena, "/api/dead/%s/%.*s%s", line->words[1], TEXT_ARGS(number),
                            ending),
        .body = strcmp(ending, "/drop") == 0 ? json_written(&body) : NO_TEXT,
    };
    return cli_ask(line, &question, answer_out, text_out);
}

/* ---- lists ---- */

/* Items of all services, each with the name of its own. */
struct collected {
    struct json_writer items;
    struct text more; /* what to say when a list has a further page */
    size_t served;    /* services that answered */
};

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
            if (member->kind == JSON_STRING) {
                json_put_text(&collected->items, member->text);
            } else if (member->kind == JSON_NULL) {
                json_put_null(&collected->items);
            } else {
                json_put_raw(&collected->items, member->text);
            }
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

static int collect_all(struct command_line *line, const char *start, struct collected *collected)
{
    const char *only = cli_flag(line, "service");
    const char *state = cli_flag(line, "state");
    const char *cursor = cli_flag(line, "cursor");
    struct text query = TEXT("");
    query = state ? add_to_query(line, query, "state", text_of(state)) : query;
    query = cursor ? add_to_query(line, query, "cursor", text_of(cursor)) : query;
    json_writer_init(&collected->items, line->arena, 4096);
    json_begin_array(&collected->items);
    for (size_t i = 0; i < line->service_count; i++) {
        const char *service = line->services[i]->name;
        const struct json *answer = NULL;
        if (only != NULL && strcmp(only, service) != 0) {
            continue;
        }
        int code = ask_page(line, start, service, query, &answer);
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

static int show_collected(struct command_line *line, const char *start,
                          const struct cli_column *columns, size_t count, const char *nothing)
{
    struct collected collected = {.more = TEXT("")};
    struct json_error error;
    const struct json *items = NULL;
    int code = collect_all(line, start, &collected);
    if (code != EXIT_OK) {
        return code;
    }
    if (collected.served == 0) {
        return cli_fail(EXIT_FAILED, "the server that answers here does not serve this service");
    }
    struct text written = json_written(&collected.items);
    if (cli_flag(line, "json") != NULL) {
        printf("{\"items\":%.*s}\n", TEXT_ARGS(written));
        return EXIT_OK;
    }
    MUST(json_read(line->arena, written, SIZE_MAX, &items, &error) == STATUS_OK);
    if (items->count == 0) {
        puts(nothing);
    } else {
        cli_show_list(items, columns, count);
        printf("%.*s", TEXT_ARGS(collected.more));
    }
    return EXIT_OK;
}

static int list(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"service", "service"}, {"number", "number"},       {"state", "state"},
        {"handler", "message"}, {"source", "from"},         {"attempts", "attempts"},
        {"subject", "subject"}, {"changed_at", "tried at"}, {"reason", "reason"},
    };
    return show_collected(line, "/api/dead/", columns, COUNT_OF(columns),
                          "Nothing. Every message was handled.");
}

static int list_strays(struct command_line *line)
{
    static const struct cli_column columns[] = {
        {"service", "service"}, {"id", "reply"},        {"answers", "command"},
        {"why", "why"},         {"came_at", "came at"},
    };
    return show_collected(line, "/api/strays/", columns, COUNT_OF(columns),
                          "Nothing. Every reply was waited for.");
}

/* ---- one message ---- */

/* All but the message in lines; the message as a tree below them. */
static void print_whole(struct command_line *line, const struct json *parked)
{
    struct json without = *parked;
    struct json *copies = ARENA_ARRAY(line->arena, struct json, parked->count + 1);
    struct json *last = NULL;
    without.first = NULL;
    for (const struct json *member = parked->first; member != NULL; member = member->next) {
        if (text_equals(member->key, TEXT("message"))) {
            continue;
        }
        struct json *copy = last == NULL ? copies : last + 1;
        *copy = *member;
        copy->next = NULL;
        if (last == NULL) {
            without.first = copy;
        } else {
            last->next = copy;
        }
        last = copy;
    }
    cli_show_object(&without);
    const struct json *message = json_member(parked, TEXT("message"));
    if (message != NULL) {
        cli_show_tree(line->arena, message);
    }
}

static int show(struct command_line *line)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = ask_one(line, "GET", "", &answer, &text);
    if (code == EXIT_OK && cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
    } else if (code == EXIT_OK && answer != NULL) {
        print_whole(line, answer);
    }
    return code;
}

static int decide(struct command_line *line, const char *ending, const char *what)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    int code = ask_one(line, "POST", ending, &answer, &text);
    if (code == EXIT_OK && cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
    } else if (code == EXIT_OK) {
        printf("%s %s %s.\n", line->words[1], line->words[2], what);
    }
    return code;
}

static int drop(struct command_line *line)
{
    return decide(line, "/drop", "is dropped");
}

/* ---- replaying ---- */

static int replay_number(struct command_line *line, const char *service, const struct json *number)
{
    const struct json *answer = NULL;
    struct text text;
    struct cli_question question = {
        .method = "POST",
        .path =
            text_format(line->arena, "/api/dead/%s/%.*s/replay", service, TEXT_ARGS(number->text)),
        .may_be_absent = true, /* somebody else has just dealt with it */
    };
    return cli_ask(line, &question, &answer, &text);
}

/* The pages are asked for one after the other; what was replayed and died again stands before the
 * cursor, and is not met twice. */
static int replay_service(struct command_line *line, const char *service, size_t *count_out,
                          struct cli_progress *progress)
{
    struct text cursor = NO_TEXT;
    do {
        const struct json *page = NULL;
        struct text query = TEXT("&state=dead");
        query = cursor.data ? add_to_query(line, query, "cursor", cursor) : query;
        int code = ask_page(line, "/api/dead/", service, query, &page);
        if (code != EXIT_OK || page == NULL) {
            return code;
        }
        const struct json *items = json_member(page, TEXT("items"));
        for (const struct json *item = items->first; item != NULL; item = item->next) {
            code = replay_number(line, service, json_member(item, TEXT("number")));
            if (code != EXIT_OK) {
                return code;
            }
            cli_progress_tell(progress, (int64_t)++ * count_out, 0);
        }
        const struct json *next = json_member(page, TEXT("next"));
        cursor = next->kind == JSON_STRING ? next->text : NO_TEXT;
    } while (cursor.data != NULL);
    return EXIT_OK;
}

static int replay_all(struct command_line *line)
{
    const char *only = cli_flag(line, "service");
    size_t count = 0;
    int code = EXIT_OK;
    struct cli_progress progress;
    cli_progress_begin(&progress, "messages tried again");
    for (size_t i = 0; i < line->service_count && code == EXIT_OK; i++) {
        const char *service = line->services[i]->name;
        if (only == NULL || strcmp(only, service) == 0) {
            code = replay_service(line, service, &count, &progress);
        }
    }
    cli_progress_end(&progress);
    if (cli_flag(line, "json") != NULL) {
        printf("{\"replayed\":%zu}\n", count);
    } else {
        printf("%zu %s tried again.\n", count, count == 1 ? "message is" : "messages are");
    }
    return code;
}

static int replay(struct command_line *line)
{
    return cli_flag(line, "all") != NULL ? replay_all(line)
                                         : decide(line, "/replay", "is tried again");
}

/* ---- the command ---- */

struct verb {
    const char *name;
    unsigned bit;
    bool names_one; /* SERVICE NUMBER follows */
    int (*run)(struct command_line *line);
};

static const struct verb verbs[] = {
    {"list", LIST, false, list},
    {"show", SHOW, true, show},
    {"replay", REPLAY, true, replay},
    {"drop", DROP, true, drop},
    {"strays", STRAYS, false, list_strays},
};

/* EXIT_OK when flags and words make sense with this verb. */
static int check(const struct command_line *line, const struct verb *verb)
{
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        if (cli_flag(line, uses[i].flag) != NULL && (uses[i].verbs & verb->bit) == 0) {
            return cli_fail_flag(line, verb->name, uses[i].flag);
        }
    }
    const char *service = cli_flag(line, "service");
    bool names_one = verb->names_one && cli_flag(line, "all") == NULL;
    if (line->word_count != (names_one ? 3U : 1U)) {
        return cli_fail(EXIT_USAGE, "`kontora dead %s` takes %s", verb->name,
                        names_one ? "a service and the number of one message"
                                  : "no further words, only flags");
    }
    if (names_one && service != NULL) {
        return cli_fail(EXIT_USAGE, "--service goes with --all; the service of one message is a "
                                    "word: kontora dead replay SERVICE NUMBER");
    }
    if (cli_flag(line, "cursor") != NULL && service == NULL) {
        return cli_fail(EXIT_USAGE, "--cursor needs --service: each service has its own list");
    }
    service = names_one ? line->words[1] : service;
    return service != NULL && !is_known(line, service) ? fail_unknown_service(line, service)
                                                       : EXIT_OK;
}

static int dead(struct command_line *line)
{
    const struct verb *verb =
        cli_verb(line, CLI_VERBS(verbs, "list, show, replay, drop or strays"));
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    int code = check(line, verb);
    return code == EXIT_OK ? verb->run(line) : code;
}

const struct cli_command cli_dead = {
    .name = "dead",
    .words = "list | show SERVICE NUMBER | replay SERVICE NUMBER | drop SERVICE NUMBER | strays",
    .summary = "Messages that could not be handled: look, try again, give up",
    .help =
        "A message whose handler fails is tried again by itself, with growing pauses. When its\n"
        "attempts are used up, or trying again cannot help, it is dead: it waits for a person,\n"
        "and what came later about the same subject waits behind it. Everything else goes on.\n"
        "\n"
        "  list     what is parked: dead, waiting for its next attempt, or behind another\n"
        "  show     one of them: why it failed, and the message itself\n"
        "  replay   try it again at once, with all its attempts; --all: everything dead\n"
        "  drop     give it up for good; the next about its subject is tried. A dropped\n"
        "           command is not answered: who sent it hears of its deadline\n"
        "  strays   replies that nobody waited for; kept a week, never acted upon\n"
        "\n"
        "Asks the running server through the admin socket in its data directory.\n"
        "\n"
        "Examples:\n"
        "  kontora dead list --state dead\n"
        "  kontora dead show users 7\n"
        "  kontora dead replay users 7\n"
        "  kontora dead replay --all --service users\n"
        "  kontora dead drop users 7 --reason 'the order was cancelled by telephone'\n"
        "  kontora dead list --json | jq -r '.items[] | .service + \" \" + .reason'\n"
        "\n"
        "Exit codes: 0 done, 1 the server said no, 64 the command line is wrong, 69 no server\n"
        "answers.",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = dead,
};
