/* ledger_race.c - many at once on a shared store. */
#include "tests/lib/ledger/ledger_race.h"

#include "base/log.h"

#include <pthread.h>

enum { FEW = 6, TOGETHER = 4, RACE_ARENA_MAX = 16 * 1024 * 1024, RACE_TRIES_MAX = 1000 };

struct racer {
    int number;
    int transactions;
    struct clerk *clerk;
    const struct id *accounts;
    struct race_result result;
    enum status status;
};

/* The same numbers for both of a pair. */
static unsigned number_of(const struct racer *racer, int transaction, int transfer)
{
    unsigned mixed = (unsigned)(racer->number / 2) * 7919U + (unsigned)transaction * 104729U +
                     (unsigned)transfer * 1299709U + 17U;
    mixed ^= mixed >> 13;
    mixed *= 2654435761U;
    return mixed ^ (mixed >> 16);
}

static struct id id_of(const struct racer *racer, int transaction, int transfer)
{
    struct id id = {{1}};
    id.bytes[1] = (uint8_t)(racer->number / 2);
    id.bytes[2] = (uint8_t)(transaction >> 8);
    id.bytes[3] = (uint8_t)transaction;
    id.bytes[4] = (uint8_t)transfer;
    return id;
}

static enum status pay(const struct racer *racer, struct call *call, int transaction, int transfer,
                       struct race_result *result)
{
    unsigned number = number_of(racer, transaction, transfer);
    unsigned debit = number % FEW;
    unsigned credit = (debit + 1 + number / FEW % (FEW - 1)) % FEW;
    struct ledger_answer answer;
    const struct ledger_move moves[] = {
        {racer->accounts[debit], racer->accounts[credit], {1 + number / 64 % 40, "RUB"}},
        {racer->accounts[credit], racer->accounts[debit], {1, "RUB"}}};
    const struct ledger_transfer order = {.id = id_of(racer, transaction, transfer),
                                          .code = TEXT("race"),
                                          .moves = moves,
                                          .move_count = 1 + number / 4096 % 2};
    enum status status = ledger_transfer(call, &order, 1, &answer);
    result->made += status == STATUS_OK && !answer.was_there;
    result->was_there += status == STATUS_OK && answer.was_there;
    result->refused += status == STATUS_REFUSED;
    return status == STATUS_REFUSED ? STATUS_OK : status;
}

static enum status run_once(struct racer *racer, struct store *store, struct arena *arena,
                            int transaction)
{
    const struct message message = {.kind = message_event, .name = TEXT("raced")};
    struct call call = {.arena = arena,
                        .store = store,
                        .service = &clerk_service,
                        .now_ms = CLERK_NOW,
                        .message = &message};
    struct race_result result = {0};
    enum status status = store_begin(store, STORE_WRITE);
    for (int i = 0; i < TOGETHER && status == STATUS_OK; i++) {
        status = pay(racer, &call, transaction, i, &result);
    }
    if (status != STATUS_OK) {
        store_rollback(store);
        return status;
    }
    status = store_commit(store);
    if (status == STATUS_OK) {
        racer->result.made += result.made;
        racer->result.was_there += result.was_there;
        racer->result.refused += result.refused;
    }
    return status;
}

static void *run(void *argument)
{
    struct racer *racer = argument;
    struct store *store = NULL;
    struct arena *arena = arena_create("racer", RACE_ARENA_MAX);
    racer->status = racer->clerk->source->open(racer->clerk->source, STORE_WRITE, &store);
    for (int i = 0; i < racer->transactions && racer->status == STATUS_OK; i++) {
        enum status status = STATUS_CONFLICT;
        for (int tries = 0; tries < RACE_TRIES_MAX && status == STATUS_CONFLICT; tries++) {
            arena_reset(arena);
            status = run_once(racer, store, arena, i);
            racer->result.conflicts += status == STATUS_CONFLICT;
        }
        racer->status = status;
    }
    store_destroy(&store);
    arena_destroy(&arena);
    return NULL;
}

/* Two without limits, two that may not owe, two between. */
static void open_accounts(struct clerk *clerk, struct id accounts_out[FEW])
{
    static const struct clerk_limits limits[FEW] = {
        {LEDGER_NO_LIMIT, LEDGER_NO_LIMIT}, {0, LEDGER_NO_LIMIT},   {-50, 50}, {0, 100},
        {LEDGER_NO_LIMIT, LEDGER_NO_LIMIT}, {-200, LEDGER_NO_LIMIT}};
    for (int i = 0; i < FEW; i++) {
        accounts_out[i] = clerk_limited(clerk, limits[i]);
    }
}

static void add(struct race_result *sum, const struct race_result *result)
{
    sum->made += result->made;
    sum->was_there += result->was_there;
    sum->refused += result->refused;
    sum->conflicts += result->conflicts;
}

void ledger_race(struct clerk *clerk, int transactions, struct race_result *result_out)
{
    CLERK_COUNTS(transfers, "SELECT count(*) AS count FROM ledger_transfer WHERE part = 0");
    struct id accounts[FEW];
    struct racer racers[RACERS];
    pthread_t threads[RACERS];
    log_threshold(LOG_ERROR); /* conflicts are expected */
    *result_out = (struct race_result){0};
    open_accounts(clerk, accounts);
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){
            .number = i, .transactions = transactions, .clerk = clerk, .accounts = accounts};
        CHECK(pthread_create(&threads[i], NULL, run, &racers[i]) == 0);
    }
    for (int i = 0; i < RACERS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK_STATUS(racers[i].status, STATUS_OK);
        add(result_out, &racers[i].result);
    }
    result_out->rows = clerk_count(clerk, &transfers);
    result_out->fsck = clerk_fsck(clerk);
}
