/* ledger_model.c - random orders, given to the ledger and to the model. */
#include "tests/lib/ledger/ledger_model.h"

#include "tests/lib/ledger/model_books.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LOOK_EVERY = 40, AMOUNT_MAX = 300 };

/* ---- chance ---- */

static int64_t below(struct model *model, int64_t limit)
{
    model->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = model->random;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (int64_t)((mixed ^ (mixed >> 31)) % (uint64_t)limit);
}

static bool one_in(struct model *model, int64_t many)
{
    return below(model, many) == 0;
}

static struct part some_part(struct model *model)
{
    struct part part = {.debit = (int)below(model, ACCOUNTS),
                        .amount = 1 + below(model, AMOUNT_MAX)};
    part.credit = (part.debit + 1 + (int)below(model, ACCOUNTS - 1)) % ACCOUNTS;
    return part;
}

/* ---- both are asked ---- */

static void complain(const struct model *model, const char *what)
{
    printf("#   %s differs at step %d of the model\n", what, model->step);
}

static void agree(struct model *model, const char *what, enum ledger_refusal said,
                  enum ledger_refusal expected)
{
    if (said != expected) {
        complain(model, what);
    }
    CHECK_INT(said, expected);
    model->done += said == LEDGER_DONE;
    model->refused += said != LEDGER_DONE;
}

static struct ledger_move move_of(const struct model *model, struct part part)
{
    return (struct ledger_move){.debit = model->purses[part.debit].id,
                                .credit = model->purses[part.credit].id,
                                .amount = {part.amount, "RUB"}};
}

static int64_t some_date(struct model *model)
{
    return one_in(model, 4) ? model->clerk->now_ms - below(model, 500) + 5 : 0;
}

static struct made *note_made(struct model *model, const struct made *made)
{
    MUST(model->made_count < ORDERS_MAX);
    model->mades[model->made_count] = *made;
    return &model->mades[model->made_count++];
}

/* ---- orders ---- */

static void order_transfer(struct model *model)
{
    struct ledger_move moves[PARTS_MAX];
    struct made made = {.id = id_new(), .is_plain = true};
    made.count = one_in(model, 4) ? 1 + (int)below(model, PARTS_MAX) : 1;
    for (int i = 0; i < made.count; i++) {
        made.parts[i] = some_part(model);
        moves[i] = move_of(model, made.parts[i]);
    }
    made.asked = made.parts[0].amount;
    made.dated_at = some_date(model);
    const struct ledger_transfer transfer = {.id = made.id,
                                             .code = TEXT("pay"),
                                             .moves = moves,
                                             .move_count = (size_t)made.count,
                                             .dated_at = made.dated_at};
    enum ledger_refusal expected = model_move_all(model, made.parts, made.count, made.dated_at);
    agree(model, "a transfer", clerk_transfer(model->clerk, &transfer, 1), expected);
    if (expected == LEDGER_DONE) {
        note_made(model, &made);
    }
}

static void order_linked(struct model *model)
{
    struct ledger_move moves[PARTS_MAX];
    struct ledger_transfer linked[PARTS_MAX];
    struct part parts[PARTS_MAX] = {0};
    int count = 2 + (int)below(model, PARTS_MAX - 1);
    for (int i = 0; i < count; i++) {
        parts[i] = some_part(model);
        moves[i] = move_of(model, parts[i]);
        linked[i] = (struct ledger_transfer){
            .id = id_new(), .code = TEXT("link"), .moves = &moves[i], .move_count = 1};
    }
    enum ledger_refusal expected = model_move_all(model, parts, count, 0);
    agree(model, "linked transfers", clerk_transfer(model->clerk, linked, (size_t)count), expected);
    for (int i = 0; i < count && expected == LEDGER_DONE; i++) {
        note_made(model, &(struct made){.id = linked[i].id, .parts = {parts[i]}, .count = 1});
    }
}

static void order_sweep(struct model *model)
{
    struct part part = some_part(model);
    part.amount *= 3;
    struct made made = {.id = id_new(), .count = 1, .asked = part.amount, .is_plain = true};
    made.extent = one_in(model, 2) ? LEDGER_AS_DEBIT_HAS : LEDGER_AS_CREDIT_OWES;
    const struct clerk_order order = {.id = made.id,
                                      .debit = model->purses[part.debit].id,
                                      .credit = model->purses[part.credit].id,
                                      .amount = part.amount,
                                      .extent = made.extent};
    int64_t amount = model_swept(model, part, made.extent);
    bool is_closed = model->purses[part.debit].is_closed || model->purses[part.credit].is_closed;
    part.amount = amount < 1 && is_closed ? 1 : amount;
    made.parts[0] = part;
    enum ledger_refusal expected =
        part.amount < 1 ? LEDGER_NOTHING_TO_MOVE : model_move_all(model, &part, 1, 0);
    agree(model, "a sweep", clerk_pay(model->clerk, &order), expected);
    if (expected == LEDGER_DONE) {
        CHECK_INT(model->clerk->answer.moved_minor, part.amount);
        note_made(model, &made);
    }
}

static void order_again(struct model *model)
{
    if (model->made_count == 0) {
        return;
    }
    const struct made *made = &model->mades[below(model, model->made_count)];
    if (!made->is_plain) {
        return;
    }
    struct ledger_move moves[PARTS_MAX];
    for (int i = 0; i < made->count; i++) {
        moves[i] = move_of(model, made->parts[i]);
    }
    moves[0].amount.minor = made->asked;
    bool is_other = one_in(model, 2);
    moves[0].amount.minor += is_other;
    const struct ledger_transfer transfer = {.id = made->id,
                                             .code = TEXT("pay"),
                                             .moves = moves,
                                             .move_count = (size_t)made->count,
                                             .extent = made->extent,
                                             .dated_at = made->dated_at};
    agree(model, "a repetition", clerk_transfer(model->clerk, &transfer, 1),
          is_other ? LEDGER_ID_IS_TAKEN : LEDGER_DONE);
    CHECK(model->clerk->answer.was_there == !is_other);
}

static void order_hold(struct model *model)
{
    struct ledger_move moves[PARTS_MAX];
    struct held held = {.id = id_new(), .count = one_in(model, 4) ? 2 : 1, .state = HELD};
    enum ledger_refusal expected = LEDGER_DONE;
    MUST(model->held_count < ORDERS_MAX);
    struct held *kept = &model->helds[model->held_count++];
    *kept = (struct held){.state = HELD};
    for (int i = 0; i < held.count; i++) {
        held.parts[i] = some_part(model);
        moves[i] = move_of(model, held.parts[i]);
        expected = expected == LEDGER_DONE ? model_may(model, held.parts[i]) : expected;
        kept->parts[kept->count++] = held.parts[i];
    }
    held.expires_at = one_in(model, 2) ? model->clerk->now_ms + 1 + below(model, 300) : 0;
    *kept = held;
    model->held_count -= expected != LEDGER_DONE;
    const struct ledger_transfer transfer = {
        .id = held.id, .code = TEXT("hold"), .moves = moves, .move_count = (size_t)held.count};
    agree(model, "a hold", clerk_hold_all(model->clerk, &transfer, held.expires_at), expected);
}

static enum ledger_refusal is_held(const struct model *model, const struct held *held)
{
    bool is_over = held->expires_at != 0 && held->expires_at <= model->clerk->now_ms;
    if (held->state == POSTED) {
        return LEDGER_HOLD_WAS_POSTED;
    }
    if (held->state == VOIDED) {
        return LEDGER_HOLD_WAS_VOIDED;
    }
    return held->state == EXPIRED || is_over ? LEDGER_HOLD_HAS_EXPIRED : LEDGER_DONE;
}

static struct held *some_hold(struct model *model)
{
    return model->held_count == 0 ? NULL : &model->helds[below(model, model->held_count)];
}

static void order_post(struct model *model)
{
    struct held *held = some_hold(model);
    if (held == NULL) {
        return;
    }
    struct ledger_post post = {.id = id_new(), .hold = held->id, .dated_at = some_date(model)};
    post.amount_minor = one_in(model, 2) ? 1 + below(model, AMOUNT_MAX) : 0;
    enum ledger_refusal expected = is_held(model, held);
    if (expected == LEDGER_DONE && post.amount_minor != 0 && held->count > 1) {
        expected = LEDGER_HOLD_IS_POSTED_WHOLE;
    }
    if (expected == LEDGER_DONE && post.amount_minor > held->parts[0].amount) {
        expected = LEDGER_EXCEEDS_HOLD;
    }
    expected = expected == LEDGER_DONE ? model_may_date(model, post.dated_at) : expected;
    if (expected == LEDGER_DONE) {
        struct made made = {.id = post.id, .count = held->count};
        memcpy(made.parts, held->parts, sizeof made.parts);
        made.parts[0].amount = post.amount_minor != 0 ? post.amount_minor : made.parts[0].amount;
        held->state = POSTED;
        CHECK_INT(model_move_all(model, made.parts, made.count, post.dated_at), LEDGER_DONE);
        note_made(model, &made);
    }
    agree(model, "a post", clerk_post(model->clerk, &post), expected);
}

static void order_void(struct model *model)
{
    struct held *held = some_hold(model);
    if (held == NULL) {
        return;
    }
    enum ledger_refusal expected = is_held(model, held);
    held->state = expected == LEDGER_DONE ? VOIDED : held->state;
    expected = expected == LEDGER_HOLD_WAS_VOIDED ? LEDGER_DONE : expected;
    agree(model, "a void", clerk_void(model->clerk, held->id), expected);
}

static void order_expiry(struct model *model)
{
    struct held *held = some_hold(model);
    if (held == NULL) {
        return;
    }
    bool is_over = held->expires_at <= model->clerk->now_ms;
    if (held->expires_at != 0) {
        clerk_expire(model->clerk, held->id);
        held->state = held->state == HELD && is_over ? EXPIRED : held->state;
    }
}

static void order_reversal(struct model *model)
{
    struct part parts[PARTS_MAX] = {0};
    if (model->made_count == 0) {
        return;
    }
    struct made *made = &model->mades[below(model, model->made_count)];
    const struct ledger_reversal reversal = {
        .id = id_new(), .reverses = made->id, .code = TEXT("back"), .dated_at = some_date(model)};
    enum ledger_refusal expected = made->is_reversal   ? LEDGER_IS_A_REVERSAL
                                   : made->is_reversed ? LEDGER_WAS_REVERSED
                                                       : LEDGER_DONE;
    for (int i = 0; i < made->count; i++) {
        const struct part *part = &made->parts[made->count - 1 - i];
        parts[i] = (struct part){part->credit, part->debit, part->amount};
    }
    if (expected == LEDGER_DONE) {
        expected = model_move_all(model, parts, made->count, reversal.dated_at);
        made->is_reversed = expected == LEDGER_DONE;
    }
    agree(model, "a reversal", clerk_reverse(model->clerk, &reversal), expected);
    if (expected == LEDGER_DONE) {
        note_made(model, &(struct made){.id = reversal.id, .count = 1, .is_reversal = true});
    }
}

static void order_period(struct model *model)
{
    int64_t before_ms = model->clerk->now_ms - below(model, 400) + 5;
    bool is_future = before_ms > model->clerk->now_ms;
    agree(model, "a period", clerk_close_period(model->clerk, before_ms),
          is_future ? LEDGER_DATE_IS_IN_THE_FUTURE : LEDGER_DONE);
    if (!is_future && before_ms > model->closed_before) {
        model->closed_before = before_ms;
    }
}

static void order_closing(struct model *model)
{
    int who = (int)below(model, ACCOUNTS);
    struct purse *purse = &model->purses[who];
    if (purse->is_closed) {
        agree(model, "a reopening", clerk_reopen_account(model->clerk, purse->id), LEDGER_DONE);
        purse->is_closed = false;
        return;
    }
    struct ledger_totals aside = model_set_aside(model, who);
    bool is_empty = model_balance(model, who) == 0 && aside.debits == 0 && aside.credits == 0;
    agree(model, "a closing", clerk_close_account(model->clerk, purse->id),
          is_empty ? LEDGER_DONE : LEDGER_ACCOUNT_IS_IN_USE);
    purse->is_closed = is_empty;
}

static void order_limits(struct model *model)
{
    int who = 2 + (int)below(model, ACCOUNTS - 2);
    const struct clerk_limits limits = {
        -below(model, 600), one_in(model, 3) ? LEDGER_NO_LIMIT : 1 + below(model, 3000)};
    struct ledger_totals aside = model_set_aside(model, who);
    enum ledger_refusal expected = LEDGER_DONE;
    if (model_balance(model, who) - aside.debits < limits.least) {
        expected = LEDGER_EXCEEDS_LEAST;
    } else if (limits.most != LEDGER_NO_LIMIT &&
               model_balance(model, who) + aside.credits > limits.most) {
        expected = LEDGER_EXCEEDS_MOST;
    }
    agree(model, "limits", clerk_set_limits(model->clerk, model->purses[who].id, limits), expected);
    if (expected == LEDGER_DONE) {
        model->purses[who].least = limits.least;
        model->purses[who].most = limits.most;
    }
}

/* ---- looking ---- */

static void look_at(struct model *model, int who)
{
    struct clerk *clerk = model->clerk;
    struct ledger_account account = clerk_find(clerk, model->purses[who].id);
    struct ledger_totals sum = model_totals(model, who, INT64_MAX, LEDGER_AS_KNOWN);
    struct ledger_totals aside = model_set_aside(model, who);
    CHECK_INT(account.debits, sum.debits);
    CHECK_INT(account.credits, sum.credits);
    CHECK_INT(account.debits_held, aside.debits);
    CHECK_INT(account.credits_held, aside.credits);
    for (int i = 0; i < 2; i++) {
        int64_t moment = model->opened_at + below(model, clerk->now_ms + 100 - model->opened_at);
        enum ledger_view view = i == 0 ? LEDGER_BY_DATE : LEDGER_AS_KNOWN;
        struct ledger_totals then = clerk_totals(clerk, account.id, moment, view);
        sum = model_totals(model, who, moment, view);
        CHECK_INT(then.debits, sum.debits);
        CHECK_INT(then.credits, sum.credits);
    }
}

/* A statement of any period is what the model has in it. */
static void look_at_statement(struct model *model)
{
    struct clerk *clerk = model->clerk;
    int who = (int)below(model, ACCOUNTS);
    int64_t from = clerk->now_ms - below(model, 400);
    int64_t before = from + below(model, 300);
    int64_t sum = 0;
    struct rows rows = clerk_list(clerk, &(struct ledger_page){.account_id = model->purses[who].id,
                                                               .from_ms = from,
                                                               .before_ms = before,
                                                               .newest_first = one_in(model, 2),
                                                               .limit = LEDGER_PAGE_MAX});
    const struct ledger_entry *entries = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        sum += entries[i].credit - entries[i].debit;
    }
    struct ledger_totals then = model_totals(model, who, before, LEDGER_BY_DATE);
    struct ledger_totals start = model_totals(model, who, from, LEDGER_BY_DATE);
    CHECK(rows.count < LEDGER_PAGE_MAX);
    CHECK_INT(sum, then.credits - then.debits - start.credits + start.debits);
}

static void look(struct model *model)
{
    int64_t sum = 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        look_at(model, i);
        sum += clerk_balance(model->clerk, model->purses[i].id);
    }
    CHECK_INT(sum, 0);
    look_at_statement(model);
    clerk_rest(model->clerk);
}

/* ---- the run ---- */

static void (*const orders[])(struct model *model) = {
    order_transfer, order_transfer, order_transfer, order_transfer, order_transfer,
    order_transfer, order_linked,   order_sweep,    order_again,    order_hold,
    order_hold,     order_post,     order_post,     order_void,     order_expiry,
    order_reversal, order_reversal, order_period,   order_closing,  order_limits,
};

static void open_accounts(struct model *model)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        struct purse *purse = &model->purses[i];
        purse->least = i < 2 ? LEDGER_NO_LIMIT : i % 2 == 0 ? 0 : -400;
        purse->most = i % 3 == 2 ? 1500 : LEDGER_NO_LIMIT;
        purse->id = clerk_limited(model->clerk, (struct clerk_limits){purse->least, purse->most});
    }
}

void ledger_model_run(struct clerk *clerk, uint64_t seed, int steps)
{
    struct model *model = memory_take(sizeof *model);
    *model = (struct model){.clerk = clerk, .random = seed, .opened_at = clerk->now_ms};
    model->moved = memory_take(ORDERS_MAX * sizeof *model->moved);
    model->helds = memory_take(ORDERS_MAX * sizeof *model->helds);
    model->mades = memory_take(ORDERS_MAX * sizeof *model->mades);
    printf("#   seed %" PRIu64 ", %d steps\n", seed, steps);
    open_accounts(model);
    for (model->step = 1; model->step <= steps; model->step++) {
        clerk->now_ms += one_in(model, 20) ? -below(model, 30) : below(model, 20);
        clerk->now_ms = clerk->now_ms < model->opened_at ? model->opened_at : clerk->now_ms;
        orders[below(model, COUNT_OF(orders))](model);
        if (model->step % LOOK_EVERY == 0) {
            look(model);
        }
    }
    look(model);
    printf("#   %d done, %d refused, %d moves\n", model->done, model->refused, model->moved_count);
    CHECK(model->done > steps / 5 && model->refused > steps / 20);
    memory_free(model->moved);
    memory_free(model->helds);
    memory_free(model->mades);
    memory_free(model);
}
