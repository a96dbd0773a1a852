/* sqlite_gather.c - a VFS that writes neighbouring pieces of the WAL together. */
#include "store/sqlite/sqlite_gather.h"

#include "base/arena.h"
#include "store/sqlite/sqlite_layer.h"

#include <sqlite3.h>
#include <string.h>

/* SQLite's own unix layer writes at most 128 KiB less one byte at a time, and takes exactly 128 KiB
 * for a full disk. */
enum { GATHERED_BYTES_MAX = 120 * 1024 };

/* A WAL as SQLite sees it; the file below stands behind it in the same memory. */
struct gathering {
    sqlite3_file file; /* must be first */
    sqlite3_file *below;
    char *bytes;
    int count;            /* of bytes that are gathered */
    sqlite3_int64 offset; /* where they belong */
};

/* What could not be written is forgotten: SQLite hears of it and will write it again or give up. */
static int write_out(struct gathering *self)
{
    if (self->count == 0) {
        return SQLITE_OK;
    }
    int count = self->count;
    self->count = 0;
    return self->below->pMethods->xWrite(self->below, self->bytes, count, self->offset);
}

static int on_close(sqlite3_file *file)
{
    struct gathering *self = (struct gathering *)file;
    int written = write_out(self);
    int closed = self->below->pMethods->xClose(self->below);
    memory_free(self->bytes);
    self->bytes = NULL;
    return written == SQLITE_OK ? closed : written;
}

static int on_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    struct gathering *self = (struct gathering *)file;
    bool overlaps = offset < self->offset + self->count && self->offset < offset + count;
    int code = overlaps ? write_out(self) : SQLITE_OK;
    return code == SQLITE_OK ? self->below->pMethods->xRead(self->below, bytes, count, offset)
                             : code;
}

static int on_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    struct gathering *self = (struct gathering *)file;
    bool is_next = offset == self->offset + self->count;
    if (!is_next || count > GATHERED_BYTES_MAX - self->count) {
        int code = write_out(self);
        if (code != SQLITE_OK) {
            return code;
        }
        if (count > GATHERED_BYTES_MAX) {
            return self->below->pMethods->xWrite(self->below, bytes, count, offset);
        }
        self->offset = offset;
    }
    if (self->bytes == NULL) {
        self->bytes = memory_take(GATHERED_BYTES_MAX);
    }
    memcpy(self->bytes + self->count, bytes, (size_t)count);
    self->count += count;
    return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct gathering *self = (struct gathering *)file;
    int code = write_out(self);
    return code == SQLITE_OK ? self->below->pMethods->xTruncate(self->below, size) : code;
}

static int on_sync(sqlite3_file *file, int flags)
{
    struct gathering *self = (struct gathering *)file;
    int code = write_out(self);
    return code == SQLITE_OK ? self->below->pMethods->xSync(self->below, flags) : code;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    struct gathering *self = (struct gathering *)file;
    int code = write_out(self);
    return code == SQLITE_OK ? self->below->pMethods->xFileSize(self->below, size_out) : code;
}

static int on_lock(sqlite3_file *file, int level)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xLock(self->below, level);
}

static int on_unlock(sqlite3_file *file, int level)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xUnlock(self->below, level);
}

static int on_check_lock(sqlite3_file *file, int *held_out)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xCheckReservedLock(self->below, held_out);
}

static int on_control(sqlite3_file *file, int operation, void *argument)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xFileControl(self->below, operation, argument);
}

static int on_sector_size(sqlite3_file *file)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xSectorSize(self->below);
}

static int on_characteristics(sqlite3_file *file)
{
    struct gathering *self = (struct gathering *)file;
    return self->below->pMethods->xDeviceCharacteristics(self->below);
}

/* Version 1: shared memory and mapping belong to the database file, never to its WAL. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_characteristics,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                   int *flags_out)
{
    sqlite3_vfs *below = sqlite_layer_below(vfs);
    if ((flags & SQLITE_OPEN_WAL) == 0) {
        return below->xOpen(below, name, file, flags, flags_out);
    }
    struct gathering *self = (struct gathering *)file;
    memset(self, 0, sizeof *self);
    self->below = (sqlite3_file *)(self + 1);
    int code = below->xOpen(below, name, self->below, flags, flags_out);
    if (code == SQLITE_OK) {
        self->file.pMethods = &methods;
    }
    return code;
}

static const struct sqlite_layer_kind kind = {
    .name = "gather", .file_bytes = sizeof(struct gathering), .open = on_open};

const char *sqlite_gather(const char *vfs)
{
    return sqlite_layer(&kind, vfs);
}
