/* cli.h - the command line: commands as a table, flags as tables, one way to say what is wrong.
 *
 *   kontora COMMAND [WORDS] [--flag VALUE] [--setting VALUE]
 *
 * Every setting of `kontora config show` is also a flag of every command that reads settings.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/config.h"
#include "base/must.h"
#include "base/status.h"
#include "base/text.h"
#include "runtime/service.h"

enum { WORDS_MAX = 16, FLAGS_MAX = 64 };

struct flag {
    const char *name;  /* without the dashes */
    const char *value; /* "DIR": what it takes; NULL: it is a switch */
    const char *meaning;
};

struct command_line;

struct cli_command {
    const char *name;  /* "users" */
    const char *words; /* "list | show ID | create": what may follow, for --help */
    const char *summary;
    const char *help; /* paragraphs, and examples */
    const struct flag *flags;
    size_t flag_count;
    bool takes_settings;
    bool needs_workflows; /* its services are those that run: with what their workflows add */
    int (*run)(struct command_line *line); /* an exit code */
};

/* What was typed, read by the command's tables. */
struct command_line {
    struct arena *arena;
    const struct cli_command *command;
    const struct service *const *services;
    size_t service_count;
    const char *words[WORDS_MAX]; /* after the command's name */
    size_t word_count;
    const char *flag_names[FLAGS_MAX];
    const char *flag_values[FLAGS_MAX]; /* "" of a switch */
    size_t flag_count;
    const char *settings[FLAGS_MAX]; /* "--name=value", for config_load */
    size_t setting_count;
};

struct cli {
    const struct cli_command *const *commands;
    size_t command_count;
    const struct service *const *services;
    size_t service_count;
};

int cli_main(const struct cli *cli, int argc, char **argv);

/* NULL when it was not given; "" when it was given as a switch. */
const char *cli_flag(const struct command_line *line, const char *name);

/* Flags over environment over file over defaults; on failure it has said why and gives NULL. */
const struct config *cli_config(struct command_line *line);

/* The data directory by the configuration. */
const char *cli_data(struct command_line *line, const struct config *config);

/* Says "kontora: ..." on standard error and gives the exit code back. */
int cli_fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The verbs of a command: rows of any struct that begins with the name, a C string. */
struct cli_verbs {
    const void *rows;
    size_t row_bytes;
    size_t count;
    const char *in_words; /* "list, show or move" */
};
#define CLI_VERBS(table, words)                                                                    \
    (&(const struct cli_verbs){.rows = (table),                                                    \
                               .row_bytes = sizeof *(table),                                       \
                               .count = COUNT_OF(table),                                           \
                               .in_words = words})

/* The row of the verb that follows the command. NULL: it is none, and that was said, with the one
 * that was probably meant: EXIT_USAGE. */
const void *cli_verb(const struct command_line *line, const struct cli_verbs *verbs);

/* What is said of a flag that this verb has no use for. */
int cli_fail_flag(const struct command_line *line, const char *verb, const char *flag);

/* The exit code that a status means. */
int cli_exit_code(enum status status);

/* ---- the commands, one file each ---- */

extern const struct cli_command cli_serve;
extern const struct cli_command cli_setup;
extern const struct cli_command cli_users;
extern const struct cli_command cli_config_command;
extern const struct cli_command cli_doctor;
extern const struct cli_command cli_openapi;
extern const struct cli_command cli_dead;
extern const struct cli_command cli_asyncapi;
extern const struct cli_command cli_fsck;
extern const struct cli_command cli_key;
extern const struct cli_command cli_bench;
extern const struct cli_command cli_schema;
extern const struct cli_command cli_check;
extern const struct cli_command cli_draw;
extern const struct cli_command cli_login; /* login/ */
extern const struct cli_command cli_case;  /* cases/ */
extern const struct cli_command cli_simulate;
extern const struct cli_command cli_audit;
extern const struct cli_command cli_sample;
extern const struct cli_command cli_shuffle;   /* shuffle/ */
extern const struct cli_command cli_workflows; /* workflows/ */

#endif
