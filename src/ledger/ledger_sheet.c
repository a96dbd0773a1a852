/* ledger_sheet.c - the rules of what may move, without a store. */
#include "ledger/ledger_sheet.h"

#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

const struct text kind_transfer = {"transfer", 8};
const struct text kind_sweep_debit = {"sweep_debit", 11};
const struct text kind_sweep_credit = {"sweep_credit", 12};
const struct text kind_post = {"post", 4};
const struct text kind_reversal = {"reversal", 8};

/* ---- the accounts at hand ---- */

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, ID_BYTES);
}

void sheet_make(struct sheet *sheet, struct arena *arena, const struct id *ids, size_t count)
{
    MUST(count > 0);
    struct id *sorted = ARENA_ARRAY(arena, struct id, count);
    memcpy(sorted, ids, count * sizeof *ids);
    qsort(sorted, count, sizeof *sorted, compare_ids);
    sheet->lines = ARENA_ARRAY(arena, struct sheet_line, count);
    sheet->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !id_equals(sorted[i], sorted[i - 1])) {
            sheet->lines[sheet->count++].account.id = sorted[i];
        }
    }
}

struct sheet_line *sheet_find(const struct sheet *sheet, struct id id)
{
    size_t low = 0;
    size_t high = sheet->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_ids(sheet->lines[middle].account.id.bytes, id.bytes);
        if (order == 0) {
            return &sheet->lines[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* ---- what an order says by itself ---- */

static enum ledger_refusal form_of_move(const struct ledger_move *move)
{
    if (id_is_none(move->debit)) {
        return LEDGER_DEBIT_ACCOUNT_IS_UNKNOWN;
    }
    if (id_is_none(move->credit)) {
        return LEDGER_CREDIT_ACCOUNT_IS_UNKNOWN;
    }
    if (id_equals(move->debit, move->credit)) {
        return LEDGER_ACCOUNTS_MUST_DIFFER;
    }
    return move->amount.minor < 1 ? LEDGER_AMOUNT_MUST_BE_POSITIVE : LEDGER_DONE;
}

enum ledger_refusal sheet_form_of(const struct ledger_transfer *transfer)
{
    if (id_is_none(transfer->id)) {
        return LEDGER_ID_MUST_BE_GIVEN;
    }
    if (transfer->code.bytes == 0 || transfer->code.bytes > LEDGER_CODE_BYTES_MAX) {
        return LEDGER_CODE_MUST_BE_GIVEN;
    }
    if (transfer->move_count < 1 || transfer->move_count > LEDGER_MOVES_MAX) {
        return LEDGER_MOVES_MUST_BE_GIVEN;
    }
    enum ledger_refusal refusal = LEDGER_DONE;
    for (size_t i = 0; i < transfer->move_count && refusal == LEDGER_DONE; i++) {
        refusal = form_of_move(&transfer->moves[i]);
    }
    bool is_sweep = transfer->extent != LEDGER_EXACTLY;
    if (refusal == LEDGER_DONE && is_sweep && transfer->move_count != 1) {
        refusal = LEDGER_SWEEP_HAS_ONE_MOVE;
    }
    return refusal;
}

/* ---- what it says of accounts and dates ---- */

static bool has_currency(const struct sheet_line *line, const char *currency)
{
    return text_equals(line->account.currency, text_of(currency));
}

enum ledger_refusal sheet_know(const struct sheet *sheet, const struct ledger_move *move)
{
    const struct sheet_line *debit = sheet_find(sheet, move->debit);
    const struct sheet_line *credit = sheet_find(sheet, move->credit);
    MUST(debit != NULL && credit != NULL);
    if (!debit->is_there) {
        return LEDGER_DEBIT_ACCOUNT_IS_UNKNOWN;
    }
    if (!credit->is_there) {
        return LEDGER_CREDIT_ACCOUNT_IS_UNKNOWN;
    }
    bool matches =
        has_currency(debit, move->amount.currency) && has_currency(credit, move->amount.currency);
    return matches ? LEDGER_DONE : LEDGER_CURRENCIES_MUST_MATCH;
}

enum ledger_refusal sheet_date(const struct sheet *sheet, int64_t dated_at)
{
    if (dated_at == 0) {
        return LEDGER_DONE;
    }
    if (dated_at > sheet->now_ms) {
        return LEDGER_DATE_IS_IN_THE_FUTURE;
    }
    bool is_closed = dated_at < sheet->closed_before && !SEEDED_BUG("ledger_dates_anywhere");
    return is_closed ? LEDGER_PERIOD_IS_CLOSED : LEDGER_DONE;
}

/* ---- room ----
 *
 * Totals lie between 0 and INT64_MAX, so their differences always fit; what is added to those may
 * not, and stays at the end of the numbers then.
 */

static int64_t plus(int64_t left, int64_t right)
{
    int64_t sum;
    if (__builtin_add_overflow(left, right, &sum)) {
        return left < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}

/* How much more may be taken; below zero: the limit is passed already. */
static int64_t room_below(const struct ledger_account *account, int64_t least)
{
    MUST(least <= 0 && least != LEDGER_NO_LIMIT);
    return plus(plus(account->credits - account->debits, -account->debits_held), -least);
}

static int64_t room_above(const struct ledger_account *account, int64_t most)
{
    MUST(most >= 0);
    return plus(plus(account->debits - account->credits, -account->credits_held), most);
}

static int64_t may_take(const struct ledger_account *account)
{
    bool is_free = account->least == LEDGER_NO_LIMIT || SEEDED_BUG("ledger_ignores_limits");
    return is_free ? INT64_MAX : room_below(account, account->least);
}

static int64_t may_give(const struct ledger_account *account)
{
    return account->most == LEDGER_NO_LIMIT ? INT64_MAX : room_above(account, account->most);
}

bool sheet_is_within_limits(const struct ledger_account *account)
{
    return may_take(account) >= 0 && may_give(account) >= 0;
}

static int64_t smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

/* ---- moving ---- */

struct sides {
    struct sheet_line *debit;
    struct sheet_line *credit;
};

static struct sides sides_of(const struct sheet *sheet, struct id debit, struct id credit)
{
    struct sides sides = {sheet_find(sheet, debit), sheet_find(sheet, credit)};
    MUST(sides.debit != NULL && sides.debit->is_there);
    MUST(sides.credit != NULL && sides.credit->is_there);
    return sides;
}

static enum ledger_refusal are_open(struct sides sides)
{
    if (sides.debit->account.closed_at != 0) {
        return LEDGER_DEBIT_ACCOUNT_IS_CLOSED;
    }
    return sides.credit->account.closed_at != 0 ? LEDGER_CREDIT_ACCOUNT_IS_CLOSED : LEDGER_DONE;
}

static enum ledger_refusal have_room(struct sides sides, int64_t amount)
{
    if (may_take(&sides.debit->account) < amount) {
        return LEDGER_EXCEEDS_LEAST;
    }
    return may_give(&sides.credit->account) < amount ? LEDGER_EXCEEDS_MOST : LEDGER_DONE;
}

static int64_t swept(struct sides sides, enum ledger_extent extent, int64_t asked)
{
    int64_t has = extent == LEDGER_AS_DEBIT_HAS ? room_below(&sides.debit->account, 0)
                                                : room_above(&sides.credit->account, 0);
    int64_t room = smaller(may_take(&sides.debit->account), may_give(&sides.credit->account));
    return smaller(asked, smaller(has, room));
}

/* Totals with what is held: so that a hold can always be posted. */
static bool has_numbers(const struct ledger_account *account, int64_t amount, bool is_debit)
{
    int64_t sum = is_debit ? account->debits : account->credits;
    int64_t held = is_debit ? account->debits_held : account->credits_held;
    return !__builtin_add_overflow(sum, held, &sum) && !__builtin_add_overflow(sum, amount, &sum);
}

static enum ledger_refusal have_numbers(struct sides sides, int64_t amount)
{
    bool fits = has_numbers(&sides.debit->account, amount, true) &&
                has_numbers(&sides.credit->account, amount, false);
    return fits ? LEDGER_DONE : LEDGER_EXCEEDS_NUMBERS;
}

static int64_t later(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

/* A clock that was put back does not take the books with it. */
static int64_t moment_of(const struct sheet *sheet, struct sides sides)
{
    int64_t at = later(sheet->now_ms, sheet->closed_before);
    return later(at, later(sides.debit->account.changed_at, sides.credit->account.changed_at));
}

static void change(struct sheet_line *line, int64_t at)
{
    line->account.changed_at = at;
    line->account.moves++;
    line->is_changed = true;
}

static void apply(struct sides sides, struct made_move *made)
{
    struct ledger_account *debit = &sides.debit->account;
    struct ledger_account *credit = &sides.credit->account;
    debit->debits += made->amount;
    credit->credits += SEEDED_BUG("ledger_loses_a_cent") ? made->amount - 1 : made->amount;
    change(sides.debit, made->at);
    change(sides.credit, made->at);
    made->debit_number = debit->moves;
    made->debit_debits = debit->debits;
    made->debit_credits = debit->credits;
    made->credit_number = credit->moves;
    made->credit_debits = credit->debits;
    made->credit_credits = credit->credits;
}

enum ledger_refusal sheet_move(struct sheet *sheet, enum ledger_extent extent,
                               struct made_move *made)
{
    MUST(made->amount > 0);
    struct sides sides = sides_of(sheet, made->debit_id, made->credit_id);
    enum ledger_refusal refusal = are_open(sides);
    int64_t asked = made->amount;
    if (refusal == LEDGER_DONE && extent != LEDGER_EXACTLY) {
        made->amount = swept(sides, extent, asked);
        refusal = made->amount < 1 ? LEDGER_NOTHING_TO_MOVE : LEDGER_DONE;
    }
    refusal = refusal == LEDGER_DONE ? have_room(sides, made->amount) : refusal;
    refusal = refusal == LEDGER_DONE ? have_numbers(sides, made->amount) : refusal;
    if (refusal == LEDGER_DONE) {
        made->asked = made->amount == asked ? FIELD_NONE : asked;
        made->at = moment_of(sheet, sides);
        apply(sides, made);
    }
    return refusal;
}

/* ---- holding ---- */

enum ledger_refusal sheet_hold(struct sheet *sheet, const struct ledger_move *move)
{
    int64_t amount = move->amount.minor;
    MUST(amount > 0);
    struct sides sides = sides_of(sheet, move->debit, move->credit);
    enum ledger_refusal refusal = are_open(sides);
    refusal = refusal == LEDGER_DONE ? have_room(sides, amount) : refusal;
    refusal = refusal == LEDGER_DONE ? have_numbers(sides, amount) : refusal;
    if (refusal == LEDGER_DONE) {
        sides.debit->account.debits_held += amount;
        sides.credit->account.credits_held += amount;
        sides.debit->is_changed = sides.credit->is_changed = true;
    }
    return refusal;
}

void sheet_free(struct sheet *sheet, const struct ledger_move *move)
{
    int64_t amount = move->amount.minor;
    struct sides sides = sides_of(sheet, move->debit, move->credit);
    MUST(sides.debit->account.debits_held >= amount);
    MUST(sides.credit->account.credits_held >= amount);
    sides.debit->account.debits_held -= amount;
    sides.credit->account.credits_held -= amount;
    sides.debit->is_changed = sides.credit->is_changed = true;
}
