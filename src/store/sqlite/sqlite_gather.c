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
    struct sqlite_layer_file layer; /* must be first */
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
    return self->layer.below->pMethods->xWrite(self->layer.below, self->bytes, count, self->offset);
}

static int on_close(sqlite3_file *file)
{
    struct gathering *self = (struct gathering *)file;
    int written = write_out(self);
    int closed = self->layer.below->pMethods->xClose(self->layer.below);
    memory_free(self->bytes);
    self->bytes = NULL;
    return written == SQLITE_OK ? closed : written;
}

static int on_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    struct gathering *self = (struct gathering *)file;
    bool overlaps = offset < self->offset + self->count && self->offset < offset + count;
    int code = overlaps ? write_out(self) : SQLITE_OK;
    return code == SQLITE_OK
               ? self->layer.below->pMethods->xRead(self->layer.below, bytes, count, offset)
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
            return self->layer.below->pMethods->xWrite(self->layer.below, bytes, count, offset);
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
    return code == SQLITE_OK ? self->layer.below->pMethods->xTruncate(self->layer.below, size)
                             : code;
}

static int on_sync(sqlite3_file *file, int flags)
{
    struct gathering *self = (struct gathering *)file;
    int code = write_out(self);
    return code == SQLITE_OK ? self->layer.below->pMethods->xSync(self->layer.below, flags) : code;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    struct gathering *self = (struct gathering *)file;
    int code = write_out(self);
    return code == SQLITE_OK ? self->layer.below->pMethods->xFileSize(self->layer.below, size_out)
                             : code;
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
    .xLock = sqlite_layer_lock,
    .xUnlock = sqlite_layer_unlock,
    .xCheckReservedLock = sqlite_layer_check_lock,
    .xFileControl = sqlite_layer_control,
    .xSectorSize = sqlite_layer_sector_size,
    .xDeviceCharacteristics = sqlite_layer_characteristics,
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
    self->layer.below = (sqlite3_file *)(self + 1);
    int code = below->xOpen(below, name, self->layer.below, flags, flags_out);
    if (code == SQLITE_OK) {
        self->layer.file.pMethods = &methods;
    }
    return code;
}

static const struct sqlite_layer_kind kind = {
    .name = "gather", .file_bytes = sizeof(struct gathering), .open = on_open};

const char *sqlite_gather(const char *vfs)
{
    return sqlite_layer(&kind, vfs);
}
