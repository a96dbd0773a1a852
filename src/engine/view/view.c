/* view.c - the one projection: from who somebody is to what he is told. */
#include "engine/view/view.h"

#include "base/fault.h"
#include "base/log.h"

enum { CHANGES_VALUES_MAX = 100000, SERVICE_ROLES = 2 };

_Static_assert(WORKFLOW_PARTIES_MAX <= 64, "each party has a bit");

static const struct text secret_shown = {"***", 3};

/* ---- who it is ---- */

static struct texts roles_of_service(struct arena *arena, struct text name)
{
    struct text *roles = ARENA_ARRAY(arena, struct text, SERVICE_ROLES);
    roles[0] = TEXT("service");
    roles[1] = text_join(arena, TEXT("service."), name);
    return (struct texts){roles, SERVICE_ROLES};
}

void participant_of(struct call *call, struct text kind, struct participant *participant_out)
{
    const struct caller *caller = &call->caller;
    bool is_for_itself = caller->kind == CALLER_SERVICE && id_is_none(caller->person);
    *participant_out = (struct participant){
        .person = caller->person,
        .kind = kind,
        .roles = is_for_itself ? roles_of_service(call->arena, caller->name) : caller->roles,
    };
}

/* ---- which parties he is ---- */

static bool has_role(const struct participant *participant, struct text name)
{
    for (size_t i = 0; i < participant->roles.count; i++) {
        if (text_equals(participant->roles.items[i], name)) {
            return true;
        }
    }
    return false;
}

static uint64_t bit_of(size_t party)
{
    MUST(party < WORKFLOW_PARTIES_MAX);
    return (uint64_t)1 << party;
}

uint64_t view_parties(const struct recipe *recipe, const struct participant *participant)
{
    const struct workflow *workflow = recipe->workflow;
    uint64_t parties = 0;
    for (size_t i = 0; i < workflow->party_count; i++) {
        size_t kind = (size_t)workflow->parties[i].kind;
        MUST(kind <= i); /* each kind is followed by its roles */
        if (text_equals(workflow->parties[kind].name, participant->kind) &&
            has_role(participant, workflow->parties[i].name)) {
            parties |= bit_of(i) | bit_of(kind);
        }
    }
    return parties;
}

/* Does he stand where the party says he must? Nobody stands in a field that is null. */
static bool stands(const struct case_record *record, const struct party *party,
                   const struct participant *participant)
{
    if (party->is_field == WORKFLOW_NOWHERE || SEEDED_BUG("view_ignores_is")) {
        return true;
    }
    const struct value *value = &record->values[party->is_field];
    return value->kind == VALUE_ID && !id_is_none(participant->person) &&
           id_equals(value->id, participant->person);
}

uint64_t view_parties_in(const struct case_record *record, uint64_t parties,
                         const struct participant *participant)
{
    const struct workflow *workflow = record->recipe->workflow;
    uint64_t left = 0;
    for (size_t i = 0; i < workflow->party_count; i++) {
        const struct party *party = &workflow->parties[i];
        bool is_it = (parties & bit_of(i)) != 0 && (parties & bit_of((size_t)party->kind)) != 0;
        if (is_it && stands(record, party, participant) &&
            stands(record, &workflow->parties[party->kind], participant)) {
            left |= bit_of(i);
        }
    }
    return left;
}

/* ---- what they see ---- */

struct bit_set view_fields(const struct case_record *record, uint64_t parties)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct bit_set fields = {{0}};
    for (size_t i = 0; i < workflow->party_count; i++) {
        if ((parties & bit_of(i)) != 0) {
            struct bit_set seen = workflow_sight(workflow, (int)i, &record->marking);
            bit_set_join(&fields, &seen);
        }
    }
    return fields;
}

static bool is_seen(const struct bit_set *fields, size_t field)
{
    return bit_set_has(fields, field) || SEEDED_BUG("view_shows_all");
}

void view_put_fields(struct json_writer *writer, const struct case_record *record,
                     const struct bit_set *fields)
{
    const struct workflow *workflow = record->recipe->workflow;
    json_begin_object(writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        const struct case_field *field = &workflow->fields[i];
        if (!is_seen(fields, i) || record->values[i].kind == VALUE_NULL) {
            continue;
        }
        json_key_text(writer, field->name);
        if (field->is_secret && !SEEDED_BUG("view_tells_secrets")) {
            json_put_text(writer, secret_shown);
        } else {
            case_value_write(writer, field, &record->values[i]);
        }
    }
    json_end_object(writer);
}

void view_put_places(struct json_writer *writer, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->place_count; i++) {
        bool is_shown = i != WORKFLOW_START && !workflow->places[i].is_hidden;
        if (is_shown && bit_set_has(&record->marking, i)) {
            json_put_text(writer, workflow->places[i].name);
        }
    }
    json_end_array(writer);
}

/* ---- what has changed ---- */

static void add_changed(struct arena *arena, const struct workflow *workflow,
                        const struct case_step *step, struct bit_set *changed)
{
    const struct json *changes = NULL;
    struct json_error error;
    enum status status = json_read(arena, step->changes, CHANGES_VALUES_MAX, &changes, &error);
    if (status != STATUS_OK) { /* then nobody can say what it was */
        log_line(LOG_ERROR, "engine", "a step of a case's history cannot be read",
                 LOG_TEXT("workflow", workflow->name), LOG_NUMBER("revision", step->revision),
                 LOG_TEXT("status", text_of(status_name(status))));
        return;
    }
    const struct json *fields = json_member(changes, TEXT("fields"));
    for (const struct json *one = fields ? fields->first : NULL; one != NULL; one = one->next) {
        int field = workflow_field(workflow, one->key);
        if (field != WORKFLOW_NOWHERE) { /* a field of an older version is no field any more */
            bit_set_add(changed, (size_t)field);
        }
    }
}

bool view_put_changed(struct json_writer *writer, const struct case_record *record,
                      const struct bit_set *fields, const struct case_step *steps, size_t count)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct bit_set changed = {{0}};
    bool is_any = false;
    for (size_t i = 0; i < count; i++) {
        add_changed(writer->arena, workflow, &steps[i], &changed);
    }
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (bit_set_has(&changed, i) && is_seen(fields, i)) {
            json_put_text(writer, workflow->fields[i].name);
            is_any = true;
        }
    }
    json_end_array(writer);
    return is_any;
}
