/* case_cross.c - looks for what is in the way, and moves the case. */
#include "engine/migration/case_cross.h"

#include "base/fault.h"
#include "base/log.h"
#include "engine/run/case_move.h"
#include "engine/run/case_store.h"
#include "engine/run/early_store.h"
#include "runtime/telling.h"

/* ---- the plan ---- */

/* There may be one open case with these values only, and another one is it. */
static enum status look_for_twin(struct call *call, struct arena *arena, struct crossing_plan *plan)
{
    struct id other;
    if (plan->moved == NULL || plan->moved->recipe->workflow->one_open_per_count == 0) {
        return STATUS_OK;
    }
    enum status status = case_find_open(call->store, arena, plan->moved, &other);
    if (status == STATUS_OK && !id_equals(other, plan->moved->id)) {
        struct text id = id_text(arena, other);
        crossing_block(
            plan, CROSSING_BLOCKED,
            text_format(arena, "%.*s is open, and there may be one such case only", TEXT_ARGS(id)));
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static bool is_kept_there(const struct crossing *crossing, const struct early_row *row)
{
    const struct workflow *to = crossing->to->workflow;
    int transition = workflow_transition(to, row->transition);
    return transition != WORKFLOW_NOWHERE && to->transitions[transition].event.keeps_early &&
           text_equals(to->transitions[transition].event.event, row->event);
}

/* What came early and waits would be lost without a word. */
static enum status look_for_early(struct call *call, struct arena *arena,
                                  const struct crossing *crossing, struct id case_id,
                                  struct crossing_plan *plan)
{
    struct rows rows = {.count = 0};
    enum status status = early_list(call->store, arena, case_id, &rows);
    const struct early_row *items = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        if (!is_kept_there(crossing, &items[i])) {
            crossing_block(plan, CROSSING_BLOCKED,
                           text_format(arena,
                                       "the event %.*s came early and waits for '%.*s', which "
                                       "version %lld does not keep it for",
                                       TEXT_ARGS(items[i].event), TEXT_ARGS(items[i].transition),
                                       (long long)crossing->to->workflow->version));
        }
    }
    return status;
}

enum status case_cross_plan(struct call *call, struct arena *arena, struct crossing *crossing,
                            const struct case_record *record, struct crossing_plan *plan_out)
{
    struct rows rows;
    enum status status = stage_list(call->store, arena, record->id, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    crossing_plan(arena, crossing, record, rows.items, rows.count, plan_out);
    status = look_for_early(call, arena, crossing, record->id, plan_out);
    return status == STATUS_OK ? look_for_twin(call, arena, plan_out) : status;
}

/* ---- the history ---- */

/* A value, and the field it is of. */
struct valued {
    const struct case_field *field;
    const struct value *value;
};

static const struct value nothing = {.kind = VALUE_NULL};

static void put_change(struct json_writer *writer, struct valued then, struct valued now)
{
    if (case_value_equals(then.value, now.value)) {
        return;
    }
    json_key_text(writer, now.field->name);
    json_begin_array(writer);
    case_value_write(writer, then.field, then.value);
    case_value_write(writer, now.field, now.value);
    json_end_array(writer);
}

static int was_which(const struct crossing *crossing, size_t field)
{
    for (size_t i = 0; i < crossing->from->workflow->field_count; i++) {
        if (crossing->fields[i] == (int)field) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

/* What is new and has a default; what is given up. */
static void put_changes(struct json_writer *writer, const struct crossing *crossing,
                        const struct case_record *old, const struct case_record *moved)
{
    const struct workflow *from = crossing->from->workflow;
    const struct workflow *to = crossing->to->workflow;
    json_key(writer, "fields");
    json_begin_object(writer);
    for (size_t i = 0; i < to->field_count; i++) {
        int was = was_which(crossing, i);
        struct valued then = {&to->fields[i], &nothing};
        if (was != WORKFLOW_NOWHERE) {
            then = (struct valued){&from->fields[was], &old->values[was]};
        }
        put_change(writer, then, (struct valued){&to->fields[i], &moved->values[i]});
    }
    for (size_t i = 0; i < from->field_count; i++) {
        if (crossing->fields[i] == WORKFLOW_NOWHERE) {
            put_change(writer, (struct valued){&from->fields[i], &old->values[i]},
                       (struct valued){&from->fields[i], &nothing});
        }
    }
    json_end_object(writer);
}

static void put_reason(struct json_writer *writer, const struct crossing *crossing)
{
    json_key(writer, "reason");
    json_begin_object(writer);
    json_key(writer, "code");
    json_put_text(writer, TEXT("moved_to_version"));
    json_key(writer, "from");
    json_put_integer(writer, crossing->from->workflow->version);
    json_key(writer, "to");
    json_put_integer(writer, crossing->to->workflow->version);
    json_end_object(writer);
}

static enum status note(struct step *step, const struct crossing *crossing,
                        const struct case_record *old)
{
    struct arena *arena = step->call->arena;
    struct case_record *record = step->record;
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "places");
    json_put_raw(&writer, case_places_write(arena, record));
    put_changes(&writer, crossing, old, record);
    put_reason(&writer, crossing);
    json_end_object(&writer);
    record->revision++;
    step->noted = case_record_copy(arena, record);
    return case_step_keep(step->call->store,
                          &(struct case_step){
                              .case_id = record->id,
                              .revision = record->revision,
                              .at = step->call->now_ms,
                              .transition = text_format(arena, "moved to version %lld",
                                                        (long long)crossing->to->workflow->version),
                              .actor = step->actor,
                              .person = step->person,
                              .changes = json_written(&writer),
                          });
}

/* ---- the move ---- */

enum status case_cross(struct call *call, const struct crossing *crossing,
                       const struct case_record *record, const struct crossing_plan *plan)
{
    MUST(plan->verdict == CROSSING_MOVES && plan->moved != NULL);
    struct step step = {.call = call,
                        .record = plan->moved,
                        .person = call->caller.person,
                        .actor = telling_actor(call)};
    step_begin(&step);
    enum status status = note(&step, crossing, record);
    if (status == STATUS_OK && !SEEDED_BUG("moved_not_found_anew")) {
        status = case_find_anew(call->store, call->arena, step.before, record);
    }
    FAULT_POINT("case_cross_found");
    if (status == STATUS_OK) {
        status = case_cross_times(&step, crossing, record);
    }
    FAULT_POINT("case_cross_timed");
    if (status == STATUS_OK) {
        status = case_move_end(&step);
    }
    if (status == STATUS_OK) {
        log_line(LOG_INFO, "engine", "a case has moved to another version",
                 LOG_TEXT("workflow", crossing->to->workflow->name),
                 LOG_TEXT("case", id_text(call->arena, record->id)),
                 LOG_NUMBER("from", crossing->from->workflow->version),
                 LOG_NUMBER("to", crossing->to->workflow->version));
    }
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status; /* a twin was begun just now */
}
