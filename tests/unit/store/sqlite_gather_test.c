/* sqlite_gather_test.c - what reaches the disk below, when, and in how many pieces. */
#include "store/sqlite/sqlite_gather.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/memory_disk.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096, HEADER = 24, MANY = 100 };

struct bench {
    struct disk *disk;
    sqlite3_file *wal;
};

static struct bench set_up(int kind)
{
    struct bench bench = {.disk = disk_create("memory")};
    sqlite3_vfs *vfs = sqlite3_vfs_find(sqlite_gather("memory"));
    CHECK(vfs != NULL);
    bench.disk->is_recording = true;
    bench.wal = calloc(1, (size_t)vfs->szOsFile);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind;
    CHECK_INT(vfs->xOpen(vfs, "a.db-wal", bench.wal, flags, NULL), SQLITE_OK);
    return bench;
}

static void tear_down(struct bench *bench)
{
    CHECK_INT(bench->wal->pMethods->xClose(bench->wal), SQLITE_OK);
    free(bench->wal);
    disk_destroy(&bench->disk);
}

static int count_writes(const struct disk *disk)
{
    int writes = 0;
    for (size_t i = 0; i < disk->operation_count; i++) {
        writes += disk->operations[i].kind == DISK_WRITE;
    }
    return writes;
}

static int write_piece(struct bench *bench, char letter, int bytes, sqlite3_int64 offset)
{
    char piece[PIECE];
    memset(piece, letter, sizeof piece);
    return bench->wal->pMethods->xWrite(bench->wal, piece, bytes, offset);
}

static void neighbours_are_written_once_at_the_sync(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    for (int i = 0; i < 10; i++) {
        sqlite3_int64 offset = (sqlite3_int64)i * (HEADER + PIECE);
        CHECK_INT(write_piece(&bench, 'h', HEADER, offset), SQLITE_OK);
        CHECK_INT(write_piece(&bench, (char)('a' + i), PIECE, offset + HEADER), SQLITE_OK);
    }
    CHECK_INT(count_writes(bench.disk), 0);
    CHECK_INT(bench.wal->pMethods->xSync(bench.wal, SQLITE_SYNC_NORMAL), SQLITE_OK);
    CHECK_INT(count_writes(bench.disk), 1);
    const struct disk_inode *file = disk_file(bench.disk, "a.db-wal");
    CHECK_INT(file->size, 10 * (HEADER + PIECE));
    CHECK_INT(file->bytes[HEADER], 'a');
    CHECK_INT(file->bytes[file->size - 1], 'j');
    tear_down(&bench);
}

static void more_than_fits_goes_out_in_order(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(write_piece(&bench, (char)i, PIECE, (sqlite3_int64)i * PIECE), SQLITE_OK);
    }
    CHECK_INT(bench.wal->pMethods->xSync(bench.wal, SQLITE_SYNC_NORMAL), SQLITE_OK);
    CHECK_INT(count_writes(bench.disk), 4); /* 30 pieces in each */
    const struct disk_inode *file = disk_file(bench.disk, "a.db-wal");
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(file->bytes[i * PIECE], i);
    }
    tear_down(&bench);
}

static void what_is_read_back_is_written_first(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    char seen[PIECE];
    CHECK_INT(write_piece(&bench, 'x', PIECE, 0), SQLITE_OK);
    CHECK_INT(bench.wal->pMethods->xRead(bench.wal, seen, PIECE, 8L * PIECE),
              SQLITE_IOERR_SHORT_READ);
    CHECK_INT(count_writes(bench.disk), 0); /* elsewhere: no reason to write */
    CHECK_INT(bench.wal->pMethods->xRead(bench.wal, seen, PIECE, 0), SQLITE_OK);
    CHECK_INT(seen[PIECE - 1], 'x');
    tear_down(&bench);
}

static void a_jump_starts_a_new_piece(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    CHECK_INT(write_piece(&bench, 'x', PIECE, 0), SQLITE_OK);
    CHECK_INT(write_piece(&bench, 'y', PIECE, 2L * PIECE), SQLITE_OK);
    CHECK_INT(write_piece(&bench, 'z', PIECE, 0), SQLITE_OK); /* the later one wins */
    CHECK_INT(bench.wal->pMethods->xSync(bench.wal, SQLITE_SYNC_NORMAL), SQLITE_OK);
    CHECK_INT(count_writes(bench.disk), 3);
    CHECK_INT(disk_file(bench.disk, "a.db-wal")->bytes[0], 'z');
    tear_down(&bench);
}

static void size_and_truncation_count_what_is_gathered(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    sqlite3_int64 size = 0;
    CHECK_INT(write_piece(&bench, 'x', PIECE, 0), SQLITE_OK);
    CHECK_INT(bench.wal->pMethods->xFileSize(bench.wal, &size), SQLITE_OK);
    CHECK_INT(size, PIECE);
    CHECK_INT(write_piece(&bench, 'y', PIECE, PIECE), SQLITE_OK);
    CHECK_INT(bench.wal->pMethods->xTruncate(bench.wal, 0), SQLITE_OK);
    CHECK_INT(disk_file(bench.disk, "a.db-wal")->size, 0);
    tear_down(&bench);
}

static void a_failed_write_is_told_at_the_sync_and_forgotten(void)
{
    struct bench bench = set_up(SQLITE_OPEN_WAL);
    bench.disk->fault = (struct disk_fault){.calls = DISK_CALL_WRITE, .error = DISK_ERROR_IO};
    CHECK_INT(write_piece(&bench, 'x', PIECE, 0), SQLITE_OK);
    CHECK(bench.wal->pMethods->xSync(bench.wal, SQLITE_SYNC_NORMAL) != SQLITE_OK);
    int writes = count_writes(bench.disk); /* half a piece may have reached the disk, as in life */
    CHECK_INT(bench.wal->pMethods->xSync(bench.wal, SQLITE_SYNC_NORMAL), SQLITE_OK);
    CHECK_INT(count_writes(bench.disk), writes);
    tear_down(&bench);
}

static void other_files_pass_through(void)
{
    struct bench bench = set_up(SQLITE_OPEN_MAIN_DB);
    CHECK_INT(write_piece(&bench, 'x', PIECE, 0), SQLITE_OK);
    CHECK_INT(count_writes(bench.disk), 1);
    tear_down(&bench);
}

static const struct test tests[] = {
    {"neighbours_are_written_once_at_the_sync", neighbours_are_written_once_at_the_sync, 0},
    {"more_than_fits_goes_out_in_order", more_than_fits_goes_out_in_order, 0},
    {"what_is_read_back_is_written_first", what_is_read_back_is_written_first, 0},
    {"a_jump_starts_a_new_piece", a_jump_starts_a_new_piece, 0},
    {"size_and_truncation_count_what_is_gathered", size_and_truncation_count_what_is_gathered, 0},
    {"a_failed_write_is_told_at_the_sync_and_forgotten",
     a_failed_write_is_told_at_the_sync_and_forgotten, 0},
    {"other_files_pass_through", other_files_pass_through, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
