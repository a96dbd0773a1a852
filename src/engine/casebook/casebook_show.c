/* casebook_show.c - one case, and what has happened to it. What it hands over is not shown: secrets
 * may be among it. */
#include "engine/casebook/casebook_parts.h"

#include "base/clock.h"
#include "engine/stages/work_store.h"
#include "engine/view/view.h"

const struct refusal casebook_no_case = {"not_found", 404, "There is no such case here."};

enum { CHANGES_VALUES_MAX = 20000 };

static const struct text hidden = {"***", 3};

/* ---- parts of the page ---- */

static struct text fields_of(struct call *call, const struct case_record *record)
{
    struct json_writer writer;
    struct bit_set all = {0};
    for (size_t i = 0; i < record->recipe->workflow->field_count; i++) {
        bit_set_add(&all, i);
    }
    json_writer_init(&writer, call->arena, 512);
    view_put_fields(&writer, record, &all);
    return json_written(&writer);
}

static void put_moment(struct json_writer *writer, const char *key, int64_t wall_ms)
{
    char written[CLOCK_TEXT_BYTES + 1];
    json_key(writer, key);
    if (wall_ms == 0) {
        json_put_null(writer);
        return;
    }
    clock_write(wall_ms, written);
    json_put_text(writer, (struct text){written, CLOCK_TEXT_BYTES});
}

static void put_stage(struct json_writer *writer, const struct stage_row *row)
{
    json_begin_object(writer);
    json_key(writer, "stage");
    json_put_text(writer, row->stage);
    json_key(writer, "state");
    json_put_text(writer, row->state);
    json_key(writer, "visit");
    json_put_integer(writer, row->visit);
    json_key(writer, "attempt");
    json_put_integer(writer, row->attempt);
    json_key(writer, "queue");
    json_put_text(writer, row->queue);
    json_key(writer, "worker");
    json_put_text(writer, row->worker);
    put_moment(writer, "begun_at", row->begun_at);
    put_moment(writer, "due_at", row->due_at);
    json_key(writer, "reason");
    json_put_raw(writer, text_is_given(row->reason) ? row->reason : TEXT("null"));
    json_end_object(writer);
}

static struct text stages_of(struct call *call, const struct casebook_case *known)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 512);
    json_begin_array(&writer);
    for (size_t i = 0; i < known->stage_count; i++) {
        put_stage(&writer, &known->stages[i]);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

/* Not what they carry: secrets may be among it. */
static struct text early_of(struct call *call, const struct casebook_case *known)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 128);
    json_begin_array(&writer);
    for (size_t i = 0; i < known->early_count; i++) {
        json_begin_object(&writer);
        json_key(&writer, "event");
        json_put_text(&writer, known->early[i].event);
        json_key(&writer, "transition");
        json_put_text(&writer, known->early[i].transition);
        put_moment(&writer, "came_at", known->early[i].came_at);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

static bool has_secret_result(const struct recipe *recipe, struct text stage)
{
    if (recipe == NULL) {
        return true; /* nobody knows */
    }
    int transition = workflow_transition(recipe->workflow, stage);
    int result = transition != WORKFLOW_NOWHERE
                     ? recipe->workflow->transitions[transition].stage.result
                     : WORKFLOW_NOWHERE;
    return result != WORKFLOW_NOWHERE && recipe->workflow->fields[result].is_secret;
}

static enum status late_of(struct call *call, const struct casebook_case *known,
                           struct text *late_out)
{
    struct rows rows = {.count = 0};
    struct json_writer writer;
    enum status status = late_answer_list(call->store, call->arena, known->entry.case_id, &rows);
    const struct late_answer *late = rows.items;
    json_writer_init(&writer, call->arena, 256);
    json_begin_array(&writer);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        json_begin_object(&writer);
        json_key(&writer, "stage");
        json_put_text(&writer, late[i].stage);
        json_key(&writer, "visit");
        json_put_integer(&writer, late[i].visit);
        json_key(&writer, "times");
        json_put_integer(&writer, late[i].times);
        put_moment(&writer, "came_at", late[i].came_at);
        json_key(&writer, "actor");
        json_put_text(&writer, late[i].actor);
        json_key(&writer, "why");
        json_put_text(&writer, late[i].why);
        json_key(&writer, "answer");
        if (has_secret_result(known->recipe, late[i].stage)) {
            json_put_text(&writer, hidden);
        } else {
            json_put_raw(&writer, late[i].answer);
        }
        json_end_object(&writer);
    }
    json_end_array(&writer);
    *late_out = json_written(&writer);
    return status;
}

static enum status read_case(struct call *call, struct id case_id, struct casebook_case *known)
{
    struct case_record *record = NULL;
    struct rows rows = {.count = 0};
    enum status status = casebook_find(call->store, call->arena, case_id, &known->entry);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse(call, &casebook_no_case) : status;
    }
    known->now_ms = call->now_ms;
    known->recipe = catalog_find(catalog_of(call), known->entry.workflow, known->entry.version);
    if (known->recipe != NULL) {
        status = case_load(call->store, call->arena, catalog_of(call), case_id, &record);
        known->record = record;
    }
    if (status == STATUS_OK) {
        status = stage_list(call->store, call->arena, case_id, &rows);
    }
    known->stages = rows.items;
    known->stage_count = rows.count;
    if (status == STATUS_OK) {
        status = early_list(call->store, call->arena, case_id, &rows);
        known->early = rows.items;
        known->early_count = rows.count;
    }
    return status;
}

enum status casebook_answer(struct call *call, struct id case_id)
{
    struct casebook_case known = {.record = NULL};
    struct casebook_page page = {.fields = NO_TEXT};
    enum status status = read_case(call, case_id, &known);
    if (status == STATUS_OK) {
        status = late_of(call, &known, &page.late);
    }
    if (status != STATUS_OK) {
        return status;
    }
    page.entry = known.entry;
    page.fields = known.record != NULL ? fields_of(call, known.record) : NO_TEXT;
    page.stages = stages_of(call, &known);
    page.early = early_of(call, &known);
    status = casebook_why(call, &known, &page.why);
    return status == STATUS_OK ? answer(call, &page) : status;
}

enum status casebook_show_handle(struct call *call)
{
    const struct casebook_input *input = call->input;
    return casebook_answer(call, input->case_id);
}

/* ---- history ---- */

/* {"signature": [null, "..."]} with each secret as ***. */
static void put_changed_fields(struct json_writer *writer, const struct workflow *workflow,
                               const struct json *fields)
{
    json_begin_object(writer);
    for (const struct json *member = fields->first; member != NULL; member = member->next) {
        int field = workflow != NULL ? workflow_field(workflow, member->key) : WORKFLOW_NOWHERE;
        json_key_text(writer, member->key);
        if (field != WORKFLOW_NOWHERE && !workflow->fields[field].is_secret) {
            json_put_raw(writer, member->text);
        } else {
            json_put_text(writer, hidden);
        }
    }
    json_end_object(writer);
}

static struct text without_secrets(struct call *call, const struct workflow *workflow,
                                   struct text changes)
{
    const struct json *root = NULL;
    struct json_error error;
    struct json_writer writer;
    if (json_read(call->arena, changes, CHANGES_VALUES_MAX, &root, &error) != STATUS_OK) {
        return TEXT("{}");
    }
    json_writer_init(&writer, call->arena, changes.bytes + 64);
    json_begin_object(&writer);
    for (const struct json *member = root->first; member != NULL; member = member->next) {
        json_key_text(&writer, member->key);
        if (text_equals(member->key, TEXT("fields"))) {
            put_changed_fields(&writer, workflow, member);
        } else if (member->kind == JSON_OBJECT || member->kind == JSON_ARRAY) {
            json_put_raw(&writer, member->text);
        } else {
            json_put_null(&writer);
        }
    }
    json_end_object(&writer);
    return json_written(&writer);
}

enum status casebook_history_handle(struct call *call)
{
    const struct casebook_input *input = call->input;
    struct case_entry entry;
    struct rows rows = {.count = 0};
    enum status status = casebook_find(call->store, call->arena, input->case_id, &entry);
    if (status == STATUS_ABSENT) {
        return refuse(call, &casebook_no_case);
    }
    if (status == STATUS_OK) {
        status =
            case_steps(call->store, call->arena, input->case_id, input->after, input->limit, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct recipe *recipe = catalog_find(catalog_of(call), entry.workflow, entry.version);
    struct case_step *steps = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        steps[i].changes =
            without_secrets(call, recipe != NULL ? recipe->workflow : NULL, steps[i].changes);
    }
    struct list list = {.items = steps, .count = rows.count, .total = FIELD_NONE};
    if (rows.count == (size_t)input->limit) {
        list.next = text_format(call->arena, "%lld", (long long)steps[rows.count - 1].revision);
    }
    return answer_list(call, &list);
}
