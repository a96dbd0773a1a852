/* disk_rot_test.c - bytes change, files are cut, lost or exchanged while nobody looks.
 *
 * A database is left behind by a killed service (with a full WAL) or by one that ended well. Then
 * one bit is turned over, and the product opens what is there: it must say so at the start or at
 * the first use, or answer as if nothing had happened, but never wrongly and never by crashing.
 */
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/ledger_scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS = 30, FLIPS_OF_A_FILE = 350, SECONDS_MAX = 3600, WAL_FRAME_BYTES = 4096 + 24 };

enum outcome { HARMLESS, NOTICED, WRONG, CRASHED, OUTCOME_COUNT };

static uint64_t chance = 88172645463325252U;

static uint32_t pick(size_t limit)
{
    MUST(limit > 0);
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % limit);
}

static void be_quiet(void)
{
    if (getenv("KONTORA_TEST_LOUD") == NULL) {
        CHECK(freopen("/dev/null", "w", stderr) != NULL);
    }
}

static void leave_behind(struct disk *disk, bool is_killed)
{
    struct ledger ledger;
    ledger_init(&ledger, disk);
    CHECK_STATUS(ledger_open(&ledger), STATUS_OK);
    while (ledger.acknowledged < STEPS) {
        CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    }
    if (is_killed) {
        ledger_kill(&ledger);
    }
    ledger_finish(&ledger);
}

static uint32_t word_at(const struct disk_inode *file, size_t offset)
{
    uint32_t word;
    memcpy(&word, file->bytes + offset, sizeof word);
    return word;
}

/* A WAL is used again from its beginning; what counts are the frames that bear its newest salt. */
static size_t end_of_wal(const struct disk_inode *wal)
{
    size_t end = 32;
    while (end + WAL_FRAME_BYTES <= wal->size && word_at(wal, end + 8) == word_at(wal, 16) &&
           word_at(wal, end + 12) == word_at(wal, 20)) {
        end += WAL_FRAME_BYTES;
    }
    CHECK(end > 32 + 10 * WAL_FRAME_BYTES);
    return end;
}

/* What the product makes of it: the status of the start, or of the first use. */
static enum outcome look(struct disk *disk)
{
    struct ledger ledger;
    ledger_init(&ledger, disk);
    const char *complaint = NULL;
    enum outcome outcome = NOTICED;
    if (ledger_open(&ledger) == STATUS_OK) {
        ledger_check(&ledger, STEPS, STEPS, &complaint);
        outcome = complaint == NULL ? HARMLESS : NOTICED;
        if (complaint != NULL && strcmp(complaint, status_name(STATUS_CORRUPT)) != 0 &&
            strcmp(complaint, LEDGER_DAMAGE) != 0) {
            outcome = WRONG;
        }
    }
    ledger_finish(&ledger);
    return outcome;
}

static enum outcome look_apart(struct disk *disk)
{
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        _exit((int)look(disk));
    }
    int result = 0;
    waitpid(child, &result, 0);
    return WIFEXITED(result) && WEXITSTATUS(result) < CRASHED ? (enum outcome)WEXITSTATUS(result)
                                                              : CRASHED;
}

static void flip_in(const char *name, bool is_killed, int outcomes[OUTCOME_COUNT])
{
    be_quiet();
    struct disk *good = disk_create("good");
    struct disk *rotten = disk_create("rotten");
    leave_behind(good, is_killed);
    CHECK_INT(look_apart(good), HARMLESS);
    int flips = test_scale(FLIPS_OF_A_FILE);
    for (int i = 0; i < flips; i++) {
        disk_copy(rotten, good);
        struct disk_inode *file = disk_file(rotten, name);
        CHECK(file != NULL && file->size > 0);
        file->bytes[pick(file->size)] ^= (uint8_t)(1U << pick(8));
        outcomes[look_apart(rotten)]++;
    }
    printf("# %s: %d flips, %d harmless, %d noticed, %d wrong, %d crashed\n", name, flips,
           outcomes[HARMLESS], outcomes[NOTICED], outcomes[WRONG], outcomes[CRASHED]);
    CHECK_INT(outcomes[CRASHED], 0);
    disk_destroy(&good);
    disk_destroy(&rotten);
}

static void the_wal_rots(void)
{
    int outcomes[OUTCOME_COUNT] = {0};
    flip_in("ledger.db-wal", true, outcomes);
    CHECK_INT(outcomes[WRONG], 0);
    CHECK(outcomes[NOTICED] > 0);
}

static void the_mark_rots(void)
{
    int outcomes[OUTCOME_COUNT] = {0};
    flip_in("ledger.mark", true, outcomes);
    CHECK_INT(outcomes[WRONG], 0);
    CHECK(outcomes[HARMLESS] > 0);
}

static void the_database_rots(void)
{
    int outcomes[OUTCOME_COUNT] = {0};
    flip_in("ledger.db", false, outcomes);
    CHECK_INT(outcomes[WRONG], 0);
    CHECK(outcomes[NOTICED] > 0);
}

/* ---- files that are cut, lost or exchanged ---- */

static struct disk *disk;

static void begin(bool is_killed)
{
    be_quiet();
    disk = disk_create("disk");
    leave_behind(disk, is_killed);
}

/* Opens as the program does; the sentence says what a person needs to know. */
static enum status open_again(bool accept_loss, char *sentence_out, size_t bytes)
{
    struct sqlite_options options = {.directory = "disk",
                                     .schema = "ledger",
                                     .vfs = disk->vfs.zName,
                                     .accept_loss = accept_loss};
    struct store_source *source = NULL;
    struct text error = TEXT("");
    enum status status = sqlite_source(&options, &source, &error);
    snprintf(sentence_out, bytes, "%.*s", TEXT_ARGS(error));
    if (status == STATUS_OK) {
        source->destroy(source);
    }
    return status;
}

static void must_be_refused(const char *says)
{
    char sentence[1024];
    CHECK_STATUS(open_again(false, sentence, sizeof sentence), STATUS_CORRUPT);
    printf("# %s\n", sentence);
    CHECK(strstr(sentence, says) != NULL);
    CHECK(strstr(sentence, "--accept-loss ledger") != NULL);
    CHECK_STATUS(open_again(false, sentence, sizeof sentence), STATUS_CORRUPT); /* and stays so */
    CHECK_STATUS(open_again(true, sentence, sizeof sentence), STATUS_OK);
    CHECK_STATUS(open_again(false, sentence, sizeof sentence), STATUS_OK); /* it is settled now */
    disk_destroy(&disk);
}

static void a_cut_wal_is_refused(void)
{
    begin(true);
    struct disk_inode *wal = disk_file(disk, "ledger.db-wal");
    disk_inode_truncate(wal, end_of_wal(wal) - 3 * WAL_FRAME_BYTES);
    must_be_refused("acknowledged commits are missing");
}

/* SQLite itself says "ok" to this one. */
static void one_bit_before_the_end_of_the_wal_is_refused(void)
{
    begin(true);
    struct disk_inode *wal = disk_file(disk, "ledger.db-wal");
    wal->bytes[end_of_wal(wal) - 2 * WAL_FRAME_BYTES - 100] ^= 1;
    must_be_refused("acknowledged commits are missing");
}

static void a_lost_wal_is_refused(void)
{
    begin(true);
    disk_remove(disk, "ledger.db-wal");
    must_be_refused("acknowledged commits are missing");
}

static void a_lost_database_is_refused(void)
{
    begin(false);
    disk_remove(disk, "ledger.db");
    disk_remove(disk, "ledger.db-wal");
    must_be_refused("acknowledged commits are missing");
}

static void a_lost_mark_is_refused(void)
{
    begin(false);
    disk_remove(disk, "ledger.mark");
    must_be_refused("is missing or damaged");
}

static void an_emptied_mark_is_refused(void)
{
    begin(false);
    struct disk_inode *mark = disk_file(disk, "ledger.mark");
    memset(mark->bytes, 0, mark->size);
    must_be_refused("is missing or damaged");
}

static void copy_file(struct disk *from, const char *name)
{
    const struct disk_inode *other = disk_file(from, name);
    disk_remove(disk, name);
    if (other != NULL) {
        int inode = disk_touch(disk, name);
        disk_inode_write(&disk->inodes[inode], 0, other->bytes, other->size);
    }
}

static void an_older_copy_is_refused(void)
{
    begin(false);
    struct disk *older = disk_create("older");
    disk_copy(older, disk);
    struct ledger ledger;
    ledger_init(&ledger, disk);
    CHECK_STATUS(ledger_open(&ledger), STATUS_OK);
    ledger_believe(&ledger);
    CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    ledger_finish(&ledger);
    copy_file(older, "ledger.db");
    copy_file(older, "ledger.db-wal");
    must_be_refused("acknowledged commits are missing");
}

static void an_older_mark_is_refused(void)
{
    begin(false);
    struct disk *older = disk_create("older");
    disk_copy(older, disk);
    struct ledger ledger;
    ledger_init(&ledger, disk);
    CHECK_STATUS(ledger_open(&ledger), STATUS_OK);
    ledger_believe(&ledger);
    CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    ledger_finish(&ledger);
    copy_file(older, "ledger.mark");
    must_be_refused("one of them is a copy");
}

/* Two lives of equal length: the number is the same, the commits are not. */
static void the_mark_of_another_database_is_refused(void)
{
    begin(false);
    struct disk *stranger = disk_create("stranger");
    leave_behind(stranger, false);
    copy_file(stranger, "ledger.mark");
    must_be_refused("tell different stories");
}

static void garbage_is_refused(void)
{
    begin(false);
    struct disk_inode *file = disk_file(disk, "ledger.db");
    memset(file->bytes, 'x', 4096);
    char sentence[1024];
    CHECK_STATUS(open_again(false, sentence, sizeof sentence), STATUS_CORRUPT);
    CHECK_STATUS(open_again(true, sentence, sizeof sentence), STATUS_CORRUPT);
    printf("# %s\n", sentence);
    disk_destroy(&disk);
}

static void a_database_of_somebody_else_is_refused(void)
{
    be_quiet();
    disk = disk_create("disk");
    sqlite3 *db = NULL;
    CHECK_INT(sqlite3_open_v2("disk/ledger.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              disk->vfs.zName),
              SQLITE_OK);
    CHECK_INT(sqlite3_exec(db, "CREATE TABLE stranger (number)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    char sentence[1024];
    CHECK_STATUS(open_again(false, sentence, sizeof sentence), STATUS_CORRUPT);
    CHECK(strstr(sentence, "no database of this program") != NULL);
    disk_destroy(&disk);
}

#define SLOW(test_name, function)                                                                  \
    {                                                                                              \
        .name = (test_name), .run = (function), .seconds_max = SECONDS_MAX                         \
    }
#define TEST(test_name, function)                                                                  \
    {                                                                                              \
        .name = (test_name), .run = (function)                                                     \
    }

static const struct test tests[] = {
    SLOW("the WAL rots", the_wal_rots),
    SLOW("the mark rots", the_mark_rots),
    SLOW("the database rots", the_database_rots),
    TEST("a cut WAL is refused", a_cut_wal_is_refused),
    TEST("one bit before the end of the WAL is refused",
         one_bit_before_the_end_of_the_wal_is_refused),
    TEST("a lost WAL is refused", a_lost_wal_is_refused),
    TEST("a lost database is refused", a_lost_database_is_refused),
    TEST("a lost mark is refused", a_lost_mark_is_refused),
    TEST("an emptied mark is refused", an_emptied_mark_is_refused),
    TEST("an older copy is refused", an_older_copy_is_refused),
    TEST("an older mark is refused", an_older_mark_is_refused),
    TEST("the mark of another database is refused", the_mark_of_another_database_is_refused),
    TEST("garbage is refused", garbage_is_refused),
    TEST("a database of somebody else is refused", a_database_of_somebody_else_is_refused),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
