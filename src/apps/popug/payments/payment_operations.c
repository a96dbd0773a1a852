/* payment_operations.c - a payment is ordered, where to pay to is learned; and what can be asked.
 *
 * Ordered twice with the same id it is the same payment. Refused: payment_not_found,
 * payment_is_over.
 */
#include "apps/popug/payments/payment.h"

/* ---- ordered ---- */

#define AT(member) .offset = offsetof(struct payment, member), .required = true
static const struct field transfer_fields[] = {
    {.name = "payment_id", .kind = FIELD_ID, AT(id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "amount_minor",
     .kind = FIELD_INTEGER,
     AT(amount_minor),
     .minimum = 1,
     .maximum = INT64_MAX},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .bytes_max = 3},
};
#undef AT
const struct shape payment_transfer_takes = {
    .name = "TransferPayment",
    .fields = transfer_fields,
    .field_count = COUNT_OF(transfer_fields),
    .bytes = sizeof(struct payment),
};

struct requisite {
    struct id person_id;
    struct text requisite;
};
static const struct field asked_fields[] = {
    {.name = "person_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct requisite, person_id),
     .required = true},
};
static const struct shape asked_shape = {
    .name = "RequisiteWanted",
    .fields = asked_fields,
    .field_count = 1,
    .bytes = sizeof(struct requisite),
};
static const struct field replied_fields[] = {
    {.name = "requisite",
     .kind = FIELD_OBJECT,
     .offset = offsetof(struct requisite, requisite),
     .bytes_max = 4096},
};
static const struct shape replied_shape = {
    .name = "RequisiteHeard",
    .fields = replied_fields,
    .field_count = 1,
    .bytes = sizeof(struct requisite),
};
/* Whoever is away is waited for: stuck is only what he does not know. */
#define PATIENCE_MS ((int64_t)10 * 365 * 24 * 60 * 60 * 1000)

const struct errand payment_errands[1] = {
    {.service = "users",
     .command = "users.tell_requisite",
     .data = &asked_shape,
     .takes = &replied_shape,
     .on_reply = payment_requisite_reply,
     .deadline_ms = PATIENCE_MS},
};

static enum status ask_where(struct call *call, const struct payment *payment)
{
    char subject[ID_TEXT_BYTES + 1];
    id_write(payment->id, subject);
    return tell_to(call, &payment_errands[0], text_of(subject),
                   &(struct requisite){.person_id = payment->person_id}, NULL);
}

enum status payment_transfer_handle(struct call *call)
{
    const struct payment *ordered = call->input;
    struct payment payment = *ordered;
    payment.status = payment_asked;
    payment.created_at = call->now_ms;
    enum status status = payment_insert(call->store, &payment);
    if (status == STATUS_OK) {
        status = ask_where(call, &payment);
    }
    return status == STATUS_OK || status == STATUS_EXISTS ? answer_empty(call) : status;
}

/* What the directory says, or that it says nothing: the subject is the payment. */
enum status payment_requisite_reply(struct call *call)
{
    const struct requisite *replied = call->input;
    struct payment payment;
    struct id id;
    if (!id_read(call->message->subject, &id)) {
        return STATUS_OK;
    }
    enum status status = payment_find(call->store, call->arena, id, &payment);
    if (status != STATUS_OK || !text_equals(payment.status, payment_asked)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    bool is_known = text_equals(call->message->outcome, outcome_done) && replied != NULL &&
                    payment_choose_channel(call->arena, replied->requisite, &payment);
    payment.status = is_known ? payment_pending : payment_stuck;
    payment.reason = is_known ? NO_TEXT : TEXT("It is not known where to pay to.");
    payment.due_at = is_known ? call->now_ms : 0;
    payment.changed_at = call->now_ms;
    call_alarm(call, call->now_ms);
    return payment_update(call->store, &payment);
}

/* ---- asked ---- */

struct payment_input {
    struct id payment_id;
    struct text status;
    struct id cursor;
};
#define AT(member) .offset = offsetof(struct payment_input, member)
static const struct field id_fields[] = {
    {.name = "payment_id",
     .kind = FIELD_ID,
     AT(payment_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
static const struct field list_fields[] = {
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .place = FIELD_IN_QUERY,
     .bytes_max = 8,
     .choices = payment_statuses,
     .choice_count = PAYMENT_STATUS_COUNT},
    {.name = "cursor",
     .kind = FIELD_ID,
     AT(cursor),
     .place = FIELD_IN_QUERY,
     .meaning = "`next` of the page before"},
};
#undef AT
const struct shape payment_id_takes = {
    .name = "PaymentId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct payment_input),
};
const struct shape payment_list_takes = {
    .name = "ListPayments",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct payment_input),
};

static enum status find(struct call *call, struct payment *payment_out)
{
    const struct payment_input *input = call->input;
    enum status status = payment_find(call->store, call->arena, input->payment_id, payment_out);
    return status == STATUS_ABSENT ? refuse(call, &payment_not_found) : status;
}

enum status payment_get_handle(struct call *call)
{
    struct payment payment;
    enum status status = find(call, &payment);
    return status == STATUS_OK ? answer(call, &payment) : status;
}

enum status payment_list_handle(struct call *call)
{
    const struct payment_input *input = call->input;
    struct rows rows;
    enum status status =
        payment_list(call->store, call->arena, input->status, input->cursor, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct payment *payments = rows.items;
    struct list list = {.items = payments, .count = rows.count, .total = FIELD_NONE};
    if (rows.count == PAYMENTS_PAGE_MAX) {
        list.next = id_text(call->arena, payments[rows.count - 1].id);
    }
    return answer_list(call, &list);
}

/* What is stuck asks the directory again; what waits is tried at once. */
enum status payment_retry_handle(struct call *call)
{
    struct payment payment;
    enum status status = find(call, &payment);
    if (status != STATUS_OK) {
        return status;
    }
    if (text_equals(payment.status, payment_done) || text_equals(payment.status, payment_failed)) {
        return refuse(call, &payment_is_over);
    }
    payment.changed_at = call->now_ms;
    if (text_equals(payment.status, payment_stuck)) {
        payment.status = payment_asked;
        status = ask_where(call, &payment);
    } else if (text_equals(payment.status, payment_pending) ||
               text_equals(payment.status, payment_unknown)) {
        payment.due_at = call->now_ms;
        call_alarm(call, call->now_ms);
    }
    if (status == STATUS_OK) {
        status = payment_update(call->store, &payment);
    }
    return status == STATUS_OK ? answer(call, &payment) : status;
}
