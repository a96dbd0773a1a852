/* case_tell.c - events of cases, written from their fields. */
#include "engine/run/case_tell.h"

#include "base/fault.h"
#include "engine/case_told.h"
#include "engine/net.h"
#include "engine/view/view.h"
#include "runtime/telling.h"

enum { BYTES_EXPECTED = 512 };

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
    size_t count = step->is_quiet ? 0 : rules->tell_count;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
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

/* Is it somewhere else, for people? */
static bool has_moved(const struct step *step)
{
    struct json_writer then;
    struct json_writer now;
    if (step->before == NULL) {
        return true;
    }
    json_writer_init(&then, step->call->arena, 64);
    json_writer_init(&now, step->call->arena, 64);
    view_put_places(&then, step->before);
    view_put_places(&now, step->record);
    return !text_equals(json_written(&then), json_written(&now));
}

/* Has a field changed that this party sees, or saw? */
static bool sees_change(const struct step *step, size_t party)
{
    const struct case_record *record = step->record;
    const struct workflow *workflow = record->recipe->workflow;
    struct bit_set sight = workflow_sight(workflow, (int)party, &record->marking);
    struct bit_set sight_then = workflow_sight(workflow, (int)party, &step->before->marking);
    bit_set_join(&sight, &sight_then);
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (bit_set_has(&sight, i) &&
            !case_value_equals(&record->values[i], &step->before->values[i])) {
            return true;
        }
    }
    return false;
}

/* The field of the one person who is this party; WORKFLOW_NOWHERE: whoever has the role. */
static int field_of(const struct workflow *workflow, size_t party)
{
    int field = workflow->parties[party].is_field;
    return field != WORKFLOW_NOWHERE ? field
                                     : workflow->parties[workflow->parties[party].kind].is_field;
}

static struct text party_text(struct arena *arena, struct text party, struct id person)
{
    struct text id = id_text(arena, person);
    return text_format(arena, "%.*s/%.*s", TEXT_ARGS(party), TEXT_ARGS(id));
}

/* Who has become the party hears of it, and so does who was. */
static struct texts shown_to(const struct step *step)
{
    const struct case_record *record = step->record;
    const struct workflow *workflow = record->recipe->workflow;
    struct arena *arena = step->call->arena;
    struct text *parties = ARENA_ARRAY(arena, struct text, 2 * workflow->party_count + 1);
    size_t count = 0;
    bool is_for_all = has_moved(step) || SEEDED_BUG("told_to_all");
    for (size_t i = 0; i < workflow->party_count && record->revision > 0; i++) {
        int field = field_of(workflow, i);
        if (!is_for_all && !sees_change(step, i)) {
            continue;
        }
        if (field == WORKFLOW_NOWHERE) {
            parties[count++] = workflow->parties[i].name;
            continue;
        }
        const struct value *now = &record->values[field];
        const struct value *then = step->before != NULL ? &step->before->values[field] : now;
        if (now->kind == VALUE_ID) {
            parties[count++] = party_text(arena, workflow->parties[i].name, now->id);
        }
        if (then->kind == VALUE_ID && !case_value_equals(then, now)) {
            parties[count++] = party_text(arena, workflow->parties[i].name, then->id);
        }
    }
    return (struct texts){parties, count};
}

/* Only of one that is over: until then there is nothing to tell. */
static enum status asked_by(const struct step *step, const struct operation_outcome *outcome,
                            struct text *asked_by_out)
{
    struct operation_row row;
    *asked_by_out = NO_TEXT;
    if (id_is_none(outcome->id) || text_equals(outcome->status, operation_running)) {
        return STATUS_OK;
    }
    enum status status = operation_find(step->call->store, step->call->arena, outcome->id, &row);
    if (status == STATUS_OK) {
        *asked_by_out = party_text(step->call->arena, row.party, row.person);
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
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
    struct text asker = NO_TEXT;
    enum status status = asked_by(step, outcome, &asker);
    if (status != STATUS_OK) {
        return status;
    }
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
                        .asked_by = asker,
                        .shown_to = shown_to(step),
                    });
    return telling_event(step->call, catalog_of(step->call)->case_changed, subject_of(step),
                         record->revision, json_written(&writer), &step->event_id);
}

enum status case_tell_forgotten(struct call *call, struct case_record *record)
{
    const struct step step = {.call = call, .record = record};
    struct json_writer writer;
    json_writer_init(&writer, call->arena, BYTES_EXPECTED);
    json_put_struct(&writer, &case_forgotten_shape,
                    &(struct case_forgotten){
                        .case_id = record->id,
                        .workflow = record->recipe->workflow->name,
                        .version = record->recipe->workflow->version,
                        .revision = record->revision + 1,
                        .shown_to = shown_to(&step),
                    });
    return telling_event(call, catalog_of(call)->case_forgotten, subject_of(&step),
                         record->revision + 1, json_written(&writer), NULL);
}
