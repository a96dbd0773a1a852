/* flow.c - who comes in below /flow, and what he sees. */
#include "engine/operations/flow.h"

#include "base/encode.h"
#include "engine/operations/fail_reasons.h"
#include "runtime/telling.h"

#include <sodium.h>

enum { ETAG_BYTES = 16, CHANGES_VALUES_MAX = 100000 };

/* "/flow/b2b/phoenix/state" */
static void read_path(const struct call *call, struct flow *flow)
{
    struct text path = text_of(call->route->path);
    struct text head;
    MUST(text_starts_with(path, TEXT("/flow/")));
    path = text_slice(path, sizeof "/flow/" - 1, path.bytes);
    bool is_cut = text_cut(path, '/', &flow->kind, &path);
    MUST(is_cut && text_cut(path, '/', &head, &flow->rest));
    flow->workflow = head;
}

/* In any version of it: his case may be of an older one. The newest that new cases may be of, or
 * else, when the workflow was withdrawn, the newest there is, is what lists go by. */
static bool may_enter(struct flow *flow)
{
    bool may = false;
    const struct catalog *catalog = catalog_of(flow->call);
    flow->recipe = catalog_find(catalog, flow->workflow, 0);
    for (size_t i = 0; i < catalog->recipe_count; i++) {
        const struct recipe *recipe = catalog->recipes[i];
        if (text_equals(recipe->workflow->name, flow->workflow)) {
            flow->recipe = flow->recipe != NULL ? flow->recipe : recipe;
            may = may || view_parties(recipe, &flow->participant) != 0;
        }
    }
    return may;
}

bool flow_enter_by(struct call *call, struct text kind, struct text workflow, struct flow *flow_out)
{
    *flow_out = (struct flow){.call = call, .kind = kind, .workflow = workflow};
    participant_of(call, kind, &flow_out->participant);
    return call->caller.kind != CALLER_NOBODY && may_enter(flow_out);
}

enum status flow_enter(struct call *call, struct flow *flow_out)
{
    struct flow of_path = {.kind = NO_TEXT};
    read_path(call, &of_path);
    bool may = flow_enter_by(call, of_path.kind, of_path.workflow, flow_out);
    flow_out->rest = of_path.rest;
    if (may) {
        return STATUS_OK;
    }
    return refuse(call, call->caller.kind == CALLER_NOBODY ? &flow_unauthorized : &flow_forbidden);
}

bool flow_look(const struct flow *flow, struct case_record *record, struct flow_case *case_out)
{
    uint64_t parties = view_parties(record->recipe, &flow->participant);
    *case_out = (struct flow_case){
        .record = record,
        .parties = view_parties_in(record, parties, &flow->participant),
    };
    case_out->fields = view_fields(record, case_out->parties);
    return case_out->parties != 0;
}

enum status flow_load(const struct flow *flow, struct id case_id, struct flow_case *case_out)
{
    struct call *call = flow->call;
    struct case_record *record = NULL;
    enum status status = case_load(call->store, call->arena, catalog_of(call), case_id, &record);
    if (status != STATUS_OK) {
        return status;
    }
    bool is_of_it = text_equals(record->recipe->workflow->name, flow->workflow);
    return is_of_it && flow_look(flow, record, case_out) ? STATUS_OK : STATUS_ABSENT;
}

struct step flow_step(const struct flow *flow, struct case_record *record)
{
    return (struct step){
        .call = flow->call,
        .record = record,
        .person = flow->participant.person,
        .party = flow->kind,
        .actor = telling_actor(flow->call),
    };
}

bool flow_is_own(const struct flow *flow, const struct operation_row *row)
{
    return id_equals(row->person, flow->participant.person) && text_equals(row->party, flow->kind);
}

/* ---- JSON ---- */

void flow_put_label(struct json_writer *writer, const char *key, const struct label *label)
{
    json_key(writer, key);
    json_begin_object(writer);
    json_key(writer, "ru");
    json_put_text(writer, label->ru);
    json_key(writer, "en");
    json_put_text(writer, label->en);
    json_end_object(writer);
}

void flow_put_places(struct json_writer *writer, const char *key, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct json *names = NULL;
    struct json_error error;
    struct json_writer seen;
    json_writer_init(&seen, writer->arena, 128);
    view_put_places(&seen, record);
    enum status status =
        json_read(writer->arena, json_written(&seen), WORKFLOW_PLACES_MAX + 1, &names, &error);
    MUST(status == STATUS_OK); /* we have just written it */
    json_key(writer, key);
    json_begin_array(writer);
    for (const struct json *name = names->first; name != NULL; name = name->next) {
        int place = workflow_place(workflow, name->text);
        MUST(place != WORKFLOW_NOWHERE);
        json_begin_object(writer);
        json_key(writer, "name");
        json_put_text(writer, name->text);
        flow_put_label(writer, "label", &workflow->places[place].label);
        json_end_object(writer);
    }
    json_end_array(writer);
}

struct text flow_places_then(struct arena *arena, const struct case_record *record,
                             const struct case_step *step)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct json *changes = NULL;
    struct json_error error;
    struct case_record then = *record;
    struct json_writer writer;
    json_writer_init(&writer, arena, 128);
    then.marking = (struct bit_set){{0}};
    if (json_read(arena, step->changes, CHANGES_VALUES_MAX, &changes, &error) == STATUS_OK) {
        const struct json *places = json_member(changes, TEXT("places"));
        for (const struct json *name = places ? places->first : NULL; name; name = name->next) {
            int place = workflow_place(workflow, name->text);
            if (place != WORKFLOW_NOWHERE) { /* of an older version */
                bit_set_add(&then.marking, (size_t)place);
            }
        }
    }
    view_put_places(&writer, &then);
    return json_written(&writer);
}

void flow_put_id(struct json_writer *writer, const char *key, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    json_key(writer, key);
    id_write(id, text);
    json_put_text(writer, id_is_none(id) ? NO_TEXT : text_of(text));
}

void flow_put_time(struct json_writer *writer, const char *key, int64_t wall_ms)
{
    static const struct case_field moment = {.kind = CASE_TIME};
    const struct value value = value_time(wall_ms);
    json_key(writer, key);
    case_value_write(writer, &moment, &value);
}

struct text flow_etag(struct arena *arena, struct text seen)
{
    unsigned char hash[ETAG_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)seen.data, seen.bytes, NULL, 0);
    struct text hexadecimal = encode_hex(arena, hash, sizeof hash);
    return text_format(arena, "\"%.*s\"", TEXT_ARGS(hexadecimal));
}
