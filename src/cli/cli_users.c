/* cli_users.c - kontora users: the directory of people, from the command line. */
#include "cli/cli_ask.h"
#include "cli/cli_show.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    {"json", NULL, "Write the answer as JSON"},
    {"email", "ADDRESS", "create, change: the address; list: exactly this one"},
    {"external-id", "KEY", "create: your own key, which makes repeating safe; list: exactly this"},
    {"full-name", "TEXT", "create, change"},
    {"type", "NAME", "create, change: client, worker, employee ...; list: only these"},
    {"roles", "A,B", "create, change: all roles of the person"},
    {"role", "NAME", "list: only people with this role"},
    {"activated", "true|false", "May work be given to the person; list: only these"},
    {"status", "active|blocked", "list: only these"},
    {"spec", "TEXT", "create, change: what a worker is good at"},
    {"phone", "+NUMBER", "create, change"},
    {"telegram-id", "ID", "create, change; empty unlinks"},
    {"locale", "ru|en", "create, change"},
    {"reason", "TEXT", "block: why"},
    {"revision", "N", "change, block, unblock: only when this is still the newest"},
    {"q", "TEXT", "list: names or addresses that begin so"},
    {"limit", "N", "list: people on a page, at most 200"},
    {"cursor", "TEXT", "list: go on after the page before"},
};

enum { LIST = 1, CREATE = 2, CHANGE = 4, BLOCK = 8, UNBLOCK = 16, SHOW = 32 };

/* Which flags go with which verb; a flag that is not here goes with all of them. */
static const struct {
    const char *flag;
    const char *field; /* the text of the body that it becomes; NULL: none */
    unsigned verbs;
} uses[] = {
    {"email", "email", LIST | CREATE | CHANGE},
    {"external-id", "external_id", LIST | CREATE},
    {"full-name", "full_name", CREATE | CHANGE},
    {"type", "type", LIST | CREATE | CHANGE},
    {"roles", NULL, CREATE | CHANGE},
    {"role", NULL, LIST},
    {"activated", NULL, LIST | CREATE | CHANGE},
    {"status", NULL, LIST},
    {"spec", "spec", CREATE | CHANGE},
    {"phone", "phone", CREATE | CHANGE},
    {"telegram-id", "telegram_id", CREATE | CHANGE},
    {"locale", "locale", CREATE | CHANGE},
    {"reason", "reason", BLOCK},
    {"revision", NULL, CHANGE | BLOCK | UNBLOCK},
    {"q", NULL, LIST},
    {"limit", NULL, LIST},
    {"cursor", NULL, LIST},
};

static const struct cli_column columns[] = {
    {"id", "id"}, {"status", "status"}, {"type", "type"}, {"email", "email"}, {"full_name", "name"},
};

static void write_roles(struct json_writer *writer, const char *roles)
{
    struct text rest = text_of(roles);
    json_key(writer, "roles");
    json_begin_array(writer);
    while (rest.bytes > 0) {
        struct text role;
        text_cut(rest, ',', &role, &rest);
        json_put_text(writer, text_trim(role));
    }
    json_end_array(writer);
}

static struct text body_of(const struct command_line *line)
{
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 256);
    json_begin_object(&writer);
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        const char *value = cli_flag(line, uses[i].flag);
        if (value != NULL && uses[i].field != NULL) {
            json_key(&writer, uses[i].field);
            json_put_text(&writer, text_of(value));
        }
    }
    if (cli_flag(line, "roles") != NULL) {
        write_roles(&writer, cli_flag(line, "roles"));
    }
    if (cli_flag(line, "activated") != NULL) {
        json_key(&writer, "activated");
        json_put_flag(&writer, strcmp(cli_flag(line, "activated"), "true") == 0);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

static struct text query_of(const struct command_line *line)
{
    static const char *const names[] = {"q",      "email",     "external-id", "type", "role",
                                        "status", "activated", "cursor",      "limit"};
    struct text query = TEXT("/api/users");
    char separator = '?';
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = cli_flag(line, names[i]);
        if (value != NULL) {
            const char *field = strcmp(names[i], "external-id") == 0 ? "external_id" : names[i];
            struct text escaped = cli_escape(line->arena, text_of(value));
            query = text_format(line->arena, "%.*s%c%s=%.*s", TEXT_ARGS(query), separator, field,
                                TEXT_ARGS(escaped));
            separator = '&';
        }
    }
    return query;
}

static void print_list(const struct json *answer)
{
    const struct json *items = json_member(answer, TEXT("items"));
    if (items == NULL || items->count == 0) {
        printf("Nobody. Add somebody with: kontora users create --email anna@example.com --type "
               "client\n");
        return;
    }
    cli_show_list(items, columns, COUNT_OF(columns));
    const struct json *next = json_member(answer, TEXT("next"));
    if (next != NULL && next->kind == JSON_STRING) {
        printf("There are more: --cursor %.*s\n", TEXT_ARGS(next->text));
    }
}

struct verb {
    const char *name;
    unsigned bit;
    const char *method;
    const char *path_end; /* after /api/users/ID; NULL: no ID */
    bool has_body;
};

static const struct verb verbs[] = {
    {.name = "list", .bit = LIST, .method = "GET"},
    {.name = "show", .bit = SHOW, .method = "GET", .path_end = ""},
    {.name = "create", .bit = CREATE, .method = "POST", .has_body = true},
    {.name = "change", .bit = CHANGE, .method = "PATCH", .path_end = "", .has_body = true},
    {.name = "block", .bit = BLOCK, .method = "POST", .path_end = "/block", .has_body = true},
    {.name = "unblock", .bit = UNBLOCK, .method = "POST", .path_end = "/unblock"},
};

static struct text path_of(const struct command_line *line, const struct verb *verb)
{
    if (verb->path_end != NULL) {
        struct text id = cli_escape(line->arena, text_of(line->words[1]));
        return text_format(line->arena, "/api/users/%.*s%s", TEXT_ARGS(id), verb->path_end);
    }
    return verb->has_body ? TEXT("/api/users") : query_of(line);
}

/* EXIT_OK when every flag makes sense with this verb. */
static int check_flags(const struct command_line *line, const struct verb *verb)
{
    for (size_t i = 0; i < COUNT_OF(uses); i++) {
        if (cli_flag(line, uses[i].flag) != NULL && (uses[i].verbs & verb->bit) == 0) {
            return cli_fail_flag(line, verb->name, uses[i].flag);
        }
    }
    const char *activated = cli_flag(line, "activated");
    if (activated != NULL && strcmp(activated, "true") != 0 && strcmp(activated, "false") != 0) {
        return cli_fail(EXIT_USAGE, "--activated is '%s', but must be true or false", activated);
    }
    return EXIT_OK;
}

static int users(struct command_line *line)
{
    const struct verb *verb = cli_verb(
        line, CLI_VERBS(verbs, "list, show ID, create, change ID, block ID or unblock ID"));
    if (verb == NULL) {
        return EXIT_USAGE;
    }
    int code = check_flags(line, verb);
    if (code != EXIT_OK) {
        return code;
    }
    size_t words = verb->path_end ? 2 : 1;
    if (line->word_count != words) {
        return cli_fail(EXIT_USAGE, "`kontora users %s` takes %s", verb->name,
                        words == 2 ? "the id of one person" : "no further words, only flags");
    }
    const char *revision = cli_flag(line, "revision");
    struct cli_question question = {
        .method = verb->method,
        .path = path_of(line, verb),
        .body = verb->has_body ? body_of(line) : NO_TEXT,
        .if_match = revision ? text_format(line->arena, "\"%s\"", revision) : NO_TEXT,
    };
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    code = cli_ask(line, &question, &answer, &text);
    if (code != EXIT_OK) {
        return code;
    }
    if (cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
    } else if (strcmp(verb->name, "list") == 0) {
        print_list(answer);
    } else {
        cli_show_object(answer);
    }
    return EXIT_OK;
}

const struct cli_command cli_users = {
    .name = "users",
    .words = "list | show ID | create | change ID | block ID | unblock ID",
    .summary = "The directory of people",
    .help = "Asks the running server through the admin socket in its data directory.\n"
            "\n"
            "Examples:\n"
            "  kontora users create --email anna@example.com --type client --full-name 'Anna'\n"
            "  kontora users list --type client --status active\n"
            "  kontora users change ID --roles manager,accountant --revision 3\n"
            "  kontora users block ID --reason 'left the company'\n"
            "  kontora users list --json | jq -r '.items[].email'",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = users,
};
