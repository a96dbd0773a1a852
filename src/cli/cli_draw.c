/* cli_draw.c - kontora draw: a workflow file as a picture, with what is wrong in it. */
#include "cli/cli_workflow.h"
#include "engine/shelf/judged_show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool read_choice(struct command_line *line, const char *flag, const char *const *choices,
                        size_t count, int *choice_out)
{
    const char *value = cli_flag(line, flag);
    for (size_t i = 0; i < count; i++) {
        if (value == NULL || strcmp(value, choices[i]) == 0) {
            *choice_out = value == NULL ? 0 : (int)i;
            return true;
        }
    }
    struct text known = text_of(choices[0]);
    for (size_t i = 1; i < count; i++) {
        known = text_format(line->arena, "%.*s, %s", TEXT_ARGS(known), choices[i]);
    }
    cli_fail(EXIT_USAGE, "--%s is one of: %.*s", flag, TEXT_ARGS(known));
    return false;
}

static bool read_look(struct command_line *line, struct draw_options *options)
{
    static const char *const languages[] = {"en", "ru"};
    static const char *const themes[] = {"auto", "light", "dark"};
    int language = 0;
    int theme = 0;
    if (!read_choice(line, "lang", languages, COUNT_OF(languages), &language) ||
        !read_choice(line, "theme", themes, COUNT_OF(themes), &theme)) {
        return false;
    }
    options->language = language == 0 ? DRAW_ENGLISH : DRAW_RUSSIAN;
    options->theme = (enum draw_theme)theme;
    return true;
}

static int fail_unknown_place(const struct workflow *workflow, struct text name)
{
    const char *known[WORKFLOW_PLACES_MAX];
    for (size_t i = 0; i < workflow->place_count; i++) {
        known[i] = workflow->places[i].name.data;
    }
    const char *nearest = text_nearest(name, known, workflow->place_count);
    return cli_fail(EXIT_USAGE, "there is no place \"%.*s\"%s%s%s", TEXT_ARGS(name),
                    nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                    nearest ? "\"?" : "");
}

static int read_marking(struct command_line *line, const struct workflow *workflow,
                        struct bit_set *marking)
{
    struct text rest = text_of(cli_flag(line, "mark"));
    while (rest.bytes > 0) {
        struct text name;
        text_cut(rest, ',', &name, &rest);
        name = text_copy(line->arena, text_trim(name));
        int place = workflow_place(workflow, name);
        if (place == WORKFLOW_NOWHERE) {
            return fail_unknown_place(workflow, name);
        }
        bit_set_add(marking, (size_t)place);
    }
    return EXIT_OK;
}

static int write_file(const char *path, struct text svg)
{
    FILE *file = path != NULL ? fopen(path, "we") : stdout;
    if (file == NULL) {
        return cli_fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
    }
    bool is_written = fwrite(svg.data, 1, svg.bytes, file) == svg.bytes && fflush(file) == 0;
    int trouble = errno;
    if (path != NULL && fclose(file) != 0) {
        is_written = false;
        trouble = errno;
    }
    return is_written
               ? EXIT_OK
               : cli_fail(EXIT_IO, "%s: %s", path ? path : "standard output", strerror(trouble));
}

static int draw_file(struct command_line *line)
{
    struct draw_options options = {.caption = NO_TEXT};
    if (line->word_count != 1) {
        return cli_fail(EXIT_USAGE, "which file? kontora draw FILE");
    }
    if (!read_look(line, &options)) {
        return EXIT_USAGE;
    }
    struct checked_workflow checked = cli_check_workflow(line->arena, line->words[0]);
    if (text_is_given(checked.trouble)) {
        return cli_fail(EXIT_FAILED, "%.*s", TEXT_ARGS(checked.trouble));
    }
    if (checked.judged.workflow == NULL) {
        struct text said = text_trim(complaints_text(checked.judged.complaints));
        return cli_fail(EXIT_FAILED, "this cannot be drawn:\n%.*s", TEXT_ARGS(said));
    }
    if (cli_flag(line, "mark") == NULL) {
        judged_show_fault(&checked.judged, &options);
    } else if (read_marking(line, checked.judged.workflow, &options.marking) != EXIT_OK) {
        return EXIT_USAGE;
    }
    struct text svg = draw_net(line->arena, &checked.judged.made->net, &options);
    return write_file(cli_flag(line, "out"), svg);
}

static const struct flag flags[] = {
    {"lang", "en|ru", "The language of the labels [en]"},
    {"theme", "auto|light|dark", "By day, by night, or as the reader has it [auto]"},
    {"mark", "PLACE,...", "Light these places, as if a case were there"},
    {"out", "FILE", "Write there instead of to standard output"},
};

const struct cli_command cli_draw = {
    .name = "draw",
    .words = "FILE",
    .summary = "Draw a workflow file as SVG",
    .help =
        "Places from left to right, and what moves a case between them: blue by a person, grey\n"
        "by the program, violet by an event, yellow by time. When a case can get stuck, the\n"
        "picture shows how: the steps are numbered, and where it goes wrong is red. One file,\n"
        "for any browser.\n"
        "\n"
        "Examples:\n"
        "  kontora draw order.yaml > order.svg\n"
        "  kontora draw order.yaml --lang ru --mark Valued,NeedSupply --out order.svg",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .run = draw_file,
};
