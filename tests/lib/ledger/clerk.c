/* clerk.c - does by hand what a handler does with the ledger. */
#include "tests/lib/ledger/clerk.h"

#include "base/log.h"
#include "ledger/ledger_fsck.h"
#include "runtime/start/series.h"
#include "store/postgres.h"
#include "store/sqlite.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, TRIES_MAX = 100 };

struct postgres_server *clerk_server;

static const struct timer timers[] = {
    {.name = LEDGER_HOLD_TIMER, .handle = ledger_free_hold},
};

static const struct series series[] = {
    {"ledger", ledger_migrations, LEDGER_MIGRATION_COUNT},
};

const struct service clerk_service = {
    .name = "clerk",
    .purpose = "Moves money (test)",
    .timers = timers,
    .timer_count = COUNT_OF(timers),
    .series = series,
    .series_count = COUNT_OF(series),
};

struct store_source *clerk_source(void)
{
    static bool has_database; /* each test is a process of its own */
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    if (clerk_server == NULL) {
        const struct sqlite_options options = {.directory = test_directory(), .schema = "clerk"};
        CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
        return source;
    }
    if (!has_database) {
        char name[32];
        snprintf(name, sizeof name, "clerk_%d", (int)getpid());
        postgres_server_use_database(clerk_server, name);
        has_database = true;
    }
    const struct postgres_options options = {.address = postgres_server_address(clerk_server),
                                             .schema = "clerk"};
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

void clerk_open(struct clerk *clerk)
{
    struct series all[SERIES_MAX];
    struct text error = NO_TEXT;
    CHECK(sodium_init() >= 0);
    log_threshold(LOG_WARNING);
    *clerk = (struct clerk){.arena = arena_create("clerk", ARENA_BYTES_MAX),
                            .source = clerk_source(),
                            .now_ms = CLERK_NOW};
    CHECK_STATUS(clerk->source->open(clerk->source, STORE_WRITE, &clerk->store), STATUS_OK);
    size_t count = series_of(&clerk_service, all);
    CHECK_STATUS(migrate_all(clerk->store, all, count, clerk->arena, &error), STATUS_OK);
}

void clerk_close(struct clerk *clerk)
{
    store_destroy(&clerk->store);
    clerk->source->destroy(clerk->source);
    arena_destroy(&clerk->arena);
}

void clerk_rest(struct clerk *clerk)
{
    arena_reset(clerk->arena);
}

/* ---- orders ---- */

/* What is ordered: one of these things. */
struct request {
    enum {
        OPEN_ACCOUNT,
        CLOSE_ACCOUNT,
        REOPEN_ACCOUNT,
        SET_LIMITS,
        TRANSFER,
        HOLD,
        POST,
        VOID,
        REVERSE,
        CLOSE_PERIOD,
        EXPIRE
    } kind;
    const void *thing;
    size_t count;
    struct id id;
    int64_t moment;
};

static enum status run(const struct request *request, struct call *call,
                       struct ledger_answer *answer)
{
    const struct clerk_limits *limits = request->thing;
    switch (request->kind) {
    case OPEN_ACCOUNT:
        return ledger_open_account(call, request->thing, answer);
    case CLOSE_ACCOUNT:
        return ledger_close_account(call, request->id, answer);
    case REOPEN_ACCOUNT:
        return ledger_reopen_account(call, request->id, answer);
    case SET_LIMITS:
        return ledger_set_limits(call, request->id, limits->least, limits->most, answer);
    case TRANSFER:
        return ledger_transfer(call, request->thing, request->count, answer);
    case HOLD:
        return ledger_hold(call, request->thing, request->moment, answer);
    case POST:
        return ledger_post(call, request->thing, answer);
    case VOID:
        return ledger_void(call, request->id, answer);
    case REVERSE:
        return ledger_reverse(call, request->thing, answer);
    case CLOSE_PERIOD:
        return ledger_close_period(call, request->moment, answer);
    case EXPIRE:
        break;
    }
    *answer = (struct ledger_answer){.refusal = LEDGER_DONE};
    return ledger_free_hold(call);
}

static enum status take_book(const struct clerk *clerk, struct call *call)
{
    struct ledger_answer answer;
    if (!clerk->has_book) {
        return STATUS_OK;
    }
    enum status status = ledger_void(call, id_new(), &answer);
    return status == STATUS_REFUSED ? STATUS_OK : status;
}

static enum status run_once(struct clerk *clerk, const struct request *request)
{
    char subject[ID_TEXT_BYTES + 1];
    id_write(request->id, subject);
    const struct message message = {.subject = text_of(subject),
                                    .kind = message_event,
                                    .name = TEXT(LEDGER_HOLD_TIMER),
                                    .trace = TEXT("0123456789abcdef0123456789abcdef")};
    struct call call = {
        .arena = clerk->arena,
        .store = clerk->store,
        .service = &clerk_service,
        .now_ms = clerk->now_ms,
        .message = &message,
        .attempt = 1,
    };
    CHECK_STATUS(store_begin(clerk->store, STORE_WRITE), STATUS_OK);
    enum status status = take_book(clerk, &call);
    status = status == STATUS_OK ? run(request, &call, &clerk->answer) : status;
    if (status == STATUS_OK) {
        return store_commit(clerk->store);
    }
    if (status == STATUS_REFUSED) {
        CHECK(store_is_untouched(clerk->store, 0));
        CHECK(clerk->answer.refusal != LEDGER_DONE);
    }
    store_rollback(clerk->store);
    return status;
}

static enum ledger_refusal order(struct clerk *clerk, const struct request *request)
{
    enum status status = STATUS_CONFLICT;
    for (int i = 0; i < TRIES_MAX && status == STATUS_CONFLICT; i++) {
        status = run_once(clerk, request);
        clerk->conflicts += status == STATUS_CONFLICT;
    }
    if (status != STATUS_REFUSED) {
        CHECK_STATUS(status, STATUS_OK);
        CHECK_INT(clerk->answer.refusal, LEDGER_DONE);
    }
    return clerk->answer.refusal;
}

enum ledger_refusal clerk_open_account(struct clerk *clerk, const struct ledger_account *opened)
{
    return order(clerk, &(struct request){.kind = OPEN_ACCOUNT, .thing = opened});
}

struct id clerk_limited(struct clerk *clerk, struct clerk_limits limits)
{
    const struct ledger_account account = {.id = id_new(),
                                           .currency = TEXT("RUB"),
                                           .code = TEXT("person"),
                                           .least = limits.least,
                                           .most = limits.most};
    CHECK_INT(clerk_open_account(clerk, &account), LEDGER_DONE);
    return account.id;
}

struct id clerk_account(struct clerk *clerk)
{
    return clerk_limited(clerk, (struct clerk_limits){LEDGER_NO_LIMIT, LEDGER_NO_LIMIT});
}

enum ledger_refusal clerk_close_account(struct clerk *clerk, struct id id)
{
    return order(clerk, &(struct request){.kind = CLOSE_ACCOUNT, .id = id});
}

enum ledger_refusal clerk_reopen_account(struct clerk *clerk, struct id id)
{
    return order(clerk, &(struct request){.kind = REOPEN_ACCOUNT, .id = id});
}

enum ledger_refusal clerk_set_limits(struct clerk *clerk, struct id id, struct clerk_limits limits)
{
    return order(clerk, &(struct request){.kind = SET_LIMITS, .id = id, .thing = &limits});
}

static struct ledger_move move_of(const struct clerk_order *order)
{
    struct ledger_move move = {
        .debit = order->debit, .credit = order->credit, .amount = {.minor = order->amount}};
    snprintf(move.amount.currency, sizeof move.amount.currency, "%s",
             order->currency == NULL ? "RUB" : order->currency);
    return move;
}

static struct ledger_transfer transfer_of(const struct clerk_order *order,
                                          const struct ledger_move *move)
{
    return (struct ledger_transfer){
        .id = id_is_none(order->id) ? id_new() : order->id,
        .code = text_of(order->code == NULL ? "pay" : order->code),
        .moves = move,
        .move_count = 1,
        .extent = order->extent,
        .about = order->about,
        .dated_at = order->dated_at,
    };
}

enum ledger_refusal clerk_transfer(struct clerk *clerk, const struct ledger_transfer *transfers,
                                   size_t count)
{
    return order(clerk, &(struct request){.kind = TRANSFER, .thing = transfers, .count = count});
}

enum ledger_refusal clerk_pay(struct clerk *clerk, const struct clerk_order *order)
{
    const struct ledger_move move = move_of(order);
    const struct ledger_transfer transfer = transfer_of(order, &move);
    return clerk_transfer(clerk, &transfer, 1);
}

enum ledger_refusal clerk_hold_all(struct clerk *clerk, const struct ledger_transfer *held,
                                   int64_t expires_at)
{
    return order(clerk, &(struct request){.kind = HOLD, .thing = held, .moment = expires_at});
}

enum ledger_refusal clerk_hold(struct clerk *clerk, const struct clerk_order *order)
{
    const struct ledger_move move = move_of(order);
    const struct ledger_transfer held = transfer_of(order, &move);
    return clerk_hold_all(clerk, &held, order->expires_at);
}

enum ledger_refusal clerk_post(struct clerk *clerk, const struct ledger_post *post)
{
    return order(clerk, &(struct request){.kind = POST, .thing = post});
}

enum ledger_refusal clerk_void(struct clerk *clerk, struct id hold)
{
    return order(clerk, &(struct request){.kind = VOID, .id = hold});
}

enum ledger_refusal clerk_reverse(struct clerk *clerk, const struct ledger_reversal *reversal)
{
    return order(clerk, &(struct request){.kind = REVERSE, .thing = reversal});
}

enum ledger_refusal clerk_close_period(struct clerk *clerk, int64_t before_ms)
{
    return order(clerk, &(struct request){.kind = CLOSE_PERIOD, .moment = before_ms});
}

void clerk_expire(struct clerk *clerk, struct id hold)
{
    CHECK_INT(order(clerk, &(struct request){.kind = EXPIRE, .id = hold}), LEDGER_DONE);
}

/* ---- what is there ---- */

static void begin(struct clerk *clerk)
{
    CHECK_STATUS(store_begin(clerk->store, STORE_READ), STATUS_OK);
}

struct ledger_account clerk_find(struct clerk *clerk, struct id id)
{
    struct ledger_account account;
    begin(clerk);
    CHECK_STATUS(ledger_find_account(clerk->store, clerk->arena, id, &account), STATUS_OK);
    store_rollback(clerk->store);
    return account;
}

int64_t clerk_balance(struct clerk *clerk, struct id id)
{
    struct ledger_account account = clerk_find(clerk, id);
    return ledger_balance(&account);
}

struct ledger_totals clerk_totals(struct clerk *clerk, struct id id, int64_t before_ms,
                                  enum ledger_view view)
{
    struct ledger_totals totals;
    begin(clerk);
    CHECK_STATUS(ledger_totals_before(clerk->store, clerk->arena, id, before_ms, view, &totals),
                 STATUS_OK);
    store_rollback(clerk->store);
    return totals;
}

struct rows clerk_list(struct clerk *clerk, const struct ledger_page *page)
{
    struct rows rows;
    begin(clerk);
    CHECK_STATUS(ledger_list_entries(clerk->store, clerk->arena, page, &rows), STATUS_OK);
    store_rollback(clerk->store);
    return rows;
}

struct text clerk_fsck(struct clerk *clerk)
{
    struct fsck_look look = {.service = &clerk_service,
                             .store = clerk->store,
                             .arena = clerk->arena,
                             .now_ms = clerk->now_ms,
                             .detail = TEXT("")};
    begin(clerk);
    CHECK_STATUS(ledger_fsck(&look), STATUS_OK);
    store_rollback(clerk->store);
    CHECK_INT(look.verdict, look.detail.bytes > 0 ? FSCK_ERROR : FSCK_OK);
    return look.detail;
}

struct count_row {
    int64_t count;
};
static const struct field count_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct count_row, count)},
};
const struct shape clerk_count_shape = {
    .name = "Count", .fields = count_fields, .field_count = 1, .bytes = sizeof(struct count_row)};

int64_t clerk_count(struct clerk *clerk, const struct statement *statement)
{
    struct count_row row = {0};
    begin(clerk);
    CHECK_STATUS(store_one(clerk->store, clerk->arena, statement, NO_VALUES, &row), STATUS_OK);
    store_rollback(clerk->store);
    return row.count;
}
