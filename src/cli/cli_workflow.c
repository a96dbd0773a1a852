/* cli_workflow.c - reads a workflow file and has it judged. */
#include "cli/cli_workflow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { READ_BYTES_MAX = 1024 * 1024 }; /* the reader refuses less, and says what the limit is */

struct text cli_read_workflow(struct arena *arena, const char *path, struct text *trouble_out)
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
    struct text yaml = cli_read_workflow(arena, path, &checked.trouble);
    if (!text_is_given(checked.trouble)) {
        const struct recipe_source source = {.file = checked.file, .yaml = yaml};
        recipe_judge(arena, &source, &checked.judged);
    }
    return checked;
}
