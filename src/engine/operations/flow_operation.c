/* flow_operation.c - GET operations/{operation_id}: what has become of one, also after it has ended
 * (A21). Only who has asked for it is told. */
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow.h"
#include "engine/operations/flow_handlers.h"

enum { STATUS_BYTES_MAX = 40, REASON_BYTES_MAX = 64 * 1024 };

#define AT(member) .offset = offsetof(struct operation_said, member)
static const struct field said_fields[] = {
    {.name = "operation_id", .kind = FIELD_ID, AT(operation_id), .meaning = "To follow it by"},
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case it is of"},
    {.name = "operation",
     .kind = FIELD_TEXT,
     AT(operation),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "Its name"},
    {.name = "status",
     .kind = FIELD_TEXT,
     AT(status),
     .bytes_max = STATUS_BYTES_MAX,
     .meaning = "running, succeeded, failed; the last two are for good"},
    {.name = "fail_reason",
     .kind = FIELD_OBJECT,
     AT(fail_reason),
     .bytes_max = REASON_BYTES_MAX,
     .meaning = "{code, message, details} when it has failed; new codes may appear"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at), .meaning = "When it was asked for"},
    {.name = "finished_at", .kind = FIELD_TIME, AT(finished_at), .meaning = "When it was over"},
    {.name = "event_id",
     .kind = FIELD_ID,
     AT(event_id),
     .meaning = "The event that has told of its end"},
};
#undef AT
const struct shape operation_said_shape = {
    .name = "FlowOperation",
    .fields = said_fields,
    .field_count = COUNT_OF(said_fields),
    .bytes = sizeof(struct operation_said),
};

static const struct field takes_fields[] = {
    {.name = "operation_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct operation_said, operation_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "The operation"},
};
const struct shape flow_operation_takes = {
    .name = "FlowOperationQuery",
    .fields = takes_fields,
    .field_count = COUNT_OF(takes_fields),
    .bytes = sizeof(struct operation_said),
};

enum status operation_answer(struct call *call, const struct operation_row *row)
{
    return answer(call, &(struct operation_said){
                            .operation_id = row->id,
                            .case_id = row->case_id,
                            .operation = row->name,
                            .status = row->status,
                            .fail_reason = row->reason,
                            .created_at = row->created_at,
                            .finished_at = row->finished_at,
                            .event_id = row->event_id,
                        });
}

/* An id alone does not say of which workflow it is, and he has asked for it himself: so the door he
 * came by need not be the same, only the kind. */
enum status flow_operation_handle(struct call *call)
{
    const struct operation_said *input = call->input;
    struct operation_row row;
    struct flow flow;
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    status = operation_find(call->store, call->arena, input->operation_id, &row);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !flow_is_own(&flow, &row))) {
        return refuse(call, &flow_operation_not_found);
    }
    return status == STATUS_OK ? operation_answer(call, &row) : status;
}
