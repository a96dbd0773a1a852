/* mend_handle.c - a person puts a case right, by the routes of the casebook. */
#include "engine/casebook/casebook_parts.h"

#include "engine/stages/mend.h"
#include "runtime/problem.h"
#include "runtime/telling.h"

const struct refusal casebook_stands_still = {
    "stands_still", 409, "The definition of this case cannot be run here, so nothing can be done."};
const struct refusal casebook_cannot = {"cannot", 409, "This cannot be done to the case as it is."};
const struct refusal casebook_has_changed = {"has_changed", 412,
                                             "The case has changed since you have read it."};
const struct refusal casebook_one_is_open = {
    "one_is_open", 409, "There is an open case with the same values, and there may be only one."};

typedef enum status mend_fn(struct mending *mending, const struct mend_input *input);

/* The sentence of the table's refusal is replaced by what is the matter here. */
static enum status refuse_so(struct call *call, struct text said)
{
    call->refusal = &casebook_cannot;
    problem_answer(call->exchange, &(struct problem){.http_status = casebook_cannot.http_status,
                                                     .code = casebook_cannot.code,
                                                     .message = said});
    return STATUS_REFUSED;
}

static enum status mend(struct call *call, mend_fn *how)
{
    const struct mend_input *input = call->input;
    struct step step = {.call = call, .actor = telling_actor(call)};
    struct mending mending = {.step = &step, .why = input->reason};
    enum status status = case_move_begin(&step, input->case_id);
    if (status == STATUS_ABSENT) {
        return refuse(call, &casebook_no_case);
    }
    if (status == STATUS_UNAVAILABLE) {
        return refuse(call, &casebook_stands_still);
    }
    if (status == STATUS_OK && call->expected_revision != FIELD_NONE &&
        call->expected_revision != step.record->revision) {
        return refuse(call, &casebook_has_changed);
    }
    status = status == STATUS_OK ? how(&mending, input) : status;
    if (status == STATUS_REFUSED) {
        return refuse_so(call, mending.said);
    }
    status = status == STATUS_OK ? case_move_end(&step) : status;
    if (status == STATUS_EXISTS) {
        return refuse(call, &casebook_one_is_open);
    }
    return status == STATUS_OK ? casebook_answer(call, input->case_id) : status;
}

static enum status retry(struct mending *mending, const struct mend_input *input)
{
    int transition;
    enum status status = mend_find_stage(mending, input->stage, &transition);
    return status == STATUS_OK ? mend_retry(mending, transition) : status;
}

static enum status skip(struct mending *mending, const struct mend_input *input)
{
    int transition;
    enum status status = mend_find_stage(mending, input->stage, &transition);
    return status == STATUS_OK ? mend_skip(mending, transition, input->result, input->next)
                               : status;
}

static enum status edit(struct mending *mending, const struct mend_input *input)
{
    return mend_edit(mending, input->fields);
}

static enum status move(struct mending *mending, const struct mend_input *input)
{
    return mend_move(mending, input->places);
}

static enum status cancel(struct mending *mending, const struct mend_input *input)
{
    return mend_cancel(mending, input->place);
}

enum status mend_retry_handle(struct call *call)
{
    return mend(call, retry);
}

enum status mend_skip_handle(struct call *call)
{
    return mend(call, skip);
}

enum status mend_edit_handle(struct call *call)
{
    return mend(call, edit);
}

enum status mend_move_handle(struct call *call)
{
    return mend(call, move);
}

enum status mend_cancel_handle(struct call *call)
{
    return mend(call, cancel);
}
