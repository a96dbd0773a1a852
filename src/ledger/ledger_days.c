/* ledger_days.c - what an account has moved on each day, by the calendar of the business. */
#include "base/date.h"
#include "ledger/ledger_statement.h"

/* The first moment of a day; where the clock skips midnight it is the moment of the jump. */
static int64_t midnight_of(const struct zone *zone, int64_t day)
{
    struct date date = date_of_days(day);
    struct zone_moment moment =
        zone_when(zone, (struct civil){.year = date.year, .month = date.month, .day = date.day});
    return moment.first_ms;
}

enum status ledger_list_days(struct store *store, struct arena *arena,
                             const struct ledger_days *days, struct ledger_totals *totals_out)
{
    struct ledger_totals before = {0};
    int64_t midnight = midnight_of(days->zone, days->first_day);
    enum status status =
        ledger_totals_before(store, arena, days->account_id, midnight, LEDGER_BY_DATE, &before);
    for (size_t i = 0; i < days->count && status == STATUS_OK; i++) {
        struct ledger_totals after = {0};
        midnight = midnight_of(days->zone, days->first_day + (int64_t)i + 1);
        status =
            ledger_totals_before(store, arena, days->account_id, midnight, LEDGER_BY_DATE, &after);
        MUST(status != STATUS_OK ||
             (after.debits >= before.debits && after.credits >= before.credits));
        totals_out[i].debits = after.debits - before.debits;
        totals_out[i].credits = after.credits - before.credits;
        before = after;
    }
    return status;
}
