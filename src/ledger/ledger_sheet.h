/* ledger_sheet.h - the accounts that are about to change, and the rules of what may move.
 *
 * A sheet holds the accounts of one call as they are, sorted by id. Moves are applied to it one
 * after another in memory; only when all of them may be is the sheet written. No store, no clock.
 */
#ifndef LEDGER_LEDGER_SHEET_H
#define LEDGER_LEDGER_SHEET_H

#include "ledger/ledger.h"

struct sheet_line {
    struct ledger_account account; /* id only, where there is none */
    bool is_there;
    bool is_changed;
};

struct sheet {
    struct sheet_line *lines;
    size_t count;
    int64_t closed_before;
    int64_t now_ms;
};

/* A row of ledger_transfer: a move that is made. */
struct made_move {
    struct id id;
    int64_t part;
    struct text kind;
    struct text code;
    struct id debit_id;
    struct id credit_id;
    int64_t amount;
    int64_t asked; /* FIELD_NONE: the amount */
    int64_t at;
    int64_t dated_at; /* 0: as it was recorded */
    int64_t debit_number;
    int64_t debit_debits;
    int64_t debit_credits;
    int64_t credit_number;
    int64_t credit_debits;
    int64_t credit_credits;
    struct ledger_about about;
    struct id hold;
    struct id reverses;
};

extern const struct text kind_transfer;
extern const struct text kind_sweep_debit;
extern const struct text kind_sweep_credit;
extern const struct text kind_post;
extern const struct text kind_reversal;

/* Room for these accounts, sorted, each once; is_there is still to be filled. */
void sheet_make(struct sheet *sheet, struct arena *arena, const struct id *ids, size_t count);

/* NULL: it was not among the ids. */
struct sheet_line *sheet_find(const struct sheet *sheet, struct id id);

/* What can be said of an order without its accounts. */
enum ledger_refusal sheet_form_of(const struct ledger_transfer *transfer);

/* Are both there, and of this currency? */
enum ledger_refusal sheet_know(const struct sheet *sheet, const struct ledger_move *move);

/* May it be dated so? 0: when it is recorded. */
enum ledger_refusal sheet_date(const struct sheet *sheet, int64_t dated_at);

/* Money moves: the accounts of `made` change, and its amount, moment, numbers and totals are
 * filled. `made` brings the accounts, and as amount what was asked for. */
enum ledger_refusal sheet_move(struct sheet *sheet, enum ledger_extent extent,
                               struct made_move *made);

/* Money is set aside, or free again. */
enum ledger_refusal sheet_hold(struct sheet *sheet, const struct ledger_move *move);
void sheet_free(struct sheet *sheet, const struct ledger_move *move);

/* Is what it has, with what is held, within its limits? */
bool sheet_is_within_limits(const struct ledger_account *account);

#endif
