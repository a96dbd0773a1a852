/* sqlite_recover.c - makes durable what a killed program may have left in the system's cache only.
 *
 * A commit that was never acknowledged may still be found at start: the WAL has it, and clients are
 * told about it from now on. But its sync may never have happened, or have failed; and after a
 * failed sync the system takes the pages for clean and will not write them again, however often
 * it is asked to sync. So the bytes of that commit, and of no other, are written once more.
 *
 *   the WAL:  header 32 | frame 24 + page | frame 24 + page | ...
 *   a frame:  page number 4 | size of the database after a commit, else 0: 4 | salts, checksums 16
 */
#include "store/sqlite/sqlite_parts.h"

#include "base/arena.h"

enum {
    HEADER_BYTES = 32,
    FRAME_HEADER_BYTES = 24,
    PAGE_BYTES_OFFSET = 8,
    COMMIT_OFFSET = 4,
    PAGE_BYTES_MIN = 512,
    PAGE_BYTES_MAX = 65536,
};

struct wal {
    sqlite3_file *file;
    int64_t frame_bytes;
    int frame_count; /* that count: up to the newest commit */
};

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t offset_of(const struct wal *wal, int frame)
{
    MUST(frame >= 1 && frame <= wal->frame_count + 1);
    return HEADER_BYTES + (frame - 1) * wal->frame_bytes;
}

/* frame_count is 0 when there is nothing in the WAL. */
static int find_wal(sqlite3 *db, struct wal *wal_out)
{
    *wal_out = (struct wal){0};
    int frames = 0;
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_NOOP, &frames, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_file_control(db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, (void *)&wal_out->file);
    }
    if (code != SQLITE_OK || frames <= 0) {
        return code;
    }
    uint8_t header[HEADER_BYTES];
    code = wal_out->file->pMethods->xRead(wal_out->file, header, HEADER_BYTES, 0);
    if (code != SQLITE_OK) {
        return code;
    }
    uint32_t page_bytes = big_endian(header + PAGE_BYTES_OFFSET);
    if (page_bytes < PAGE_BYTES_MIN || page_bytes > PAGE_BYTES_MAX) {
        return SQLITE_CORRUPT;
    }
    wal_out->frame_bytes = (int64_t)page_bytes + FRAME_HEADER_BYTES;
    wal_out->frame_count = frames;
    return SQLITE_OK;
}

/* The first frame of the newest commit: the one behind the commit before it. */
static int find_newest(const struct wal *wal, int *frame_out)
{
    int frame = wal->frame_count;
    while (frame > 1) {
        uint8_t header[FRAME_HEADER_BYTES];
        int code = wal->file->pMethods->xRead(wal->file, header, FRAME_HEADER_BYTES,
                                              offset_of(wal, frame - 1));
        if (code != SQLITE_OK) {
            return code;
        }
        if (big_endian(header + COMMIT_OFFSET) != 0) {
            break;
        }
        frame--;
    }
    *frame_out = frame;
    return SQLITE_OK;
}

static int write_again(const struct wal *wal, int first_frame)
{
    int bytes = (int)wal->frame_bytes;
    uint8_t *copy = memory_take((size_t)bytes);
    int code = SQLITE_OK;
    for (int frame = first_frame; code == SQLITE_OK && frame <= wal->frame_count; frame++) {
        code = wal->file->pMethods->xRead(wal->file, copy, bytes, offset_of(wal, frame));
        if (code == SQLITE_OK) {
            code = wal->file->pMethods->xWrite(wal->file, copy, bytes, offset_of(wal, frame));
        }
    }
    if (code == SQLITE_OK && first_frame == 1) {
        code = wal->file->pMethods->xRead(wal->file, copy, HEADER_BYTES, 0);
        if (code == SQLITE_OK) {
            code = wal->file->pMethods->xWrite(wal->file, copy, HEADER_BYTES, 0);
        }
    }
    memory_free(copy);
    return code;
}

int sqlite__secure_newest(sqlite3 *db)
{
    struct wal wal;
    int first_frame = 1;
    int code = find_wal(db, &wal);
    if (code != SQLITE_OK || wal.frame_count == 0) {
        return code; /* a checkpoint has copied and synced everything */
    }
    code = find_newest(&wal, &first_frame);
    if (code == SQLITE_OK) {
        code = write_again(&wal, first_frame);
    }
    if (code == SQLITE_OK) {
        code = wal.file->pMethods->xSync(wal.file, SQLITE_SYNC_NORMAL);
    }
    return code;
}

int sqlite__secure_creation(sqlite3 *db)
{
    struct wal wal;
    int code = find_wal(db, &wal);
    if (code == SQLITE_OK && wal.frame_count > 0) {
        code = write_again(&wal, 1);
    }
    if (code == SQLITE_OK && wal.frame_count > 0) {
        code = wal.file->pMethods->xSync(wal.file, SQLITE_SYNC_NORMAL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return code;
}
