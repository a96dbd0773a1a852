/* ledger_scenario.c - a small service on a memory disk whose books show every lost or half step. */
#include "tests/lib/ledger_scenario.h"

#include "store/migrate.h"
#include "store/sqlite.h"
#include "store/sqlite/sqlite_parts.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BALANCES = 4, BODY_BYTES_LEAST = 50, BODY_BYTES_SPREAD = 900, ARENA_BYTES_MAX = 1 << 20 };

enum { WEIGHT_MAX = 60, CACHE_KIB = 64 };

#define BODY_BYTES_MAX ((BODY_BYTES_LEAST + BODY_BYTES_SPREAD) * WEIGHT_MAX)

static const struct migration migrations[] = {
    {
        .version = 1,
        .name = "balances",
        .sqlite = "CREATE TABLE ledger.balance (number integer PRIMARY KEY, amount integer);"
                  "INSERT INTO ledger.balance VALUES (0, 0), (1, 0), (2, 0), (3, 0);",
        .postgres = "",
    },
    {
        .version = 2,
        .name = "transfers",
        .sqlite = "CREATE TABLE ledger.transfer (number integer PRIMARY KEY, step integer);"
                  "CREATE TABLE ledger.outbox (number integer PRIMARY KEY, body text);"
                  "CREATE INDEX ledger.transfer_step ON transfer (step);",
        .postgres = "",
    },
};

struct books {
    int64_t newest;
    int64_t steps;
    int64_t transfers;
    int64_t messages;
    int64_t message_bytes;
    int64_t total;
};

static const struct field books_fields[] = {
    {.name = "newest", .kind = FIELD_INTEGER, .offset = offsetof(struct books, newest)},
    {.name = "steps", .kind = FIELD_INTEGER, .offset = offsetof(struct books, steps)},
    {.name = "transfers", .kind = FIELD_INTEGER, .offset = offsetof(struct books, transfers)},
    {.name = "messages", .kind = FIELD_INTEGER, .offset = offsetof(struct books, messages)},
    {.name = "message_bytes",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct books, message_bytes)},
    {.name = "total", .kind = FIELD_INTEGER, .offset = offsetof(struct books, total)},
};

static const struct shape books_shape = {
    .name = "Books",
    .fields = books_fields,
    .field_count = COUNT_OF(books_fields),
    .bytes = sizeof(struct books),
};

/* As bytes: to count characters takes longer than anything else here. */
static const struct statement read_books = {
    .sql = "SELECT (SELECT coalesce(max(step), 0) FROM ledger.transfer) AS newest,"
           " (SELECT count(DISTINCT step) FROM ledger.transfer) AS steps,"
           " (SELECT count(*) FROM ledger.transfer) AS transfers,"
           " (SELECT count(*) FROM ledger.outbox"
           "   WHERE body = printf('%.*c', length(CAST(body AS blob)), char(97 + number % 26))) AS "
           "messages,"
           " (SELECT coalesce(sum(length(CAST(body AS blob))), 0) FROM ledger.outbox) AS "
           "message_bytes,"
           " (SELECT sum(amount) FROM ledger.balance) AS total",
    .gives = &books_shape,
};
static const struct statement move_amount = {
    .sql = "UPDATE ledger.balance SET amount = amount + $1 WHERE number = $2",
};
static const struct statement insert_transfer = {
    .sql = "INSERT INTO ledger.transfer (number, step) VALUES ($1, $2)",
};
static const struct statement insert_message = {
    .sql = "INSERT INTO ledger.outbox (number, body) VALUES ($1, $2)",
};

static int64_t transfers_of_step(int64_t step)
{
    return 1 + step % 3;
}

static int64_t transfers_until(int64_t step)
{
    int64_t count = 0;
    for (int64_t i = 1; i <= step; i++) {
        count += transfers_of_step(i);
    }
    return count;
}

static int64_t body_bytes(const struct ledger *ledger, int64_t number)
{
    MUST(ledger->weight >= 1 && ledger->weight <= WEIGHT_MAX);
    return (BODY_BYTES_LEAST + number * 37 % BODY_BYTES_SPREAD) * ledger->weight;
}

void ledger_init(struct ledger *ledger, struct disk *disk)
{
    *ledger = (struct ledger){
        .disk = disk, .weight = 1, .arena = arena_create("ledger", ARENA_BYTES_MAX)};
}

void ledger_finish(struct ledger *ledger)
{
    ledger_close(ledger);
    arena_destroy(&ledger->arena);
}

static sqlite3 *db_of(struct ledger *ledger)
{
    return ((struct sqlite_store *)(void *)ledger->store)->db;
}

static void make_mistake(struct ledger *ledger)
{
    if (ledger->mistake == LEDGER_SYNCHRONOUS_NORMAL) {
        sqlite3_exec(db_of(ledger), "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
    }
    if (ledger->mistake == LEDGER_SYNCHRONOUS_OFF) {
        sqlite3_exec(db_of(ledger), "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    }
}

bool ledger_is_open(const struct ledger *ledger)
{
    return ledger->store != NULL;
}

enum status ledger_open(struct ledger *ledger)
{
    struct sqlite_options options = {
        .directory = "disk",
        .schema = "ledger",
        .vfs = ledger->disk->vfs.zName,
        .cache_kib = CACHE_KIB,
        .checkpoint_pages = LEDGER_CHECKPOINT_PAGES,
    };
    struct text error = NO_TEXT;
    arena_reset(ledger->arena);
    enum status status = sqlite_source(&options, &ledger->source, &error);
    if (status != STATUS_OK) {
        if (getenv("KONTORA_TEST_LOUD") != NULL) {
            printf("#   %.*s\n", TEXT_ARGS(error));
        }
        return status;
    }
    status = ledger->source->open(ledger->source, STORE_WRITE, &ledger->store);
    CHECK_STATUS(status, STATUS_OK); /* it is ready already */
    make_mistake(ledger);
    status =
        migrate(ledger->store, "ledger", migrations, COUNT_OF(migrations), ledger->arena, &error);
    if (status != STATUS_OK) {
        ledger_close(ledger);
    }
    return status;
}

void ledger_close(struct ledger *ledger)
{
    store_destroy(&ledger->store);
    if (ledger->source != NULL) {
        ledger->source->destroy(ledger->source);
    }
    ledger->source = NULL;
}

void ledger_kill(struct ledger *ledger)
{
    ledger->disk->is_dead = true;
    ledger_close(ledger);
    ledger->disk->is_dead = false;
    ledger->disk->operations_until_death = 0;
}

static enum status do_transfer(struct ledger *ledger, int64_t number, int64_t step)
{
    char body[BODY_BYTES_MAX];
    memset(body, 'a' + (int)(number % 26), sizeof body);
    struct text message = {body, (size_t)body_bytes(ledger, number)};
    enum status status =
        store_exec(ledger->store, &move_amount,
                   VALUES(value_integer(-number), value_integer(number % BALANCES)), NULL);
    if (status == STATUS_OK) {
        status =
            store_exec(ledger->store, &move_amount,
                       VALUES(value_integer(number), value_integer((number + 1) % BALANCES)), NULL);
    }
    if (status == STATUS_OK) {
        status = store_exec(ledger->store, &insert_message,
                            VALUES(value_integer(number), value_text(message)), NULL);
    }
    if (status == STATUS_OK) {
        status = store_exec(ledger->store, &insert_transfer,
                            VALUES(value_integer(number), value_integer(step)), NULL);
    }
    return status;
}

/* A request that is refused: half of it is done when its key turns out to be taken. */
static enum status refuse_one(struct ledger *ledger, int64_t step)
{
    enum status status = store_mark(ledger->store);
    if (status != STATUS_OK) {
        return status;
    }
    status =
        store_exec(ledger->store, &move_amount, VALUES(value_integer(1), value_integer(0)), NULL);
    if (status != STATUS_OK) {
        return status;
    }
    status =
        store_exec(ledger->store, &insert_transfer,
                   VALUES(value_integer(transfers_until(step - 1) + 1), value_integer(step)), NULL);
    if (status != STATUS_EXISTS) {
        return status == STATUS_OK ? STATUS_MALFORMED : status;
    }
    return store_undo(ledger->store);
}

static enum status do_requests(struct ledger *ledger, int64_t step)
{
    int64_t first = transfers_until(step - 1) + 1;
    for (int64_t i = 0; i < transfers_of_step(step); i++) {
        enum status status = store_mark(ledger->store);
        if (status == STATUS_OK) {
            store_part_begin(ledger->store);
            status = do_transfer(ledger, first + i, step);
        }
        if (status == STATUS_FULL) { /* an executor would undo a part or a request and go on */
            CHECK_STATUS(store_part_undo(ledger->store), STATUS_FULL);
            CHECK_STATUS(store_undo(ledger->store), STATUS_FULL);
        }
        if (status != STATUS_OK) {
            return status;
        }
        store_part_end(ledger->store);
    }
    return refuse_one(ledger, step);
}

static enum status commit_step(struct ledger *ledger, int64_t step)
{
    struct sqlite_store *self = (struct sqlite_store *)(void *)ledger->store;
    if (ledger->mistake == LEDGER_ACKNOWLEDGES_BEFORE_COMMIT) {
        ledger->disk->acknowledged = step;
    }
    if (ledger->mistake == LEDGER_MARKS_BEFORE_COMMIT) {
        struct sqlite_commit early = {.number = self->newest.number + 1, .chain = 1};
        (void)!sqlite_mark_write(&self->mark, early);
    }
    enum status status = store_commit(ledger->store);
    if (ledger->mistake == LEDGER_IGNORES_COMMIT) {
        status = STATUS_OK;
    }
    if (status == STATUS_OK) {
        ledger->acknowledged = step;
    }
    ledger->is_uncertain = status == STATUS_UNCERTAIN;
    ledger->disk->acknowledged = ledger->acknowledged;
    ledger->disk->attempted = ledger->acknowledged + (ledger->is_uncertain ? 1 : 0);
    return status;
}

enum status ledger_step(struct ledger *ledger)
{
    int64_t step = ledger->acknowledged + 1;
    enum status status = store_begin(ledger->store, STORE_WRITE);
    if (status != STATUS_OK) {
        return status;
    }
    ledger->disk->attempted = step;
    status = do_requests(ledger, step);
    if (status == STATUS_OK) {
        return commit_step(ledger, step);
    }
    store_rollback(ledger->store);
    ledger->disk->attempted = ledger->acknowledged;
    return status;
}

static enum status read_all(struct ledger *ledger, struct books *books_out)
{
    enum status status = store_begin(ledger->store, STORE_READ);
    if (status != STATUS_OK) {
        return status;
    }
    status = store_one(ledger->store, ledger->arena, &read_books, NO_VALUES, books_out);
    if (status != STATUS_OK) {
        store_rollback(ledger->store);
        return status;
    }
    return store_commit(ledger->store);
}

void ledger_believe(struct ledger *ledger)
{
    struct books books = {0};
    CHECK_STATUS(read_all(ledger, &books), STATUS_OK);
    ledger->acknowledged = books.newest;
    ledger->is_uncertain = false;
    ledger->disk->acknowledged = books.newest;
    ledger->disk->attempted = books.newest;
}

static bool is_whole(struct ledger *ledger)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(db_of(ledger), "PRAGMA integrity_check(1)", -1, &handle, NULL);
    bool is_ok = code == SQLITE_OK && sqlite3_step(handle) == SQLITE_ROW &&
                 strcmp((const char *)sqlite3_column_text(handle, 0), "ok") == 0;
    sqlite3_finalize(handle);
    return is_ok;
}

static const char *find_fault(const struct ledger *ledger, const struct books *books, int64_t least,
                              int64_t most)
{
    int64_t transfers = transfers_until(books->newest);
    int64_t message_bytes = 0;
    for (int64_t i = 1; i <= transfers; i++) {
        message_bytes += body_bytes(ledger, i);
    }
    if (books->newest < least) {
        return "an acknowledged step is missing";
    }
    if (books->newest > most) {
        return "a step that was refused is there";
    }
    if (books->steps != books->newest || books->transfers != transfers) {
        return "a step is there by half";
    }
    if (books->messages != transfers || books->message_bytes != message_bytes) {
        return "the outbox does not fit the transfers";
    }
    return books->total == 0 ? NULL : "the balances do not add up";
}

int64_t ledger_check(struct ledger *ledger, int64_t least, int64_t most, const char **complaint_out)
{
    struct books books = {0};
    enum status status = read_all(ledger, &books);
    *complaint_out =
        status == STATUS_OK ? find_fault(ledger, &books, least, most) : status_name(status);
    if (*complaint_out == NULL && !is_whole(ledger)) {
        *complaint_out = LEDGER_DAMAGE;
    }
    return *complaint_out == NULL ? books.newest : -1;
}
