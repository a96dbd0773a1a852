/* totals.c - what the company earns, day by day, and what its owner asks every morning.
 *
 * earning = (sum of completed tasks + sum of fees) * -1, with the signs of those who work: fees
 * are below zero for them. So it is what they have paid less what they were given.
 */
#include "apps/popug/accounts/purse.h"
#include "apps/popug/accounts/purse_sheet.h"

#include "base/date.h"
#include "ledger/ledger_statement.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

enum { DAYS_MAX = PURSE_DAYS_MAX, DAYS_USUAL = 7, WEEK = 7, MONTH = 30 };

struct totals_input {
    int64_t days;
};
static const struct field takes_fields[] = {
    {.name = "days",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct totals_input, days),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = DAYS_MAX,
     .otherwise = DAYS_USUAL,
     .meaning = "The last ones, today included"},
};
const struct shape totals_takes = {
    .name = "TotalsAsked",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct totals_input),
};

struct total {
    struct text day;
    int64_t fees_minor;
    int64_t rewards_minor;
    int64_t earning_minor;
    int64_t paid_minor;
    struct text currency;
};
#define AT(member) .offset = offsetof(struct total, member)
static const struct field total_fields[] = {
    {.name = "day", .kind = FIELD_TEXT, AT(day)},
    {.name = "fees_minor", .kind = FIELD_INTEGER, AT(fees_minor)},
    {.name = "rewards_minor", .kind = FIELD_INTEGER, AT(rewards_minor)},
    {.name = "earning_minor",
     .kind = FIELD_INTEGER,
     AT(earning_minor),
     .meaning = "Of the management: fees less rewards"},
    {.name = "paid_minor", .kind = FIELD_INTEGER, AT(paid_minor), .meaning = "To the bank"},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
};
#undef AT
const struct shape total_shape = {
    .name = "PopugTotal",
    .fields = total_fields,
    .field_count = COUNT_OF(total_fields),
    .bytes = sizeof(struct total),
};

static enum status list_days(struct call *call, struct id of, size_t count,
                             struct ledger_totals *totals_out)
{
    int64_t today = purse_day(call, call->now_ms);
    const struct ledger_days asked = {.account_id = of,
                                      .zone = later_zone(call->host->later),
                                      .first_day = today - (int64_t)count + 1,
                                      .count = count};
    return ledger_list_days(call->store, call->arena, &asked, totals_out);
}

/* The newest day first. */
static enum status find_totals(struct call *call, size_t count, struct total *totals_out)
{
    struct ledger_totals company[DAYS_MAX];
    struct ledger_totals bank[DAYS_MAX];
    MUST(count <= DAYS_MAX);
    int64_t today = purse_day(call, call->now_ms);
    enum status status = list_days(call, purse_company, count, company);
    if (status == STATUS_OK) {
        status = list_days(call, purse_bank, count, bank);
    }
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        size_t from = count - 1 - i;
        totals_out[i] = (struct total){
            .day = purse_day_text(call->arena, today - (int64_t)i),
            .fees_minor = company[from].credits,
            .rewards_minor = company[from].debits,
            .earning_minor = company[from].credits - company[from].debits,
            .paid_minor = bank[from].credits - bank[from].debits,
            .currency = TEXT(PURSE_CURRENCY),
        };
    }
    return STATUS_OK;
}

enum status totals_handle(struct call *call)
{
    const struct totals_input *input = call->input;
    struct total *totals = ARENA_ARRAY(call->arena, struct total, DAYS_MAX);
    struct list list = {.items = totals, .count = (size_t)input->days, .total = FIELD_NONE};
    enum status status = find_totals(call, list.count, totals);
    return status == STATUS_OK ? answer_list(call, &list) : status;
}

enum status totals_sheet_handle(struct call *call)
{
    const struct totals_input *input = call->input;
    struct total *totals = ARENA_ARRAY(call->arena, struct total, DAYS_MAX);
    size_t count = (size_t)input->days;
    enum status status = find_totals(call, count, totals);
    if (status != STATUS_OK) {
        return status;
    }
    struct sheet sheet;
    static const char *const names[] = {"day", "fees", "rewards", "earning", "paid", "currency"};
    sheet_begin(&sheet, call->arena, names, COUNT_OF(names));
    for (size_t i = count; i > 0; i--) { /* the oldest first, as books are read */
        const struct total *total = &totals[i - 1];
        sheet_put_text(&sheet, total->day);
        sheet_put_money(&sheet, total->fees_minor);
        sheet_put_money(&sheet, total->rewards_minor);
        sheet_put_money(&sheet, total->earning_minor);
        sheet_put_money(&sheet, total->paid_minor);
        sheet_put_text(&sheet, total->currency);
        sheet_end_row(&sheet);
    }
    return answer_written(call, sheet_written(&sheet), NO_TEXT);
}

/* ---- analytics ---- */

struct analytics {
    struct text day;
    int64_t earning_minor;
    int64_t in_the_red;
    int64_t owed_minor;
    struct id day_id;
    struct text day_title;
    int64_t day_minor;
    struct id week_id;
    struct text week_title;
    int64_t week_minor;
    struct id month_id;
    struct text month_title;
    int64_t month_minor;
    struct text currency;
};
#define ROW(name_, kind_, member_)                                                                 \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct analytics, member_)            \
    }
static const struct field analytics_fields[] = {
    ROW("day", FIELD_TEXT, day),
    ROW("earning_minor", FIELD_INTEGER, earning_minor),
    ROW("in_the_red", FIELD_INTEGER, in_the_red),
    ROW("owed_minor", FIELD_INTEGER, owed_minor),
    ROW("dearest_of_day_id", FIELD_ID, day_id),
    ROW("dearest_of_day_title", FIELD_TEXT, day_title),
    ROW("dearest_of_day_minor", FIELD_INTEGER, day_minor),
    ROW("dearest_of_week_id", FIELD_ID, week_id),
    ROW("dearest_of_week_title", FIELD_TEXT, week_title),
    ROW("dearest_of_week_minor", FIELD_INTEGER, week_minor),
    ROW("dearest_of_month_id", FIELD_ID, month_id),
    ROW("dearest_of_month_title", FIELD_TEXT, month_title),
    ROW("dearest_of_month_minor", FIELD_INTEGER, month_minor),
    ROW("currency", FIELD_TEXT, currency),
};
const struct shape analytics_shape = {
    .name = "PopugAnalytics",
    .fields = analytics_fields,
    .field_count = COUNT_OF(analytics_fields),
    .bytes = sizeof(struct analytics),
};

static int64_t start_of_day(const struct call *call, int64_t day)
{
    struct date date = date_of_days(day);
    const struct civil midnight = {.year = date.year, .month = date.month, .day = date.day};
    return zone_when(later_zone(call->host->later), midnight).first_ms;
}

/* Finished in the last so many days, today included; none: an id of zeros. */
static enum status find_dearest(struct call *call, int64_t days, struct priced *found_out)
{
    int64_t from = start_of_day(call, purse_day(call, call->now_ms) - days + 1);
    *found_out = (struct priced){.reward_minor = FIELD_NONE};
    enum status status =
        priced_dearest(call->store, call->arena, from, call->now_ms + 1, found_out);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status fill_dearest(struct call *call, struct analytics *analytics)
{
    struct priced of_day;
    struct priced of_week;
    struct priced of_month;
    enum status status = find_dearest(call, 1, &of_day);
    if (status == STATUS_OK) {
        status = find_dearest(call, WEEK, &of_week);
    }
    if (status == STATUS_OK) {
        status = find_dearest(call, MONTH, &of_month);
    }
    if (status != STATUS_OK) {
        return status;
    }
    analytics->day_id = of_day.id;
    analytics->day_title = of_day.title;
    analytics->day_minor = of_day.reward_minor;
    analytics->week_id = of_week.id;
    analytics->week_title = of_week.title;
    analytics->week_minor = of_week.reward_minor;
    analytics->month_id = of_month.id;
    analytics->month_title = of_month.title;
    analytics->month_minor = of_month.reward_minor;
    return STATUS_OK;
}

enum status analytics_handle(struct call *call)
{
    struct ledger_totals company;
    struct owed owed;
    struct analytics analytics = {.currency = TEXT(PURSE_CURRENCY)};
    analytics.day = purse_day_text(call->arena, purse_day(call, call->now_ms));
    enum status status = list_days(call, purse_company, 1, &company);
    if (status == STATUS_OK) {
        status = purse_owed(call->store, call->arena, &owed);
    }
    if (status == STATUS_OK) {
        status = fill_dearest(call, &analytics);
    }
    if (status != STATUS_OK) {
        return status;
    }
    analytics.earning_minor = company.credits - company.debits;
    analytics.in_the_red = owed.people;
    analytics.owed_minor = owed.minor;
    return answer(call, &analytics);
}

/* ---- day by day ---- */

struct analytics_day {
    struct text day;
    int64_t earning_minor;
    struct id dearest_id;
    struct text dearest_title;
    int64_t dearest_minor;
    struct text currency;
};
#define AT(member) .offset = offsetof(struct analytics_day, member)
static const struct field analytics_day_fields[] = {
    {.name = "day", .kind = FIELD_TEXT, AT(day)},
    {.name = "earning_minor",
     .kind = FIELD_INTEGER,
     AT(earning_minor),
     .meaning = "Of the management: fees less rewards"},
    {.name = "dearest_id", .kind = FIELD_ID, AT(dearest_id)},
    {.name = "dearest_title", .kind = FIELD_TEXT, AT(dearest_title)},
    {.name = "dearest_minor",
     .kind = FIELD_INTEGER,
     AT(dearest_minor),
     .meaning = "Of the dearest task that was finished that day"},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
};
#undef AT
const struct shape analytics_day_shape = {
    .name = "PopugAnalyticsDay",
    .fields = analytics_day_fields,
    .field_count = COUNT_OF(analytics_day_fields),
    .bytes = sizeof(struct analytics_day),
};

static enum status fill_day(struct call *call, int64_t day, struct analytics_day *filled)
{
    struct priced dearest = {.reward_minor = FIELD_NONE};
    enum status status = priced_dearest(call->store, call->arena, start_of_day(call, day),
                                        start_of_day(call, day + 1), &dearest);
    filled->day = purse_day_text(call->arena, day);
    filled->dearest_id = dearest.id;
    filled->dearest_title = dearest.title;
    filled->dearest_minor = dearest.reward_minor;
    filled->currency = TEXT(PURSE_CURRENCY);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status analytics_days_handle(struct call *call)
{
    const struct totals_input *input = call->input;
    struct ledger_totals company[DAYS_MAX];
    struct analytics_day *days = ARENA_ARRAY(call->arena, struct analytics_day, DAYS_MAX);
    size_t count = (size_t)input->days;
    enum status status = list_days(call, purse_company, count, company);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) { /* the newest first */
        const struct ledger_totals *of_day = &company[count - 1 - i];
        days[i].earning_minor = of_day->credits - of_day->debits;
        status = fill_day(call, purse_day(call, call->now_ms) - (int64_t)i, &days[i]);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return answer_list(call, &(struct list){.items = days, .count = count, .total = FIELD_NONE});
}
