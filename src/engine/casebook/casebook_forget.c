/* casebook_forget.c - a case goes for good: for a person when it is over, for the service that has
 * made it up also before.
 */
#include "engine/casebook/casebook_parts.h"

#include "engine/forget/forget.h"

const struct refusal casebook_is_open = {
    "still_open", 409, "The case is open: end it first, or cancel it, and then it can go."};

/* OK, or REFUSED with the answer given. */
static enum status load(struct call *call, struct id case_id, struct case_record **record_out)
{
    enum status status = case_load(call->store, call->arena, catalog_of(call), case_id, record_out);
    if (status == STATUS_ABSENT) {
        return refuse(call, &casebook_no_case);
    }
    return status == STATUS_UNAVAILABLE ? refuse(call, &casebook_stands_still) : status;
}

enum status casebook_forget_handle(struct call *call)
{
    const struct casebook_input *input = call->input;
    struct case_record *record = NULL;
    enum status status = load(call, input->case_id, &record);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != record->revision) {
        return refuse(call, &casebook_has_changed);
    }
    if (record->closed_at == 0) {
        return refuse(call, &casebook_is_open);
    }
    status = case_forget(call, record);
    return status == STATUS_OK ? answer_empty(call) : status;
}
