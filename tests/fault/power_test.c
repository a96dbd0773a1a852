/* power_test.c - the power goes away at every operation of a service's life, and nothing is lost.
 *
 * A life on a recording disk (first start, migrations, commits, checkpoints, kills, a full disk,
 * restarts) is cut off before each of its operations. What the disk may hold then is worked out by
 * power_model.c, many times over, and each time the product's own code opens it. It must open
 * without a false alarm of the mark, and the books must show every acknowledged step and no half
 * one. The same attack must find each of the mistakes at the end, or it would prove nothing.
 */
#include "base/clock.h"
#include "store/sqlite/sqlite_checksum.h"
#include "tests/lib/check.h"
#include "tests/lib/disk/power_model.h"
#include "tests/lib/ledger_scenario.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    STATES_WANTED = 100000,
    RANDOM_STATES_LEAST = 10,
    OPERATIONS_LEAST = 1000,
    SECONDS_MAX = 3600,
    DEATHS = 16,
    FAILED_SYNCS = 14,
    STATES_BETWEEN_AFTERSHOCKS = 1000,
};

struct attack {
    enum power_directory directory;
    int random_states;
    bool stops_at_first;
    struct disk *base; /* of the second loss of power; NULL: there is none */
    struct disk *later;
    /* What came of it. */
    long states;
    long bad;
    long aftershocks;
};

/* Thousands of complaints about disks that fail on purpose help nobody. KONTORA_TEST_LOUD=1 shows
 * them, and where a MUST has failed. */
static void be_quiet(void)
{
    if (getenv("KONTORA_TEST_LOUD") == NULL) {
        CHECK(freopen("/dev/null", "w", stderr) != NULL);
    }
}

/* ---- the life that is recorded ---- */

static void take_steps(struct ledger *ledger, int count)
{
    for (int i = 0; i < count; i++) {
        enum status status = ledger_step(ledger);
        if (ledger->mistake == LEDGER_NO_MISTAKE) {
            CHECK_STATUS(status, STATUS_OK);
        }
    }
}

static void reopen(struct ledger *ledger)
{
    CHECK_STATUS(ledger_open(ledger), STATUS_OK);
    ledger_believe(ledger);
}

/* Dies in the middle of a step, a little later each time, and goes on with what is left. */
static void die_and_go_on(struct ledger *ledger, unsigned drops_at_start)
{
    for (int i = 1; i <= DEATHS; i++) {
        ledger->disk->operations_until_death = i;
        enum status status = STATUS_OK;
        while (status == STATUS_OK) {
            status = ledger_step(ledger);
        }
        ledger_kill(ledger);
        ledger->disk->drops = drops_at_start;
        reopen(ledger);
        ledger->disk->drops = 0;
        take_steps(ledger, i % 3);
    }
}

/* A sync fails, the program ends for it and starts again on what the system's cache shows. */
static void fail_syncs_and_go_on(struct ledger *ledger, unsigned drops_at_start)
{
    for (int i = 0; i < FAILED_SYNCS; i++) {
        ledger->disk->fault = (struct disk_fault){.calls = DISK_CALL_SYNC, .countdown = i % 7};
        enum status status = STATUS_OK;
        while (status == STATUS_OK) {
            status = ledger_step(ledger);
        }
        CHECK_STATUS(status, STATUS_UNCERTAIN);
        ledger->disk->fault.calls = 0;
        ledger_kill(ledger);
        ledger->disk->drops = drops_at_start;
        reopen(ledger);
        ledger->disk->drops = 0;
        take_steps(ledger, i % 3);
    }
}

static void fill_the_disk(struct ledger *ledger)
{
    ledger->disk->is_full = true;
    enum status status = STATUS_OK;
    for (int i = 0; i < 20 && status == STATUS_OK; i++) {
        status = ledger_step(ledger);
    }
    if (ledger->mistake == LEDGER_NO_MISTAKE) {
        CHECK_STATUS(status, STATUS_FULL);
        CHECK_STATUS(ledger_step(ledger), STATUS_FULL);
    }
    ledger->disk->is_full = false;
}

static void step_beside_a_reader(struct ledger *ledger)
{
    struct store *reader = NULL;
    CHECK_STATUS(ledger->source->open(ledger->source, STORE_READ, &reader), STATUS_OK);
    struct ledger watching = *ledger;
    watching.store = reader;
    const char *complaint = NULL;
    CHECK(ledger_check(&watching, 1, ledger->acknowledged, &complaint) > 0);
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    take_steps(ledger, 12);
    CHECK_STATUS(store_commit(reader), STATUS_OK);
    take_steps(ledger, 12);
    store_destroy(&reader);
}

static bool syncs(const struct ledger *ledger)
{
    return ledger->mistake != LEDGER_SYNCHRONOUS_NORMAL &&
           ledger->mistake != LEDGER_SYNCHRONOUS_OFF;
}

static void live(struct ledger *ledger, unsigned drops_at_start)
{
    CHECK_STATUS(ledger_open(ledger), STATUS_OK);
    take_steps(ledger, 25);
    ledger_close(ledger);
    reopen(ledger);
    take_steps(ledger, 12);
    if (syncs(ledger)) { /* a reader would see nothing of what is not synced */
        step_beside_a_reader(ledger);
    }
    fill_the_disk(ledger);
    take_steps(ledger, 3);
    if (syncs(ledger) && ledger->mistake != LEDGER_MARKS_BEFORE_COMMIT) {
        /* With the other mistakes it would not even start again. */
        die_and_go_on(ledger, drops_at_start);
        if (ledger->mistake != LEDGER_IGNORES_COMMIT) {
            fail_syncs_and_go_on(ledger, drops_at_start);
        }
    }
    ledger_close(ledger);
}

static void record_life(struct disk *disk, enum ledger_mistake mistake, unsigned drops,
                        unsigned drops_at_start)
{
    disk->is_recording = true;
    disk->drops = drops;
    struct ledger ledger;
    ledger_init(&ledger, disk);
    ledger.mistake = mistake;
    live(&ledger, drops_at_start | drops);
    ledger_finish(&ledger);
    disk->is_recording = false;
}

/* ---- the attack ---- */

static void judge(struct attack *attack, struct disk *after, size_t moment, int64_t least,
                  int64_t most)
{
    struct ledger ledger;
    ledger_init(&ledger, after);
    const char *complaint = NULL;
    enum status status = ledger_open(&ledger);
    if (status != STATUS_OK) {
        complaint = status_name(status);
    } else {
        ledger_check(&ledger, least, most, &complaint);
    }
    ledger_finish(&ledger);
    attack->states++;
    if (complaint == NULL) {
        return;
    }
    attack->bad++;
    if (!attack->stops_at_first && attack->bad <= 3) {
        printf("#   before operation %zu (steps %lld to %lld): %s\n", moment, (long long)least,
               (long long)most, complaint);
    }
}

/* The power goes away again while the program recovers from the first time. */
static void aftershock(struct attack *attack, struct disk *after, size_t moment, int64_t least,
                       int64_t most)
{
    struct disk *base = attack->base;
    struct disk *later = attack->later;
    disk_copy(base, after);
    after->is_recording = true;
    judge(attack, after, moment, least, most);
    after->is_recording = false;
    struct power_model model;
    power_model_init(&model, after, base, attack->directory);
    for (size_t i = 0; i < after->operation_count; i++) {
        power_model_lose(&model, POWER_NOTHING_ARRIVED, later);
        judge(attack, later, moment, least, most);
        power_model_lose(&model, POWER_SOME_ARRIVED, later);
        judge(attack, later, moment, least, most);
        power_model_advance(&model);
    }
    power_model_finish(&model);
}

static void attack_life(struct attack *attack, const struct disk *recorded, struct disk *after)
{
    struct power_model model;
    power_model_init(&model, recorded, NULL, attack->directory);
    for (size_t i = 0; i <= recorded->operation_count; i++) {
        bool is_end = i == recorded->operation_count;
        int64_t least = is_end ? recorded->acknowledged : recorded->operations[i].acknowledged;
        int64_t most = is_end ? recorded->attempted : recorded->operations[i].attempted;
        for (int state = 0; state < attack->random_states + 2; state++) {
            enum power_loss loss = state == 0   ? POWER_NOTHING_ARRIVED
                                   : state == 1 ? POWER_ALL_ARRIVED
                                                : POWER_SOME_ARRIVED;
            power_model_lose(&model, loss, after);
            if (attack->base != NULL &&
                attack->states / STATES_BETWEEN_AFTERSHOCKS > attack->aftershocks) {
                attack->aftershocks++;
                aftershock(attack, after, i, least, most);
            } else {
                judge(attack, after, i, least, most);
            }
        }
        if (is_end || (attack->stops_at_first && attack->bad > 0)) {
            break;
        }
        power_model_advance(&model);
    }
    power_model_finish(&model);
}

static void nothing_is_lost(enum power_directory directory)
{
    be_quiet();
    struct disk *recorded = disk_create("recorded");
    struct disk *after = disk_create("after");
    record_life(recorded, LEDGER_NO_MISTAKE, 0, 0);
    size_t moments = recorded->operation_count + 1;
    CHECK(moments > OPERATIONS_LEAST);
    int wanted = test_scale(STATES_WANTED / 3 + 1);
    struct attack attack = {
        .directory = directory, .base = disk_create("base"), .later = disk_create("later")};
    attack.random_states = wanted / (int)moments - 1;
    if (attack.random_states < RANDOM_STATES_LEAST) {
        attack.random_states = RANDOM_STATES_LEAST;
    }
    int64_t began = clock_monotonic_ms();
    attack_life(&attack, recorded, after);
    int64_t took = clock_monotonic_ms() - began + 1;
    printf("# %zu operations, %lld steps, %ld states, %ld bad, %lld states/s\n",
           recorded->operation_count, (long long)recorded->acknowledged, attack.states, attack.bad,
           (long long)(attack.states * 1000 / took));
    CHECK_INT(attack.bad, 0);
    CHECK(attack.states >= wanted);
    disk_destroy(&attack.base);
    disk_destroy(&attack.later);
    disk_destroy(&recorded);
    disk_destroy(&after);
}

static void nothing_is_lost_in_order(void)
{
    nothing_is_lost(POWER_ORDERED);
}

static void nothing_is_lost_strictly(void)
{
    nothing_is_lost(POWER_STRICT);
}

static void nothing_is_lost_forgetfully(void)
{
    nothing_is_lost(POWER_FORGETFUL);
}

/* ---- mistakes that must be found ---- */

static void must_find(enum ledger_mistake mistake, unsigned drops, unsigned drops_at_start)
{
    be_quiet();
    struct disk *recorded = disk_create("recorded");
    struct disk *after = disk_create("after");
    record_life(recorded, mistake, drops, drops_at_start);
    struct attack attack = {.directory = POWER_ORDERED, .random_states = 2, .stops_at_first = true};
    attack_life(&attack, recorded, after);
    printf("# found after %ld states\n", attack.states);
    CHECK(attack.bad > 0);
    disk_destroy(&recorded);
    disk_destroy(&after);
}

static void finds_synchronous_normal(void)
{
    must_find(LEDGER_SYNCHRONOUS_NORMAL, 0, 0);
}

static void finds_synchronous_off(void)
{
    must_find(LEDGER_SYNCHRONOUS_OFF, 0, 0);
}

static void finds_an_early_answer(void)
{
    must_find(LEDGER_ACKNOWLEDGES_BEFORE_COMMIT, 0, 0);
}

static void finds_an_ignored_commit(void)
{
    must_find(LEDGER_IGNORES_COMMIT, 0, 0);
}

static void finds_an_early_mark(void)
{
    must_find(LEDGER_MARKS_BEFORE_COMMIT, 0, 0);
}

static void finds_a_disk_that_lies(void)
{
    must_find(LEDGER_NO_MISTAKE, DISK_DROP_WAL, 0);
}

static void finds_a_mark_without_sync(void)
{
    must_find(LEDGER_NO_MISTAKE, DISK_DROP_MARK, 0);
}

static void finds_a_start_without_sync(void)
{
    must_find(LEDGER_NO_MISTAKE, 0, DISK_DROP_WAL);
}

static void finds_a_start_that_trusts_the_cache(void)
{
    must_find(LEDGER_NO_MISTAKE, 0, DISK_DROP_WAL_WRITES);
}

/* A fresh file that is switched to WAL under FULL instead of EXTRA. */
static void finds_wal_before_extra(void)
{
    be_quiet();
    struct disk *recorded = disk_create("recorded");
    struct disk *after = disk_create("after");
    recorded->is_recording = true;
    sqlite3 *db = NULL;
    CHECK_INT(sqlite3_open_v2("disk/ledger.db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              sqlite_checksum("recorded")),
              SQLITE_OK);
    CHECK_INT(sqlite_checksum_reserve(db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    sqlite3_close(db);
    record_life(recorded, LEDGER_NO_MISTAKE, 0, 0);
    struct attack attack = {
        .directory = POWER_FORGETFUL, .random_states = 8, .stops_at_first = true};
    attack_life(&attack, recorded, after);
    printf("# found after %ld states\n", attack.states);
    CHECK(attack.bad > 0);
    disk_destroy(&recorded);
    disk_destroy(&after);
}

static const struct test tests[] = {
    {.name = "nothing is lost, names in order",
     .run = nothing_is_lost_in_order,
     .seconds_max = SECONDS_MAX},
    {.name = "nothing is lost, names strictly POSIX",
     .run = nothing_is_lost_strictly,
     .seconds_max = SECONDS_MAX},
    {.name = "nothing is lost, names forgetful",
     .run = nothing_is_lost_forgetfully,
     .seconds_max = SECONDS_MAX},
    {.name = "finds synchronous=NORMAL", .run = finds_synchronous_normal},
    {.name = "finds synchronous=OFF", .run = finds_synchronous_off},
    {.name = "finds WAL before EXTRA", .run = finds_wal_before_extra},
    {.name = "finds an answer before the commit", .run = finds_an_early_answer},
    {.name = "finds an ignored result of the commit", .run = finds_an_ignored_commit},
    {.name = "finds a mark before the commit", .run = finds_an_early_mark},
    {.name = "finds a disk that lies about syncs", .run = finds_a_disk_that_lies},
    {.name = "finds a mark without a sync", .run = finds_a_mark_without_sync},
    {.name = "finds a start that does not sync", .run = finds_a_start_without_sync},
    {.name = "finds a start that trusts the cache", .run = finds_a_start_that_trusts_the_cache},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
