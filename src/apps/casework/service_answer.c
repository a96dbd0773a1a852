/* service_answer.c - a service says what came of a command: {taskId, result}, as it would on
 * serviceQ.
 *
 * Saying it twice, or too late, is accepted and changes nothing. The stage may be followed by one
 * that `next` of the workflow lists. Refused: incorrectInnerQMessageError, a taskId that is not of
 * here; stageNotFoundError, a next that the stage does not have.
 */
#include "apps/casework/casework_parts.h"
#include "base/json.h"
#include "engine/recipe.h"
#include "engine/stages/work_id.h"

#define AT(member) .offset = offsetof(struct service_answer, member)
static const struct field answer_fields[] = {
    {
        .name = "taskId",
        .kind = FIELD_TEXT,
        AT(task_id),
        .meaning = "As it came with the command",
        .required = true,
        .bytes_max = WORK_ID_BYTES_MAX,
    },
    {
        .name = "result",
        .kind = FIELD_JSON,
        AT(result),
        .meaning = "Whatever came of it; null is a result too",
        .may_be_null = true,
        .bytes_max = PAYLOAD_BYTES_MAX,
    },
    {
        .name = "error",
        .kind = FIELD_OBJECT,
        AT(error),
        .meaning = "It has failed: {code, message}; it may be tried again",
        .bytes_max = PAYLOAD_BYTES_MAX,
    },
    {
        .name = "next",
        .kind = FIELD_TEXT,
        AT(next),
        .meaning = "The stage to go on at",
        .bytes_max = BUSINESS_CASE_NAME_BYTES_MAX,
    },
};
#undef AT
const struct shape service_answer_takes = {
    .name = "ServiceAnswer",
    .fields = answer_fields,
    .field_count = COUNT_OF(answer_fields),
    .bytes = sizeof(struct service_answer),
    .has_foreign_names = true,
};

static const struct field accepted_fields[] = {
    {
        .name = "accepted",
        .kind = FIELD_FLAG,
        .offset = offsetof(struct service_accepted, is_accepted),
        .meaning = "False: nobody waits for it any more; there is nothing to repeat",
    },
};
const struct shape service_accepted_shape = {
    .name = "ServiceAccepted",
    .fields = accepted_fields,
    .field_count = COUNT_OF(accepted_fields),
    .bytes = sizeof(struct service_accepted),
};

const struct refusal *const service_answer_refusals[] = {&incorrect_message, &stage_not_found};

static struct text options_of(const struct call *call, const char *name, struct text value)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 128);
    json_begin_object(&writer);
    json_key(&writer, name);
    json_put_text(&writer, value);
    json_end_object(&writer);
    return json_written(&writer);
}

enum status service_answer_handle(struct call *call)
{
    struct work_name name;
    struct text error = NO_TEXT;
    const struct service_answer *input = call->input;
    enum status status =
        work_id_read(call->arena, catalog_of(call)->signing_key, input->task_id, &name);
    if (status != STATUS_OK) {
        return casework_refuse(call, &incorrect_message,
                               options_of(call, "taskId", input->task_id));
    }
    bool has_failed = text_is_given(input->error);
    status = case_answer(call,
                         &(struct case_answer){
                             .work_id = input->task_id,
                             .has_failed = has_failed,
                             .result = has_failed ? input->error : input->result,
                             .next = input->next,
                         },
                         &error);
    if (status == STATUS_MALFORMED) {
        return casework_refuse(call, &stage_not_found, options_of(call, "message", error));
    }
    bool is_accepted = status == STATUS_OK;
    return is_accepted || status == STATUS_ABSENT
               ? answer(call, &(struct service_accepted){is_accepted})
               : status;
}
