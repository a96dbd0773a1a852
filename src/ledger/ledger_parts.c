/* ledger_parts.c - what the operations of the ledger share, and how each says no. */
#include "ledger/ledger_parts.h"

#include "base/json.h"

#define X(name, http_status, code, text)                                                           \
    static const struct refusal refusal_##name = {code, http_status, text};
LEDGER_REFUSALS(X)
#undef X

const struct refusal *const ledger_refusals[LEDGER_REFUSALS_COUNT] = {
#define X(name, http_status, code, text) &refusal_##name,
    LEDGER_REFUSALS(X)
#undef X
};

enum status ledger_refuse(struct call *call, const struct ledger_answer *answer)
{
    MUST(answer->refusal > LEDGER_DONE && answer->refusal < LEDGER_REFUSAL_COUNT);
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 64);
    json_begin_object(&writer);
    json_key(&writer, "transfer");
    json_put_integer(&writer, (int64_t)answer->index);
    if (answer->field != NULL) {
        json_key(&writer, "field");
        json_put_text(&writer, text_of(answer->field));
    }
    json_end_object(&writer);
    return refuse_with(call, ledger_refusals[answer->refusal - 1], json_written(&writer));
}

enum status ledger__say(struct ledger_answer *answer, enum ledger_refusal refusal)
{
    answer->refusal = refusal;
    return refusal == LEDGER_DONE ? STATUS_OK : STATUS_REFUSED;
}

enum status ledger__was_there(struct ledger_answer *answer, const char *differs)
{
    answer->field = differs;
    answer->was_there = differs == NULL;
    return ledger__say(answer, differs == NULL ? LEDGER_DONE : LEDGER_ID_IS_TAKEN);
}

enum status ledger__enter(struct call *call, struct sheet *sheet)
{
    *sheet = (struct sheet){.now_ms = call->now_ms};
    return book_enter(call->store, call->arena, sheet);
}

enum status ledger__load(struct call *call, struct sheet *sheet, const struct ledger_move *moves,
                         size_t count)
{
    struct id *ids = ARENA_ARRAY(call->arena, struct id, 2 * count);
    for (size_t i = 0; i < count; i++) {
        ids[2 * i] = moves[i].debit;
        ids[2 * i + 1] = moves[i].credit;
    }
    sheet_make(sheet, call->arena, ids, 2 * count);
    return sheet_load(call->store, call->arena, sheet);
}

bool ledger__is_same_about(const struct ledger_about *left, const struct ledger_about *right)
{
    return id_equals(left->id, right->id) && id_equals(left->other, right->other) &&
           left->number == right->number;
}

void ledger__tell(struct ledger_answer *answer, const struct made_move *made, size_t count)
{
    MUST(count > 0);
    answer->at_ms = made[0].at;
    answer->moved_minor = 0;
    for (size_t i = 0; i < count; i++) {
        bool fits =
            !__builtin_add_overflow(answer->moved_minor, made[i].amount, &answer->moved_minor);
        answer->moved_minor = fits ? answer->moved_minor : INT64_MAX;
    }
}

static enum status write_whole(struct store *store, const struct sheet *sheet,
                               const struct made_move *made)
{
    enum status status = book_stamp(store);
    status = status == STATUS_OK ? moves_insert_whole(store, made) : status;
    if (status == STATUS_OK) {
        sheet_keep(store, sheet);
    }
    return status;
}

enum status ledger__write(struct call *call, const struct sheet *sheet,
                          const struct made_move *made, size_t count)
{
    if (count == 1 && id_is_none(made->hold) && store_has(call->store, STORE_IS_SHARED)) {
        return write_whole(call->store, sheet, made);
    }
    enum status status = moves_insert(call->store, made, count);
    return status == STATUS_OK ? sheet_save(call->store, sheet) : status;
}
