/* disk_error_test.c - every call on the disk fails once, or from then on, and nothing is lost.
 *
 * A service lives through the failure as a good one does: it tries again after FULL and
 * UNAVAILABLE, and after UNCERTAIN it ends and starts again. Whatever was acknowledged must be
 * there, also when the power goes right after; what was refused must not.
 */
#include "tests/lib/check.h"
#include "tests/lib/disk/power_model.h"
#include "tests/lib/ledger_scenario.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    STEPS = 14,
    STEP_OF_RESTART = 8,
    TRIES_BEFORE_REPAIR = 3,
    LARGE_RUNS = 250,
    SECONDS_MAX = 3600
};

struct life {
    struct ledger ledger;
    struct disk *disk;
    struct disk *after;
    int weight;
    long runs;
    long hits;
    long uncertain;
    long refused;
};

static void be_quiet(void)
{
    if (getenv("KONTORA_TEST_LOUD") == NULL) {
        CHECK(freopen("/dev/null", "w", stderr) != NULL);
    }
}

static void repair(struct life *life)
{
    life->disk->fault.calls = 0;
}

static void must_balance(struct ledger *ledger, int64_t least, int64_t most)
{
    const char *complaint = NULL;
    if (ledger_check(ledger, least, most, &complaint) < 0) {
        printf("#   steps %lld to %lld: %s\n", (long long)least, (long long)most, complaint);
    }
    CHECK(complaint == NULL);
}

/* A failed sync has made nothing durable: what if the power goes now? */
static void lose_power(struct life *life)
{
    int64_t least = life->ledger.acknowledged;
    int64_t most = least + (life->ledger.is_uncertain ? 1 : 0);
    struct power_model model;
    power_model_init(&model, life->disk, NULL, POWER_STRICT);
    for (size_t i = 0; i < life->disk->operation_count; i++) {
        power_model_advance(&model);
    }
    for (int i = 0; i < 3; i++) {
        power_model_lose(&model, i == 0 ? POWER_NOTHING_ARRIVED : POWER_SOME_ARRIVED, life->after);
        struct ledger later;
        ledger_init(&later, life->after);
        later.weight = life->weight;
        CHECK_STATUS(ledger_open(&later), STATUS_OK);
        must_balance(&later, least, most);
        ledger_finish(&later);
    }
    power_model_finish(&model);
}

static void start(struct life *life)
{
    enum status status = ledger_open(&life->ledger);
    if (status == STATUS_OK) {
        return;
    }
    CHECK(life->disk->fault.hits > 0);
    CHECK(status != STATUS_CORRUPT && status != STATUS_NEWER); /* no false alarm */
    lose_power(life);
    repair(life);
    CHECK_STATUS(ledger_open(&life->ledger), STATUS_OK);
}

static void restart(struct life *life)
{
    struct ledger *ledger = &life->ledger;
    int64_t least = ledger->acknowledged;
    int64_t most = least + (ledger->is_uncertain ? 1 : 0);
    ledger_kill(ledger);
    lose_power(life);
    start(life);
    repair(life);
    must_balance(ledger, least, most);
    ledger_believe(ledger);
}

static void step(struct life *life)
{
    for (int tries = 1;; tries++) {
        enum status status = ledger_step(&life->ledger);
        if (status == STATUS_OK) {
            return;
        }
        CHECK(life->disk->fault.hits > 0);
        if (status == STATUS_UNCERTAIN) {
            life->uncertain++;
            restart(life);
            return;
        }
        life->refused++;
        CHECK(status == STATUS_FULL || status == STATUS_UNAVAILABLE);
        CHECK(tries <= TRIES_BEFORE_REPAIR); /* usable again without a restart */
        if (tries == TRIES_BEFORE_REPAIR) {
            repair(life);
        }
    }
}

static void live(struct life *life, struct disk_fault fault)
{
    disk_clear(life->disk);
    life->disk->is_recording = true;
    life->disk->fault = fault;
    ledger_init(&life->ledger, life->disk);
    life->ledger.weight = life->weight;
    start(life);
    bool has_restarted = false;
    while (life->ledger.acknowledged < STEPS) {
        step(life);
        if (life->ledger.acknowledged >= STEP_OF_RESTART && !has_restarted) {
            has_restarted = true;
            ledger_close(&life->ledger);
            start(life);
        }
    }
    ledger_close(&life->ledger);
    life->runs++;
    life->hits += life->disk->fault.hits > 0;
    repair(life);
    lose_power(life);
    start(life);
    must_balance(&life->ledger, STEPS, STEPS);
    ledger_finish(&life->ledger);
}

static int count_calls(struct life *life, unsigned calls)
{
    live(life, (struct disk_fault){.calls = calls, .countdown = INT_MAX});
    return INT_MAX - life->disk->fault.countdown;
}

static void fail_each_of(int weight, unsigned calls, enum disk_error error, bool is_sticky)
{
    be_quiet();
    struct life life = {
        .disk = disk_create("failing"), .after = disk_create("after"), .weight = weight};
    int count = count_calls(&life, calls);
    CHECK(count > 20);
    int runs = test_scale(weight == 1 ? count : LARGE_RUNS);
    int stride = runs < count ? count / runs : 1;
    for (int i = 0; i < count; i += stride) {
        struct disk_fault fault = {
            .calls = calls, .countdown = i, .error = error, .is_sticky = is_sticky};
        live(&life, fault);
    }
    printf("# %ld runs, %ld hit, %ld uncertain, %ld refused\n", life.runs, life.hits,
           life.uncertain, life.refused);
    CHECK(life.hits > count / stride / 2);
    CHECK(life.refused + life.uncertain > 0);
    disk_destroy(&life.disk);
    disk_destroy(&life.after);
}

static void fail_each(unsigned calls, enum disk_error error, bool is_sticky)
{
    fail_each_of(1, calls, error, is_sticky);
}

static void any_call_fails_once(void)
{
    fail_each(DISK_CALL_ANY, DISK_ERROR_IO, false);
}

static void any_call_fails_for_good(void)
{
    fail_each(DISK_CALL_ANY, DISK_ERROR_IO, true);
}

static void a_sync_fails_once(void)
{
    fail_each(DISK_CALL_SYNC, DISK_ERROR_IO, false);
}

static void syncs_fail_for_good(void)
{
    fail_each(DISK_CALL_SYNC, DISK_ERROR_IO, true);
}

static void a_write_finds_no_room_once(void)
{
    fail_each(DISK_CALL_WRITE, DISK_ERROR_FULL, false);
}

static void writes_find_no_room_for_good(void)
{
    fail_each(DISK_CALL_WRITE, DISK_ERROR_FULL, true);
}

/* Steps that are larger than the page cache and than what is written to the WAL at once. */
static void a_large_step_finds_no_room_once(void)
{
    fail_each_of(60, DISK_CALL_WRITE, DISK_ERROR_FULL, false);
}

static void a_large_step_fails_once(void)
{
    fail_each_of(60, DISK_CALL_ANY, DISK_ERROR_IO, false);
}

/* Full and free again at every step, as when another program fills the disk and cleans up. */
static void a_full_disk_is_used_again(void)
{
    be_quiet();
    struct disk *disk = disk_create("failing");
    struct ledger ledger;
    ledger_init(&ledger, disk);
    CHECK_STATUS(ledger_open(&ledger), STATUS_OK);
    int refused = 0;
    for (int i = 0; i < test_scale(200); i++) {
        disk->is_full = true;
        enum status status = ledger_step(&ledger);
        CHECK(status == STATUS_OK || status == STATUS_FULL);
        refused += status == STATUS_FULL;
        must_balance(&ledger, ledger.acknowledged, ledger.acknowledged); /* reads go on */
        disk->is_full = false;
        CHECK_STATUS(ledger_step(&ledger), STATUS_OK);
    }
    CHECK(refused > 0);
    printf("# %d refused\n", refused);
    ledger_finish(&ledger);
    disk_destroy(&disk);
}

/* A service that takes a failed commit for done must be found, or the tests above prove nothing. */
static void finds_an_ignored_commit(void)
{
    be_quiet();
    struct disk *disk = disk_create("failing");
    struct ledger ledger;
    ledger_init(&ledger, disk);
    ledger.mistake = LEDGER_IGNORES_COMMIT;
    CHECK_STATUS(ledger_open(&ledger), STATUS_OK);
    disk->is_full = true;
    enum status status = STATUS_OK;
    for (int i = 0; i < STEPS && status == STATUS_OK; i++) {
        status = ledger_step(&ledger);
    }
    disk->is_full = false;
    const char *complaint = NULL;
    CHECK_INT(ledger_check(&ledger, ledger.acknowledged, ledger.acknowledged, &complaint), -1);
    printf("# found: %s\n", complaint);
    ledger_finish(&ledger);
    disk_destroy(&disk);
}

static const struct test tests[] = {
    {.name = "any call fails once", .run = any_call_fails_once, .seconds_max = SECONDS_MAX},
    {.name = "any call fails for good", .run = any_call_fails_for_good, .seconds_max = SECONDS_MAX},
    {.name = "a sync fails once", .run = a_sync_fails_once, .seconds_max = SECONDS_MAX},
    {.name = "syncs fail for good", .run = syncs_fail_for_good, .seconds_max = SECONDS_MAX},
    {.name = "a write finds no room once",
     .run = a_write_finds_no_room_once,
     .seconds_max = SECONDS_MAX},
    {.name = "writes find no room for good",
     .run = writes_find_no_room_for_good,
     .seconds_max = SECONDS_MAX},
    {.name = "a large step finds no room once",
     .run = a_large_step_finds_no_room_once,
     .seconds_max = SECONDS_MAX},
    {.name = "a large step fails once", .run = a_large_step_fails_once, .seconds_max = SECONDS_MAX},
    {.name = "a full disk is used again",
     .run = a_full_disk_is_used_again,
     .seconds_max = SECONDS_MAX},
    {.name = "finds an ignored result of the commit",
     .run = finds_an_ignored_commit,
     .seconds_max = SECONDS_MAX},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
