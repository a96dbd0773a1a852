/* ledger_accounts.c - accounts are opened, limited and closed; never taken away. */
#include "ledger/ledger_parts.h"

static bool is_limited_well(int64_t least, int64_t most)
{
    bool has_least = least != LEDGER_NO_LIMIT;
    bool has_most = most != LEDGER_NO_LIMIT;
    return (!has_least || least <= 0) && (!has_most || most >= 0) &&
           !(has_least && has_most && least == most);
}

static enum ledger_refusal form_of(const struct ledger_account *account)
{
    if (id_is_none(account->id)) {
        return LEDGER_ID_MUST_BE_GIVEN;
    }
    if (account->code.bytes == 0 || account->code.bytes > LEDGER_CODE_BYTES_MAX) {
        return LEDGER_CODE_MUST_BE_GIVEN;
    }
    if (money_decimals(account->currency) < 0) {
        return LEDGER_CURRENCY_IS_UNKNOWN;
    }
    return is_limited_well(account->least, account->most) ? LEDGER_DONE
                                                          : LEDGER_LIMITS_MUST_SPAN_ZERO;
}

/* Its limits may have been set since. */
static const char *differs(const struct ledger_account *asked, const struct ledger_account *there)
{
    if (!text_equals(asked->currency, there->currency)) {
        return "currency";
    }
    return text_equals(asked->code, there->code) ? NULL : "code";
}

enum status ledger_open_account(struct call *call, const struct ledger_account *opened,
                                struct ledger_answer *answer_out)
{
    *answer_out = (struct ledger_answer){.at_ms = call->now_ms};
    enum ledger_refusal refusal = form_of(opened);
    if (refusal != LEDGER_DONE) {
        return ledger__say(answer_out, refusal);
    }
    struct ledger_account account = *opened;
    account.opened_at = call->now_ms;
    enum status status = account_insert(call->store, &account);
    if (status != STATUS_EXISTS) {
        return status;
    }
    status = account_find(call->store, call->arena, opened->id, &account);
    answer_out->at_ms = account.opened_at;
    return status == STATUS_OK ? ledger__was_there(answer_out, differs(opened, &account)) : status;
}

enum status ledger_find_account(struct store *store, struct arena *arena, struct id id,
                                struct ledger_account *row_out)
{
    return account_find(store, arena, id, row_out);
}

/* The book is entered, and the account on the sheet. */
static enum status take(struct call *call, struct sheet *sheet, struct id id,
                        struct ledger_answer *answer)
{
    *answer = (struct ledger_answer){.at_ms = call->now_ms};
    enum status status = ledger__enter(call, sheet);
    if (status != STATUS_OK) {
        return status;
    }
    sheet_make(sheet, call->arena, &id, 1);
    status = sheet_load(call->store, call->arena, sheet);
    return status == STATUS_OK && !sheet->lines[0].is_there
               ? ledger__say(answer, LEDGER_ACCOUNT_IS_UNKNOWN)
               : status;
}

enum status ledger_close_account(struct call *call, struct id id, struct ledger_answer *answer_out)
{
    struct sheet sheet;
    enum status status = take(call, &sheet, id, answer_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct ledger_account *account = &sheet.lines[0].account;
    if (account->closed_at != 0) {
        return ledger__was_there(answer_out, NULL);
    }
    if (ledger_balance(account) != 0 || account->debits_held != 0 || account->credits_held != 0) {
        return ledger__say(answer_out, LEDGER_ACCOUNT_IS_IN_USE);
    }
    account->closed_at = call->now_ms;
    return account_set(call->store, account);
}

enum status ledger_reopen_account(struct call *call, struct id id, struct ledger_answer *answer_out)
{
    struct sheet sheet;
    enum status status = take(call, &sheet, id, answer_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct ledger_account *account = &sheet.lines[0].account;
    if (account->closed_at == 0) {
        return ledger__was_there(answer_out, NULL);
    }
    account->closed_at = 0;
    return account_set(call->store, account);
}

enum status ledger_set_limits(struct call *call, struct id id, int64_t least, int64_t most,
                              struct ledger_answer *answer_out)
{
    struct sheet sheet;
    enum status status = take(call, &sheet, id, answer_out);
    if (status != STATUS_OK) {
        return status;
    }
    struct ledger_account account = sheet.lines[0].account;
    if (!is_limited_well(least, most)) {
        return ledger__say(answer_out, LEDGER_LIMITS_MUST_SPAN_ZERO);
    }
    account.least = least;
    account.most = LEDGER_NO_LIMIT;
    if (!sheet_is_within_limits(&account)) {
        return ledger__say(answer_out, LEDGER_EXCEEDS_LEAST);
    }
    account.most = most;
    if (!sheet_is_within_limits(&account)) {
        return ledger__say(answer_out, LEDGER_EXCEEDS_MOST);
    }
    return account_set(call->store, &account);
}

/* ---- periods ---- */

enum status ledger_close_period(struct call *call, int64_t before_ms,
                                struct ledger_answer *answer_out)
{
    struct sheet sheet;
    *answer_out = (struct ledger_answer){.at_ms = call->now_ms};
    if (before_ms > call->now_ms) {
        return ledger__say(answer_out, LEDGER_DATE_IS_IN_THE_FUTURE);
    }
    enum status status = ledger__enter(call, &sheet);
    if (status == STATUS_OK && before_ms <= sheet.closed_before) {
        return ledger__was_there(answer_out, NULL);
    }
    return status == STATUS_OK ? book_close(call->store, before_ms) : status;
}

enum status ledger_find_period(struct store *store, struct arena *arena, int64_t *closed_before_out)
{
    struct sheet sheet = {0};
    enum status status = book_read(store, arena, &sheet);
    *closed_before_out = sheet.closed_before;
    return status;
}
