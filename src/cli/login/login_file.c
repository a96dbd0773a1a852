/* login_file.c - reads and writes what `kontora login` keeps. */
#include "cli/login/login_file.h"

#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4096, VALUES_MAX = 16 };

struct text login_path(struct arena *arena)
{
    const char *folder = secure_getenv("XDG_CONFIG_HOME");
    const char *home = secure_getenv("HOME");
    if (folder != NULL && folder[0] == '/') {
        return text_format(arena, "%s/kontora/login.json", folder);
    }
    return home != NULL && home[0] == '/'
               ? text_format(arena, "%s/.config/kontora/login.json", home)
               : NO_TEXT;
}

static enum status read_file(struct arena *arena, struct text path, struct text *bytes_out)
{
    struct stat seen;
    char *bytes = arena_take(arena, FILE_BYTES_MAX);
    int file = open(path.data, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == ENOENT ? STATUS_ABSENT : STATUS_UNAVAILABLE;
    }
    bool is_his_alone = fstat(file, &seen) == 0 && (seen.st_mode & 0077) == 0;
    ssize_t count = read(file, bytes, FILE_BYTES_MAX);
    close(file);
    if (!is_his_alone || count <= 0 || count >= FILE_BYTES_MAX) {
        return STATUS_MALFORMED;
    }
    *bytes_out = (struct text){bytes, (size_t)count};
    return STATUS_OK;
}

static struct text member(const struct json *object, const char *name)
{
    const struct json *found = json_member(object, text_of(name));
    return found != NULL && found->kind == JSON_STRING ? found->text : NO_TEXT;
}

enum status login_read(struct arena *arena, struct text path, struct login *login_out)
{
    struct text bytes;
    const struct json *root = NULL;
    struct json_error error;
    enum status status = read_file(arena, path, &bytes);
    if (status != STATUS_OK) {
        return status;
    }
    if (json_read(arena, bytes, VALUES_MAX, &root, &error) != STATUS_OK) {
        return STATUS_MALFORMED;
    }
    const struct json *expires = json_member(root, TEXT("expires_at_ms"));
    login_out->address = member(root, "address");
    login_out->access = member(root, "access_token");
    login_out->refresh = member(root, "refresh_token");
    bool is_whole = login_out->address.data != NULL && login_out->access.data != NULL &&
                    login_out->refresh.data != NULL && expires != NULL &&
                    expires->kind == JSON_NUMBER &&
                    json_to_integer(expires, &login_out->expires_at);
    return is_whole ? STATUS_OK : STATUS_MALFORMED;
}

/* The folder of the file, and the one above it. */
static void make_folders(struct arena *arena, struct text path)
{
    struct text parts[2] = {path, path};
    for (size_t i = 0; i < 2; i++) {
        size_t end = i == 0 ? path.bytes : parts[0].bytes;
        while (end > 0 && path.data[end - 1] != '/') {
            end--;
        }
        parts[i] = text_slice(path, 0, end > 0 ? end - 1 : 0);
    }
    (void)!mkdir(text_copy(arena, parts[1]).data, 0700);
    (void)!mkdir(text_copy(arena, parts[0]).data, 0700);
}

static struct text written(struct arena *arena, const struct login *login)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "address");
    json_put_text(&writer, login->address);
    json_key(&writer, "access_token");
    json_put_text(&writer, login->access);
    json_key(&writer, "refresh_token");
    json_put_text(&writer, login->refresh);
    json_key(&writer, "expires_at_ms");
    json_put_integer(&writer, login->expires_at);
    json_end_object(&writer);
    return json_written(&writer);
}

enum status login_write(struct arena *arena, struct text path, const struct login *login)
{
    struct text bytes = written(arena, login);
    const char *beside = text_format(arena, "%.*s.new", TEXT_ARGS(path)).data;
    make_folders(arena, path);
    (void)!unlink(beside);
    int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return STATUS_UNAVAILABLE;
    }
    bool is_written =
        write(file, bytes.data, bytes.bytes) == (ssize_t)bytes.bytes && fsync(file) == 0;
    is_written = close(file) == 0 && is_written;
    is_written = is_written && rename(beside, path.data) == 0;
    return is_written ? STATUS_OK : STATUS_UNAVAILABLE;
}
