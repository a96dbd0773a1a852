/* case_tell.c - events of cases, written from their fields. */
#include "engine/run/case_tell.h"

#include "engine/case_told.h"
#include "engine/net.h"
#include "runtime/telling.h"

enum { BYTES_EXPECTED = 512 };

static struct text id_text(struct arena *arena, struct id id)
{
    char *text = arena_take(arena, ID_TEXT_BYTES + 1);
    id_write(id, text);
    return (struct text){text, ID_TEXT_BYTES};
}

static struct text subject_of(const struct step *step)
{
    return id_text(step->call->arena, step->record->id);
}

/* ---- tells ---- */

static struct text open_fields(const struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    struct json_writer writer;
    json_writer_init(&writer, step->call->arena, BYTES_EXPECTED);
    json_begin_object(&writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        const struct value *value = &step->record->values[i];
        bool may_be_told = !workflow->fields[i].is_secret && !bit_set_has(&step->passing, i);
        if (may_be_told && value->kind != VALUE_NULL) {
            json_key_text(&writer, workflow->fields[i].name);
            case_value_write(&writer, &workflow->fields[i], value);
        }
    }
    json_end_object(&writer);
    return json_written(&writer);
}

static struct text told_data(const struct step *step)
{
    struct json_writer writer;
    json_writer_init(&writer, step->call->arena, BYTES_EXPECTED);
    json_put_struct(&writer, &case_told_shape,
                    &(struct case_told){
                        .case_id = step->record->id,
                        .workflow = step->record->recipe->workflow->name,
                        .version = step->record->recipe->workflow->version,
                        .revision = step->record->revision,
                        .fields = open_fields(step),
                    });
    return json_written(&writer);
}

/* An event that the service's table describes: its members are the fields of the same name. */
static struct text shaped_data(const struct step *step, const struct shape *shape)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    char id[ID_TEXT_BYTES + 1];
    struct json_writer writer;
    id_write(step->record->id, id);
    json_writer_init(&writer, step->call->arena, BYTES_EXPECTED);
    json_begin_object(&writer);
    for (size_t i = 0; i < shape->field_count; i++) {
        struct text name = text_of(shape->fields[i].name);
        int field = workflow_field(workflow, name);
        json_key_text(&writer, name);
        if (field != WORKFLOW_NOWHERE && bit_set_has(&step->passing, (size_t)field)) {
            json_put_null(&writer); /* kept nowhere, not in the journal either */
        } else if (field != WORKFLOW_NOWHERE) {
            case_value_write(&writer, &workflow->fields[field], &step->record->values[field]);
        } else {
            json_put_text(&writer, text_equals(name, TEXT("case_id")) ? text_of(id) : NO_TEXT);
        }
    }
    json_end_object(&writer);
    return json_written(&writer);
}

enum status case_tell(struct step *step, int transition)
{
    const struct recipe *recipe = step->record->recipe;
    const struct transition *rules = &recipe->workflow->transitions[transition];
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rules->tell_count && status == STATUS_OK; i++) {
        const struct event *event = recipe->transitions[transition].tells[i];
        struct text data = event->data == &case_told_shape ? told_data(step)
                           : event->data == NULL           ? TEXT("{}")
                                                           : shaped_data(step, event->data);
        status =
            telling_event(step->call, event, subject_of(step), step->record->revision, data, NULL);
    }
    return status;
}

/* ---- that it has changed ---- */

static struct texts people_of(const struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    struct text *people = ARENA_ARRAY(step->call->arena, struct text, workflow->party_count + 1);
    struct bit_set written = {0};
    size_t count = 0;
    for (size_t i = 0; i < workflow->party_count; i++) {
        int field = workflow->parties[i].is_field;
        if (field != WORKFLOW_NOWHERE && !bit_set_has(&written, (size_t)field) &&
            step->record->values[field].kind == VALUE_ID) {
            bit_set_add(&written, (size_t)field);
            people[count++] = id_text(step->call->arena, step->record->values[field].id);
        }
    }
    return (struct texts){people, count};
}

static struct texts places_of(const struct step *step)
{
    const struct case_record *record = step->record;
    struct text *names = ARENA_ARRAY(step->call->arena, struct text, WORKFLOW_PLACES_MAX);
    size_t count = 0;
    for (int i = net_next(&record->marking, 0); i >= 0; i = net_next(&record->marking, i + 1)) {
        names[count++] = record->recipe->workflow->places[i].name;
    }
    return (struct texts){names, count};
}

enum status case_tell_changed(struct step *step, const struct operation_outcome *outcome)
{
    const struct case_record *record = step->record;
    struct json_writer writer;
    json_writer_init(&writer, step->call->arena, BYTES_EXPECTED);
    json_put_struct(&writer, &case_changed_shape,
                    &(struct case_changed){
                        .case_id = record->id,
                        .workflow = record->recipe->workflow->name,
                        .version = record->recipe->workflow->version,
                        .revision = record->revision,
                        .places = places_of(step),
                        .operation_id = outcome->id,
                        .operation_status = outcome->status,
                        .people = people_of(step),
                    });
    return telling_event(step->call, catalog_of(step->call)->case_changed, subject_of(step),
                         record->revision, json_written(&writer), &step->event_id);
}
