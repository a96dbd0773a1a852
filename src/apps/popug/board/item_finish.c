/* item_finish.c - the one who has the task says that it is done.
 *
 * Beside a shuffle one of both is first: the task is finished by who had it, or it has fallen on
 * somebody else. Refused: task_not_found,
 * task_not_yours, task_is_done.
 */
#include "apps/popug/board/work_item.h"

struct id_input {
    struct id task_id;
};
static const struct field id_fields[] = {
    {.name = "task_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct id_input, task_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
const struct shape item_id_takes = {
    .name = "TaskId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct id_input),
};

static enum status find(struct call *call, struct work_item *item_out)
{
    const struct id_input *input = call->input;
    enum status status = item_find(call->store, call->arena, input->task_id, item_out);
    return status == STATUS_ABSENT ? refuse(call, &item_not_found) : status;
}

enum status item_finish_handle(struct call *call)
{
    struct work_item item;
    enum status status = find(call, &item);
    if (status != STATUS_OK) {
        return status;
    }
    if (id_is_none(call->caller.person) || !id_equals(item.assignee_id, call->caller.person)) {
        return refuse(call, &item_not_yours);
    }
    if (text_equals(item.status, item_done)) {
        return refuse(call, &item_is_done);
    }
    item.status = item_done;
    item.finished_at = call->now_ms;
    status = item_finish(call->store, &item);
    if (status == STATUS_OK) {
        status = item_tell(call, ITEM_FINISHED, &item);
    }
    return status == STATUS_OK ? answer(call, &item) : status;
}

enum status item_get_handle(struct call *call)
{
    struct work_item item;
    enum status status = find(call, &item);
    return status == STATUS_OK ? answer(call, &item) : status;
}
