/* trigger_state.c - what triggers remember of a case from one time to the next, theirs and ours.
 *
 * Each state has a revision, and whoever writes says which one he has read: two that run at the
 * same time never overwrite each other.
 */
#include "engine/recipe.h"
#include "engine/run/case_store.h"
#include "engine/triggers/trigger_parts.h"
#include "engine/triggers/trigger_store.h"
#include "runtime/input.h"

const struct refusal ticket_missing = {
    "ticket_missing", 400, "Say which case: ticket_id or case_id, or both if they are the same."};
const struct refusal ticket_unknown = {"ticket_not_found", 404, "There is no such case here."};
const struct refusal state_absent = {"trigger_state_not_found", 404,
                                     "This trigger has remembered nothing of this case."};
const struct refusal state_conflict = {
    "revision_conflict", 409,
    "The state is not at last_known_revision any more: read it again and decide anew."};

enum status ticket_read(struct call *call, const struct ticket *ticket, struct id *id_out)
{
    bool has_ticket = !id_is_none(ticket->ticket_id);
    bool has_case = !id_is_none(ticket->case_id);
    bool are_two = has_ticket && has_case && !id_equals(ticket->ticket_id, ticket->case_id);
    if ((!has_ticket && !has_case) || are_two) {
        return refuse(call, &ticket_missing);
    }
    *id_out = has_ticket ? ticket->ticket_id : ticket->case_id;
    return STATUS_OK;
}

static enum status answer_row(struct call *call, const struct trigger_row *row)
{
    return answer(call, &(struct state_answer){
                            .ticket_id = row->case_id,
                            .trigger_kind = row->kind,
                            .revision = row->revision,
                            .state = row->state,
                            .changed_at = row->changed_at,
                        });
}

enum status state_get_handle(struct call *call)
{
    const struct state_input *input = call->input;
    struct id case_id;
    struct trigger_row row;
    enum status status = ticket_read(call, &input->ticket, &case_id);
    if (status != STATUS_OK) {
        return status;
    }
    status = trigger_find(call->store, call->arena, case_id, input->trigger_kind, &row);
    if (status == STATUS_ABSENT) {
        return refuse(call, &state_absent);
    }
    return status == STATUS_OK ? answer_row(call, &row) : status;
}

static enum status refuse_conflict(struct call *call, int64_t revision)
{
    return refuse_with(call, &state_conflict,
                       text_format(call->arena, "{\"revision\":%lld}", (long long)revision));
}

static enum status must_exist(struct call *call, struct id case_id)
{
    struct case_glance glance;
    enum status status = case_look(call, case_id, &glance);
    return status == STATUS_ABSENT ? refuse(call, &ticket_unknown) : status;
}

enum status state_upsert_handle(struct call *call)
{
    const struct state_input *input = call->input;
    struct id case_id;
    struct trigger_row row = {.revision = 0};
    enum status status = ticket_read(call, &input->ticket, &case_id);
    if (status != STATUS_OK) {
        return status;
    }
    status = trigger_find(call->store, call->arena, case_id, input->trigger_kind, &row);
    if (status == STATUS_ABSENT) {
        status = must_exist(call, case_id);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (row.revision != input->last_known_revision) {
        return refuse_conflict(call, row.revision);
    }
    row = (struct trigger_row){
        .case_id = case_id,
        .kind = input->trigger_kind,
        .revision = row.revision + 1,
        .state = input->state,
        .changed_at = call->now_ms,
    };
    status = trigger_put(call->store, &row);
    return status == STATUS_OK ? answer_row(call, &row) : status;
}

/* ---- ours; cases.h ---- */

static struct outside_run *run_of(const struct call *call)
{
    MUST(call->stage != NULL && call->stage->outside != NULL);
    MUST(text_is_given(call->stage->outside->trigger)); /* only a trigger may */
    return call->stage->outside;
}

static enum status find_own(struct call *call, struct trigger_row *row_out)
{
    struct outside_run *run = run_of(call);
    enum status status =
        trigger_find(call->store, call->arena, run->case_id, run->trigger, row_out);
    if (status == STATUS_OK || status == STATUS_ABSENT) {
        run->revision = status == STATUS_OK ? row_out->revision : 0;
        run->has_been_looked = true;
    }
    return status;
}

enum status trigger_recall(struct call *call, const struct shape *shape, const void **state_out)
{
    struct trigger_row row;
    struct input_data data;
    struct text error = NO_TEXT;
    enum status status = find_own(call, &row);
    if (status == STATUS_OK) {
        status = input_read_data(call->arena, shape, row.state, &data, &error);
    }
    if (status == STATUS_OK) {
        *state_out = data.structure;
    }
    return status == STATUS_MALFORMED ? STATUS_CORRUPT : status;
}

enum status trigger_remember(struct call *call, const struct shape *shape, const void *state)
{
    struct outside_run *run = run_of(call);
    struct trigger_row row;
    struct json_writer writer;
    enum status status = run->has_been_looked ? STATUS_OK : find_own(call, &row);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    json_writer_init(&writer, call->arena, 256);
    json_put_struct(&writer, shape, state);
    status = trigger_put(call->store, &(struct trigger_row){
                                          .case_id = run->case_id,
                                          .kind = run->trigger,
                                          .revision = run->revision + 1,
                                          .state = json_written(&writer),
                                          .changed_at = call->now_ms,
                                      });
    run->revision += status == STATUS_OK;
    return status;
}
