/* bank_server.c - a small service with a ledger and nothing else: what is measured of the ledger.
 *
 *   bank_server serve --data DIR ...      as kontora itself; bench_ledger.py drives it
 *
 * Accounts have numbers. All money moves in one book, whose name stands in each path: so requests
 * concern the same thing and share commits.
 */
#include "cli/cli.h"
#include "ledger/ledger_fsck.h"
#include "ledger/ledger_statement.h"

enum { FILL_MAX = 1000, NUMBER_MAX = 10000000, MANY_MAX = 1000 };

static struct id account_of(int64_t number)
{
    struct id id = {{0x01, 0x90}};
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    for (int i = 0; i < 4; i++) {
        id.bytes[ID_BYTES - 1 - i] = (uint8_t)(number >> (8 * i));
    }
    return id;
}

/* ---- opening ---- */

struct filling {
    struct text book;
    int64_t first;
    int64_t count;
};
#define AT(member) .offset = offsetof(struct filling, member)
static const struct field filling_fields[] = {
    {.name = "book",
     .kind = FIELD_TEXT,
     AT(book),
     .place = FIELD_IN_PATH,
     .bytes_max = 40,
     .required = true},
    {.name = "first", .kind = FIELD_INTEGER, AT(first), .maximum = NUMBER_MAX, .required = true},
    {.name = "count",
     .kind = FIELD_INTEGER,
     AT(count),
     .minimum = 1,
     .maximum = FILL_MAX,
     .required = true},
};
#undef AT
static const struct shape filling_shape = {
    .name = "Filling",
    .fields = filling_fields,
    .field_count = COUNT_OF(filling_fields),
    .bytes = sizeof(struct filling),
};

static enum status open_accounts(struct call *call)
{
    const struct filling *filling = call->input;
    enum status status = STATUS_OK;
    struct ledger_answer made;
    for (int64_t i = 0; i < filling->count && status == STATUS_OK; i++) {
        const struct ledger_account opened = {.id = account_of(filling->first + i),
                                              .currency = TEXT("RUB"),
                                              .code = TEXT("person"),
                                              .least = -1000000000,
                                              .most = LEDGER_NO_LIMIT};
        status = ledger_open_account(call, &opened, &made);
    }
    if (status == STATUS_REFUSED) {
        return ledger_refuse(call, &made);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- one transfer for a request ---- */

struct paying {
    struct text book;
    struct id id;
    int64_t debit;
    int64_t credit;
    int64_t amount;
};
#define AT(member) .offset = offsetof(struct paying, member)
static const struct field paying_fields[] = {
    {.name = "book",
     .kind = FIELD_TEXT,
     AT(book),
     .place = FIELD_IN_PATH,
     .bytes_max = 40,
     .required = true},
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "debit", .kind = FIELD_INTEGER, AT(debit), .maximum = NUMBER_MAX, .required = true},
    {.name = "credit", .kind = FIELD_INTEGER, AT(credit), .maximum = NUMBER_MAX, .required = true},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount), .maximum = NUMBER_MAX, .required = true},
};
#undef AT
static const struct shape paying_shape = {
    .name = "Paying",
    .fields = paying_fields,
    .field_count = COUNT_OF(paying_fields),
    .bytes = sizeof(struct paying),
};

struct paid {
    int64_t at;
    int64_t moved;
};
#define AT(member) .offset = offsetof(struct paid, member)
static const struct field paid_fields[] = {
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "moved", .kind = FIELD_INTEGER, AT(moved)},
};
#undef AT
static const struct shape paid_shape = {
    .name = "Paid",
    .fields = paid_fields,
    .field_count = COUNT_OF(paid_fields),
    .bytes = sizeof(struct paid),
};

static enum status transfer(struct call *call, const struct paying *paying,
                            struct ledger_answer *answer_out)
{
    const struct ledger_move move = {.debit = account_of(paying->debit),
                                     .credit = account_of(paying->credit),
                                     .amount = {paying->amount, "RUB"}};
    return ledger_transfer(call,
                           &(struct ledger_transfer){.id = paying->id,
                                                     .code = TEXT("payment"),
                                                     .moves = &move,
                                                     .move_count = 1,
                                                     .about = {.number = paying->amount}},
                           1, answer_out);
}

static enum status pay(struct call *call)
{
    struct ledger_answer made;
    enum status status = transfer(call, call->input, &made);
    if (status == STATUS_REFUSED) {
        return ledger_refuse(call, &made);
    }
    return status == STATUS_OK
               ? answer(call, &(struct paid){.at = made.at_ms, .moved = made.moved_minor})
               : status;
}

/* ---- many for a request: what the ledger does without HTTP ---- */

struct many {
    struct text book;
    int64_t seed;
    int64_t count;
    int64_t accounts;
};
#define AT(member) .offset = offsetof(struct many, member)
static const struct field many_fields[] = {
    {.name = "book",
     .kind = FIELD_TEXT,
     AT(book),
     .place = FIELD_IN_PATH,
     .bytes_max = 40,
     .required = true},
    {.name = "seed", .kind = FIELD_INTEGER, AT(seed), .required = true},
    {.name = "count",
     .kind = FIELD_INTEGER,
     AT(count),
     .minimum = 1,
     .maximum = MANY_MAX,
     .required = true},
    {.name = "accounts",
     .kind = FIELD_INTEGER,
     AT(accounts),
     .minimum = 10,
     .maximum = NUMBER_MAX,
     .required = true},
};
#undef AT
static const struct shape many_shape = {
    .name = "Many",
    .fields = many_fields,
    .field_count = COUNT_OF(many_fields),
    .bytes = sizeof(struct many),
};

static uint64_t next_number(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* Four of five times one of the first fifth. */
static int64_t some_account(uint64_t *state, int64_t accounts)
{
    uint64_t number = next_number(state);
    bool is_hot = number % 5 != 0;
    uint64_t hot = (uint64_t)accounts / 5;
    return (int64_t)(is_hot ? number / 5 % hot : hot + number / 5 % ((uint64_t)accounts - hot));
}

static enum status pay_many(struct call *call)
{
    const struct many *many = call->input;
    uint64_t state = (uint64_t)many->seed;
    enum status status = STATUS_OK;
    struct ledger_answer made;
    for (int64_t i = 0; i < many->count && status == STATUS_OK; i++) {
        struct paying paying = {.id = id_new(), .debit = some_account(&state, many->accounts)};
        paying.credit = some_account(&state, many->accounts);
        paying.credit += paying.credit == paying.debit ? (paying.debit == 0 ? 1 : -1) : 0;
        paying.amount = 1 + (int64_t)(next_number(&state) % 5000);
        status = transfer(call, &paying, &made);
    }
    if (status == STATUS_REFUSED) {
        return ledger_refuse(call, &made);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- what is there ---- */

struct looked {
    int64_t number;
};
static const struct field looked_fields[] = {
    {.name = "number",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct looked, number),
     .place = FIELD_IN_PATH,
     .required = true,
     .maximum = NUMBER_MAX},
};
static const struct shape looked_shape = {
    .name = "Looked",
    .fields = looked_fields,
    .field_count = COUNT_OF(looked_fields),
    .bytes = sizeof(struct looked),
};

struct shown {
    int64_t balance;
    int64_t moves;
};
#define AT(member) .offset = offsetof(struct shown, member)
static const struct field shown_fields[] = {
    {.name = "balance", .kind = FIELD_INTEGER, AT(balance)},
    {.name = "moves", .kind = FIELD_INTEGER, AT(moves)},
};
#undef AT
static const struct shape shown_shape = {
    .name = "Shown",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct shown),
};

static const struct refusal unknown = {"account_is_unknown", 404, "There is no such account."};
static const struct refusal *const show_refusals[] = {&unknown};

static enum status show_account(struct call *call)
{
    const struct looked *looked = call->input;
    struct ledger_account row;
    enum status status =
        ledger_find_account(call->store, call->arena, account_of(looked->number), &row);
    if (status == STATUS_ABSENT) {
        return refuse(call, &unknown);
    }
    return status == STATUS_OK
               ? answer(call, &(struct shown){.balance = ledger_balance(&row), .moves = row.moves})
               : status;
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/api/bank/{book}/accounts",
     .operation = "open_accounts",
     .permission = "bank.open",
     .summary = "Open accounts by their numbers",
     .kind = ROUTE_WRITES,
     .handle = open_accounts,
     .takes = &filling_shape,
     .refusals = ledger_refusals,
     .refusal_count = LEDGER_REFUSALS_COUNT,
     .success_status = 204},
    {.method = HTTP_POST,
     .path = "/api/bank/{book}/transfers",
     .operation = "pay",
     .permission = "bank.pay",
     .summary = "Move money from one account to another",
     .kind = ROUTE_WRITES,
     .handle = pay,
     .takes = &paying_shape,
     .refusals = ledger_refusals,
     .refusal_count = LEDGER_REFUSALS_COUNT,
     .gives = &paid_shape},
    {.method = HTTP_POST,
     .path = "/api/bank/{book}/many",
     .operation = "pay_many",
     .permission = "bank.pay",
     .summary = "Move money between any accounts, many times",
     .kind = ROUTE_WRITES,
     .handle = pay_many,
     .takes = &many_shape,
     .refusals = ledger_refusals,
     .refusal_count = LEDGER_REFUSALS_COUNT,
     .success_status = 204},
    {.method = HTTP_GET,
     .path = "/api/bank/accounts/{number}",
     .operation = "show_account",
     .permission = "bank.read",
     .summary = "What an account has",
     .kind = ROUTE_READS_POINT,
     .handle = show_account,
     .takes = &looked_shape,
     .gives = &shown_shape,
     .refusals = show_refusals,
     .refusal_count = COUNT_OF(show_refusals)},
};

static const struct own_check checks[] = {
    {.name = "ledger", .meaning = LEDGER_FSCK_MEANING, .run = ledger_fsck},
};

static const struct series series[] = {{"ledger", ledger_migrations, LEDGER_MIGRATION_COUNT}};

static const struct service bank = {
    .name = "bank",
    .purpose = "Moves money (bench)",
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .series = series,
    .series_count = COUNT_OF(series),
    .checks = checks,
    .check_count = COUNT_OF(checks),
};

int main(int argc, char **argv)
{
    const struct service *const services[] = {&bank};
    const struct cli_command *const commands[] = {&cli_serve, &cli_fsck, &cli_doctor};
    const struct cli cli = {
        .commands = commands,
        .command_count = COUNT_OF(commands),
        .services = services,
        .service_count = COUNT_OF(services),
    };
    return cli_main(&cli, argc, argv);
}
