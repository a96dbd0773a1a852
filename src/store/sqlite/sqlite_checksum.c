/* sqlite_checksum.c - every page of a database file carries a checksum, seen to at every read.
 *
 * The checksum is the one SQLite's WAL uses: two sums over the page's words, each feeding the
 * other. Whatever a single word changes to, the result differs. It begins with the page's number,
 * so that a page that was written in another's place is noticed as well.
 */
#include "store/sqlite/sqlite_checksum.h"

#include "base/must.h"
#include "store/sqlite/sqlite_layer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CHECKSUM_BYTES = 8, PAGE_BYTES_MIN = 512, PAGE_BYTES_MAX = 65536 };

static sqlite3_file *below_of(sqlite3_file *file)
{
    return ((struct sqlite_layer_file *)(void *)file)->below;
}

/* SQLite reads and writes whole pages, but for a few bytes of the header. */
static bool is_page(int count, sqlite3_int64 offset)
{
    return count >= PAGE_BYTES_MIN && count <= PAGE_BYTES_MAX && (count & (count - 1)) == 0 &&
           offset % count == 0;
}

static void compute(const uint8_t *page, int count, sqlite3_int64 offset,
                    uint8_t checksum_out[CHECKSUM_BYTES])
{
    uint32_t first = (uint32_t)(offset / count) + 1;
    uint32_t second = 0;
    for (int i = 0; i < count - CHECKSUM_BYTES; i += 8) {
        uint32_t words[2];
        memcpy(words, page + i, sizeof words);
        first += words[0] + second;
        second += words[1] + first;
    }
    memcpy(checksum_out, &first, sizeof first);
    memcpy(checksum_out + sizeof first, &second, sizeof second);
}

/* A page that is in the file but was never written: a free one, or one that a crash left behind a
 * later page. SQLite does not take it for anything else. */
static bool is_hole(const uint8_t *page, int count)
{
    return page[0] == 0 && memcmp(page, page + 1, (size_t)count - 1) == 0;
}

static bool is_sound(const uint8_t *page, int count, sqlite3_int64 offset)
{
    uint8_t checksum[CHECKSUM_BYTES];
    compute(page, count, offset, checksum);
    return memcmp(checksum, page + count - CHECKSUM_BYTES, CHECKSUM_BYTES) == 0 ||
           is_hole(page, count);
}

static int on_close(sqlite3_file *file)
{
    return below_of(file)->pMethods->xClose(below_of(file));
}

static int on_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    int code = below_of(file)->pMethods->xRead(below_of(file), bytes, count, offset);
    if (code == SQLITE_OK && is_page(count, offset) && !is_sound(bytes, count, offset)) {
        return SQLITE_IOERR_DATA;
    }
    return code;
}

/* SQLite's buffer has the eight bytes free, but it is SQLite's: a copy is written. */
static int on_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    static _Thread_local uint8_t copy[PAGE_BYTES_MAX];
    if (is_page(count, offset)) {
        memcpy(copy, bytes, (size_t)count - CHECKSUM_BYTES);
        compute(copy, count, offset, copy + count - CHECKSUM_BYTES);
        bytes = copy;
    }
    return below_of(file)->pMethods->xWrite(below_of(file), bytes, count, offset);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return below_of(file)->pMethods->xTruncate(below_of(file), size);
}

static int on_sync(sqlite3_file *file, int flags)
{
    return below_of(file)->pMethods->xSync(below_of(file), flags);
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size_out)
{
    return below_of(file)->pMethods->xFileSize(below_of(file), size_out);
}

static int on_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
{
    return below_of(file)->pMethods->xShmMap(below_of(file), region, bytes, extend, out);
}

static int on_lock_shared(sqlite3_file *file, int offset, int count, int flags)
{
    return below_of(file)->pMethods->xShmLock(below_of(file), offset, count, flags);
}

static void on_barrier(sqlite3_file *file)
{
    below_of(file)->pMethods->xShmBarrier(below_of(file));
}

static int on_unmap(sqlite3_file *file, int deletes)
{
    return below_of(file)->pMethods->xShmUnmap(below_of(file), deletes);
}

/* Version 2: without xFetch nothing is mapped past the check. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
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
    .xShmMap = on_map,
    .xShmLock = on_lock_shared,
    .xShmBarrier = on_barrier,
    .xShmUnmap = on_unmap,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                   int *flags_out)
{
    sqlite3_vfs *below = sqlite_layer_below(vfs);
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return below->xOpen(below, name, file, flags, flags_out);
    }
    struct sqlite_layer_file *self = (struct sqlite_layer_file *)(void *)file;
    memset(self, 0, sizeof *self);
    self->below = (sqlite3_file *)(void *)(self + 1);
    int code = below->xOpen(below, name, self->below, flags, flags_out);
    if (code == SQLITE_OK) {
        MUST(self->below->pMethods->iVersion >= 2);
        self->file.pMethods = &methods;
    }
    return code;
}

static const struct sqlite_layer_kind kind = {
    .name = "checksum", .file_bytes = sizeof(struct sqlite_layer_file), .open = on_open};

const char *sqlite_checksum(const char *vfs)
{
    return sqlite_layer(&kind, vfs);
}

int sqlite_checksum_reserve(sqlite3 *db)
{
    int bytes = CHECKSUM_BYTES;
    return sqlite3_file_control(db, NULL, SQLITE_FCNTL_RESERVE_BYTES, &bytes);
}
