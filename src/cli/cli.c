/* cli.c - finds the command, reads the flags, explains itself. */
#include "cli/cli.h"

#include "cli/cli_extend.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 512 * 1024 * 1024, NAMES_MAX = 128, VERBS_MAX = 20 };

static const struct flag common_flags[] = {
    {"help", NULL, "Explain this command"},
};

static const struct flag settings_flags[] = {
    {"config", "FILE", "Read settings from this file (also $KONTORA_CONFIG)"},
};

int cli_fail(int exit_code, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("kontora: ", stderr);
    vfprintf(stderr, format, values);
    fputs("\n", stderr);
    va_end(values);
    return exit_code;
}

int cli_exit_code(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return EXIT_OK;
    case STATUS_MALFORMED:
        return EXIT_USAGE;
    case STATUS_CORRUPT:
    case STATUS_NEWER:
        return EXIT_DATA;
    case STATUS_UNAVAILABLE:
    case STATUS_TIMEOUT:
        return EXIT_UNREACHABLE;
    case STATUS_BUSY:
        return EXIT_BUSY;
    case STATUS_FULL:
    case STATUS_UNCERTAIN:
        return EXIT_IO;
    case STATUS_ABSENT:
    case STATUS_EXISTS:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_TOO_LARGE:
    case STATUS_COUNT:
        break;
    }
    return EXIT_FAILED;
}

static const char *verb_name(const struct cli_verbs *verbs, size_t index)
{
    const char *const *name = (const void *)((const char *)verbs->rows + index * verbs->row_bytes);
    return *name;
}

const void *cli_verb(const struct command_line *line, const struct cli_verbs *verbs)
{
    const char *names[VERBS_MAX];
    MUST(verbs->count <= VERBS_MAX);
    for (size_t i = 0; i < verbs->count; i++) {
        names[i] = verb_name(verbs, i);
        if (line->word_count > 0 && strcmp(names[i], line->words[0]) == 0) {
            return (const char *)verbs->rows + i * verbs->row_bytes;
        }
    }
    const char *nearest =
        line->word_count > 0 ? text_nearest(text_of(line->words[0]), names, verbs->count) : NULL;
    (void)cli_fail(EXIT_USAGE, "say what to do: %s%s%s%s `kontora %s --help` explains them.",
                   verbs->in_words, nearest ? "; did you mean " : "", nearest ? nearest : "",
                   nearest ? "?" : ".", line->command->name);
    return NULL;
}

int cli_fail_flag(const struct command_line *line, const char *verb, const char *flag)
{
    const char *command = line->command->name;
    return cli_fail(EXIT_USAGE,
                    "`kontora %s %s` takes no --%s. `kontora %s --help` explains the flags.",
                    command, verb, flag, command);
}

const char *cli_flag(const struct command_line *line, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < line->flag_count; i++) {
        if (strcmp(line->flag_names[i], name) == 0) {
            value = line->flag_values[i]; /* the last one counts */
        }
    }
    return value;
}

const struct config *cli_config(struct command_line *line)
{
    extern char **environ;
    const char *file = cli_flag(line, "config");
    struct config_sources sources = {
        .settings = runtime_settings,
        .setting_count = runtime_setting_count,
        .file = file ? file : getenv("KONTORA_CONFIG"),
        .flags = line->settings,
        .flag_count = line->setting_count,
        .environment = (const char *const *)environ,
    };
    const struct config *config = NULL;
    struct text error;
    if (config_load(line->arena, &sources, &config, &error) != STATUS_OK) {
        cli_fail(EXIT_USAGE, "%.*s", TEXT_ARGS(error));
        return NULL;
    }
    return config;
}

const char *cli_data(struct command_line *line, const struct config *config)
{
    return text_copy(line->arena, config_text(config, "data")).data;
}

/* ---- help ---- */

static void print_flag(const struct flag *flag)
{
    char left[48];
    snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->value ? " " : "",
             flag->value ? flag->value : "");
    printf("  %-26s %s\n", left, flag->meaning);
}

static void print_command_help(const struct cli_command *command)
{
    printf("kontora %s%s%s - %s\n\n%s\n", command->name, command->words ? " " : "",
           command->words ? command->words : "", command->summary, command->help);
    printf("\nFlags:\n");
    for (size_t i = 0; i < command->flag_count; i++) {
        print_flag(&command->flags[i]);
    }
    for (size_t i = 0; command->takes_settings && i < COUNT_OF(settings_flags); i++) {
        print_flag(&settings_flags[i]);
    }
    print_flag(&common_flags[0]);
    if (!command->takes_settings) {
        return;
    }
    printf("\nSettings (also in the file and as KONTORA_... in the environment):\n");
    for (size_t i = 0; i < runtime_setting_count; i++) {
        const struct setting *setting = &runtime_settings[i];
        printf("  --%-24s %s%s%s%s\n", setting->name, setting->meaning,
               setting->otherwise[0] ? " [" : "", setting->otherwise,
               setting->otherwise[0] ? "]" : "");
    }
}

static void print_help(const struct cli *cli)
{
    printf("kontora - runs an organisation's business processes and never loses a step\n\n"
           "  kontora COMMAND [WORDS] [--flag VALUE]\n\nCommands:\n");
    for (size_t i = 0; i < cli->command_count; i++) {
        printf("  %-10s %s\n", cli->commands[i]->name, cli->commands[i]->summary);
    }
    printf("  %-10s %s\n", "version", "Which version this is");
    printf("\nkontora COMMAND --help explains a command. The first steps:\n"
           "  kontora serve --data ./data       starts on http://127.0.0.1:8480\n"
           "  kontora users create --email anna@example.com --type client\n"
           "  kontora users list\n");
}

/* ---- reading ---- */

static const struct flag *find_flag(const struct cli_command *command, struct text name)
{
    for (size_t i = 0; i < command->flag_count; i++) {
        if (text_equals(name, text_of(command->flags[i].name))) {
            return &command->flags[i];
        }
    }
    for (size_t i = 0; command->takes_settings && i < COUNT_OF(settings_flags); i++) {
        if (text_equals(name, text_of(settings_flags[i].name))) {
            return &settings_flags[i];
        }
    }
    return text_equals(name, text_of(common_flags[0].name)) ? &common_flags[0] : NULL;
}

static bool is_setting(const struct cli_command *command, struct text name)
{
    for (size_t i = 0; command->takes_settings && i < runtime_setting_count; i++) {
        if (text_equals(name, text_of(runtime_settings[i].name))) {
            return true;
        }
    }
    return false;
}

static int fail_unknown_flag(const struct cli_command *command, struct text name)
{
    const char *known[NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < command->flag_count; i++) {
        known[count++] = command->flags[i].name;
    }
    for (size_t i = 0; command->takes_settings && i < COUNT_OF(settings_flags); i++) {
        known[count++] = settings_flags[i].name;
    }
    for (size_t i = 0; command->takes_settings && i < runtime_setting_count; i++) {
        known[count++] = runtime_settings[i].name;
    }
    MUST(count <= NAMES_MAX);
    const char *nearest = text_nearest(name, known, count);
    return cli_fail(EXIT_USAGE, "'%s' has no flag --%.*s%s%s%s `kontora %s --help` lists them.",
                    command->name, TEXT_ARGS(name), nearest ? "; did you mean --" : "",
                    nearest ? nearest : "", nearest ? "?" : ".", command->name);
}

/* The value behind "=", or the next argument. NULL: there is none. */
static const char *take_value(struct text value, int argc, char **argv, int *index)
{
    if (value.data != NULL) {
        return value.data;
    }
    return *index + 1 < argc ? argv[++*index] : NULL;
}

static int read_flag(struct command_line *line, int argc, char **argv, int *index)
{
    struct text name;
    struct text value;
    text_cut(text_of(argv[*index] + 2), '=', &name, &value);
    const struct flag *flag = find_flag(line->command, name);
    if (flag == NULL && !is_setting(line->command, name)) {
        return fail_unknown_flag(line->command, name);
    }
    if (line->flag_count == FLAGS_MAX || line->setting_count == FLAGS_MAX) {
        return cli_fail(EXIT_USAGE, "at most %d flags can be given", FLAGS_MAX);
    }
    bool is_switch = flag != NULL && flag->value == NULL;
    const char *given = is_switch ? "" : take_value(value, argc, argv, index);
    if (given == NULL) {
        return cli_fail(EXIT_USAGE, "--%.*s needs a value", TEXT_ARGS(name));
    }
    if (is_switch && value.data != NULL) {
        return cli_fail(EXIT_USAGE, "--%.*s takes no value", TEXT_ARGS(name));
    }
    if (flag != NULL) {
        line->flag_names[line->flag_count] = flag->name;
        line->flag_values[line->flag_count++] = given;
    } else {
        line->settings[line->setting_count++] =
            text_format(line->arena, "--%.*s=%s", TEXT_ARGS(name), given).data;
    }
    return EXIT_OK;
}

static int read_arguments(struct command_line *line, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (!text_is_utf8(text_of(argv[i]))) {
            return cli_fail(EXIT_USAGE, "argument %d of '%s' is no text in UTF-8", i + 1,
                            line->command->name);
        }
    }
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "-h") == 0) {
            line->flag_names[0] = common_flags[0].name; /* whatever else was said */
            line->flag_values[0] = "";
            line->flag_count = 1;
            return EXIT_OK;
        }
        if (strncmp(argv[i], "--", 2) == 0 && argv[i][2] != '\0') {
            int code = read_flag(line, argc, argv, &i);
            if (code != EXIT_OK) {
                return code;
            }
        } else if (line->word_count == WORDS_MAX) {
            return cli_fail(EXIT_USAGE, "at most %d words can be given", WORDS_MAX);
        } else {
            line->words[line->word_count++] = argv[i];
        }
    }
    return EXIT_OK;
}

static int run_command(const struct cli *cli, const struct cli_command *command, int argc,
                       char **argv)
{
    struct arena *arena = arena_create("command line", ARENA_BYTES_MAX);
    struct command_line *line = ARENA_NEW(arena, struct command_line);
    line->arena = arena;
    line->command = command;
    line->services = services_whole(arena, cli->services, cli->service_count);
    line->service_count = cli->service_count;
    int code = read_arguments(line, argc, argv);
    if (code == EXIT_OK && cli_flag(line, "help") != NULL) {
        print_command_help(command);
        arena_destroy(&arena);
        return code;
    }
    if (code == EXIT_OK && command->needs_workflows) {
        code = cli_extend(line);
    }
    if (code == EXIT_OK) {
        code = command->run(line);
    }
    arena_destroy(&arena);
    return code;
}

static int fail_unknown_command(const struct cli *cli, const char *name)
{
    const char *known[NAMES_MAX] = {"version", "help"};
    size_t count = 2;
    MUST(cli->command_count + count <= NAMES_MAX);
    for (size_t i = 0; i < cli->command_count; i++) {
        known[count++] = cli->commands[i]->name;
    }
    const char *nearest = text_nearest(text_of(name), known, count);
    return cli_fail(EXIT_USAGE, "there is no command '%s'%s%s%s `kontora --help` lists them.", name,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : ".");
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    if (argc < 2 || (asks_for_help(argv[1]) && argc == 2)) {
        print_help(cli);
        return argc < 2 ? EXIT_USAGE : EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        printf("kontora %s\n", KONTORA_VERSION);
        return EXIT_OK;
    }
    bool explains = asks_for_help(argv[1]); /* kontora help COMMAND */
    const char *name = explains ? argv[2] : argv[1];
    for (size_t i = 0; i < cli->command_count; i++) {
        if (strcmp(cli->commands[i]->name, name) != 0) {
            continue;
        }
        if (explains) {
            print_command_help(cli->commands[i]);
            return EXIT_OK;
        }
        return run_command(cli, cli->commands[i], argc - 2, argv + 2);
    }
    return fail_unknown_command(cli, name);
}

int cli_main(const struct cli *cli, int argc, char **argv)
{
    int code = run(cli, argc, argv);
    bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    return is_written || code != EXIT_OK
               ? code
               : cli_fail(EXIT_IO, "standard output cannot be written: %s", strerror(errno));
}
