/* sqlite_mark.c - the high-water mark: what the newest acknowledged commit was, kept beside a file.
 *
 * Two slots are written in turn, so that a torn write damages the older one only. They lie in
 * different 4 KiB blocks, because a disk may write nothing smaller than that.
 *
 *   slot of even numbers at 0, of odd numbers at 4096:
 *      0        8         16       24          32                  512
 *      | magic  | number  | chain  | checksum  | zeros ...          |
 *
 * Numbers are little-endian. The checksum is FNV-1a over the 24 bytes before it: it tells any
 * single changed byte and, with 64 bits, garbage; it is no defence against a forger, who could
 * rewrite the database as well.
 */
#include "store/sqlite/sqlite_mark.h"

#include "base/arena.h"
#include "base/must.h"

#include <string.h>

enum { SLOT_BYTES = 512, SLOT_DISTANCE = 4096, SLOT_COUNT = 2, CHECKED_BYTES = 24 };

static const char magic[8] = {'K', 'O', 'N', 'T', 'M', 'A', 'R', '1'};

static void put_number(uint8_t *bytes, uint64_t number)
{
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
}

static uint64_t get_number(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static uint64_t checksum(const uint8_t *bytes)
{
    uint64_t sum = 0xcbf29ce484222325U;
    for (int i = 0; i < CHECKED_BYTES; i++) {
        sum = (sum ^ bytes[i]) * 0x100000001b3U;
    }
    return sum;
}

static int64_t slot_of(int64_t number)
{
    return (number % SLOT_COUNT) * SLOT_DISTANCE;
}

static bool decode(const uint8_t *slot, struct sqlite_commit *commit_out)
{
    if (memcmp(slot, magic, sizeof magic) != 0 || get_number(slot + 24) != checksum(slot)) {
        return false;
    }
    commit_out->number = (int64_t)get_number(slot + 8);
    commit_out->chain = (int64_t)get_number(slot + 16);
    return commit_out->number >= 0;
}

enum status sqlite_mark_open(struct sqlite_mark *mark, sqlite3_vfs *vfs, const char *path,
                             bool may_create)
{
    MUST(mark->file == NULL);
    size_t path_bytes = strlen(path) + 1;
    mark->path = memory_take(path_bytes + 1); /* a VFS may look for a second NUL */
    memcpy(mark->path, path, path_bytes);
    int is_there = 0;
    if (!may_create &&
        vfs->xAccess(vfs, mark->path, SQLITE_ACCESS_EXISTS, &is_there) == SQLITE_OK && !is_there) {
        sqlite_mark_close(mark);
        return STATUS_ABSENT;
    }
    /* As a "super journal" the file has no locks, and its first sync syncs the directory too. */
    int flags = SQLITE_OPEN_SUPER_JOURNAL |
                (may_create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    int got = 0;
    mark->file = memory_take((size_t)vfs->szOsFile);
    int code = vfs->xOpen(vfs, mark->path, mark->file, flags, &got);
    if (code == SQLITE_OK && (!may_create || (got & SQLITE_OPEN_READWRITE))) {
        return STATUS_OK;
    }
    sqlite_mark_close(mark);
    return STATUS_UNAVAILABLE;
}

void sqlite_mark_close(struct sqlite_mark *mark)
{
    if (mark->file != NULL && mark->file->pMethods != NULL) {
        mark->file->pMethods->xClose(mark->file);
    }
    memory_free(mark->file);
    memory_free(mark->path);
    *mark = (struct sqlite_mark){0};
}

enum status sqlite_mark_read(struct sqlite_mark *mark, struct sqlite_commit *newest_out)
{
    MUST(mark->file != NULL);
    bool is_found = false;
    for (int i = 0; i < SLOT_COUNT; i++) {
        uint8_t slot[SLOT_BYTES] = {0};
        int code = mark->file->pMethods->xRead(mark->file, slot, SLOT_BYTES, i * SLOT_DISTANCE);
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
            return STATUS_UNAVAILABLE;
        }
        struct sqlite_commit commit;
        if (!decode(slot, &commit) || slot_of(commit.number) != i * SLOT_DISTANCE) {
            continue;
        }
        if (!is_found || commit.number > newest_out->number) {
            *newest_out = commit;
        }
        is_found = true;
    }
    return is_found ? STATUS_OK : STATUS_ABSENT;
}

static int put_slot(struct sqlite_mark *mark, struct sqlite_commit commit)
{
    uint8_t slot[SLOT_BYTES] = {0};
    memcpy(slot, magic, sizeof magic);
    put_number(slot + 8, (uint64_t)commit.number);
    put_number(slot + 16, (uint64_t)commit.chain);
    put_number(slot + 24, checksum(slot));
    return mark->file->pMethods->xWrite(mark->file, slot, SLOT_BYTES, slot_of(commit.number));
}

enum status sqlite_mark_write(struct sqlite_mark *mark, struct sqlite_commit commit)
{
    MUST(mark->file != NULL && commit.number >= 0);
    int code = put_slot(mark, commit);
    if (code == SQLITE_OK) {
        code = mark->file->pMethods->xSync(mark->file, SQLITE_SYNC_NORMAL);
    }
    return code == SQLITE_OK ? STATUS_OK : STATUS_UNCERTAIN;
}

enum status sqlite_mark_reset(struct sqlite_mark *mark, struct sqlite_commit commit)
{
    MUST(mark->file != NULL);
    static const uint8_t zeros[SLOT_BYTES];
    int64_t other = slot_of(commit.number + 1);
    if (mark->file->pMethods->xWrite(mark->file, zeros, SLOT_BYTES, other) != SQLITE_OK) {
        return STATUS_UNCERTAIN;
    }
    return sqlite_mark_write(mark, commit);
}

enum sqlite_verdict sqlite_mark_judge(struct sqlite_position position,
                                      const struct sqlite_commit *mark)
{
    int64_t number = position.commit.number;
    MUST(number >= 0);
    if (mark == NULL) {
        return number == 0 ? VERDICT_FRESH : VERDICT_NO_MARK;
    }
    if (position.is_new) {
        return mark->number == 0 ? VERDICT_FRESH : VERDICT_LOSS;
    }
    if (mark->number > number) {
        return VERDICT_LOSS;
    }
    if (mark->number == number && mark->chain == position.commit.chain) {
        return VERDICT_SAME;
    }
    if (mark->number == number) {
        return number == 0 ? VERDICT_FRESH : VERDICT_OTHER;
    }
    if (mark->number < number - 1) {
        return VERDICT_OLD_MARK;
    }
    return mark->chain == position.previous_chain ? VERDICT_ONE_AHEAD : VERDICT_OTHER;
}
