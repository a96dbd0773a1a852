/* process_status.c - a client asks how its process is: {status, error, result}.
 *
 *   started          it moves by itself, or will soon
 *   waiting_service  somebody has been asked: a worker, a service
 *   finished         it has ended
 *   error            it has ended in the place `error`, or stands still until a person looks at it
 *   cancelled        it has ended in the place `cancelled`
 *
 * `result` is its field of that name. Refused: processNotFoundError.
 */
#include "apps/casework/casework_parts.h"
#include "base/json.h"

static const struct field process_fields[] = {
    {
        .name = "processId",
        .kind = FIELD_TEXT, /* what is no id is not found either */
        .offset = offsetof(struct process_name, id),
        .place = FIELD_IN_PATH,
        .required = true,
        .bytes_max = 100,
    },
};
const struct shape process_takes = {
    .name = "ProcessName",
    .fields = process_fields,
    .field_count = COUNT_OF(process_fields),
    .bytes = sizeof(struct process_name),
    .has_foreign_names = true,
};

const struct refusal *const process_refusals[] = {&business_process_not_found};

const char process_status_schema[] =
    "{\"type\":\"object\",\"required\":[\"status\"],\"properties\":{"
    "\"status\":{\"type\":\"string\",\"enum\":[\"started\",\"waiting_service\",\"finished\","
    "\"error\",\"cancelled\"]},"
    "\"error\":{\"type\":\"object\",\"required\":[\"code\",\"type\",\"message\",\"options\"],"
    "\"properties\":{\"code\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"},"
    "\"message\":{\"type\":\"string\"},\"options\":{\"type\":\"object\"}}},"
    "\"result\":{\"description\":\"Whatever the field `result` of the case has\"}}}";

static bool is_in(const struct case_glance *glance, const char *place)
{
    for (size_t i = 0; i < glance->places.count; i++) {
        if (text_equals(glance->places.items[i], text_of(place))) {
            return true;
        }
    }
    return false;
}

static const char *status_of(const struct case_glance *glance)
{
    if (glance->closed_at == 0) {
        return glance->has_incident ? "error" : glance->waits ? "waiting_service" : "started";
    }
    return is_in(glance, "error") ? "error" : is_in(glance, "cancelled") ? "cancelled" : "finished";
}

static struct text member_of(struct call *call, struct text object, const char *name)
{
    const struct json *root = NULL;
    struct json_error error;
    bool is_read =
        text_is_given(object) && json_read(call->arena, object, 1000, &root, &error) == STATUS_OK;
    const struct json *member = is_read ? json_member(root, text_of(name)) : NULL;
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

static struct text otherwise(struct text text, const char *instead)
{
    return text_is_given(text) ? text : text_of(instead);
}

static void put_error(struct call *call, struct json_writer *writer,
                      const struct case_glance *glance)
{
    json_key(writer, "error");
    json_begin_object(writer);
    json_key(writer, "code");
    json_put_text(writer, otherwise(member_of(call, glance->reason, "code"), "process_failed"));
    json_key(writer, "type");
    json_put_text(writer, TEXT("stageFailedError"));
    json_key(writer, "message");
    json_put_text(writer, otherwise(member_of(call, glance->reason, "message"),
                                    "The process has ended in its place 'error'."));
    json_key(writer, "options");
    json_begin_object(writer);
    if (text_is_given(glance->failed_stage)) {
        json_key(writer, "stage");
        json_put_text(writer, glance->failed_stage);
    }
    json_end_object(writer);
    json_end_object(writer);
}

enum status process_status_handle(struct call *call)
{
    struct id id;
    struct case_glance glance;
    const struct process_name *input = call->input;
    enum status status = id_read(input->id, &id) ? case_look(call, id, &glance) : STATUS_ABSENT;
    if (status == STATUS_ABSENT) {
        return casework_refuse(call, &business_process_not_found, NO_TEXT);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const char *word = status_of(&glance);
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "status");
    json_put_text(&writer, text_of(word));
    if (text_equals(text_of(word), TEXT("error"))) {
        put_error(call, &writer, &glance);
    } else if (text_equals(text_of(word), TEXT("finished"))) {
        json_key(&writer, "result");
        json_put_raw(&writer, case_glance_value(call->arena, &glance, "result"));
    }
    json_end_object(&writer);
    return answer_json(call, json_written(&writer), NO_TEXT);
}
