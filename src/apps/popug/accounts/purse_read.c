/* purse_read.c - one's own account, or another's for whoever keeps accounts; and prices.
 *
 * Each line says why: what it was for, and which task it was about.
 */
#include "apps/popug/accounts/purse.h"

#include "base/chance.h"
#include "base/date.h"
#include "ledger/ledger_statement.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

const struct refusal purse_bad_cursor = {"bad_cursor", 400, "This is no cursor that a page gave."};

/* ---- prices: drawn once, kept by whoever asks ---- */

struct price {
    int64_t fee_minor;
    int64_t reward_minor;
    int64_t price_minor;
    struct text currency;
};
#define AT(member) .offset = offsetof(struct price, member)
static const struct field price_fields[] = {
    {.name = "fee_minor", .kind = FIELD_INTEGER, AT(fee_minor)},
    {.name = "reward_minor", .kind = FIELD_INTEGER, AT(reward_minor)},
    {.name = "price_minor", .kind = FIELD_INTEGER, AT(price_minor), .meaning = "The reward"},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
};
#undef AT
const struct shape price_shape = {
    .name = "Price",
    .fields = price_fields,
    .field_count = COUNT_OF(price_fields),
    .bytes = sizeof(struct price),
};

/* Whole units, from the least to the most, each as likely as the others. */
static int64_t draw(int64_t least, int64_t most)
{
    enum { MINOR = 100 };
    return (least + (int64_t)(chance_number() % (uint64_t)(most - least + 1))) * MINOR;
}

enum status price_draw_handle(struct call *call)
{
    struct price price = {
        .fee_minor = draw(10, 20), .reward_minor = draw(20, 40), .currency = TEXT(PURSE_CURRENCY)};
    price.price_minor = price.reward_minor;
    return answer(call, &price);
}

/* ---- an account ---- */

enum { PAGE_USUAL = 50, PAGE_MAX = 100, DAYS_USUAL = 7 };

#define AT(member) .offset = offsetof(struct purse_input, member)
#define CURSOR_FIELDS                                                                              \
    {.name = "cursor",                                                                             \
     .kind = FIELD_TEXT,                                                                           \
     AT(cursor),                                                                                   \
     .place = FIELD_IN_QUERY,                                                                      \
     .bytes_max = 48,                                                                              \
     .meaning = "`next` of the page before"},                                                      \
    {                                                                                              \
        .name = "limit", .kind = FIELD_INTEGER, AT(limit), .place = FIELD_IN_QUERY, .minimum = 1,  \
        .maximum = PAGE_MAX, .otherwise = PAGE_USUAL                                               \
    }
#define DAYS_FIELD                                                                                 \
    {                                                                                              \
        .name = "days", .kind = FIELD_INTEGER, AT(days), .place = FIELD_IN_QUERY, .minimum = 1,    \
        .maximum = PURSE_DAYS_MAX, .otherwise = DAYS_USUAL,                                        \
        .meaning = "The last ones, today included"                                                 \
    }
#define PERSON_FIELD                                                                               \
    {                                                                                              \
        .name = "person_id", .kind = FIELD_ID, AT(person_id), .place = FIELD_IN_PATH,              \
        .required = true                                                                           \
    }
static const struct field id_fields[] = {PERSON_FIELD};
static const struct field entries_fields[] = {PERSON_FIELD, CURSOR_FIELDS};
static const struct field my_entries_fields[] = {CURSOR_FIELDS};
static const struct field days_fields[] = {PERSON_FIELD, DAYS_FIELD};
static const struct field my_days_fields[] = {DAYS_FIELD};
#undef AT
#define TAKES(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct purse_input)                                                        \
    }
const struct shape purse_id_takes = TAKES("AccountId", id_fields);
const struct shape entries_takes = TAKES("AccountEntriesAsked", entries_fields);
const struct shape my_entries_takes = TAKES("MyEntriesAsked", my_entries_fields);
const struct shape days_takes = TAKES("AccountDaysAsked", days_fields);
const struct shape my_days_takes = TAKES("MyDaysAsked", my_days_fields);

#define AT(member) .offset = offsetof(struct purse, member)
static const struct field purse_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "balance_minor", .kind = FIELD_INTEGER, AT(balance_minor)},
    {.name = "held_minor",
     .kind = FIELD_INTEGER,
     AT(held_minor),
     .meaning = "Of it, what is on its way to the bank"},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
    {.name = "opened_at", .kind = FIELD_TIME, AT(opened_at)},
};
#undef AT
const struct shape purse_shape = {
    .name = "PopugAccount",
    .fields = purse_fields,
    .field_count = COUNT_OF(purse_fields),
    .bytes = sizeof(struct purse),
};

/* Whose account: of the path, or one's own. Only those of people can be looked at here. */
enum status purse_find(struct call *call, struct ledger_account *found_out)
{
    const struct purse_input *input = call->input;
    struct id person = call->caller.person;
    if (input != NULL && !id_is_none(input->person_id)) {
        person = input->person_id;
    }
    enum status status = id_is_none(person)
                             ? STATUS_ABSENT
                             : ledger_find_account(call->store, call->arena, person, found_out);
    bool is_absent = status == STATUS_ABSENT ||
                     (status == STATUS_OK && !text_equals(found_out->code, TEXT("popug")));
    return is_absent ? refuse(call, &purse_not_found) : status;
}

enum status purse_get_handle(struct call *call)
{
    struct ledger_account found = {.moves = 0};
    enum status status = purse_find(call, &found);
    if (status != STATUS_OK) {
        return status;
    }
    return answer(call, &(struct purse){.person_id = found.id,
                                        .balance_minor = ledger_balance(&found),
                                        .held_minor = found.debits_held,
                                        .currency = found.currency,
                                        .opened_at = found.opened_at});
}

/* ---- its lines ---- */

#define AT(member) .offset = offsetof(struct purse_line, member)
static const struct field entry_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind), .meaning = "task_fee, task_reward or payout"},
    {.name = "why", .kind = FIELD_TEXT, AT(why), .meaning = "In words, with the task's title"},
    {.name = "title", .kind = FIELD_TEXT, AT(title), .meaning = "Of the task"},
    {.name = "day", .kind = FIELD_TEXT, AT(day), .meaning = "Of the business"},
    {.name = "paid_day", .kind = FIELD_TEXT, AT(paid_day), .meaning = "That a payout pays"},
    {.name = "amount_minor", .kind = FIELD_INTEGER, AT(amount_minor)},
    {.name = "balance_minor", .kind = FIELD_INTEGER, AT(balance_minor), .meaning = "After it"},
    {.name = "about_id", .kind = FIELD_ID, AT(about), .meaning = "The task, or the payout"},
    {.name = "assignment", .kind = FIELD_INTEGER, AT(assignment)},
};
#undef AT
const struct shape purse_entry_shape = {
    .name = "PopugEntry",
    .fields = entry_fields,
    .field_count = COUNT_OF(entry_fields),
    .bytes = sizeof(struct purse_line),
};

static enum status explain(struct call *call, const struct ledger_entry *from,
                           struct purse_line *entry)
{
    struct priced priced;
    if (text_equals(from->code, TEXT("payout"))) {
        entry->paid_day = purse_day_text(call->arena, from->about_number);
        entry->why = text_format(call->arena, "payout of %.*s", TEXT_ARGS(entry->paid_day));
        return STATUS_OK;
    }
    enum status status = priced_find(call->store, call->arena, from->about, &priced);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    bool is_fee = text_equals(from->code, TEXT("task_fee"));
    entry->title = priced.title;
    entry->assignment = is_fee ? from->about_number : FIELD_NONE;
    entry->why = text_format(call->arena, "%s for task \"%.*s\"", is_fee ? "fee" : "reward",
                             TEXT_ARGS(priced.title));
    return STATUS_OK;
}

enum status purse_line_of(struct call *call, const struct ledger_entry *from,
                          struct purse_line *line_out)
{
    *line_out = (struct purse_line){
        .number = from->number,
        .at = from->dated_at,
        .day = purse_day_text(call->arena, purse_day(call, from->dated_at)),
        .kind = from->code,
        .amount_minor = from->credit - from->debit,
        .balance_minor = from->balance,
        .about = from->about,
        .assignment = FIELD_NONE,
    };
    return explain(call, from, line_out);
}

static bool read_cursor(struct text cursor, struct ledger_page *page)
{
    struct text at;
    struct text number;
    return cursor.data == NULL ||
           (text_cut(cursor, '.', &at, &number) && text_to_integer(at, &page->after_at) &&
            text_to_integer(number, &page->after_number));
}

static enum status answer_entries(struct call *call, const struct rows *rows, int64_t limit)
{
    const struct ledger_entry *from = rows->items;
    struct purse_line *entries = ARENA_ARRAY(call->arena, struct purse_line, rows->count + 1);
    struct list list = {.items = entries, .count = rows->count, .total = FIELD_NONE};
    for (size_t i = 0; i < rows->count; i++) {
        enum status status = purse_line_of(call, &from[i], &entries[i]);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if ((int64_t)rows->count == limit) {
        const struct ledger_entry *last = &from[rows->count - 1];
        list.next =
            text_format(call->arena, "%lld.%lld", (long long)last->at, (long long)last->number);
    }
    return answer_list(call, &list);
}

enum status purse_entries_handle(struct call *call)
{
    const struct purse_input *input = call->input;
    struct ledger_account found = {.moves = 0};
    struct rows rows;
    enum status status = purse_find(call, &found);
    if (status != STATUS_OK) {
        return status;
    }
    struct ledger_page page = {.account_id = found.id, .newest_first = true, .limit = input->limit};
    if (!read_cursor(input->cursor, &page)) {
        return refuse_field(call, &purse_bad_cursor, "cursor");
    }
    status = ledger_list_entries(call->store, call->arena, &page, &rows);
    return status == STATUS_OK ? answer_entries(call, &rows, input->limit) : status;
}

/* ---- its days ---- */

struct day {
    struct text day;
    int64_t earned_minor;
    int64_t charged_minor;
    int64_t balance_minor;
};
#define AT(member) .offset = offsetof(struct day, member)
static const struct field day_fields[] = {
    {.name = "day", .kind = FIELD_TEXT, AT(day)},
    {.name = "in_minor", .kind = FIELD_INTEGER, AT(earned_minor)},
    {.name = "out_minor",
     .kind = FIELD_INTEGER,
     AT(charged_minor),
     .meaning = "Fees and payouts, below zero"},
    {.name = "balance_minor",
     .kind = FIELD_INTEGER,
     AT(balance_minor),
     .meaning = "At the end of the day"},
};
#undef AT
const struct shape day_shape = {
    .name = "PopugDay",
    .fields = day_fields,
    .field_count = COUNT_OF(day_fields),
    .bytes = sizeof(struct day),
};

enum status purse_days_handle(struct call *call)
{
    const struct purse_input *input = call->input;
    struct ledger_account found = {.moves = 0};
    struct ledger_totals totals[PURSE_DAYS_MAX];
    struct day *days = ARENA_ARRAY(call->arena, struct day, PURSE_DAYS_MAX);
    size_t count = (size_t)input->days;
    enum status status = purse_find(call, &found);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t today = purse_day(call, call->now_ms);
    const struct ledger_days asked = {.account_id = found.id,
                                      .zone = later_zone(call->host->later),
                                      .first_day = today - input->days + 1,
                                      .count = count};
    status = ledger_list_days(call->store, call->arena, &asked, totals);
    if (status != STATUS_OK) {
        return status;
    }
    int64_t balance = ledger_balance(&found);
    for (size_t i = 0; i < count; i++) { /* the newest first, backwards from what there is now */
        const struct ledger_totals *of_day = &totals[count - 1 - i];
        days[i] = (struct day){
            .day = purse_day_text(call->arena, today - (int64_t)i),
            .earned_minor = of_day->credits,
            .charged_minor = -of_day->debits,
            .balance_minor = balance,
        };
        balance -= of_day->credits - of_day->debits;
    }
    return answer_list(call, &(struct list){.items = days, .count = count, .total = FIELD_NONE});
}
