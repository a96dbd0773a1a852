/* cli_extend.c - reads the directory of workflows for the services that have cases. */
#include "cli/cli_extend.h"

#include "cli/cli_workflow.h"
#include "engine/engine.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 500, FILE_ROOM_BYTES = 2 * 1024 * 1024 };

static bool has_cases(const struct command_line *line)
{
    for (size_t i = 0; i < line->service_count; i++) {
        if (line->services[i]->cases != NULL) {
            return true;
        }
    }
    return false;
}

static bool is_workflow(const char *name)
{
    size_t bytes = strlen(name);
    return bytes > strlen(".yaml") && name[0] != '.' &&
           strcmp(name + bytes - strlen(".yaml"), ".yaml") == 0;
}

static int by_name(const void *left, const void *right)
{
    const struct engine_file *one = left;
    const struct engine_file *other = right;
    return text_compare(one->name, other->name);
}

struct files {
    struct arena *arena;
    const char *directory;
    struct engine_file *items;
    size_t count;
};

/* In memory as large as the file is. */
static void read_one(struct files *files, const char *name)
{
    struct engine_file *file = &files->items[files->count++];
    struct arena *scratch = arena_create("file", FILE_ROOM_BYTES);
    const char *path = text_format(files->arena, "%s/%s", files->directory, name).data;
    struct text trouble = NO_TEXT;
    struct text yaml = cli_read_workflow(scratch, path, &trouble);
    *file =
        (struct engine_file){.name = text_copy(files->arena, text_of(name)), .trouble = NO_TEXT};
    if (text_is_given(trouble)) {
        file->trouble = text_copy(files->arena, trouble);
    } else {
        file->yaml = text_copy(files->arena, yaml);
    }
    arena_destroy(&scratch);
}

/* False: errno says why. More files than there may be are no mistake of the disk: E2BIG. */
static bool read_directory(struct files *files)
{
    DIR *folder = opendir(files->directory);
    if (folder == NULL) {
        return false;
    }
    errno = 0;
    const struct dirent *entry = readdir(folder);
    while (entry != NULL && files->count < FILES_MAX) {
        if (is_workflow(entry->d_name)) {
            read_one(files, entry->d_name);
        }
        errno = 0;
        entry = readdir(folder);
    }
    int trouble = entry != NULL ? E2BIG : errno;
    closedir(folder);
    qsort(files->items, files->count, sizeof files->items[0], by_name);
    errno = trouble;
    return trouble == 0;
}

/* What a person has to change, rather than a disk that does not do its work. */
static bool is_of_the_setting(int trouble)
{
    return trouble == ENOENT || trouble == ENOTDIR || trouble == EACCES || trouble == EPERM ||
           trouble == ELOOP || trouble == ENAMETOOLONG || trouble == E2BIG;
}

/* Without a setting the directory may be absent. */
static int read_files(struct command_line *line, const struct config *config, struct files *files)
{
    struct text wanted = config_text(config, "cases.directory");
    bool is_named = wanted.bytes > 0;
    files->directory = is_named
                           ? text_copy(line->arena, wanted).data
                           : text_format(line->arena, "%s/workflows", cli_data(line, config)).data;
    if (read_directory(files) || (!is_named && (errno == ENOENT || errno == ENOTDIR))) {
        return EXIT_OK;
    }
    return cli_fail(is_of_the_setting(errno) ? EXIT_USAGE : EXIT_IO, "cases.directory: %s: %s",
                    files->directory,
                    errno == E2BIG ? "there are more than 500 workflows in it" : strerror(errno));
}

int cli_extend(struct command_line *line)
{
    if (!has_cases(line)) {
        return EXIT_OK;
    }
    const struct config *config = cli_config(line);
    struct files files = {.arena = line->arena,
                          .items = ARENA_ARRAY(line->arena, struct engine_file, FILES_MAX)};
    if (config == NULL) {
        return EXIT_USAGE;
    }
    int code = read_files(line, config, &files);
    if (code != EXIT_OK) {
        return code;
    }
    struct text error = NO_TEXT;
    const struct engine_options options = {.services = line->services,
                                           .service_count = line->service_count,
                                           .files = files.items,
                                           .file_count = files.count};
    enum status status = engine_extend(line->arena, &options, &line->services, &error);
    return status == STATUS_OK ? EXIT_OK
                               : cli_fail(cli_exit_code(status), "%.*s", TEXT_ARGS(error));
}
