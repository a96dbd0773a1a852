/* purse.c - the accounts of the books, and the days of the business. */
#include "apps/popug/accounts/purse.h"

#include "base/date.h"
#include "base/secret.h"
#include "runtime/host.h"
#include "runtime/later/later.h"

const struct id purse_company = {
    {0x70, 0x6f, 0x70, 0x75, 0x67, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};
const struct id purse_bank = {
    {0x70, 0x6f, 0x70, 0x75, 0x67, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, 2}};

const struct refusal purse_not_found = {"account_not_found", 404, "There is no such account."};

int64_t purse_day(const struct call *call, int64_t wall_ms)
{
    struct civil civil = zone_civil(later_zone(call->host->later), wall_ms);
    return date_to_days((struct date){civil.year, civil.month, civil.day});
}

struct text purse_day_text(struct arena *arena, int64_t day)
{
    struct date date = date_of_days(day);
    return text_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static uint8_t value_of(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

struct id purse_made_id(struct arena *arena, const char *what, struct id of, int64_t number)
{
    char name[ID_TEXT_BYTES + 1];
    id_write(of, name);
    struct text digest =
        digest_hex(arena, text_format(arena, "%s/%s/%lld", what, name, (long long)number));
    struct id id;
    for (size_t i = 0; i < ID_BYTES; i++) {
        id.bytes[i] =
            (uint8_t)(value_of(digest.data[2 * i]) << 4 | value_of(digest.data[2 * i + 1]));
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x80); /* version 8: of one's own making */
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

static enum status open_one(struct call *call, struct id id, struct text code)
{
    struct ledger_answer made;
    const struct ledger_account opened = {.id = id,
                                          .currency = TEXT(PURSE_CURRENCY),
                                          .code = code,
                                          .least = LEDGER_NO_LIMIT,
                                          .most = LEDGER_NO_LIMIT};
    enum status status = ledger_open_account(call, &opened, &made);
    return status == STATUS_REFUSED ? ledger_refuse(call, &made) : status;
}

enum status purse_open(struct call *call, struct id person)
{
    enum status status = open_one(call, person, TEXT("popug"));
    if (status == STATUS_OK) {
        status = open_one(call, purse_company, TEXT("company"));
    }
    return status == STATUS_OK ? open_one(call, purse_bank, TEXT("bank")) : status;
}

enum status purse_transfer(struct call *call, const struct ledger_transfer *transfer,
                           struct id person)
{
    struct ledger_answer made;
    enum status status = ledger_transfer(call, transfer, 1, &made);
    if (status == STATUS_REFUSED && (made.refusal == LEDGER_DEBIT_ACCOUNT_IS_UNKNOWN ||
                                     made.refusal == LEDGER_CREDIT_ACCOUNT_IS_UNKNOWN)) {
        status = purse_open(call, person);
        if (status == STATUS_OK) {
            status = ledger_transfer(call, transfer, 1, &made);
        }
    }
    return status == STATUS_REFUSED ? ledger_refuse(call, &made) : status;
}
