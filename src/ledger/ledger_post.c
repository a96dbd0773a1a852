/* ledger_post.c - what was held becomes a transfer, or a part of it does. */
#include "ledger/ledger_parts.h"

#include "base/fault.h"

enum ledger_refusal ledger__is_held(struct rows rows, int64_t now_ms)
{
    const struct held_move *held = rows.items;
    if (rows.count == 0) {
        return LEDGER_HOLD_IS_UNKNOWN;
    }
    if (text_equals(held->state, hold_posted)) {
        return SEEDED_BUG("ledger_posts_twice") ? LEDGER_DONE : LEDGER_HOLD_WAS_POSTED;
    }
    if (text_equals(held->state, hold_voided)) {
        return LEDGER_HOLD_WAS_VOIDED;
    }
    bool is_over = held->expires_at != 0 && held->expires_at <= now_ms;
    bool is_expired = text_equals(held->state, hold_expired) || is_over;
    return is_expired ? LEDGER_HOLD_HAS_EXPIRED : LEDGER_DONE;
}

struct posting {
    struct call *call;
    const struct ledger_post *post;
    struct sheet sheet;
    struct rows held;
    struct ledger_answer *answer;
};

static int64_t amount_of(const struct posting *posting, const struct held_move *held)
{
    return posting->post->amount_minor == 0 ? held->amount : posting->post->amount_minor;
}

/* ---- done before ---- */

static const char *differs(const struct posting *posting, const struct made_move *made)
{
    const struct ledger_post *post = posting->post;
    if (!text_equals(made->kind, kind_post)) {
        return "kind";
    }
    if (!id_equals(made->hold, post->hold)) {
        return "hold";
    }
    MUST(posting->held.count > 0);
    if (made->amount != amount_of(posting, posting->held.items)) {
        return "amount";
    }
    return made->dated_at != post->dated_at ? "dated_at" : NULL;
}

/* ---- made now ---- */

static enum ledger_refusal may_post(const struct posting *posting)
{
    const struct held_move *held = posting->held.items;
    enum ledger_refusal refusal = ledger__is_held(posting->held, posting->call->now_ms);
    if (refusal != LEDGER_DONE) {
        return refusal;
    }
    if (posting->post->amount_minor != 0 && posting->held.count > 1) {
        return LEDGER_HOLD_IS_POSTED_WHOLE;
    }
    if (amount_of(posting, held) > held->amount) {
        return LEDGER_EXCEEDS_HOLD;
    }
    return sheet_date(&posting->sheet, posting->post->dated_at);
}

static struct made_move made_of(const struct posting *posting, const struct held_move *held)
{
    return (struct made_move){
        .id = posting->post->id,
        .part = held->part,
        .kind = kind_post,
        .code = held->code,
        .debit_id = held->debit_id,
        .credit_id = held->credit_id,
        .amount = amount_of(posting, held),
        .dated_at = posting->post->dated_at,
        .about = held->about,
        .hold = held->id,
    };
}

static enum status write_all(struct posting *posting, const struct made_move *made)
{
    struct call *call = posting->call;
    ledger__tell(posting->answer, made, posting->held.count);
    enum status status = ledger__write(call, &posting->sheet, made, posting->held.count);
    if (status == STATUS_OK) {
        status = held_end(call->store, &(struct hold_end){.id = posting->post->hold,
                                                          .state = hold_posted,
                                                          .at = call->now_ms,
                                                          .transfer = posting->post->id});
    }
    return status == STATUS_OK ? ledger__clear_timer(call, posting->held.items) : status;
}

static enum status post_now(struct posting *posting)
{
    struct call *call = posting->call;
    const struct held_move *held = posting->held.items;
    const struct ledger_move *moves;
    enum ledger_refusal refusal = may_post(posting);
    if (refusal != LEDGER_DONE) {
        return ledger__say(posting->answer, refusal);
    }
    ledger__read_held(call, posting->held, &moves);
    enum status status = ledger__load(call, &posting->sheet, moves, posting->held.count);
    if (status != STATUS_OK) {
        return status;
    }
    struct made_move *made = ARENA_ARRAY(call->arena, struct made_move, posting->held.count);
    for (size_t i = 0; i < posting->held.count && !SEEDED_BUG("ledger_keeps_hold"); i++) {
        sheet_free(&posting->sheet, &moves[i]);
    }
    for (size_t i = 0; i < posting->held.count && refusal == LEDGER_DONE; i++) {
        made[i] = made_of(posting, &held[i]);
        refusal = sheet_move(&posting->sheet, LEDGER_EXACTLY, &made[i]);
    }
    return refusal == LEDGER_DONE ? write_all(posting, made)
                                  : ledger__say(posting->answer, refusal);
}

enum status ledger_post(struct call *call, const struct ledger_post *post,
                        struct ledger_answer *answer_out)
{
    struct rows rows;
    struct posting posting = {.call = call, .post = post, .answer = answer_out};
    *answer_out = (struct ledger_answer){.refusal = LEDGER_DONE};
    if (id_is_none(post->id)) {
        return ledger__say(answer_out, LEDGER_ID_MUST_BE_GIVEN);
    }
    if (post->amount_minor < 0) {
        return ledger__say(answer_out, LEDGER_AMOUNT_MUST_BE_POSITIVE);
    }
    enum status status = ledger__enter(call, &posting.sheet);
    status = status == STATUS_OK ? held_find(call->store, call->arena, post->hold, &posting.held)
                                 : status;
    status = status == STATUS_OK ? moves_find(call->store, call->arena, post->id, &rows) : status;
    if (status != STATUS_OK) {
        return status;
    }
    if (rows.count > 0) {
        ledger__tell(answer_out, rows.items, rows.count);
        return ledger__was_there(answer_out, differs(&posting, rows.items));
    }
    return post_now(&posting);
}
