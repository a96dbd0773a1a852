/* payout.c - the end of the day: what is earned is counted, held, ordered, and in the end gone.
 *
 * Counting goes on in pieces; whoever dies in between goes on where it was. Run again for the same
 * day it pays nobody twice: there is one payout for a person and a day, and what is held is not
 * counted again.
 */
#include "apps/popug/accounts/payout.h"

#include "apps/popug/accounts/purse.h"
#include "base/fault.h"
#include "base/json.h"
#include "runtime/sideline.h"

static const struct text payout_paid = {"paid", 4};
static const struct text payout_failed = {"failed", 6};

/* ---- the day ends ---- */

static enum status begin(struct call *call, int64_t at)
{
    call_alarm(call, call->now_ms);
    return pay_day_begin(call->store, purse_day(call, at), call->now_ms);
}

enum status day_end_handle(struct call *call)
{
    return begin(call, call->message->told_at);
}

enum status day_carry_handle(struct call *call)
{
    struct owed owed;
    enum status status = purse_owed(call->store, call->arena, &owed);
    return status == STATUS_OK
               ? tell(call, &accounts_events[TELLS_CARRIED], TEXT("day"), FIELD_NONE, &owed)
               : status;
}

struct day_ended {
    struct text day;
};
static const struct field ended_fields[] = {
    {.name = "day", .kind = FIELD_TEXT, .offset = offsetof(struct day_ended, day)},
};
const struct shape day_ended_shape = {
    .name = "DayEnded",
    .fields = ended_fields,
    .field_count = 1,
    .bytes = sizeof(struct day_ended),
};

enum status day_end_now_handle(struct call *call)
{
    enum status status = begin(call, call->now_ms);
    const struct day_ended ended = {.day =
                                        purse_day_text(call->arena, purse_day(call, call->now_ms))};
    return status == STATUS_OK ? answer(call, &ended) : status;
}

enum status day_progress_handle(struct call *call)
{
    struct pay_progress progress;
    enum status status = pay_progress_find(call->store, call->arena, &progress);
    if (status == STATUS_OK) {
        progress.day_text = purse_day_text(call->arena, progress.day);
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer(call, &progress) : status;
}

/* ---- counting ---- */

static enum status hold(struct chore_run *run, const struct payout *payout)
{
    struct ledger_answer made;
    const struct ledger_move move = {.debit = payout->person_id,
                                     .credit = purse_bank,
                                     .amount = {payout->amount_minor, PURSE_CURRENCY}};
    const struct ledger_transfer held = {
        .id = payout->id,
        .code = TEXT("payout"),
        .moves = &move,
        .move_count = 1,
        .about = {.id = payout->id, .number = payout->day},
    };
    enum status status = ledger_hold(run->call, &held, 0, &made);
    return status == STATUS_REFUSED ? STATUS_CORRUPT : status;
}

static enum status order(struct chore_run *run, const struct payout *payout)
{
    char subject[ID_TEXT_BYTES + 1];
    id_write(payout->id, subject);
    enum status status =
        tell(run->call, &accounts_events[TELLS_COUNTED], text_of(subject), FIELD_NONE, payout);
    return status == STATUS_OK
               ? tell_to(run->call, &accounts_errands[ERRAND_PAY], text_of(subject), payout, NULL)
               : status;
}

static enum status pay_one(struct chore_run *run, int64_t day, const struct earned *earned)
{
    const struct payout payout = {
        .id = id_new(),
        .person_id = earned->person_id,
        .day = day,
        .day_text = purse_day_text(run->arena, day),
        .amount_minor = earned->amount_minor,
        .currency = TEXT(PURSE_CURRENCY),
        .created_at = run->now_ms,
    };
    enum status status = payout_insert(run->store, &payout);
    if (status == STATUS_EXISTS) {
        return STATUS_OK; /* this day has paid him: the next one does */
    }
    if (status == STATUS_OK) {
        status = hold(run, &payout);
    }
    return status == STATUS_OK ? order(run, &payout) : status;
}

enum status pay_out_chunk(struct chore_run *run)
{
    struct pay_day day;
    struct rows rows;
    enum status status = pay_day_find(run->store, run->arena, &day);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    struct id before = day.last_person;
    status = earned_list(run->store, run->arena, before, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct earned *earned = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = pay_one(run, day.day, &earned[i]);
        day.last_person = earned[i].person_id;
    }
    day.is_over = rows.count < EARNED_CHUNK_MAX;
    run->more = true;
    return status == STATUS_OK ? pay_day_update(run->store, &day, before) : status;
}

/* ---- what came of it ---- */

struct heard {
    struct id payment_id;
    struct text reason;
};
static const struct field heard_fields[] = {
    {.name = "payment_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct heard, payment_id),
     .required = true},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct heard, reason),
     .bytes_max = 400},
};
const struct shape payout_paid_heard = {
    .name = "AccountsPaymentHeard",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

static enum status write_letter(struct call *call, const struct payout *payout)
{
    char amount[MONEY_TEXT_BYTES + 1];
    struct json_writer writer;
    (void)money_write((struct money){payout->amount_minor, PURSE_CURRENCY}, amount);
    json_writer_init(&writer, call->arena, 128);
    json_begin_object(&writer);
    json_key(&writer, "day");
    json_put_text(&writer, purse_day_text(call->arena, payout->day));
    json_key(&writer, "amount");
    json_put_text(&writer, text_of(amount));
    json_key(&writer, "currency");
    json_put_text(&writer, payout->currency);
    json_end_object(&writer);
    const struct letter letter = {
        .template = TEXT("accounts.payout"),
        .person_id = payout->person_id,
        .payload = json_written(&writer),
        .dedup_key =
            text_format(call->arena, "payout-%.*s", TEXT_ARGS(id_text(call->arena, payout->id))),
    };
    return tell_to(call, &accounts_errands[ERRAND_NOTIFY], call->message->subject, &letter, NULL);
}

static enum status end(struct call *call, struct payout *payout, struct text status_text)
{
    const struct heard *heard = call->input;
    payout->status = status_text;
    payout->reason = heard->reason;
    payout->changed_at = call->now_ms;
    return payout_end(call->store, payout);
}

/* Pending or not: OK and is_pending_out. What is no payout of ours is passed over. */
static enum status find_pending(struct call *call, struct payout *payout_out, bool *is_pending_out)
{
    const struct heard *heard = call->input;
    enum status status = payout_find(call->store, call->arena, heard->payment_id, payout_out);
    *is_pending_out = status == STATUS_OK && text_equals(payout_out->status, TEXT("pending"));
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status payout_paid_hear(struct call *call)
{
    struct payout payout;
    struct ledger_answer made;
    bool is_pending = false;
    enum status status = find_pending(call, &payout, &is_pending);
    if (status != STATUS_OK || !is_pending) {
        return status;
    }
    const struct ledger_post post = {.id = purse_made_id(call->arena, "payout", payout.id, 0),
                                     .hold = payout.id};
    status = ledger_post(call, &post, &made);
    if (status == STATUS_REFUSED) {
        return ledger_refuse(call, &made);
    }
    if (status == STATUS_OK) {
        status = end(call, &payout, payout_paid);
    }
    return status == STATUS_OK && !SEEDED_BUG("payout_untold") ? write_letter(call, &payout)
                                                               : status;
}

enum status payout_failed_hear(struct call *call)
{
    struct payout payout;
    struct ledger_answer made;
    bool is_pending = false;
    enum status status = find_pending(call, &payout, &is_pending);
    if (status != STATUS_OK || !is_pending) {
        return status;
    }
    status = SEEDED_BUG("refused_payout_held") ? STATUS_OK : ledger_void(call, payout.id, &made);
    if (status == STATUS_REFUSED) {
        return ledger_refuse(call, &made);
    }
    return status == STATUS_OK ? end(call, &payout, payout_failed) : status;
}

/* ---- lists ---- */

struct list_input {
    struct id person_id;
    struct id cursor;
};
#define AT(member) .offset = offsetof(struct list_input, member), .place = FIELD_IN_QUERY
static const struct field list_fields[] = {
    {.name = "cursor", .kind = FIELD_ID, AT(cursor), .meaning = "`next` of the page before"},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
};
#undef AT
const struct shape payout_list_takes = {
    .name = "ListPayouts",
    .fields = list_fields,
    .field_count = 2,
    .bytes = sizeof(struct list_input),
};
const struct shape my_payouts_takes = {
    .name = "ListMyPayouts",
    .fields = list_fields,
    .field_count = 1,
    .bytes = sizeof(struct list_input),
};

static enum status answer_payouts(struct call *call, struct id person)
{
    const struct list_input *input = call->input;
    struct rows rows;
    enum status status = payout_list(call->store, call->arena, person, input->cursor, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    struct payout *payouts = rows.items;
    struct list list = {.items = payouts, .count = rows.count, .total = FIELD_NONE};
    for (size_t i = 0; i < rows.count; i++) {
        payouts[i].day_text = purse_day_text(call->arena, payouts[i].day);
    }
    if (rows.count == PAYOUTS_PAGE_MAX) {
        list.next = id_text(call->arena, payouts[rows.count - 1].id);
    }
    return answer_list(call, &list);
}

enum status payout_list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    return answer_payouts(call, input->person_id);
}

enum status my_payouts_handle(struct call *call)
{
    return id_is_none(call->caller.person) ? refuse(call, &purse_not_found)
                                           : answer_payouts(call, call->caller.person);
}
