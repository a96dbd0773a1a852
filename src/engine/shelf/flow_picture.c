/* flow_picture.c - GET picture: a workflow drawn, and where a case is in it, for those who see all
 * its cases. Who stands for himself is not shown how others decide. */
#include "engine/operations/case_search.h"
#include "engine/operations/fail_reasons.h"
#include "engine/shelf/case_picture.h"
#include "engine/shelf/shelf.h"

struct picture_input {
    struct id case_id; /* none: no case */
    struct picture_look look;
};

static const struct field picture_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct picture_input, case_id),
     .place = FIELD_IN_QUERY,
     .meaning = "Lights where this case is"},
    PICTURE_LOOK_FIELDS(struct picture_input),
};
const struct shape flow_picture_takes = {
    .name = "FlowPictureQuery",
    .fields = picture_fields,
    .field_count = COUNT_OF(picture_fields),
    .bytes = sizeof(struct picture_input),
};

enum status flow_picture_handle(struct call *call)
{
    const struct picture_input *input = call->input;
    struct flow flow;
    struct flow_case seen = {.record = NULL};
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    if (!case_search_sees_all(&flow)) {
        return refuse(call, &flow_forbidden);
    }
    status = id_is_none(input->case_id) ? STATUS_OK : flow_load(&flow, input->case_id, &seen);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse(call, &flow_case_not_found) : status;
    }
    const struct recipe *recipe = seen.record != NULL ? seen.record->recipe : flow.recipe;
    struct text svg = case_picture(call->arena, recipe->workflow, seen.record, &input->look);
    return answer_written(call, svg, flow_etag(call->arena, svg));
}
