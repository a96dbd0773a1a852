/* data_directory.c - makes, checks and locks the data directory. */
#include "runtime/start/data_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new directory is only there after a power loss when its parent was flushed too. */
static bool make_durably(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        return errno == EEXIST;
    }
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s/..", path);
    int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool flushed = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return flushed;
}

static enum status fail(struct arena *arena, enum status status, const char *path, const char *what,
                        struct text *error_out)
{
    *error_out = text_format(arena, "The data directory %s %s.", path, what);
    return status;
}

/* The holder has written its number into the file, for this sentence only. */
static enum status tell_holder(struct arena *arena, const char *path, int lock,
                               struct text *error_out)
{
    char holder[32] = "";
    ssize_t bytes = pread(lock, holder, sizeof holder - 1, 0);
    holder[bytes > 0 ? bytes : 0] = '\0';
    *error_out = text_format(arena,
                             "The data directory %s is served by another process (pid %s). Stop it "
                             "first, or give another directory with --data.",
                             path, holder[0] ? holder : "unknown");
    return STATUS_BUSY;
}

enum status data_directory_open(struct arena *arena, const char *path, int *lock_out,
                                struct text *error_out)
{
    struct stat seen;
    char lock_path[PATH_MAX];
    if (snprintf(lock_path, sizeof lock_path, "%s/lock", path) >= (int)sizeof lock_path) {
        return fail(arena, STATUS_MALFORMED, path, "has too long a name", error_out);
    }
    if (!make_durably(path)) {
        *error_out =
            text_format(arena, "The data directory %s cannot be made: %s.", path, strerror(errno));
        return STATUS_UNAVAILABLE;
    }
    if (stat(path, &seen) != 0 || !S_ISDIR(seen.st_mode)) {
        return fail(arena, STATUS_MALFORMED, path, "is not a directory", error_out);
    }
    if ((seen.st_mode & 0022) != 0) {
        return fail(arena, STATUS_MALFORMED, path,
                    "may be written by other users; take that away with chmod go-w", error_out);
    }
    int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        *error_out = text_format(arena, "The data directory %s cannot be written: %s.", path,
                                 strerror(errno));
        return STATUS_UNAVAILABLE;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        enum status status = tell_holder(arena, path, lock, error_out);
        close(lock);
        return status;
    }
    char own[32];
    int bytes = snprintf(own, sizeof own, "%ld", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, own, (size_t)bytes, 0) != bytes) {
        close(lock);
        return fail(arena, STATUS_FULL, path, "cannot be written: is the disk full?", error_out);
    }
    *lock_out = lock;
    return STATUS_OK;
}

void data_directory_close(int lock)
{
    close(lock); /* which also unlocks */
}
