/* cli_setup.c - kontora setup: how the first owner comes in, from this machine and from others. */
#include "cli/cli.h"
#include "runtime/runtime.h"
#include "runtime/start/seed_file.h"
#include "services/iam/iam.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int setup(struct command_line *line)
{
    const struct config *config = cli_config(line);
    if (config == NULL) {
        return EXIT_USAGE;
    }
    struct digest_key key;
    struct text error = NO_TEXT;
    const char *directory = cli_data(line, config);
    const char *path = text_format(line->arena, "%s/secret.key", directory).data;
    if (access(path, R_OK) != 0) {
        return cli_fail(EXIT_UNREACHABLE,
                        "%s is not there or may not be read. Start `kontora serve` first, and be "
                        "the user that it runs as.",
                        path);
    }
    enum status status = installation_key_open(line->arena, directory, &key, &error);
    if (status != STATUS_OK) {
        return cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
    }
    struct text code = iam_setup_code(line->arena, &key);
    explicit_bzero(&key, sizeof key);
    printf("Setup code: %.*s\n", TEXT_ARGS(code));
    printf(
        "Open the address of the server in a browser. As long as there is no owner, whoever has\n"
        "this code becomes it; from this machine itself the code is not needed.\n");
    return EXIT_OK;
}

const struct cli_command cli_setup = {
    .name = "setup",
    .words = "",
    .summary = "Show the setup code, with which the first owner comes in from elsewhere",
    .help =
        "While nobody is owner, the web client asks for a name, an address and a password. From\n"
        "another machine it asks for this code too. Once there is an owner it is good for\n"
        "nothing.\n"
        "\n"
        "Examples:\n"
        "  kontora setup\n"
        "  kontora setup --data /var/lib/kontora\n",
    .takes_settings = true,
    .run = setup,
};
