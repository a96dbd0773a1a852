/* replayed_expiry_test.c - an errand has expired, its handler failed until it was dead, and a
 * person replays it: the handler runs, once, and nothing becomes a stray.
 */
#include "bus/journal.h"
#include "runtime/host.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake.h"
#include "runtime/intake/parked_store.h"
#include "runtime/start/series.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, NOW_MS = 1000000 };

static unsigned runs;
static unsigned failures; /* how often the handler still fails */

static enum status on_reply(struct call *call)
{
    CHECK_TEXT(call->message->outcome, "expired");
    if (failures > 0) {
        failures--;
        return STATUS_UNAVAILABLE;
    }
    runs++;
    return answer_empty(call);
}

static const struct errand errands[] = {
    {.service = "till",
     .command = "till.charge",
     .on_reply = on_reply,
     .retry = {.attempts_max = 2, .first_ms = 10, .longest_ms = 10}},
};

static const struct service shop = {
    .name = "shop", .purpose = "waits in vain", .errands = errands, .errand_count = 1};

static struct {
    struct arena *arena;
    struct store_source *source;
    struct store *store;
    struct host host;
} rig;

static void open_shop(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "shop"};
    struct series series[SERIES_MAX];
    struct text error;
    rig.arena = arena_create("expiry", ARENA_BYTES);
    rig.host.service = &shop;
    CHECK_STATUS(sqlite_source(&options, &rig.source, &error), STATUS_OK);
    CHECK_STATUS(rig.source->open(rig.source, STORE_WRITE, &rig.store), STATUS_OK);
    size_t count = series_of(&shop, series);
    CHECK(count >= 4);
    for (size_t i = 0; i < count; i++) {
        CHECK_STATUS(migrate(rig.store, series[i].name, series[i].migrations, series[i].count,
                             rig.arena, &error),
                     STATUS_OK);
    }
}

static void close_shop(void)
{
    store_destroy(&rig.store);
    rig.source->destroy(rig.source);
    arena_destroy(&rig.arena);
}

static void run_chore(chore_fn *chore, int64_t now_ms)
{
    struct chore_run run = {
        .host = &rig.host, .store = rig.store, .arena = rig.arena, .now_ms = now_ms};
    CHECK_STATUS(store_begin(rig.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(chore(&run), STATUS_OK);
    CHECK_STATUS(store_commit(rig.store), STATUS_OK);
}

static void add_errand(struct id id)
{
    CHECK_STATUS(store_begin(rig.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(errand_insert(rig.store, &(struct errand_row){.id = id,
                                                               .service = TEXT("till"),
                                                               .command = TEXT("till.charge"),
                                                               .subject = TEXT("order"),
                                                               .deadline_at = NOW_MS,
                                                               .told_at = NOW_MS - 10}),
                 STATUS_OK);
    CHECK_STATUS(store_commit(rig.store), STATUS_OK);
}

static void replay(int64_t number, int64_t now_ms)
{
    int64_t changed = 0;
    CHECK_STATUS(store_begin(rig.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(parked_replay(rig.store, number, now_ms, &changed), STATUS_OK);
    CHECK_STATUS(store_commit(rig.store), STATUS_OK);
    CHECK_INT(changed, 1);
}

static struct parked_counts count_parked(void)
{
    struct parked_counts counts = {0};
    CHECK_STATUS(store_begin(rig.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(parked_count(rig.store, rig.arena, &counts), STATUS_OK);
    CHECK_STATUS(store_commit(rig.store), STATUS_OK);
    return counts;
}

/* Until both attempts are used up. */
static void let_it_die(void)
{
    failures = 2;
    run_chore(intake_expire, NOW_MS + 1);
    CHECK_INT(count_parked().waiting, 1);
    run_chore(intake_retry, NOW_MS + 1000);
    CHECK_INT(count_parked().dead, 1);
    CHECK_INT(runs, 0);
}

static void its_handler_runs_when_it_is_replayed(void)
{
    open_shop();
    add_errand(id_new());
    let_it_die();
    replay(1, NOW_MS + 2000);
    run_chore(intake_retry, NOW_MS + 2001);
    CHECK_INT(runs, 1);
    CHECK_INT(count_parked().dead + count_parked().waiting, 0);
    close_shop();
}

/* Errands are forgotten a week after they ended; who waits for a person may wait longer. */
static void its_handler_runs_though_the_errand_is_forgotten(void)
{
    const int64_t later_ms = NOW_MS + 8LL * 24 * 60 * 60 * 1000;
    open_shop();
    add_errand(id_new());
    let_it_die();
    run_chore(intake_forget, later_ms);
    replay(1, later_ms);
    run_chore(intake_retry, later_ms + 1);
    CHECK_INT(runs, 1);
    CHECK_INT(count_parked().dead + count_parked().waiting, 0);
    close_shop();
}

/* And dies again when it fails again, with both attempts before it. */
static void it_has_all_its_attempts_again(void)
{
    open_shop();
    add_errand(id_new());
    let_it_die();
    replay(1, NOW_MS + 2000);
    failures = 2;
    run_chore(intake_retry, NOW_MS + 2001);
    CHECK_INT(count_parked().waiting, 1);
    run_chore(intake_retry, NOW_MS + 4000);
    CHECK_INT(count_parked().dead, 1);
    CHECK_INT(failures, 0);
    close_shop();
}

static const struct test tests[] = {
    {.name = "its_handler_runs_when_it_is_replayed", .run = its_handler_runs_when_it_is_replayed},
    {.name = "its_handler_runs_though_the_errand_is_forgotten",
     .run = its_handler_runs_though_the_errand_is_forgotten},
    {.name = "it_has_all_its_attempts_again", .run = it_has_all_its_attempts_again},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
