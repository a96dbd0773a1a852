/* cli_config.c - kontora config show: what is set, and where it was said. */
#include "base/json.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    {"origin", NULL, "Also say where each value comes from"},
    {"json", NULL, "Write JSON"},
    {"markdown", NULL, "Write the table of docs/configuration.md"},
};

static void show_json(struct command_line *line, const struct config *config)
{
    struct json_writer writer;
    json_writer_init(&writer, line->arena, 4096);
    json_begin_object(&writer);
    for (size_t i = 0; i < config_count(config); i++) {
        struct config_entry entry = config_at(config, i);
        json_key(&writer, entry.setting->name);
        json_begin_object(&writer);
        json_key(&writer, "value");
        json_put_text(&writer, entry.value);
        json_key(&writer, "origin");
        json_put_text(&writer, entry.origin);
        json_end_object(&writer);
    }
    json_end_object(&writer);
    struct text written = json_written(&writer);
    printf("%.*s\n", TEXT_ARGS(written));
}

static void show_markdown(struct command_line *line, const struct config *config)
{
    printf("| setting | default | may be | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < config_count(config); i++) {
        const struct setting *setting = config_at(config, i).setting;
        struct text expected = config_expected(line->arena, setting);
        printf("| `%s` | `%s` | %.*s | %s |\n", setting->name, setting->otherwise,
               TEXT_ARGS(expected), setting->meaning);
    }
}

/* In the file a # behind a space begins a comment, and spaces around a value are no part of it. */
static bool needs_quotes(struct text value)
{
    bool has_comment = value.bytes > 0 && memchr(value.data, '#', value.bytes) != NULL;
    return has_comment || text_trim(value).bytes != value.bytes;
}

static int config_show(struct command_line *line)
{
    if (line->word_count != 1 || strcmp(line->words[0], "show") != 0) {
        return cli_fail(EXIT_USAGE, "say `kontora config show`");
    }
    const struct config *config = cli_config(line);
    if (config == NULL) {
        return EXIT_USAGE;
    }
    bool with_origin = cli_flag(line, "origin") != NULL;
    if (cli_flag(line, "json") != NULL) {
        show_json(line, config);
    } else if (cli_flag(line, "markdown") != NULL) {
        show_markdown(line, config);
    } else {
        for (size_t i = 0; i < config_count(config); i++) {
            struct config_entry entry = config_at(config, i);
            const char *quote = needs_quotes(entry.value) ? "\"" : "";
            printf("%s = %s%.*s%s", entry.setting->name, quote, TEXT_ARGS(entry.value), quote);
            if (with_origin) {
                printf("    # %.*s", TEXT_ARGS(entry.origin));
            }
            printf("\n");
        }
    }
    return EXIT_OK;
}

const struct cli_command cli_config_command = {
    .name = "config",
    .words = "show",
    .summary = "Show every setting, its value, and where it comes from",
    .help =
        "Flags win over KONTORA_... variables, those over the file, the file over the defaults.\n"
        "What is printed can be used as a configuration file. Secrets are shown as ***.\n"
        "\n"
        "Examples:\n"
        "  kontora config show --origin\n"
        "  KONTORA_NET_LISTEN=0.0.0.0:80 kontora config show --origin --json",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .run = config_show,
};
