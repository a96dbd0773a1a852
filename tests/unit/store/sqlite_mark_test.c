/* sqlite_mark_test.c - the high-water mark is written in turn, read back, and judged. */
#include "store/sqlite/sqlite_mark.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/memory_disk.h"

#include <string.h>

static struct disk *disk;
static struct sqlite_mark mark;

static void begin(void)
{
    disk = disk_create("marks");
    CHECK_STATUS(sqlite_mark_open(&mark, &disk->vfs, "disk/a.mark", true), STATUS_OK);
}

static void end(void)
{
    sqlite_mark_close(&mark);
    disk_destroy(&disk);
}

static struct sqlite_commit commit_of(int64_t number)
{
    return (struct sqlite_commit){.number = number, .chain = number ^ 0x5bd1e995};
}

static void must_read(int64_t number)
{
    struct sqlite_commit newest = {0};
    CHECK_STATUS(sqlite_mark_read(&mark, &newest), STATUS_OK);
    CHECK_INT(newest.number, number);
    CHECK_INT(newest.chain, commit_of(number).chain);
}

static void the_newest_is_read_back(void)
{
    begin();
    struct sqlite_commit newest;
    CHECK_STATUS(sqlite_mark_read(&mark, &newest), STATUS_ABSENT);
    for (int64_t i = 0; i < 10; i++) {
        CHECK_STATUS(sqlite_mark_write(&mark, commit_of(i)), STATUS_OK);
        must_read(i);
    }
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(INT64_MAX)), STATUS_OK);
    must_read(INT64_MAX);
    end();
}

static void every_bit_of_the_newest_matters(void)
{
    begin();
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(6)), STATUS_OK);
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(7)), STATUS_OK);
    struct disk_inode *file = disk_file(disk, "a.mark");
    for (size_t bit = 0; bit < 32 * 8; bit++) {
        uint8_t *byte = &file->bytes[4096 + bit / 8];
        *byte ^= (uint8_t)(1U << bit % 8);
        must_read(6); /* the slot before it still stands */
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    must_read(7);
    end();
}

static void a_slot_in_the_wrong_place_is_none(void)
{
    begin();
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(6)), STATUS_OK);
    struct disk_inode *file = disk_file(disk, "a.mark");
    uint8_t slot[512];
    memcpy(slot, file->bytes, sizeof slot);
    disk_inode_write(file, 4096, slot, sizeof slot);
    disk_inode_write(file, 0, (uint8_t[512]){0}, 512);
    struct sqlite_commit newest;
    CHECK_STATUS(sqlite_mark_read(&mark, &newest), STATUS_ABSENT);
    end();
}

static void a_reset_forgets_the_future(void)
{
    begin();
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(100)), STATUS_OK);
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(101)), STATUS_OK);
    CHECK_STATUS(sqlite_mark_reset(&mark, commit_of(40)), STATUS_OK);
    must_read(40);
    CHECK_STATUS(sqlite_mark_reset(&mark, commit_of(41)), STATUS_OK);
    must_read(41);
    end();
}

static void a_failing_disk_is_uncertain(void)
{
    begin();
    disk->fault = (struct disk_fault){.calls = DISK_CALL_SYNC};
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(1)), STATUS_UNCERTAIN);
    disk->fault = (struct disk_fault){.calls = DISK_CALL_WRITE};
    CHECK_STATUS(sqlite_mark_write(&mark, commit_of(2)), STATUS_UNCERTAIN);
    disk->fault = (struct disk_fault){.calls = DISK_CALL_READ};
    struct sqlite_commit newest;
    CHECK_STATUS(sqlite_mark_read(&mark, &newest), STATUS_UNAVAILABLE);
    end();
}

static void a_mark_that_is_not_there_is_not_made(void)
{
    disk = disk_create("marks");
    CHECK_STATUS(sqlite_mark_open(&mark, &disk->vfs, "disk/b.mark", false), STATUS_ABSENT);
    CHECK(disk_file(disk, "b.mark") == NULL);
    end();
}

static void verdicts(void)
{
    static const struct {
        struct sqlite_position position;
        bool has_mark;
        struct sqlite_commit mark;
        enum sqlite_verdict expected;
    } examples[] = {
        {{true, {0, 0}, 0}, false, {0, 0}, VERDICT_FRESH},
        {{true, {0, 0}, 0}, true, {0, 5}, VERDICT_FRESH},
        {{true, {0, 0}, 0}, true, {1, 5}, VERDICT_LOSS},
        {{false, {0, 4}, 4}, false, {0, 0}, VERDICT_FRESH},
        {{false, {0, 4}, 4}, true, {0, 4}, VERDICT_SAME},
        {{false, {0, 4}, 4}, true, {0, 5}, VERDICT_FRESH},
        {{false, {9, 4}, 3}, true, {9, 4}, VERDICT_SAME},
        {{false, {9, 4}, 3}, true, {9, 5}, VERDICT_OTHER},
        {{false, {9, 4}, 3}, true, {8, 3}, VERDICT_ONE_AHEAD},
        {{false, {9, 4}, 3}, true, {8, 4}, VERDICT_OTHER},
        {{false, {9, 4}, 3}, true, {7, 2}, VERDICT_OLD_MARK},
        {{false, {9, 4}, 3}, true, {10, 5}, VERDICT_LOSS},
        {{false, {9, 4}, 3}, true, {99, 4}, VERDICT_LOSS},
        {{false, {9, 4}, 3}, false, {0, 0}, VERDICT_NO_MARK},
        {{false, {1, 4}, 3}, false, {0, 0}, VERDICT_NO_MARK},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++) {
        CHECK_INT(sqlite_mark_judge(examples[i].position,
                                    examples[i].has_mark ? &examples[i].mark : NULL),
                  examples[i].expected);
    }
}

static const struct test tests[] = {
    {.name = "the newest is read back", .run = the_newest_is_read_back},
    {.name = "every bit of the newest matters", .run = every_bit_of_the_newest_matters},
    {.name = "a slot in the wrong place is none", .run = a_slot_in_the_wrong_place_is_none},
    {.name = "a reset forgets the future", .run = a_reset_forgets_the_future},
    {.name = "a failing disk is uncertain", .run = a_failing_disk_is_uncertain},
    {.name = "a mark that is not there is not made", .run = a_mark_that_is_not_there_is_not_made},
    {.name = "verdicts", .run = verdicts},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
