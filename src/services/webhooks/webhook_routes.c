/* webhook_routes.c - who may hear of what, and where. */
#include "services/webhooks/webhook_routes.h"

#include "services/webhooks/webhook_send.h"
#include "services/webhooks/webhook_store.h"

#include "base/config.h"
#include "runtime/access.h"
#include "runtime/host.h"

#include <string.h>

enum { DESCRIPTION_BYTES_MAX = 200, EVENT_BYTES_MAX = 100, OLD_SECRET_MS = 24 * 60 * 60 * 1000 };

/* ---- what is taken ---- */

struct endpoint_input {
    struct id endpoint_id;
    struct id delivery_id;
    struct text url;
    struct text description;
    struct texts events;
    struct text status;
    struct id before;
    int64_t limit;
};

static const char *const statuses[] = {"active", "disabled"};

#define AT(member) .offset = offsetof(struct endpoint_input, member)

#define ID_FIELD                                                                                   \
    {                                                                                              \
        .name = "endpoint_id", .kind = FIELD_ID, AT(endpoint_id), .place = FIELD_IN_PATH,          \
        .required = true                                                                           \
    }
#define WORD_FIELDS(required_)                                                                     \
    {.name = "url",                                                                                \
     .kind = FIELD_TEXT,                                                                           \
     AT(url),                                                                                      \
     .required = (required_),                                                                      \
     .bytes_max = WEBHOOK_URL_BYTES_MAX,                                                           \
     .meaning = "https://"},                                                                       \
        {.name = "description",                                                                    \
         .kind = FIELD_TEXT,                                                                       \
         AT(description),                                                                          \
         .may_be_null = true,                                                                      \
         .bytes_max = DESCRIPTION_BYTES_MAX},                                                      \
    {                                                                                              \
        .name = "events", .kind = FIELD_TEXTS, AT(events), .required = (required_),                \
        .bytes_max = EVENT_BYTES_MAX, .items_max = WEBHOOK_EVENTS_MAX,                             \
        .meaning = "users.created, users.*, *"                                                     \
    }

static const struct field create_fields[] = {WORD_FIELDS(true)};
static const struct field change_fields[] = {
    ID_FIELD,
    WORD_FIELDS(false),
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .bytes_max = 16,
     .choices = statuses,
     .choice_count = COUNT_OF(statuses)},
};
static const struct field id_fields[] = {ID_FIELD};
static const struct field list_fields[] = {
    ID_FIELD,
    {.name = "cursor",
     .kind = FIELD_ID,
     AT(before),
     .place = FIELD_IN_QUERY,
     .meaning = "The next of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = DELIVERIES_PAGE_MAX,
     .otherwise = 50},
};
static const struct field delivery_fields[] = {
    ID_FIELD,
    {.name = "delivery_id",
     .kind = FIELD_ID,
     AT(delivery_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
#undef AT

#define TAKES(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct endpoint_input)                                                     \
    }
const struct shape endpoint_create_takes = TAKES("CreateWebhook", create_fields);
const struct shape endpoint_change_takes = TAKES("ChangeWebhook", change_fields);
const struct shape endpoint_id_takes = TAKES("WebhookId", id_fields);
const struct shape delivery_list_takes = TAKES("ListWebhookDeliveries", list_fields);
const struct shape delivery_id_takes = TAKES("WebhookDeliveryId", delivery_fields);

/* ---- what may stand in one ---- */

static bool is_good_url(const struct call *call, struct text url)
{
    bool is_private = config_flag(call->host->config, "webhooks.private");
    struct text rest = NO_TEXT;
    if (text_starts_with(url, TEXT("https://"))) {
        rest = text_slice(url, 8, url.bytes);
    } else if (is_private && text_starts_with(url, TEXT("http://"))) {
        rest = text_slice(url, 7, url.bytes);
    }
    bool is_good = rest.bytes > 0 && rest.data[0] != '/';
    for (size_t i = 0; is_good && i < rest.bytes; i++) {
        is_good =
            rest.data[i] > 0x20 && rest.data[i] < 0x7f && strchr("@#\\\"<>", rest.data[i]) == NULL;
    }
    return is_good;
}

/* Of "users.created" and "users.*" he must have "users.read"; of "*", everything. */
static bool may_hear(const struct call *call, struct text pattern)
{
    struct text service;
    struct text name;
    if (text_equals(pattern, TEXT("*"))) {
        return access_may(&call->caller, "*");
    }
    (void)text_cut(pattern, '.', &service, &name);
    return access_may(&call->caller,
                      text_format(call->arena, "%.*s.read", TEXT_ARGS(service)).data);
}

static enum status check(struct call *call, const struct endpoint *endpoint)
{
    if (!is_good_url(call, endpoint->url)) {
        return refuse_field(call, &endpoint_bad_url, "url");
    }
    if (endpoint->events.count == 0) {
        return refuse_field(call, &endpoint_bad_events, "events");
    }
    for (size_t i = 0; i < endpoint->events.count; i++) {
        if (!endpoint_is_pattern(endpoint->events.items[i])) {
            return refuse_field(call, &endpoint_bad_events, "events");
        }
        if (!may_hear(call, endpoint->events.items[i])) {
            return refuse_field(call, &endpoint_may_not_hear, "events");
        }
    }
    return STATUS_OK;
}

/* ---- endpoints ---- */

enum status endpoint_create_handle(struct call *call)
{
    const struct endpoint_input *input = call->input;
    struct text secret = webhook_secret_new(call->arena);
    struct rows rows;
    struct endpoint endpoint = {
        .id = id_new(),
        .url = input->url,
        .description = input->description,
        .events = input->events,
        .status = endpoint_active,
        .owner = call->caller.name,
        .revision = 1,
        .created_at = call->now_ms,
        .changed_at = call->now_ms,
    };
    enum status status = check(call, &endpoint);
    if (status == STATUS_OK) {
        status = endpoint_list(call->store, call->arena, &rows);
    }
    if (status == STATUS_OK && rows.count >= ENDPOINTS_MAX) {
        return refuse(call, &endpoint_too_many);
    }
    endpoint.secret = webhook_seal(call, endpoint.id, secret);
    if (status == STATUS_OK) {
        status = endpoint_insert(call->store, call->arena, &endpoint);
    }
    endpoint.secret = secret;
    return status == STATUS_OK ? answer(call, &endpoint) : status;
}

enum status endpoint_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = endpoint_list(call->store, call->arena, &rows);
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

static enum status find(struct call *call, struct endpoint *endpoint_out)
{
    const struct endpoint_input *input = call->input;
    enum status status = endpoint_find(call->store, call->arena, input->endpoint_id, endpoint_out);
    return status == STATUS_ABSENT ? refuse(call, &endpoint_not_found) : status;
}

enum status endpoint_get_handle(struct call *call)
{
    struct endpoint endpoint;
    enum status status = find(call, &endpoint);
    return status == STATUS_OK ? answer(call, &endpoint) : status;
}

enum status endpoint_change_handle(struct call *call)
{
    const struct endpoint_input *input = call->input;
    struct endpoint endpoint;
    enum status status = find(call, &endpoint);
    if (status != STATUS_OK) {
        return status;
    }
    if (call->expected_revision != FIELD_NONE && call->expected_revision != endpoint.revision) {
        return refuse(call, &endpoint_revision_changed);
    }
    endpoint.url = input_has(call, "url") ? input->url : endpoint.url;
    endpoint.events = input_has(call, "events") ? input->events : endpoint.events;
    endpoint.description =
        input_has(call, "description") ? input->description : endpoint.description;
    if (input_has(call, "status")) {
        endpoint.status = input->status;
        endpoint.reason = NO_TEXT;
    }
    status = check(call, &endpoint);
    endpoint.revision++;
    endpoint.changed_at = call->now_ms;
    if (status == STATUS_OK) {
        status = endpoint_update(call->store, call->arena, &endpoint);
    }
    return status == STATUS_OK ? answer(call, &endpoint) : status;
}

enum status endpoint_delete_handle(struct call *call)
{
    struct endpoint endpoint;
    enum status status = find(call, &endpoint);
    if (status == STATUS_OK) {
        status = endpoint_delete(call->store, endpoint.id);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* For a day both secrets sign, so that the other side can change over. */
enum status endpoint_rotate_handle(struct call *call)
{
    struct endpoint endpoint;
    struct text secret = webhook_secret_new(call->arena);
    enum status status = find(call, &endpoint);
    if (status != STATUS_OK) {
        return status;
    }
    endpoint.old_secret = endpoint.secret;
    endpoint.old_until = call->now_ms + OLD_SECRET_MS;
    endpoint.secret = webhook_seal(call, endpoint.id, secret);
    endpoint.revision++;
    endpoint.changed_at = call->now_ms;
    status = endpoint_update(call->store, call->arena, &endpoint);
    endpoint.secret = secret;
    return status == STATUS_OK ? answer(call, &endpoint) : status;
}

/* ---- deliveries ---- */

enum status delivery_list_handle(struct call *call)
{
    const struct endpoint_input *input = call->input;
    struct endpoint endpoint;
    struct rows rows;
    struct list list = {.total = FIELD_NONE};
    enum status status = find(call, &endpoint);
    if (status == STATUS_OK) { /* one more, to know whether there is a next page */
        status = delivery_list(call->store, call->arena, endpoint.id, input->before,
                               input->limit + 1, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct delivery *items = rows.items;
    list.items = items;
    list.count = rows.count;
    if ((int64_t)rows.count > input->limit) {
        char next[ID_TEXT_BYTES + 1];
        list.count = (size_t)input->limit;
        id_write(items[list.count - 1].id, next);
        list.next = text_copy(call->arena, text_of(next));
    }
    return answer_list(call, &list);
}

/* Once more, whatever came of it; the receiver sees the same webhook-id. */
enum status delivery_replay_handle(struct call *call)
{
    const struct endpoint_input *input = call->input;
    struct delivery delivery;
    enum status status = delivery_find(call->store, call->arena, input->delivery_id, &delivery);
    if (status == STATUS_ABSENT ||
        (status == STATUS_OK && !id_equals(delivery.endpoint_id, input->endpoint_id))) {
        return refuse(call, &delivery_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    delivery.status = delivery_waiting;
    delivery.attempts = 0;
    delivery.due_at = call->now_ms;
    delivery.changed_at = call->now_ms;
    status = delivery_update(call->store, &delivery);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    call_alarm(call, call->now_ms);
    return answer(call, &delivery);
}

/* As if something had happened, so that whoever sets the other side up sees a signature. */
enum status endpoint_test_handle(struct call *call)
{
    struct endpoint endpoint;
    enum status status = find(call, &endpoint);
    if (status != STATUS_OK) {
        return status;
    }
    if (!text_equals(endpoint.status, endpoint_active)) {
        return refuse(call, &endpoint_is_disabled);
    }
    struct delivery delivery = webhook_test_delivery(call, endpoint.id);
    status = delivery_insert(call->store, &delivery);
    return status == STATUS_OK ? answer(call, &delivery) : status;
}
