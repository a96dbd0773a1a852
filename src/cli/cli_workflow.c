/* cli_workflow.c - reads a workflow file and has it judged. */
#include "cli/cli_workflow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { READ_BYTES_MAX = 1024 * 1024 }; /* the reader refuses less, and says what the limit is */

static struct text read_all(struct arena *arena, const char *path, struct text *trouble_out)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    if (file == NULL) {
        *trouble_out = text_format(arena, "%s: %s", path, strerror(errno));
        return NO_TEXT;
    }
    char *data = arena_take_raw(arena, READ_BYTES_MAX);
    errno = 0;
    struct text text = {data, fread(data, 1, READ_BYTES_MAX, file)};
    if (ferror(file)) {
        *trouble_out = text_format(arena, "%s: %s", path, strerror(errno));
    }
    if (!is_input) {
        fclose(file);
    }
    return text;
}

struct checked_workflow cli_check_workflow(struct arena *arena, const char *path)
{
    struct checked_workflow checked = {.file = text_of(path)};
    struct text yaml = read_all(arena, path, &checked.trouble);
    if (text_is_given(checked.trouble)) {
        return checked;
    }
    enum status status =
        definition_read(arena, checked.file, yaml, &checked.workflow, &checked.complaints);
    if (status == STATUS_OK) {
        checked.made = workflow_net(arena, checked.workflow);
        soundness_check(arena, &checked.made->net, NULL, &checked.soundness);
    }
    return checked;
}

struct spot cli_fault_spot(const struct checked_workflow *checked, const struct unsound *fault)
{
    const struct workflow *workflow = checked->workflow;
    if (fault->transition != NET_NOTHING) {
        return workflow->transitions[checked->made->transitions[fault->transition]].at;
    }
    int place = net_next(&fault->places, 0);
    place = place >= 0 ? place : net_next(&fault->marking, 0);
    return place >= 0 ? workflow->places[place].at : (struct spot){0, 0};
}
