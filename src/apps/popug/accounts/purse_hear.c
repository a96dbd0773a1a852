/* purse_hear.c - what others tell moves money: a task has fallen on somebody, a task is done.
 *
 * Heard twice it is done once. Nobody is charged for a task whose price is not known: price and
 * assignment come in order, because they are about the same task.
 */
#include "apps/popug/accounts/purse.h"

#include "base/fault.h"

struct heard {
    struct id id;
    struct id user_id;
    struct text type;
    struct text title;
    struct text currency;
    int64_t assignment;
    int64_t fee_minor;
    int64_t reward_minor;
    int64_t at;
};

#define ROW(name_, kind_, member_)                                                                 \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct heard, member_),               \
        .required = true, .bytes_max = 400                                                         \
    }
static const struct field person_fields[] = {ROW("id", FIELD_ID, user_id),
                                             ROW("type", FIELD_TEXT, type)};
static const struct field created_fields[] = {
    ROW("task_id", FIELD_ID, id),
    ROW("title", FIELD_TEXT, title),
    ROW("fee_minor", FIELD_INTEGER, fee_minor),
    ROW("reward_minor", FIELD_INTEGER, reward_minor),
    ROW("currency", FIELD_TEXT, currency),
    ROW("created_at", FIELD_TIME, at),
};
static const struct field assigned_fields[] = {
    ROW("task_id", FIELD_ID, id),
    ROW("user_id", FIELD_ID, user_id),
    ROW("assign_time", FIELD_TIME, at),
    ROW("assignment", FIELD_INTEGER, assignment),
    ROW("fee_minor", FIELD_INTEGER, fee_minor),
};
static const struct field finished_fields[] = {
    ROW("task_id", FIELD_ID, id),
    ROW("user_id", FIELD_ID, user_id),
    ROW("finish_time", FIELD_TIME, at),
    ROW("reward_minor", FIELD_INTEGER, reward_minor),
};
#define HEARD(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct heard)                                                              \
    }
const struct shape purse_person_heard = HEARD("AccountsPersonHeard", person_fields);
const struct shape purse_created_heard = HEARD("AccountsTaskCreatedHeard", created_fields);
const struct shape purse_assigned_heard = HEARD("AccountsTaskAssignedHeard", assigned_fields);
const struct shape purse_finished_heard = HEARD("AccountsTaskFinishedHeard", finished_fields);

/* ---- people: an account for each popug, and then work may be given to him ---- */

static enum status open_for(struct call *call, struct id person)
{
    const struct heard opened = {.user_id = person};
    char subject[ID_TEXT_BYTES + 1];
    id_write(person, subject);
    enum status status = purse_open(call, person);
    if (status == STATUS_OK) {
        status = tell(call, &accounts_events[TELLS_OPENED], text_of(subject), FIELD_NONE,
                      &opened.user_id);
    }
    if (status == STATUS_OK) {
        status = tell_to(call, &accounts_errands[ERRAND_ACTIVATE], text_of(subject),
                         &opened.user_id, NULL);
    }
    return status;
}

enum status purse_person_hear(struct call *call)
{
    const struct heard *heard = call->input;
    bool is_new = false;
    if (!text_equals(heard->type, TEXT("popug"))) {
        return STATUS_OK;
    }
    enum status status = holder_insert(call->store, heard->user_id, call->now_ms, &is_new);
    return status == STATUS_OK && is_new ? open_for(call, heard->user_id) : status;
}

/* ---- tasks ---- */

enum status purse_created_hear(struct call *call)
{
    const struct heard *heard = call->input;
    const struct priced priced = {
        .id = heard->id,
        .title = heard->title,
        .fee_minor = heard->fee_minor,
        .reward_minor = heard->reward_minor,
        .currency = heard->currency,
        .created_at = heard->at,
    };
    enum status status = priced_keep(call->store, &priced);
    return status == STATUS_OK ? tell(call, &accounts_events[TELLS_PRICED], call->message->subject,
                                      FIELD_NONE, &priced)
                               : status;
}

/* Clocks of two machines may differ: nothing is dated after now. */
static int64_t date_of(const struct call *call, int64_t at)
{
    return at < call->now_ms ? at : call->now_ms;
}

enum status purse_assigned_hear(struct call *call)
{
    const struct heard *heard = call->input;
    const struct ledger_move move = {.debit = heard->user_id,
                                     .credit = purse_company,
                                     .amount = {heard->fee_minor, PURSE_CURRENCY}};
    const struct ledger_transfer fee = {
        .id = purse_made_id(call->arena, "fee", heard->id,
                            SEEDED_BUG("fee_of_task_only") ? 0 : heard->assignment),
        .code = TEXT("task_fee"),
        .moves = &move,
        .move_count = 1,
        .about = {.id = heard->id, .number = heard->assignment},
        .dated_at = date_of(call, heard->at),
    };
    return purse_transfer(call, &fee, heard->user_id);
}

enum status purse_finished_hear(struct call *call)
{
    const struct heard *heard = call->input;
    const struct ledger_move move = {.debit = purse_company,
                                     .credit = heard->user_id,
                                     .amount = {heard->reward_minor, PURSE_CURRENCY}};
    const struct ledger_transfer reward = {
        .id = purse_made_id(call->arena, "reward", heard->id, 0),
        .code = TEXT("task_reward"),
        .moves = &move,
        .move_count = 1,
        .about = {.id = heard->id, .number = FIELD_NONE},
        .dated_at = date_of(call, heard->at),
    };
    enum status status = purse_transfer(call, &reward, heard->user_id);
    return status == STATUS_OK ? priced_finish(call->store, heard->id, heard->user_id, heard->at)
                               : status;
}
