/* work_take.c - a worker asks for work, and has it until its lease ends.
 *
 * The oldest come first. Each row is taken by an update that says what it was like when it was
 * seen, so two takers never have the same, whichever process they speak to. What is of a workflow
 * that is not loaded here is left for a process that has it (E36).
 */
#include "engine/stages/work_parts.h"

#include "engine/run/case_record.h"
#include "engine/stages/work_id.h"
#include "runtime/host.h"

enum { PIECES_MAX = 10 }; /* of work that others must do, to look behind */

static void add_item(struct taking *taking, const struct work_row *row)
{
    struct call *call = taking->call;
    taking->items[taking->count++] = (struct work_item){
        .task_id = work_id_write(
            call->arena, catalog_of(call)->signing_key,
            &(struct work_name){.case_id = row->case_id,
                                .workflow = row->workflow,
                                .version = case_work_version_written(call->arena, row->stages,
                                                                     row->stage, row->version),
                                .stage = row->stage,
                                .visit = row->visit}),
        .command = row->stage,
        .payload = row->handed,
        .case_id = row->case_id,
        .workflow = row->workflow,
        .version = row->version,
        .visit = row->visit,
        .attempt = row->attempt,
        .lease_until = taking->until_ms,
    };
}

static bool is_of_here(const struct call *call, const struct work_row *row)
{
    const struct recipe *recipe = catalog_find(catalog_of(call), row->workflow, row->version);
    return recipe != NULL && !text_is_given(recipe->held_up);
}

static enum status take_of(struct taking *taking, const struct rows *rows)
{
    const struct work_row *row = rows->items;
    for (size_t i = 0; i < rows->count && taking->count < taking->max; i++) {
        if (!is_of_here(taking->call, &row[i])) {
            continue;
        }
        enum status status =
            work_take(taking->call->store, &row[i], taking->worker, taking->until_ms);
        if (status == STATUS_OK) {
            add_item(taking, &row[i]);
        } else if (status != STATUS_ABSENT) {
            return status;
        }
    }
    return STATUS_OK;
}

static enum status take_all(struct taking *taking)
{
    struct call *call = taking->call;
    struct work_cursor cursor = {.stage = TEXT("")};
    struct rows rows = {.count = WORK_PIECE};
    enum status status = STATUS_OK;
    for (int i = 0; i < PIECES_MAX && status == STATUS_OK && rows.count == WORK_PIECE &&
                    taking->count < taking->max;
         i++) {
        status =
            work_list_due(call->store, call->arena, taking->queue, call->now_ms, &cursor, &rows);
        if (status != STATUS_OK || rows.count == 0) {
            break;
        }
        const struct work_row *last = (const struct work_row *)rows.items + rows.count - 1;
        cursor = (struct work_cursor){last->due_at, last->case_id, last->stage};
        status = take_of(taking, &rows);
    }
    return status;
}

/* The setting work.queue_max, for each queue. */
static enum status limit(struct taking *taking)
{
    struct call *call = taking->call;
    int64_t most = call->host != NULL ? call->host->queue_max : 0;
    int64_t held = 0;
    if (most == 0) {
        return STATUS_OK;
    }
    enum status status =
        work_count_held(call->store, call->arena, taking->queue, call->now_ms, &held);
    int64_t left = most > held ? most - held : 0;
    taking->max = (int64_t)taking->max > left ? (size_t)left : taking->max;
    return status;
}

enum status work_take_some(struct taking *taking)
{
    enum status status = limit(taking);
    return status == STATUS_OK ? take_all(taking) : status;
}

const struct refusal work_reserved = {
    "reserved_name", 422, "No worker that asks for work may be called so; choose another name."};

enum status work_take_handle(struct call *call)
{
    const struct take_input *input = call->input;
    if (text_equals(input->worker, work_sent_away)) {
        return refuse_field(call, &work_reserved, "worker");
    }
    struct taking taking = {
        .call = call,
        .queue = work_queue_of(call),
        .worker = input->worker,
        .until_ms = call->now_ms + input->lease_ms,
        .items = ARENA_ARRAY(call->arena, struct work_item, (size_t)input->max),
        .max = (size_t)input->max,
    };
    call_listen(call, taking.queue);
    enum status status = work_take_some(&taking);
    if (status != STATUS_OK) {
        return status;
    }
    if (taking.count == 0) {
        call_hold(call, input->wait_ms);
    }
    return answer_list(
        call, &(struct list){.items = taking.items, .count = taking.count, .total = FIELD_NONE});
}
