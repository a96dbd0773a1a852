/* ledger_transfer.c - money moves: one transfer, or several that are linked.
 *
 * Everything is read with one question where it is one move between two accounts, then judged in
 * memory, then written with statements whose outcome nobody waits for. A refusal has written
 * nothing.
 *
 * Where both accounts are recalled not even that is asked: the transfer is believed to be new. When
 * it is not, its row is refused, all is undone, and whoever runs the call again asks. Nobody hears
 * no before he was asked, for what was done before is done, whatever has become of the accounts.
 */
#include "ledger/ledger_parts.h"

#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

struct transferring {
    struct call *call;
    const struct ledger_transfer *transfers;
    size_t count;
    size_t move_count; /* of all */
    struct ledger_answer *answer;
    struct sheet sheet;
    struct made_move *made;
    size_t made_count;
    size_t there;     /* of the transfers */
    bool is_believed; /* to be new */
};

static const struct text *kind_of(enum ledger_extent extent)
{
    switch (extent) {
    case LEDGER_EXACTLY:
        return &kind_transfer;
    case LEDGER_AS_DEBIT_HAS:
        return &kind_sweep_debit;
    case LEDGER_AS_CREDIT_OWES:
        break;
    }
    return &kind_sweep_credit;
}

/* ---- what the order says by itself ---- */

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, ID_BYTES);
}

static struct id *ids_of(const struct transferring *transferring)
{
    struct id *ids = ARENA_ARRAY(transferring->call->arena, struct id, transferring->count);
    for (size_t i = 0; i < transferring->count; i++) {
        ids[i] = transferring->transfers[i].id;
    }
    return ids;
}

static bool are_ids_different(const struct transferring *transferring)
{
    struct id *ids = ids_of(transferring);
    qsort(ids, transferring->count, sizeof *ids, compare_ids);
    for (size_t i = 1; i < transferring->count; i++) {
        if (id_equals(ids[i], ids[i - 1])) {
            return false;
        }
    }
    return true;
}

static enum status check_form(struct transferring *transferring)
{
    struct ledger_answer *answer = transferring->answer;
    for (size_t i = 0; i < transferring->count; i++) {
        enum ledger_refusal refusal = sheet_form_of(&transferring->transfers[i]);
        if (refusal != LEDGER_DONE) {
            answer->index = i;
            return ledger__say(answer, refusal);
        }
        transferring->move_count += transferring->transfers[i].move_count;
    }
    MUST(transferring->move_count <= LEDGER_LINKED_MAX);
    return are_ids_different(transferring) ? STATUS_OK : ledger__was_there(answer, "id");
}

/* ---- what is there ---- */

/* What runs behind a mark runs again, perhaps because somebody was believed; and nobody runs a
 * chore with marks. */
static bool may_believe(const struct call *call)
{
    return !call->store->has_mark && (call->route != NULL || call->message != NULL);
}

static enum status load_pair(struct transferring *transferring, bool believes)
{
    struct call *call = transferring->call;
    const struct ledger_move *move = transferring->transfers[0].moves;
    const struct id ids[] = {move->debit, move->credit};
    bool was_there = false;
    transferring->sheet = (struct sheet){.now_ms = call->now_ms};
    sheet_make(&transferring->sheet, call->arena, ids, COUNT_OF(ids));
    transferring->is_believed =
        believes && sheet_recall_pair(call->store, call->arena, &transferring->sheet);
    if (transferring->is_believed) {
        return STATUS_OK;
    }
    enum status status = sheet_load_pair(call->store, call->arena, &transferring->sheet,
                                         transferring->transfers[0].id, &was_there);
    transferring->there = was_there;
    return status;
}

static enum status load_many(struct transferring *transferring)
{
    struct call *call = transferring->call;
    struct ledger_move *moves =
        ARENA_ARRAY(call->arena, struct ledger_move, transferring->move_count);
    size_t count = 0;
    for (size_t i = 0; i < transferring->count; i++) {
        const struct ledger_transfer *transfer = &transferring->transfers[i];
        memcpy(moves + count, transfer->moves, transfer->move_count * sizeof *moves);
        count += transfer->move_count;
    }
    enum status status = ledger__enter(call, &transferring->sheet);
    if (status == STATUS_OK) {
        status = moves_count(call->store, call->arena, ids_of(transferring), transferring->count,
                             &transferring->there);
    }
    return status == STATUS_OK ? ledger__load(call, &transferring->sheet, moves, count) : status;
}

static enum status load(struct transferring *transferring, bool believes)
{
    if (transferring->move_count > 1) {
        return load_many(transferring);
    }
    enum status status = load_pair(transferring, believes);
    return status == STATUS_ABSENT ? load_many(transferring) : status;
}

/* ---- done before ---- */

static const char *differs_in_move(const struct transferring *transferring,
                                   const struct ledger_move *move, const struct made_move *made)
{
    if (!id_equals(move->debit, made->debit_id)) {
        return "debit";
    }
    if (!id_equals(move->credit, made->credit_id)) {
        return "credit";
    }
    int64_t asked = made->asked == FIELD_NONE ? made->amount : made->asked;
    if (move->amount.minor != asked) {
        return "amount";
    }
    return sheet_know(&transferring->sheet, move) == LEDGER_DONE ? NULL : "currency";
}

static const char *differs(const struct transferring *transferring,
                           const struct ledger_transfer *transfer, struct rows rows)
{
    const struct made_move *made = rows.items;
    const char *field = NULL;
    if (!text_equals(made[0].kind, *kind_of(transfer->extent))) {
        return "kind";
    }
    if (rows.count != transfer->move_count) {
        return "moves";
    }
    for (size_t i = 0; i < rows.count && field == NULL; i++) {
        field = differs_in_move(transferring, &transfer->moves[i], &made[i]);
    }
    if (field != NULL) {
        return field;
    }
    if (!text_equals(made[0].code, transfer->code)) {
        return "code";
    }
    if (!ledger__is_same_about(&made[0].about, &transfer->about)) {
        return "about";
    }
    return made[0].dated_at != transfer->dated_at ? "dated_at" : NULL;
}

static enum status compare_all(struct transferring *transferring)
{
    struct call *call = transferring->call;
    struct ledger_answer *answer = transferring->answer;
    enum status status = STATUS_OK;
    int64_t moved = 0;
    for (size_t i = 0; i < transferring->count && status == STATUS_OK; i++) {
        const struct ledger_transfer *transfer = &transferring->transfers[i];
        struct rows rows;
        status = moves_find(call->store, call->arena, transfer->id, &rows);
        /* A transfer that was made while the question waited is seen the next time. */
        status = status == STATUS_OK && rows.count == 0 ? STATUS_CONFLICT : status;
        if (status == STATUS_OK) {
            answer->index = i;
            ledger__tell(answer, rows.items, rows.count);
            moved += answer->moved_minor;
            status = ledger__was_there(answer, differs(transferring, transfer, rows));
        }
    }
    answer->moved_minor = moved;
    return status;
}

/* ---- made now ---- */

static enum ledger_refusal make_move(struct transferring *transferring,
                                     const struct ledger_transfer *transfer, size_t part)
{
    const struct ledger_move *move = &transfer->moves[part];
    struct made_move *made = &transferring->made[transferring->made_count++];
    *made = (struct made_move){
        .id = transfer->id,
        .part = (int64_t)part,
        .kind = *kind_of(transfer->extent),
        .code = transfer->code,
        .debit_id = move->debit,
        .credit_id = move->credit,
        .amount = move->amount.minor,
        .dated_at = transfer->dated_at,
        .about = transfer->about,
    };
    return sheet_move(&transferring->sheet, transfer->extent, made);
}

static enum ledger_refusal make_transfer(struct transferring *transferring,
                                         const struct ledger_transfer *transfer)
{
    enum ledger_refusal refusal = LEDGER_DONE;
    for (size_t i = 0; i < transfer->move_count && refusal == LEDGER_DONE; i++) {
        refusal = sheet_know(&transferring->sheet, &transfer->moves[i]);
    }
    if (refusal == LEDGER_DONE) {
        refusal = sheet_date(&transferring->sheet, transfer->dated_at);
    }
    for (size_t i = 0; i < transfer->move_count && refusal == LEDGER_DONE; i++) {
        refusal = make_move(transferring, transfer, i);
    }
    return refusal;
}

static enum status make_all(struct transferring *transferring)
{
    struct ledger_answer *answer = transferring->answer;
    transferring->made =
        ARENA_ARRAY(transferring->call->arena, struct made_move, transferring->move_count);
    for (size_t i = 0; i < transferring->count; i++) {
        enum ledger_refusal refusal = make_transfer(transferring, &transferring->transfers[i]);
        if (refusal != LEDGER_DONE) {
            answer->index = i;
            return ledger__say(answer, refusal);
        }
    }
    ledger__tell(answer, transferring->made, transferring->made_count);
    return ledger__write(transferring->call, &transferring->sheet, transferring->made,
                         transferring->made_count);
}

static enum status load_and_make(struct transferring *transferring, bool believes)
{
    *transferring->answer = (struct ledger_answer){.refusal = LEDGER_DONE};
    transferring->made_count = 0;
    enum status status = load(transferring, believes);
    if (status != STATUS_OK) {
        return status;
    }
    if (transferring->there == 0) {
        return make_all(transferring);
    }
    return transferring->there == transferring->count
               ? compare_all(transferring)
               : ledger__say(transferring->answer, LEDGER_SOME_WERE_THERE);
}

enum status ledger_transfer(struct call *call, const struct ledger_transfer *transfers,
                            size_t count, struct ledger_answer *answer_out)
{
    MUST(count > 0 && count <= LEDGER_LINKED_MAX);
    *answer_out = (struct ledger_answer){.refusal = LEDGER_DONE};
    struct transferring transferring = {
        .call = call, .transfers = transfers, .count = count, .answer = answer_out};
    enum status status = check_form(&transferring);
    if (status != STATUS_OK) {
        return status;
    }
    status = load_and_make(&transferring, may_believe(call));
    if (status == STATUS_REFUSED && transferring.is_believed &&
        !SEEDED_BUG("ledger_believes_and_refuses")) {
        status = load_and_make(&transferring, false);
    }
    return status;
}
