/* model_books.c - the rules once more, as simple as can be and as slow as they like. */
#include "tests/lib/ledger/model_books.h"

struct ledger_totals model_totals(const struct model *model, int who, int64_t before_ms,
                                  enum ledger_view view)
{
    struct ledger_totals sum = {0};
    for (int i = 0; i < model->moved_count; i++) {
        const struct moved *moved = &model->moved[i];
        int64_t moment =
            view == LEDGER_BY_DATE && moved->dated_at != 0 ? moved->dated_at : moved->at;
        sum.debits += moment < before_ms && moved->part.debit == who ? moved->part.amount : 0;
        sum.credits += moment < before_ms && moved->part.credit == who ? moved->part.amount : 0;
    }
    return sum;
}

struct ledger_totals model_set_aside(const struct model *model, int who)
{
    struct ledger_totals sum = {0};
    for (int i = 0; i < model->held_count; i++) {
        const struct held *held = &model->helds[i];
        for (int j = 0; j < held->count && held->state == HELD; j++) {
            sum.debits += held->parts[j].debit == who ? held->parts[j].amount : 0;
            sum.credits += held->parts[j].credit == who ? held->parts[j].amount : 0;
        }
    }
    return sum;
}

int64_t model_balance(const struct model *model, int who)
{
    struct ledger_totals sum = model_totals(model, who, INT64_MAX, LEDGER_AS_KNOWN);
    return sum.credits - sum.debits;
}

static int64_t last_at(const struct model *model, int who)
{
    for (int i = model->moved_count - 1; i >= 0; i--) {
        if (model->moved[i].part.debit == who || model->moved[i].part.credit == who) {
            return model->moved[i].at;
        }
    }
    return model->opened_at;
}

enum ledger_refusal model_may(const struct model *model, struct part part)
{
    const struct purse *debit = &model->purses[part.debit];
    const struct purse *credit = &model->purses[part.credit];
    if (debit->is_closed) {
        return LEDGER_DEBIT_ACCOUNT_IS_CLOSED;
    }
    if (credit->is_closed) {
        return LEDGER_CREDIT_ACCOUNT_IS_CLOSED;
    }
    int64_t left =
        model_balance(model, part.debit) - model_set_aside(model, part.debit).debits - part.amount;
    if (debit->least != LEDGER_NO_LIMIT && left < debit->least) {
        return LEDGER_EXCEEDS_LEAST;
    }
    int64_t risen = model_balance(model, part.credit) +
                    model_set_aside(model, part.credit).credits + part.amount;
    return credit->most != LEDGER_NO_LIMIT && risen > credit->most ? LEDGER_EXCEEDS_MOST
                                                                   : LEDGER_DONE;
}

enum ledger_refusal model_may_date(const struct model *model, int64_t dated_at)
{
    if (dated_at != 0 && dated_at > model->clerk->now_ms) {
        return LEDGER_DATE_IS_IN_THE_FUTURE;
    }
    return dated_at != 0 && dated_at < model->closed_before ? LEDGER_PERIOD_IS_CLOSED : LEDGER_DONE;
}

static void move_now(struct model *model, struct part part, int64_t dated_at)
{
    int64_t at = model->clerk->now_ms;
    const int64_t others[] = {model->closed_before, last_at(model, part.debit),
                              last_at(model, part.credit)};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        at = others[i] > at ? others[i] : at;
    }
    model->moved[model->moved_count++] =
        (struct moved){.part = part, .at = at, .dated_at = dated_at};
}

enum ledger_refusal model_move_all(struct model *model, const struct part *parts, int count,
                                   int64_t dated_at)
{
    int before = model->moved_count;
    enum ledger_refusal refusal = model_may_date(model, dated_at);
    for (int i = 0; i < count && refusal == LEDGER_DONE; i++) {
        refusal = model_may(model, parts[i]);
        if (refusal == LEDGER_DONE) {
            move_now(model, parts[i], dated_at);
        }
    }
    model->moved_count = refusal == LEDGER_DONE ? model->moved_count : before;
    return refusal;
}

static int64_t least_of(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

int64_t model_swept(const struct model *model, struct part part, enum ledger_extent extent)
{
    const struct purse *debit = &model->purses[part.debit];
    const struct purse *credit = &model->purses[part.credit];
    int64_t has = model_balance(model, part.debit) - model_set_aside(model, part.debit).debits;
    int64_t owes = -model_balance(model, part.credit) - model_set_aside(model, part.credit).credits;
    int64_t amount = least_of(part.amount, extent == LEDGER_AS_DEBIT_HAS ? has : owes);
    amount = debit->least == LEDGER_NO_LIMIT ? amount : least_of(amount, has - debit->least);
    return credit->most == LEDGER_NO_LIMIT ? amount : least_of(amount, owes + credit->most);
}
