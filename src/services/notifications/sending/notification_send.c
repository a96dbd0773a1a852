/* notification_send.c - somebody asks that a person be told: a program, a service, an event. */
#include "services/notifications/sending/notification_routes.h"

#include "services/notifications/rules/rule.h"
#include "services/notifications/sending/notification_store.h"

#include "base/json.h"

enum { RECIPIENTS_MAX = 100, VALUES_MAX = 2000, EVENT_ID_BYTES_MAX = 100 };

const struct refusal notification_bad_recipients = {
    "bad_recipients", 422, "recipients is a list of 1 to 100 objects with userId or telegramId."};

struct accepted {
    struct id notification_id;
};

static const struct field accepted_fields[] = {
    {.name = "notification_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct accepted, notification_id)},
};
const struct shape notification_accepted_shape = {
    .name = "NotificationAccepted",
    .fields = accepted_fields,
    .field_count = COUNT_OF(accepted_fields),
    .bytes = sizeof(struct accepted),
};

/* ---- by a person's id, or an address ---- */

#define AT(member) .offset = offsetof(struct notification_wish, member)

#define WISH_FIELDS                                                                                \
    {.name = "template",                                                                           \
     .kind = FIELD_TEXT,                                                                           \
     AT(template),                                                                                 \
     .required = true,                                                                             \
     .bytes_max = TEMPLATE_KEY_BYTES_MAX,                                                          \
     .meaning = "The key of a template: iam.login_code"},                                          \
        {.name = "address",                                                                        \
         .kind = FIELD_TEXT,                                                                       \
         AT(address),                                                                              \
         .bytes_max = ADDRESS_BYTES_MAX,                                                           \
         .meaning = "Of a mailbox, or of the channel that is named; the person's when absent"},    \
        {.name = "channel",                                                                        \
         .kind = FIELD_CHOICE,                                                                     \
         AT(channel),                                                                              \
         .bytes_max = 16,                                                                          \
         .choices = channel_names,                                                                 \
         .choice_count = 5,                                                                        \
         .meaning = "Only this one; those that reach the person when absent"},                     \
        {.name = "locale",                                                                         \
         .kind = FIELD_TEXT,                                                                       \
         AT(locale),                                                                               \
         .bytes_max = TEMPLATE_LOCALE_BYTES_MAX},                                                  \
        {.name = "payload",                                                                        \
         .kind = FIELD_OBJECT,                                                                     \
         AT(payload),                                                                              \
         .bytes_max = PAYLOAD_BYTES_MAX,                                                           \
         .meaning = "What the template's holes are filled with"},                                  \
    {                                                                                              \
        .name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key), .bytes_max = DEDUP_KEY_BYTES_MAX,  \
        .meaning = "The same key, the same notification"                                           \
    }

static const struct field send_fields[] = {
    {.name = "recipient_id", .kind = FIELD_ID, AT(person_id)},
    WISH_FIELDS,
};

static const struct field command_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    WISH_FIELDS,
};
#undef AT

const struct shape notification_send_takes = {
    .name = "SendNotification",
    .fields = send_fields,
    .field_count = COUNT_OF(send_fields),
    .bytes = sizeof(struct notification_wish),
};
const struct shape notification_command_takes = {
    .name = "SendNotificationCommand",
    .fields = command_fields,
    .field_count = COUNT_OF(command_fields),
    .bytes = sizeof(struct notification_wish),
};

static struct text id_as_json(struct arena *arena, struct id id)
{
    char text[ID_TEXT_BYTES + 1];
    id_write(id, text);
    return text_format(arena, "{\"notification_id\":\"%s\"}", text);
}

enum status notification_send_handle(struct call *call)
{
    struct notification notification;
    bool is_old = false;
    enum status status = notification_accept(call, call->input, &notification, &is_old);
    if (status == STATUS_OK && is_old) {
        return refuse_with(call, &notification_duplicate, id_as_json(call->arena, notification.id));
    }
    return status == STATUS_OK
               ? answer(call, &(struct accepted){.notification_id = notification.id})
               : status;
}

/* Told twice, done once. */
enum status notification_command_handle(struct call *call)
{
    struct notification notification;
    bool is_old = false;
    enum status status = notification_accept(call, call->input, &notification, &is_old);
    return status == STATUS_OK
               ? answer(call, &(struct accepted){.notification_id = notification.id})
               : status;
}

/* ---- several at once, as the CRM asks ---- */

struct notify_input {
    struct text event_key;
    struct text recipients;
    struct text payload;
    struct texts channels;
    struct text dedup_key;
};

#define AT(member) .offset = offsetof(struct notify_input, member)

static const struct field notify_fields[] = {
    {.name = "eventKey",
     .kind = FIELD_TEXT,
     AT(event_key),
     .required = true,
     .bytes_max = TEMPLATE_KEY_BYTES_MAX},
    {.name = "recipients",
     .kind = FIELD_JSON,
     AT(recipients),
     .required = true,
     .bytes_max = 32768},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .bytes_max = PAYLOAD_BYTES_MAX},
    {.name = "channelOverrides",
     .kind = FIELD_TEXTS,
     AT(channels),
     .bytes_max = 16,
     .items_max = 1,
     .choices = channel_names,
     .choice_count = 5},
    {.name = "deduplicationKey",
     .kind = FIELD_TEXT,
     AT(dedup_key),
     .bytes_max = DEDUP_KEY_BYTES_MAX - 8},
};
#undef AT

const struct shape notification_notify_takes = {
    .name = "NotifyRecipients",
    .fields = notify_fields,
    .field_count = COUNT_OF(notify_fields),
    .bytes = sizeof(struct notify_input),
    .has_foreign_names = true,
};

const char notification_notify_body_schema[] =
    "{\"type\":\"object\",\"required\":[\"eventKey\",\"recipients\"],"
    "\"additionalProperties\":false,\"properties\":{"
    "\"eventKey\":{\"type\":\"string\",\"maxLength\":100},"
    "\"recipients\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":100,\"items\":{"
    "\"type\":\"object\",\"properties\":{"
    "\"userId\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"telegramId\":{\"type\":[\"string\",\"integer\"]}}}},"
    "\"payload\":{\"type\":\"object\"},"
    "\"channelOverrides\":{\"type\":\"array\",\"maxItems\":1,\"items\":{\"type\":\"string\","
    "\"enum\":[\"email\",\"inbox\",\"telegram\",\"webhook\",\"sse\"]}},"
    "\"deduplicationKey\":{\"type\":\"string\",\"maxLength\":192}}}";

/* False: it is no recipient. */
static bool read_recipient(const struct json *item, struct notification_wish *wish)
{
    const struct json *user = json_member(item, TEXT("userId"));
    const struct json *telegram = json_member(item, TEXT("telegramId"));
    bool is_good = item->kind == JSON_OBJECT && (user != NULL || telegram != NULL);
    if (is_good && user != NULL) {
        is_good = user->kind == JSON_STRING && id_read(user->text, &wish->person_id);
    }
    if (is_good && telegram != NULL && telegram->kind != JSON_NULL) {
        is_good = (telegram->kind == JSON_STRING || telegram->kind == JSON_NUMBER) &&
                  telegram->text.bytes <= TELEGRAM_ID_BYTES_MAX;
        wish->telegram_id = telegram->text;
    }
    return is_good;
}

static enum status notify_one(struct call *call, const struct json *item, size_t index,
                              struct id *id_out, bool *is_old_out)
{
    const struct notify_input *input = call->input;
    struct notification notification;
    struct notification_wish wish = {
        .template = input->event_key,
        .payload = input->payload,
        .channel = input->channels.count > 0 ? input->channels.items[0] : NO_TEXT,
        .dedup_key = input->dedup_key,
    };
    if (index > 0 && text_is_given(input->dedup_key)) {
        wish.dedup_key = text_format(call->arena, "%.*s#%zu", TEXT_ARGS(input->dedup_key), index);
    }
    if (!read_recipient(item, &wish)) {
        return refuse_field(call, &notification_bad_recipients, "recipients");
    }
    enum status status = notification_accept(call, &wish, &notification, is_old_out);
    *id_out = notification.id;
    return status;
}

enum status notification_notify_handle(struct call *call)
{
    const struct notify_input *input = call->input;
    const struct json *list = NULL;
    struct json_error error;
    struct accepted accepted = {{{0}}};
    bool is_old = false;
    enum status status = json_read(call->arena, input->recipients, VALUES_MAX, &list, &error);
    if (status != STATUS_OK || list->kind != JSON_ARRAY || list->count == 0 ||
        list->count > RECIPIENTS_MAX) {
        return refuse_field(call, &notification_bad_recipients, "recipients");
    }
    size_t index = 0;
    for (const struct json *item = list->first; item != NULL && status == STATUS_OK && !is_old;
         item = item->next, index++) {
        struct id id;
        status = notify_one(call, item, index, &id, &is_old);
        accepted.notification_id = index == 0 ? id : accepted.notification_id;
    }
    if (status == STATUS_OK && is_old) {
        return refuse_with(call, &notification_duplicate,
                           id_as_json(call->arena, accepted.notification_id));
    }
    return status == STATUS_OK ? answer(call, &accepted) : status;
}

/* ---- an event of somebody outside ---- */

struct ingest_input {
    struct text id;
    struct text source;
    struct text type;
    int64_t time;
    struct text data;
    struct text chat_id;
};

#define AT(member) .offset = offsetof(struct ingest_input, member)

static const struct field ingest_fields[] = {
    {.name = "id",
     .kind = FIELD_TEXT,
     AT(id),
     .required = true,
     .bytes_max = EVENT_ID_BYTES_MAX,
     .meaning = "The same id of the same source is taken once"},
    {.name = "source", .kind = FIELD_TEXT, AT(source), .required = true, .bytes_max = 64},
    {.name = "type",
     .kind = FIELD_TEXT,
     AT(type),
     .required = true,
     .bytes_max = TEMPLATE_KEY_BYTES_MAX,
     .meaning = "Also the key of the template"},
    {.name = "time", .kind = FIELD_TIME, AT(time)},
    {.name = "data",
     .kind = FIELD_OBJECT,
     AT(data),
     .bytes_max = PAYLOAD_BYTES_MAX,
     .meaning = "Fills the template; its recipient_id or email says who is told"},
    {.name = "chatId", .kind = FIELD_TEXT, AT(chat_id), .bytes_max = TELEGRAM_ID_BYTES_MAX},
};
#undef AT

const struct shape notification_ingest_takes = {
    .name = "IngestEvent",
    .fields = ingest_fields,
    .field_count = COUNT_OF(ingest_fields),
    .bytes = sizeof(struct ingest_input),
    .has_foreign_names = true,
};

struct ingested {
    struct id notification_id; /* none: nobody is told */
};
static const struct field ingested_fields[] = {
    {.name = "notification_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct ingested, notification_id),
     .meaning = "null: the event has words or a recipient for nobody, or there are rules for it"},
};
const struct shape notification_ingested_shape = {
    .name = "EventIngested",
    .fields = ingested_fields,
    .field_count = COUNT_OF(ingested_fields),
    .bytes = sizeof(struct ingested),
};

static void read_addressee(struct call *call, const struct ingest_input *input,
                           struct notification_wish *wish)
{
    const struct json *data = NULL;
    struct json_error error;
    if (!text_is_given(input->data) ||
        json_read(call->arena, input->data, VALUES_MAX, &data, &error) != STATUS_OK) {
        return;
    }
    const struct json *person = json_member(data, TEXT("recipient_id"));
    const struct json *email = json_member(data, TEXT("email"));
    if (person != NULL && person->kind == JSON_STRING) {
        (void)id_read(person->text, &wish->person_id);
    }
    if (email != NULL && email->kind == JSON_STRING && email->text.bytes <= ADDRESS_BYTES_MAX) {
        wish->address = email->text;
    }
}

/* Where there are rules for such an event they say who is told; without, the event says so itself.
 */
enum status notification_ingest_handle(struct call *call)
{
    const struct ingest_input *input = call->input;
    struct notification notification = {.id = {{0}}};
    bool is_old = false;
    size_t rule_count;
    struct notification_wish wish = {
        .template = input->type,
        .payload = input->data,
        .telegram_id = input->chat_id,
        .dedup_key = text_format(call->arena, "event:%.*s:%.*s", TEXT_ARGS(input->source),
                                 TEXT_ARGS(input->id)),
    };
    const struct fact fact = {
        .event = input->type,
        .data = text_is_given(input->data) ? input->data : TEXT("{}"),
        .id = wish.dedup_key,
    };
    enum status status = rules_apply(call, &fact, &rule_count);
    if (status != STATUS_OK || rule_count > 0) {
        return status == STATUS_OK ? answer(call, &(struct ingested){0}) : status;
    }
    read_addressee(call, input, &wish);
    bool has_addressee = !id_is_none(wish.person_id) || text_is_given(wish.address) ||
                         text_is_given(wish.telegram_id);
    if (has_addressee) {
        status = notification_accept(call, &wish, &notification, &is_old);
    }
    return status == STATUS_OK
               ? answer(call, &(struct ingested){.notification_id = notification.id})
               : status;
}
