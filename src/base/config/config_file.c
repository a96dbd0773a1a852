/* config_file.c - the settings file: lines of `name = value`. */
#include "base/config/config_value.h"
#include "base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1024 * 1024 };

/* Fills the buffer, or less at the end of the file; -1 and errno on an error. */
static ssize_t read_fully(int file, char *buffer, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = read(file, buffer + done, bytes - done);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)done;
}

struct text config__read_file(struct arena *arena, const char *path, const char **why_out)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        *why_out = strerrordesc_np(errno);
        return NO_TEXT;
    }
    struct text content = NO_TEXT;
    struct stat about;
    if (fstat(file, &about) != 0) {
        *why_out = strerrordesc_np(errno);
        goto out;
    }
    if (!S_ISREG(about.st_mode) || about.st_size > FILE_BYTES_MAX) {
        *why_out = S_ISREG(about.st_mode) ? "it is larger than 1 MiB" : "it is no regular file";
        goto out;
    }
    char *buffer = arena_take_raw(arena, (size_t)about.st_size + 1);
    ssize_t bytes = read_fully(file, buffer, (size_t)about.st_size);
    if (bytes < 0) {
        *why_out = strerrordesc_np(errno);
        goto out;
    }
    buffer[bytes] = '\0';
    content = (struct text){buffer, (size_t)bytes};
    if (!text_is_utf8(content) || memchr(buffer, '\0', content.bytes) != NULL) {
        *why_out = "it is no text in UTF-8";
        content = NO_TEXT;
    }
out:
    close(file);
    return content;
}

/* Up to a # at the start or behind a space. */
static struct text without_comment(struct text line)
{
    for (size_t i = 0; i < line.bytes; i++) {
        bool may_begin = i == 0 || line.data[i - 1] == ' ' || line.data[i - 1] == '\t';
        if (line.data[i] == '#' && may_begin) {
            return text_slice(line, 0, i);
        }
    }
    return line;
}

/* What stands between the quotes; behind the second one only a comment may follow. */
static bool read_quoted(struct text written, struct text *value_out)
{
    struct text behind;
    if (!text_cut(text_slice(written, 1, written.bytes), '"', value_out, &behind)) {
        return false;
    }
    return text_trim(without_comment(behind)).bytes == 0;
}

bool config__next_line(struct text *rest_inout, struct config_line *line_inout,
                       const char **what_out)
{
    MUST(what_out != NULL);
    *what_out = NULL;
    if (rest_inout->data == NULL || rest_inout->bytes == 0) {
        return false;
    }
    struct text line;
    struct text rest = *rest_inout;
    text_cut(rest, '\n', &line, rest_inout);
    *line_inout = (struct config_line){.number = line_inout->number + 1};
    line = text_trim(line);
    if (without_comment(line).bytes == 0) {
        return true;
    }
    struct text written;
    if (!text_cut(line, '=', &line_inout->name, &written)) {
        *what_out = "this line is not of the form name = value";
        return true;
    }
    line_inout->name = text_trim(line_inout->name);
    written = text_trim(written);
    line_inout->value = text_trim(without_comment(written));
    if (written.bytes > 0 && written.data[0] == '"' && !read_quoted(written, &line_inout->value)) {
        *what_out = "the quotes of this value do not close at its end";
    }
    return true;
}
