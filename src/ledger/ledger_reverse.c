/* ledger_reverse.c - everything that a transfer has moved is moved back, once, on a date of its
 * own.
 */
#include "ledger/ledger_parts.h"

#include "base/fault.h"

/* ---- done before ---- */

static const char *differs(const struct ledger_reversal *reversal, const struct made_move *made)
{
    if (!text_equals(made->kind, kind_reversal)) {
        return "kind";
    }
    if (!id_equals(made->reverses, reversal->reverses)) {
        return "reverses";
    }
    if (!text_equals(made->code, reversal->code)) {
        return "code";
    }
    if (!ledger__is_same_about(&made->about, &reversal->about)) {
        return "about";
    }
    return made->dated_at != reversal->dated_at ? "dated_at" : NULL;
}

/* ---- made now ---- */

/* The last move goes back first, so that each account has what it needs for it. */
static struct made_move move_back(const struct ledger_reversal *reversal, struct rows original,
                                  size_t part)
{
    const struct made_move *moves = original.items;
    const struct made_move *made = &moves[original.count - 1 - part];
    return (struct made_move){
        .id = reversal->id,
        .part = (int64_t)part,
        .kind = kind_reversal,
        .code = reversal->code,
        .debit_id = made->credit_id,
        .credit_id = made->debit_id,
        .amount = made->amount,
        .dated_at = reversal->dated_at,
        .about = reversal->about,
        .reverses = reversal->reverses,
    };
}

static enum status load_accounts(struct call *call, struct sheet *sheet, struct rows original)
{
    const struct made_move *made = original.items;
    struct ledger_move *moves = ARENA_ARRAY(call->arena, struct ledger_move, original.count);
    for (size_t i = 0; i < original.count; i++) {
        moves[i] = (struct ledger_move){.debit = made[i].debit_id, .credit = made[i].credit_id};
    }
    return ledger__load(call, sheet, moves, original.count);
}

static enum status move_all_back(struct call *call, const struct ledger_reversal *reversal,
                                 struct sheet *sheet, struct rows original,
                                 struct ledger_answer *answer)
{
    enum status status = load_accounts(call, sheet, original);
    if (status != STATUS_OK) {
        return status;
    }
    enum ledger_refusal refusal = sheet_date(sheet, reversal->dated_at);
    struct made_move *made = ARENA_ARRAY(call->arena, struct made_move, original.count);
    for (size_t i = 0; i < original.count && refusal == LEDGER_DONE; i++) {
        made[i] = move_back(reversal, original, i);
        refusal = sheet_move(sheet, LEDGER_EXACTLY, &made[i]);
    }
    if (refusal != LEDGER_DONE) {
        return ledger__say(answer, refusal);
    }
    ledger__tell(answer, made, original.count);
    return ledger__write(call, sheet, made, original.count);
}

/* May this be reversed? */
static enum status find_original(struct call *call, struct id id, struct rows *original_out,
                                 struct ledger_answer *answer)
{
    enum status status = moves_find(call->store, call->arena, id, original_out);
    if (status != STATUS_OK) {
        return status;
    }
    const struct made_move *original = original_out->items;
    if (original_out->count == 0) {
        return ledger__say(answer, LEDGER_TRANSFER_IS_UNKNOWN);
    }
    if (text_equals(original->kind, kind_reversal)) {
        return ledger__say(answer, LEDGER_IS_A_REVERSAL);
    }
    struct id reversal;
    status = moves_find_reversal(call->store, call->arena, id, &reversal);
    if (status == STATUS_OK && !SEEDED_BUG("ledger_reverses_twice")) {
        return ledger__say(answer, LEDGER_WAS_REVERSED);
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status ledger_reverse(struct call *call, const struct ledger_reversal *reversal,
                           struct ledger_answer *answer_out)
{
    struct sheet sheet;
    struct rows rows;
    *answer_out = (struct ledger_answer){.refusal = LEDGER_DONE};
    if (id_is_none(reversal->id)) {
        return ledger__say(answer_out, LEDGER_ID_MUST_BE_GIVEN);
    }
    if (reversal->code.bytes == 0 || reversal->code.bytes > LEDGER_CODE_BYTES_MAX) {
        return ledger__say(answer_out, LEDGER_CODE_MUST_BE_GIVEN);
    }
    enum status status = ledger__enter(call, &sheet);
    status =
        status == STATUS_OK ? moves_find(call->store, call->arena, reversal->id, &rows) : status;
    if (status == STATUS_OK && rows.count > 0) {
        ledger__tell(answer_out, rows.items, rows.count);
        return ledger__was_there(answer_out, differs(reversal, rows.items));
    }
    status =
        status == STATUS_OK ? find_original(call, reversal->reverses, &rows, answer_out) : status;
    return status == STATUS_OK ? move_all_back(call, reversal, &sheet, rows, answer_out) : status;
}
