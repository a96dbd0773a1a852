/* flow_push.c - GET events: what a person hears of cases (A18, A24).
 *
 * That something has changed which he sees, and what has become of an operation that he has asked
 * for himself; never what: that is read from the state, where the view stands before it.
 */
#include "base/fault.h"
#include "base/json.h"
#include "engine/operations/flow_handlers.h"
#include "engine/run/case_record.h"
#include "runtime/service.h"

enum { EVENT_VALUES_MAX = 2000 };

static bool is_of_kind(struct text party, struct text kind)
{
    struct text head;
    struct text role;
    text_cut(party, '.', &head, &role);
    return text_equals(head, kind);
}

/* The channel client-events is of every kind. */
static bool is_watched(const struct flow_push *push, struct text party)
{
    return push->kind.data == NULL || is_of_kind(party, push->kind);
}

/* Who calls for itself is "service" and "service.NAME"; view.h. */
static bool has_role(const struct caller *reader, struct text party)
{
    struct text kind;
    struct text role;
    if (reader->kind == CALLER_SERVICE && id_is_none(reader->person)) {
        text_cut(party, '.', &kind, &role);
        return text_equals(kind, TEXT("service")) &&
               (role.data == NULL || text_equals(role, reader->name));
    }
    for (size_t i = 0; i < reader->roles.count; i++) {
        if (text_equals(reader->roles.items[i], party)) {
            return true;
        }
    }
    return false;
}

/* "staff/0190...": that one person; without a person: whoever has the role. */
static bool is_meant(const struct flow_push *push, const struct caller *reader, struct text entry)
{
    struct text party;
    struct text person;
    struct id id;
    bool is_one = text_cut(entry, '/', &party, &person);
    return is_watched(push, party) && has_role(reader, party) &&
           (!is_one || (id_read(person, &id) && id_equals(id, reader->person)));
}

static bool is_shown(const struct flow_push *push, const struct caller *reader,
                     const struct json *data)
{
    const struct json *parties = json_member(data, TEXT("shown_to"));
    for (const struct json *one = parties ? parties->first : NULL; one != NULL; one = one->next) {
        if (is_meant(push, reader, one->text)) {
            return true;
        }
    }
    return false;
}

static bool has_asked(const struct flow_push *push, const struct caller *reader,
                      const struct json *data)
{
    const struct json *asked_by = json_member(data, TEXT("asked_by"));
    struct text kind;
    struct text person;
    struct id id;
    return asked_by != NULL && asked_by->kind == JSON_STRING &&
           text_cut(asked_by->text, '/', &kind, &person) && is_watched(push, kind) &&
           id_read(person, &id) && id_equals(id, reader->person);
}

static void put_member(struct json_writer *writer, const char *key, const struct json *value)
{
    json_key(writer, key);
    json_put_text(writer, value != NULL && value->kind == JSON_STRING ? value->text : NO_TEXT);
}

static struct text write_push(const struct flow_push *push, struct arena *arena,
                              const struct message *message, const struct json *data, bool is_own)
{
    static const struct case_field moment = {.kind = CASE_TIME};
    const struct value told_at = value_time(message->told_at);
    char id[ID_TEXT_BYTES + 1];
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    id_write(message->id, id);
    json_begin_object(&writer);
    json_key(&writer, "event_id");
    json_put_text(&writer, text_of(id));
    if (push->workflow.data == NULL) {
        put_member(&writer, "workflow", json_member(data, TEXT("workflow")));
    }
    put_member(&writer, "case_id", json_member(data, TEXT("case_id")));
    put_member(&writer, "operation_id", is_own ? json_member(data, TEXT("operation_id")) : NULL);
    put_member(&writer, "status", is_own ? json_member(data, TEXT("operation_status")) : NULL);
    json_key(&writer, "occurred_at");
    case_value_write(&writer, &moment, &told_at);
    json_end_object(&writer);
    return json_written(&writer);
}

bool flow_shows(const struct stream *stream, const struct caller *reader,
                const struct message *message, struct arena *arena, struct text *data_out)
{
    const struct flow_push *push = stream->context;
    const struct json *data = NULL;
    struct json_error error;
    struct text service;
    struct text name;
    bool is_change =
        text_cut(message->name, '.', &service, &name) &&
        (text_equals(name, TEXT("case_changed")) || text_equals(name, TEXT("case_forgotten"))) &&
        json_read(arena, message->data, EVENT_VALUES_MAX, &data, &error) == STATUS_OK;
    const struct json *workflow = is_change ? json_member(data, TEXT("workflow")) : NULL;
    if (workflow == NULL ||
        (push->workflow.data != NULL && !text_equals(workflow->text, push->workflow))) {
        return false;
    }
    bool is_own = has_asked(push, reader, data);
    if (!is_own && !is_shown(push, reader, data)) {
        return false;
    }
    *data_out = write_push(push, arena, message, data, is_own);
    return true;
}
