/* shelf_check.c - POST a definition: what would be wrong with it here, where its functions,
 * commands and events are known; and its picture. Nothing is kept. */
#include "engine/definition/yaml_tree.h"
#include "engine/extend/engine_room.h"
#include "engine/shelf/case_picture.h"
#include "engine/shelf/judged_show.h"
#include "engine/shelf/shelf_parts.h"

struct check_input {
    struct text text;
    struct text language;
    struct text theme;
};

#define AT(member) .offset = offsetof(struct check_input, member)
static const struct field check_fields[] = {
    {.name = "text",
     .kind = FIELD_TEXT,
     AT(text),
     .required = true,
     .bytes_max = YAML_BYTES_MAX,
     .meaning = "The workflow as it would stand in its file"},
    {.name = "language",
     .kind = FIELD_CHOICE,
     AT(language),
     .bytes_max = 2,
     .choices = picture_languages,
     .choice_count = PICTURE_LANGUAGES,
     .meaning = "Of the picture"},
    {.name = "theme",
     .kind = FIELD_CHOICE,
     AT(theme),
     .bytes_max = 5,
     .choices = picture_themes,
     .choice_count = PICTURE_THEMES,
     .meaning = "Of the picture"},
};
#undef AT
const struct shape shelf_check_takes = {
    .name = "CheckWorkflow",
    .fields = check_fields,
    .field_count = COUNT_OF(check_fields),
    .bytes = sizeof(struct check_input),
};

const char shelf_check_schema[] =
    "{\"type\":\"object\",\"required\":[\"ok\",\"complaints\",\"picture\"],\"properties\":{\"ok\":{"
    "\"type\":\"boolean\"},\"workflow\":{\"type\":\"string\"},\"version\":{\"type\":\"integer\"},"
    "\"complaints\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"sentence\"],"
    "\"properties\":{\"line\":{\"type\":\"integer\"},\"column\":{\"type\":\"integer\"},"
    "\"sentence\":{\"type\":\"string\"}}}},\"soundness\":{\"type\":\"object\","
    "\"additionalProperties\":true},\"picture\":{\"type\":[\"string\",\"null\"],\"description\":"
    "\"SVG, with the first fault lit; null when it cannot be drawn\"}}}";

/* It takes a while and concerns no row: so it is done before the transaction, on another thread. */
enum status shelf_check_gather(struct call *call)
{
    struct text *said = ARENA_NEW(call->arena, struct text);
    const struct check_input *input = call->input;
    const struct picture_look look = {.language = input->language, .theme = input->theme};
    struct recipe_source source =
        engine_room_source(catalog_of(call)->room, TEXT("pasted"), input->text);
    struct judged judged;
    struct json_writer writer;
    recipe_judge(call->arena, &source, &judged);
    json_writer_init(&writer, call->arena, 8192);
    json_begin_object(&writer);
    judged_put(&writer, &judged, NO_TEXT);
    json_key(&writer, "picture");
    json_put_text(&writer,
                  judged.workflow != NULL ? judged_picture(call->arena, &judged, &look) : NO_TEXT);
    json_end_object(&writer);
    *said = json_written(&writer);
    call->gathered = said;
    return STATUS_OK;
}

enum status shelf_check_handle(struct call *call)
{
    const struct text *said = call->gathered;
    return answer_json(call, *said, NO_TEXT);
}
