/* message.c - the words of a message, its row, and its form outside: a CloudEvent in JSON.
 *
 * CloudEvents has integers of 32 bits only, so what may be larger is written as a text of digits;
 * both forms are read. What is none is left out. Unknown members are left alone: a newer program
 * may say more.
 */
#include "bus/message.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { TRACE_DIGITS = 32, SPAN_BYTES = 8, ENVELOPE_BYTES = 1024 };

const struct text message_event = {"event", 5};
const struct text message_command = {"command", 7};
const struct text message_reply = {"reply", 5};

const struct text outcome_done = {"done", 4};
const struct text outcome_refused = {"refused", 7};
const struct text outcome_expired = {"expired", 7};

static const struct field message_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, .offset = offsetof(struct message, position)},
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct message, id)},
    {.name = "kind", .kind = FIELD_TEXT, .offset = offsetof(struct message, kind)},
    {.name = "addressee", .kind = FIELD_TEXT, .offset = offsetof(struct message, addressee)},
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct message, name)},
    {.name = "version", .kind = FIELD_INTEGER, .offset = offsetof(struct message, version)},
    {.name = "subject", .kind = FIELD_TEXT, .offset = offsetof(struct message, subject)},
    {.name = "revision", .kind = FIELD_INTEGER, .offset = offsetof(struct message, revision)},
    {.name = "answers", .kind = FIELD_ID, .offset = offsetof(struct message, answers)},
    {.name = "outcome", .kind = FIELD_TEXT, .offset = offsetof(struct message, outcome)},
    {.name = "actor", .kind = FIELD_TEXT, .offset = offsetof(struct message, actor)},
    {.name = "trace", .kind = FIELD_TEXT, .offset = offsetof(struct message, trace)},
    {.name = "told_at", .kind = FIELD_TIME, .offset = offsetof(struct message, told_at)},
    {.name = "deadline", .kind = FIELD_TIME, .offset = offsetof(struct message, deadline)},
    {.name = "data", .kind = FIELD_OBJECT, .offset = offsetof(struct message, data)},
};

const struct shape message_shape = {
    .name = "Message",
    .fields = message_fields,
    .field_count = COUNT_OF(message_fields),
    .bytes = sizeof(struct message),
};

bool message_is(const struct message *message, struct text kind)
{
    return text_equals(message->kind, kind);
}

struct message message_copy(struct arena *arena, const struct message *message)
{
    struct message copy = *message;
    struct text *const texts[] = {&copy.kind,  &copy.source,  &copy.addressee,
                                  &copy.name,  &copy.subject, &copy.outcome,
                                  &copy.actor, &copy.trace,   &copy.data};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *texts[i] = text_copy(arena, *texts[i]);
    }
    return copy;
}

/* ---- writing ---- */

/* W3C trace context: a trace of zeros, or in capitals, is none. */
static bool is_trace(struct text trace)
{
    bool has_digit = false;
    for (size_t i = 0; i < trace.bytes; i++) {
        char digit = trace.data[i];
        if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) {
            return false;
        }
        has_digit = has_digit || digit != '0';
    }
    return trace.bytes == TRACE_DIGITS && has_digit;
}

static void put_text(struct json_writer *writer, const char *key, struct text text)
{
    if (text_is_given(text)) {
        json_key(writer, key);
        json_put_text(writer, text);
    }
}

static void put_id(struct json_writer *writer, const char *key, struct id id)
{
    if (!id_is_none(id)) {
        char written[ID_TEXT_BYTES + 1];
        id_write(id, written);
        put_text(writer, key, text_of(written));
    }
}

static void put_number(struct json_writer *writer, const char *key, int64_t number, int64_t none)
{
    if (number != none) {
        char written[24];
        snprintf(written, sizeof written, "%lld", (long long)number);
        put_text(writer, key, text_of(written));
    }
}

static void put_time(struct json_writer *writer, const char *key, int64_t wall_ms)
{
    if (wall_ms != 0) {
        char written[CLOCK_TEXT_BYTES + 1];
        clock_write(wall_ms, written);
        put_text(writer, key, text_of(written));
    }
}

/* The span is the message itself: the end of its id, which is chance. */
bool message_traceparent(const struct message *message, char out[MESSAGE_TRACEPARENT_BYTES + 1])
{
    const uint8_t *span = message->id.bytes + ID_BYTES - SPAN_BYTES;
    if (!is_trace(message->trace)) {
        return false;
    }
    snprintf(out, MESSAGE_TRACEPARENT_BYTES + 1, "00-%.*s-%02x%02x%02x%02x%02x%02x%02x%02x-01",
             TEXT_ARGS(message->trace), span[0], span[1], span[2], span[3], span[4], span[5],
             span[6], span[7]);
    return true;
}

static void put_trace(struct json_writer *writer, const struct message *message)
{
    char written[MESSAGE_TRACEPARENT_BYTES + 1];
    if (message_traceparent(message, written)) {
        put_text(writer, "traceparent", text_of(written));
    }
}

struct text message_write(struct arena *arena, const struct message *message)
{
    MUST(!id_is_none(message->id));
    MUST(message->source.bytes > 0 && text_is_given(message->name));
    struct json_writer writer;
    json_writer_init(&writer, arena, message->data.bytes + ENVELOPE_BYTES);
    json_begin_object(&writer);
    put_text(&writer, "specversion", TEXT("1.0"));
    put_id(&writer, "id", message->id);
    put_text(&writer, "source", text_join(arena, TEXT("/"), message->source));
    put_text(&writer, "type", message->name);
    put_time(&writer, "time", message->told_at);
    put_text(&writer, "subject", message->subject);
    put_trace(&writer, message);
    put_text(&writer, "kontorakind", message->kind);
    put_number(&writer, "kontoraposition", message->position, 0);
    put_number(&writer, "kontoraprevious", message->previous, 0);
    put_number(&writer, "kontoraversion", message->version, FIELD_NONE);
    put_number(&writer, "kontorarevision", message->revision, FIELD_NONE);
    put_text(&writer, "kontoraaddressee", message->addressee);
    put_id(&writer, "kontoraanswers", message->answers);
    put_text(&writer, "kontoraoutcome", message->outcome);
    put_text(&writer, "kontoraactor", message->actor);
    put_time(&writer, "kontoradeadline", message->deadline);
    if (text_is_given(message->data)) {
        put_text(&writer, "datacontenttype", TEXT("application/json"));
        json_key(&writer, "data");
        json_put_raw(&writer, message->data);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- several in one ---- */

/* Levels of what is JSON. */
static unsigned depth_of(struct text json)
{
    unsigned depth = 0;
    unsigned deepest = 0;
    bool is_in_text = false;
    for (size_t i = 0; i < json.bytes; i++) {
        char byte = json.data[i];
        if (byte == '"') {
            is_in_text = !is_in_text;
        } else if (is_in_text) {
            i += byte == '\\'; /* what is escaped ends no text */
        } else if (byte == '{' || byte == '[') {
            depth++;
            deepest = depth > deepest ? depth : deepest;
        } else if (byte == '}' || byte == ']') {
            depth--;
        }
    }
    return deepest;
}

bool message_may_be_joined(const struct message *message)
{
    enum { LEVELS_ABOVE = 2 }; /* the array, and the message */
    return depth_of(message->data) <= JSON_DEPTH_MAX - LEVELS_ABOVE;
}

struct text message_join(struct arena *arena, const struct text *written, size_t count)
{
    struct json_writer writer;
    size_t bytes = 2;
    MUST(count > 0);
    for (size_t i = 0; i < count; i++) {
        bytes += written[i].bytes + 1;
    }
    json_writer_init(&writer, arena, bytes);
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_put_raw(&writer, written[i]);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

/* ---- reading ---- */

/* Goes through the attributes; the first that is wrong is the one that is told. */
struct reading {
    struct arena *arena;
    const struct json *root;
    struct text error;
};

static void refuse(struct reading *reading, const char *attribute, const char *what)
{
    if (!text_is_given(reading->error)) {
        reading->error = text_format(reading->arena, "The attribute %s %s.", attribute, what);
    }
}

/* NO_TEXT when it is not there or null. */
static struct text take_text(struct reading *reading, const char *attribute)
{
    const struct json *value = json_member(reading->root, text_of(attribute));
    if (value == NULL || value->kind == JSON_NULL) {
        return NO_TEXT;
    }
    if (value->kind != JSON_STRING) {
        refuse(reading, attribute, "must be a string");
        return NO_TEXT;
    }
    return value->text;
}

static struct text need_text(struct reading *reading, const char *attribute)
{
    struct text text = take_text(reading, attribute);
    if (text.bytes == 0) {
        refuse(reading, attribute, "is missing");
    }
    return text;
}

static struct id take_id(struct reading *reading, const char *attribute)
{
    struct id id = {0};
    struct text text = take_text(reading, attribute);
    if (text_is_given(text) && !id_read(text, &id)) {
        refuse(reading, attribute, "must be a UUID");
    }
    return id;
}

static int64_t take_number(struct reading *reading, const char *attribute, int64_t minimum,
                           int64_t none)
{
    const struct json *value = json_member(reading->root, text_of(attribute));
    if (value == NULL || value->kind == JSON_NULL) {
        return none;
    }
    int64_t number = 0;
    bool is_number = value->kind == JSON_STRING ? text_to_integer(value->text, &number)
                                                : json_to_integer(value, &number);
    if (!is_number || number < minimum) {
        refuse(reading, attribute, "must be a whole number that fits");
        return none;
    }
    return number;
}

static int64_t take_time(struct reading *reading, const char *attribute)
{
    int64_t wall_ms = 0;
    struct text text = take_text(reading, attribute);
    if (text_is_given(text) && !clock_read(text, &wall_ms)) {
        refuse(reading, attribute, "must be a time as in RFC 3339");
    }
    return wall_ms;
}

static struct text take_one_of(struct reading *reading, const char *attribute,
                               const struct text *words, size_t count)
{
    struct text text = take_text(reading, attribute);
    for (size_t i = 0; i < count; i++) {
        if (text_equals(text, words[i])) {
            return text;
        }
    }
    if (text_is_given(text)) {
        refuse(reading, attribute, "is a word that is not known here");
    }
    return NO_TEXT;
}

/* "/users" is users. */
static struct text take_source(struct reading *reading)
{
    struct text source = need_text(reading, "source");
    if (source.bytes < 2 || source.data[0] != '/') {
        refuse(reading, "source", "must be a slash and the name of a service");
        return NO_TEXT;
    }
    return text_slice(source, 1, source.bytes);
}

/* What others made of it, a trace we cannot read, is no reason to refuse the message. */
static struct text take_trace(struct reading *reading)
{
    struct text parent = take_text(reading, "traceparent");
    struct text trace = text_slice(parent, 3, 3 + TRACE_DIGITS);
    bool fits = parent.bytes >= MESSAGE_TRACEPARENT_BYTES &&
                text_starts_with(parent, TEXT("00-")) && parent.data[3 + TRACE_DIGITS] == '-' &&
                is_trace(trace);
    return fits ? trace : NO_TEXT;
}

static struct text take_data(struct reading *reading)
{
    const struct json *data = json_member(reading->root, TEXT("data"));
    if (data == NULL || data->kind == JSON_NULL) {
        return NO_TEXT;
    }
    if (data->kind != JSON_OBJECT) {
        refuse(reading, "data", "must be an object");
    }
    return data->text;
}

static struct message take_all(struct reading *reading)
{
    const struct text kinds[] = {message_event, message_command, message_reply};
    const struct text outcomes[] = {outcome_done, outcome_refused, outcome_expired};
    struct text form = need_text(reading, "specversion");
    if (!text_equals(form, TEXT("1.0"))) {
        refuse(reading, "specversion", "must be 1.0");
    }
    need_text(reading, "id");
    struct message message = {
        .id = take_id(reading, "id"),
        .source = take_source(reading),
        .name = need_text(reading, "type"),
        .told_at = take_time(reading, "time"),
        .subject = take_text(reading, "subject"),
        .trace = take_trace(reading),
        .kind = take_one_of(reading, "kontorakind", kinds, COUNT_OF(kinds)),
        .position = take_number(reading, "kontoraposition", 0, 0),
        .previous = take_number(reading, "kontoraprevious", 0, 0),
        .version = take_number(reading, "kontoraversion", INT64_MIN, FIELD_NONE),
        .revision = take_number(reading, "kontorarevision", INT64_MIN, FIELD_NONE),
        .addressee = take_text(reading, "kontoraaddressee"),
        .answers = take_id(reading, "kontoraanswers"),
        .outcome = take_one_of(reading, "kontoraoutcome", outcomes, COUNT_OF(outcomes)),
        .actor = take_text(reading, "kontoraactor"),
        .deadline = take_time(reading, "kontoradeadline"),
        .data = take_data(reading),
    };
    if (!text_is_given(message.kind)) {
        refuse(reading, "kontorakind", "is missing");
    }
    if (id_is_none(message.id)) {
        refuse(reading, "id", "must not be all zeros");
    }
    return message;
}

enum status message_read_value(struct arena *arena, const struct json *value,
                               struct message *message_out, struct text *error_out)
{
    struct reading reading = {.arena = arena, .root = value};
    *error_out = NO_TEXT;
    if (value->kind != JSON_OBJECT) {
        *error_out = TEXT("A message must be a JSON object.");
        return STATUS_MALFORMED;
    }
    struct message message = take_all(&reading);
    if (text_is_given(reading.error)) {
        *error_out = reading.error;
        return STATUS_MALFORMED;
    }
    *message_out = message;
    return STATUS_OK;
}

enum status message_read(struct arena *arena, struct text json, struct message *message_out,
                         struct text *error_out)
{
    const struct json *root = NULL;
    struct json_error at = {.what = "it is too large"};
    enum status status = json_read(arena, json, json.bytes + 1, &root, &at);
    if (status != STATUS_OK) {
        *error_out =
            text_format(arena, "It is no JSON that can be read: %s, at byte %zu.",
                        status == STATUS_TOO_LARGE ? "it is too large" : at.what, at.offset);
        return STATUS_MALFORMED;
    }
    return message_read_value(arena, root, message_out, error_out);
}
