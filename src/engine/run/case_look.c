/* case_look.c - how a case is, for the service's own code; cases.h. */
#include "engine/cases.h"

#include "engine/net.h"
#include "engine/run/case_store.h"
#include "engine/run/stage_store.h"

enum { STEPS_LOOKED_AT = 200 };

static struct texts places_of(struct arena *arena, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct text *names = ARENA_ARRAY(arena, struct text, workflow->place_count);
    size_t count = 0;
    for (int i = net_next(&record->marking, 0); i >= 0; i = net_next(&record->marking, i + 1)) {
        names[count++] = workflow->places[i].name;
    }
    return (struct texts){names, count};
}

/* Somebody must do something before these go on; a stage that is tried again does not wait. */
static bool waits_for_somebody(const struct stage_row *row)
{
    return text_equals(row->state, stage_asked) || text_equals(row->state, stage_queued) ||
           text_equals(row->state, stage_waits);
}

static enum status look_at_stages(struct call *call, struct case_glance *glance)
{
    struct rows rows = {.count = 0};
    enum status status = stage_list(call->store, call->arena, glance->record->id, &rows);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        const struct stage_row *row = &((const struct stage_row *)rows.items)[i];
        glance->waits = glance->waits || waits_for_somebody(row);
        if (text_equals(row->state, stage_incident)) {
            glance->has_incident = true;
            glance->failed_stage = row->stage;
            glance->reason = row->reason;
        }
    }
    return status;
}

static struct text reason_of(struct arena *arena, const struct case_step *step)
{
    const struct json *changes = NULL;
    struct json_error error;
    if (json_read(arena, step->changes, 20000, &changes, &error) != STATUS_OK) {
        return NO_TEXT;
    }
    const struct json *reason = json_member(changes, TEXT("reason"));
    return reason != NULL && reason->kind == JSON_OBJECT ? reason->text : NO_TEXT;
}

/* The newest step that had a reason: a stage that has failed for good and was caught. */
static enum status look_at_history(struct call *call, struct case_glance *glance)
{
    struct rows rows = {.count = 0};
    enum status status = case_steps(call->store, call->arena, glance->record->id,
                                    glance->revision - STEPS_LOOKED_AT, STEPS_LOOKED_AT, &rows);
    for (size_t i = rows.count; status == STATUS_OK && i > 0; i--) {
        const struct case_step *step = &((const struct case_step *)rows.items)[i - 1];
        glance->reason = reason_of(call->arena, step);
        if (text_is_given(glance->reason)) {
            glance->failed_stage = step->transition;
            break;
        }
    }
    return status;
}

enum status case_look(struct call *call, struct id case_id, struct case_glance *glance_out)
{
    struct case_record *record;
    enum status status = case_load(call->store, call->arena, catalog_of(call), case_id, &record);
    if (status != STATUS_OK) {
        return status;
    }
    *glance_out = (struct case_glance){
        .workflow = record->recipe->workflow->name,
        .version = record->recipe->workflow->version,
        .revision = record->revision,
        .opened_at = record->opened_at,
        .closed_at = record->closed_at,
        .places = places_of(call->arena, record),
        .record = record,
    };
    return record->closed_at == 0 ? look_at_stages(call, glance_out)
                                  : look_at_history(call, glance_out);
}

struct text case_glance_value(struct arena *arena, const struct case_glance *glance,
                              const char *field)
{
    const struct workflow *workflow = glance->record->recipe->workflow;
    int index = workflow_field(workflow, text_of(field));
    if (index == WORKFLOW_NOWHERE || glance->record->values[index].kind == VALUE_NULL) {
        return TEXT("null");
    }
    if (workflow->fields[index].is_secret) {
        return TEXT("\"***\"");
    }
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    case_value_write(&writer, &workflow->fields[index], &glance->record->values[index]);
    return json_written(&writer);
}

void case_place_label(const struct case_glance *glance, struct text place, struct text *ru_out,
                      struct text *en_out)
{
    const struct workflow *workflow = glance->record->recipe->workflow;
    *ru_out = place;
    *en_out = place;
    for (size_t i = 0; i < workflow->place_count; i++) {
        const struct label *label = &workflow->places[i].label;
        if (text_equals(workflow->places[i].name, place) && text_is_given(label->en)) {
            *ru_out = label->ru;
            *en_out = label->en;
        }
    }
}
