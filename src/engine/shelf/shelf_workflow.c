/* shelf_workflow.c - one workflow for who may read all of them: its picture, with a case lit, and
 * how many cases are in each of its places. */
#include "engine/migration/workflows_handle.h"
#include "engine/operations/case_list_store.h"
#include "engine/operations/flow.h"
#include "engine/run/case_store.h"
#include "engine/shelf/case_picture.h"
#include "engine/shelf/shelf_parts.h"

struct look_input {
    struct text workflow;
    int64_t version; /* FIELD_NONE: the newest */
    struct id case_id;
    struct picture_look look;
};

#define AT(member) .offset = offsetof(struct look_input, member)
#define WORKFLOW_FIELD                                                                             \
    {                                                                                              \
        .name = "workflow", .kind = FIELD_TEXT, AT(workflow), .place = FIELD_IN_PATH,              \
        .bytes_max = WORKFLOW_NAME_BYTES_MAX, .required = true, .meaning = "Its name"              \
    }
static const struct field places_fields[] = {WORKFLOW_FIELD};
const struct shape shelf_places_takes = {
    .name = "WorkflowPlacesQuery",
    .fields = places_fields,
    .field_count = COUNT_OF(places_fields),
    .bytes = sizeof(struct look_input),
};

static const struct field picture_fields[] = {
    WORKFLOW_FIELD,
    {.name = "version",
     .kind = FIELD_INTEGER,
     AT(version),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = INT32_MAX,
     .meaning = "The newest when it is left out"},
    {.name = "case_id",
     .kind = FIELD_ID,
     AT(case_id),
     .place = FIELD_IN_QUERY,
     .meaning = "Lights where this case is, in its version"},
    PICTURE_LOOK_FIELDS(struct look_input),
};
#undef AT
const struct shape shelf_picture_takes = {
    .name = "WorkflowPictureQuery",
    .fields = picture_fields,
    .field_count = COUNT_OF(picture_fields),
    .bytes = sizeof(struct look_input),
};

const char shelf_places_schema[] =
    "{\"type\":\"object\",\"required\":[\"places\"],\"properties\":{\"places\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"required\":[\"name\",\"label\",\"is_end\",\"is_hidden\","
    "\"count\",\"is_minimum\"],\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"type\":"
    "\"object\",\"additionalProperties\":true},\"is_end\":{\"type\":\"boolean\"},\"is_hidden\":{"
    "\"type\":\"boolean\"},\"count\":{\"type\":\"integer\"},\"is_minimum\":{\"type\":\"boolean\","
    "\"description\":\"Counting stopped: there are more\"}}}}}}";

static const struct recipe *recipe_of(struct call *call, const struct look_input *input)
{
    const struct catalog *catalog = catalog_of(call);
    const struct recipe *last = NULL;
    bool is_any = input->version == FIELD_NONE || input->version == 0;
    const struct recipe *recipe =
        catalog_find(catalog, input->workflow, is_any ? 0 : input->version);
    for (size_t i = 0; recipe == NULL && last == NULL && is_any && i < catalog->recipe_count; i++) {
        bool is_it = text_equals(catalog->recipes[i]->workflow->name, input->workflow);
        last = is_it ? catalog->recipes[i] : NULL; /* nobody begins one: the last there was */
    }
    return recipe != NULL ? recipe : last;
}

enum status shelf_picture_handle(struct call *call)
{
    const struct look_input *input = call->input;
    const struct recipe *recipe = recipe_of(call, input);
    struct case_record *record = NULL;
    if (recipe == NULL) {
        return refuse(call, &workflows_no_workflow);
    }
    if (!id_is_none(input->case_id)) {
        enum status status =
            case_load(call->store, call->arena, catalog_of(call), input->case_id, &record);
        bool is_of_it =
            status == STATUS_OK && text_equals(record->recipe->workflow->name, input->workflow);
        if (status == STATUS_ABSENT || (status == STATUS_OK && !is_of_it)) {
            return refuse(call, &workflows_no_case);
        }
        if (status != STATUS_OK) {
            return status;
        }
        recipe = record->recipe;
    }
    struct text svg = case_picture(call->arena, recipe->workflow, record, &input->look);
    return answer_written(call, svg, flow_etag(call->arena, svg));
}

static enum status put_place(struct json_writer *writer, struct call *call,
                             const struct workflow *workflow, const struct place *place)
{
    int64_t count = 0;
    const struct case_source source = {
        .workflow = workflow->name, .key = case_found_by_place, .value = place->name};
    enum status status = case_source_count(call->store, call->arena, &source, &count);
    json_begin_object(writer);
    json_key(writer, "name");
    json_put_text(writer, place->name);
    flow_put_label(writer, "label", &place->label);
    json_key(writer, "is_end");
    json_put_flag(writer, place->is_end);
    json_key(writer, "is_hidden");
    json_put_flag(writer, place->is_hidden);
    json_key(writer, "count");
    json_put_integer(writer, count > CASE_COUNT_MAX ? CASE_COUNT_MAX : count);
    json_key(writer, "is_minimum");
    json_put_flag(writer, count > CASE_COUNT_MAX);
    json_end_object(writer);
    return status;
}

enum status shelf_places_handle(struct call *call)
{
    const struct look_input *input = call->input;
    const struct recipe *recipe = recipe_of(call, input);
    struct json_writer writer;
    enum status status = STATUS_OK;
    if (recipe == NULL) {
        return refuse(call, &workflows_no_workflow);
    }
    json_writer_init(&writer, call->arena, 2048);
    json_begin_object(&writer);
    json_key(&writer, "places");
    json_begin_array(&writer);
    for (size_t i = 1; i < recipe->workflow->place_count && status == STATUS_OK; i++) {
        status = put_place(&writer, call, recipe->workflow, &recipe->workflow->places[i]);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    return status == STATUS_OK ? answer_json(call, json_written(&writer), NO_TEXT) : status;
}
