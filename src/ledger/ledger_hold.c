/* ledger_hold.c - money is set aside, and set free again: by whoever asks, or by its time. */
#include "ledger/ledger_parts.h"

#include <string.h>

static const struct timer *find_timer(const struct service *service)
{
    for (size_t i = 0; i < service->timer_count; i++) {
        if (strcmp(service->timers[i].name, LEDGER_HOLD_TIMER) == 0) {
            return &service->timers[i];
        }
    }
    return NULL;
}

static struct text subject_of(struct call *call, struct id hold)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(hold, text);
    return text_copy(call->arena, text_of(text));
}

static enum status set_timer(struct call *call, struct id hold, int64_t expires_at)
{
    const struct timer *timer = find_timer(call->service);
    MUST(timer != NULL && timer->handle == ledger_free_hold);
    return timer_set(call, timer, subject_of(call, hold), expires_at, NULL);
}

enum status ledger__clear_timer(struct call *call, const struct held_move *held)
{
    const struct timer *timer = find_timer(call->service);
    if (held->expires_at == 0) {
        return STATUS_OK;
    }
    MUST(timer != NULL);
    return timer_clear(call, timer, subject_of(call, held->id));
}

void ledger__read_held(struct call *call, struct rows rows, const struct ledger_move **moves_out)
{
    const struct held_move *held = rows.items;
    struct ledger_move *moves = ARENA_ARRAY(call->arena, struct ledger_move, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        moves[i] = (struct ledger_move){.debit = held[i].debit_id,
                                        .credit = held[i].credit_id,
                                        .amount = {.minor = held[i].amount}};
    }
    *moves_out = moves;
}

/* ---- setting aside ---- */

struct holding {
    struct call *call;
    const struct ledger_transfer *order;
    int64_t expires_at;
    struct sheet sheet;
    struct ledger_answer *answer;
};

static const char *differs(const struct holding *holding, struct rows rows)
{
    const struct ledger_transfer *order = holding->order;
    const struct held_move *held = rows.items;
    if (rows.count != order->move_count) {
        return "moves";
    }
    for (size_t i = 0; i < rows.count; i++) {
        if (!id_equals(held[i].debit_id, order->moves[i].debit)) {
            return "debit";
        }
        if (!id_equals(held[i].credit_id, order->moves[i].credit)) {
            return "credit";
        }
        if (held[i].amount != order->moves[i].amount.minor) {
            return "amount";
        }
    }
    if (!text_equals(held[0].code, order->code)) {
        return "code";
    }
    if (!ledger__is_same_about(&held[0].about, &order->about)) {
        return "about";
    }
    return held[0].expires_at != holding->expires_at ? "expires_at" : NULL;
}

static void tell_held(struct holding *holding, const struct held_move *held, size_t count)
{
    holding->answer->at_ms = held[0].at;
    for (size_t i = 0; i < count; i++) {
        holding->answer->moved_minor += held[i].amount;
    }
}

static enum ledger_refusal judge(struct holding *holding)
{
    const struct ledger_transfer *order = holding->order;
    enum ledger_refusal refusal = LEDGER_DONE;
    for (size_t i = 0; i < order->move_count && refusal == LEDGER_DONE; i++) {
        refusal = sheet_know(&holding->sheet, &order->moves[i]);
    }
    for (size_t i = 0; i < order->move_count && refusal == LEDGER_DONE; i++) {
        refusal = sheet_hold(&holding->sheet, &order->moves[i]);
    }
    return refusal;
}

static enum status keep(struct holding *holding)
{
    struct call *call = holding->call;
    const struct ledger_transfer *order = holding->order;
    struct held_move *held = ARENA_ARRAY(call->arena, struct held_move, order->move_count);
    for (size_t i = 0; i < order->move_count; i++) {
        held[i] = (struct held_move){
            .id = order->id,
            .part = (int64_t)i,
            .code = order->code,
            .debit_id = order->moves[i].debit,
            .credit_id = order->moves[i].credit,
            .amount = order->moves[i].amount.minor,
            .at = call->now_ms,
            .expires_at = holding->expires_at,
            .about = order->about,
            .state = hold_held,
        };
    }
    tell_held(holding, held, order->move_count);
    enum status status = held_insert(call->store, held, order->move_count);
    status = status == STATUS_OK ? sheet_save(call->store, &holding->sheet) : status;
    return status == STATUS_OK && holding->expires_at != 0
               ? set_timer(call, order->id, holding->expires_at)
               : status;
}

/* After the book was entered. */
static enum status hold_now(struct holding *holding)
{
    struct call *call = holding->call;
    const struct ledger_transfer *order = holding->order;
    struct rows rows;
    enum status status = held_find(call->store, call->arena, order->id, &rows);
    if (status == STATUS_OK && rows.count > 0) {
        tell_held(holding, rows.items, rows.count);
        return ledger__was_there(holding->answer, differs(holding, rows));
    }
    if (status == STATUS_OK && holding->expires_at != 0 && holding->expires_at <= call->now_ms) {
        return ledger__say(holding->answer, LEDGER_EXPIRY_MUST_BE_LATER);
    }
    status = status == STATUS_OK
                 ? ledger__load(call, &holding->sheet, order->moves, order->move_count)
                 : status;
    if (status != STATUS_OK) {
        return status;
    }
    enum ledger_refusal refusal = judge(holding);
    return refusal == LEDGER_DONE ? keep(holding) : ledger__say(holding->answer, refusal);
}

enum status ledger_hold(struct call *call, const struct ledger_transfer *held, int64_t expires_at,
                        struct ledger_answer *answer_out)
{
    *answer_out = (struct ledger_answer){.refusal = LEDGER_DONE};
    struct holding holding = {
        .call = call, .order = held, .expires_at = expires_at, .answer = answer_out};
    enum ledger_refusal refusal = sheet_form_of(held);
    if (refusal != LEDGER_DONE) {
        return ledger__say(answer_out, refusal);
    }
    enum status status = ledger__enter(call, &holding.sheet);
    return status == STATUS_OK ? hold_now(&holding) : status;
}

/* ---- setting free ---- */

static enum status set_free(struct call *call, struct sheet *sheet, struct rows rows,
                            struct text state)
{
    const struct held_move *held = rows.items;
    const struct ledger_move *moves;
    ledger__read_held(call, rows, &moves);
    enum status status = ledger__load(call, sheet, moves, rows.count);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < rows.count; i++) {
        sheet_free(sheet, &moves[i]);
    }
    status = held_end(call->store,
                      &(struct hold_end){.id = held[0].id, .state = state, .at = call->now_ms});
    return status == STATUS_OK ? sheet_save(call->store, sheet) : status;
}

enum status ledger_void(struct call *call, struct id hold, struct ledger_answer *answer_out)
{
    struct sheet sheet;
    struct rows rows;
    *answer_out = (struct ledger_answer){.refusal = LEDGER_DONE};
    enum status status = ledger__enter(call, &sheet);
    status = status == STATUS_OK ? held_find(call->store, call->arena, hold, &rows) : status;
    if (status != STATUS_OK) {
        return status;
    }
    enum ledger_refusal refusal = ledger__is_held(rows, call->now_ms);
    if (refusal == LEDGER_HOLD_WAS_VOIDED) {
        return ledger__was_there(answer_out, NULL);
    }
    if (refusal != LEDGER_DONE) {
        return ledger__say(answer_out, refusal);
    }
    status = set_free(call, &sheet, rows, hold_voided);
    return status == STATUS_OK ? ledger__clear_timer(call, rows.items) : status;
}

/* What is held no more needs nothing. */
enum status ledger_free_hold(struct call *call)
{
    struct sheet sheet;
    struct rows rows;
    struct id hold;
    if (!id_read(call->message->subject, &hold)) {
        return STATUS_MALFORMED;
    }
    enum status status = ledger__enter(call, &sheet);
    status = status == STATUS_OK ? held_find(call->store, call->arena, hold, &rows) : status;
    if (status != STATUS_OK) {
        return status;
    }
    const struct held_move *held = rows.items;
    if (rows.count > 0 && text_equals(held->state, hold_held)) {
        status = held->expires_at > call->now_ms ? set_timer(call, hold, held->expires_at)
                                                 : set_free(call, &sheet, rows, hold_expired);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
