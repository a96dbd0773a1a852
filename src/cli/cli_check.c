/* cli_check.c - kontora check: what is wrong with workflow files, before anything runs. */
#include "cli/cli_workflow.h"
#include "engine/shelf/judged_show.h"

#include <stdio.h>

static bool is_fine(const struct checked_workflow *checked)
{
    return !text_is_given(checked->trouble) && judged_is_fine(&checked->judged);
}

/* ---- for a person ---- */

static void print_checked(struct arena *arena, const struct checked_workflow *checked)
{
    const struct workflow *workflow = checked->judged.workflow;
    if (text_is_given(checked->trouble)) {
        printf("%.*s\n", TEXT_ARGS(checked->trouble));
    } else if (is_fine(checked)) {
        printf("%.*s: %.*s %lld is sound: %zu places, %zu transitions\n", TEXT_ARGS(checked->file),
               TEXT_ARGS(workflow->name), (long long)workflow->version, workflow->place_count,
               workflow->transition_count);
    } else {
        struct text said = judged_text(arena, &checked->judged);
        printf("%.*s\n", TEXT_ARGS(said));
    }
}

/* ---- for a program ---- */

static void write_checked(struct json_writer *writer, const struct checked_workflow *checked)
{
    json_begin_object(writer);
    json_key(writer, "file");
    json_put_text(writer, text_is_utf8(checked->file) ? checked->file : TEXT("?"));
    judged_put(writer, &checked->judged, checked->trouble);
    json_end_object(writer);
}

static int check_files(struct command_line *line)
{
    bool as_json = cli_flag(line, "json") != NULL;
    bool all_fine = true;
    struct json_writer writer;
    if (line->word_count == 0) {
        return cli_fail(EXIT_USAGE, "which file? kontora check FILE...");
    }
    json_writer_init(&writer, line->arena, 4096);
    json_begin_array(&writer);
    for (size_t i = 0; i < line->word_count; i++) {
        struct checked_workflow checked = cli_check_workflow(line->arena, line->words[i]);
        all_fine = all_fine && is_fine(&checked);
        if (as_json) {
            write_checked(&writer, &checked);
        } else {
            print_checked(line->arena, &checked);
        }
    }
    json_end_array(&writer);
    if (as_json) {
        printf("%.*s\n", TEXT_ARGS(json_written(&writer)));
    }
    return all_fine ? EXIT_OK : EXIT_FAILED;
}

static const struct flag flags[] = {
    {"json", NULL, "Print the answer as JSON, with places, paths and positions"},
};

const struct cli_command cli_check = {
    .name = "check",
    .words = "FILE...",
    .summary = "Say what is wrong with workflow files",
    .help =
        "Reads each file as the server would, its expressions too, and proves that no case can\n"
        "get stuck: that it can end from wherever it may come to, whatever people and conditions\n"
        "do, that it leaves nothing behind then, and that everything in it can happen. What is\n"
        "wrong is said with line and column and the shortest way to the trouble; `kontora draw`\n"
        "shows it. Functions, commands and events are looked at by the server alone: only it\n"
        "knows them. Ends with 1 when anything is wrong. FILE may be - for standard input.\n"
        "\n"
        "Examples:\n"
        "  kontora check order.yaml leave.yaml\n"
        "  kontora check --json order.yaml",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .run = check_files,
};
