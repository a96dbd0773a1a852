/* cli_key.c - kontora key: the line by which other processes trust the services of this one. */
#include "cli/cli.h"
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

static int show_key(struct command_line *line)
{
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
        "  kontora serve orders,board --data DIR --ask.addresses users=http://10.0.0.5:8480",
    .takes_settings = true,
    .run = show_key,
};
