/* cli_key.c - kontora key: the line by which other processes trust the services of this one. */
#include "cli/cli_ask.h"
#include "cli/cli_show.h"
#include "runtime/ask/service_key.h"
#include "runtime/start/data_directory.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_service(const struct command_line *line, struct text name)
{
    for (size_t i = 0; i < line->service_count; i++) {
        if (text_equals(text_of(line->services[i]->name), name)) {
            return true;
        }
    }
    return false;
}

/* "users,board" as it was typed, or all there are; NO_TEXT when one is not known. */
static struct text choose_services(struct command_line *line)
{
    struct text all = NO_TEXT;
    for (size_t i = 0; i < line->service_count; i++) {
        all = all.data == NULL
                  ? text_of(line->services[i]->name)
                  : text_format(line->arena, "%.*s,%s", TEXT_ARGS(all), line->services[i]->name);
    }
    struct text rest = line->word_count > 0 ? text_of(line->words[0]) : all;
    struct text chosen = rest;
    while (rest.data != NULL) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        if (!is_service(line, name)) {
            cli_fail(EXIT_USAGE, "there is no service '%.*s'", TEXT_ARGS(name));
            return NO_TEXT;
        }
    }
    return chosen;
}

/* The directory may have no key yet: then it is made here, unless a server is just doing so. */
static enum status open_key(struct command_line *line, const char *directory,
                            struct service_key *key_out, struct text *error_out)
{
    int lock = -1;
    const char *path = text_format(line->arena, "%s/service.key", directory).data;
    enum status status = STATUS_OK;
    if (access(path, F_OK) != 0) {
        status = data_directory_open(line->arena, directory, &lock, error_out);
    }
    if (status == STATUS_OK) {
        status = service_key_open(line->arena, directory, key_out, error_out);
    }
    if (lock >= 0) {
        data_directory_close(lock);
    }
    return status;
}

static const struct flag flags[] = {
    {"list", NULL, "Which services the running server knows, by which keys, and what they may ask"},
    {"json", NULL, "With --list: write the answer as JSON"},
};

static const struct cli_column columns[] = {
    {"service", "service"},
    {"is_here", "here"},
    {"key_id", "key"},
    {"may_ask", "may ask"},
};

static int list_identities(struct command_line *line)
{
    const struct json *answer = NULL;
    struct text text = NO_TEXT;
    const struct cli_question question = {.method = "GET", .path = TEXT("/api/service_identities")};
    int code = cli_ask(line, &question, &answer, &text);
    if (code != EXIT_OK) {
        return code;
    }
    if (cli_flag(line, "json") != NULL) {
        printf("%.*s\n", TEXT_ARGS(text));
    } else {
        cli_show_list(json_member(answer, TEXT("items")), columns, COUNT_OF(columns));
    }
    return EXIT_OK;
}

static int show_key(struct command_line *line)
{
    if (cli_flag(line, "list") != NULL) {
        return list_identities(line);
    }
    const struct config *config = cli_config(line);
    struct text services = config != NULL ? choose_services(line) : NO_TEXT;
    if (services.data == NULL) {
        return EXIT_USAGE;
    }
    MUST(sodium_init() >= 0);
    struct service_key key;
    struct text error = NO_TEXT;
    enum status status = open_key(line, cli_data(line, config), &key, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    struct text shown = service_key_line(line->arena, &key, services);
    explicit_bzero(&key, sizeof key);
    printf("%.*s\n", TEXT_ARGS(shown));
    return EXIT_OK;
}

const struct cli_command cli_key = {
    .name = "key",
    .words = "[SERVICE,...]",
    .summary = "Print the public key by which other processes trust this one",
    .help =
        "When services run in several processes, each process asks the others in the name of\n"
        "its services, with a key of its own: DIR/service.key, made when it is not there.\n"
        "This prints the public half with the services it may speak for (all when none are\n"
        "named). Put the line into trusted.keys in the data directory of every process that is\n"
        "asked, or into its setting ask.trusted_keys, and start it again. It is no secret.\n"
        "Run it as the user who serves the data directory.\n"
        "\n"
        "Examples:\n"
        "  kontora key orders,board --data /var/lib/orders >> /var/lib/users/trusted.keys\n"
        "  kontora serve users --data /var/lib/users\n"
        "  kontora key --list --data /var/lib/users\n"
        "  kontora serve orders,board --data DIR --ask.addresses users=http://10.0.0.5:8480",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = show_key,
};
