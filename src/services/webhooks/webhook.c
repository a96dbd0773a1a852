/* webhook.c - an endpoint, a delivery, a signature; pure. */
#include "services/webhooks/webhook.h"

#include "base/chance.h"
#include "base/encode.h"

const struct text endpoint_active = {"active", 6};
const struct text endpoint_disabled = {"disabled", 8};
const struct text delivery_waiting = {"waiting", 7};
const struct text delivery_delivered = {"delivered", 9};
const struct text delivery_failed = {"failed", 6};

#define AT(member) .offset = offsetof(struct endpoint, member)

#define SHOWN_FIELDS                                                                               \
    {.name = "id", .kind = FIELD_ID, AT(id)}, {.name = "url", .kind = FIELD_TEXT, AT(url)},        \
        {.name = "description", .kind = FIELD_TEXT, AT(description)},                              \
        {.name = "events", .kind = FIELD_TEXTS, AT(events)},                                       \
        {.name = "status", .kind = FIELD_TEXT, AT(status)},                                        \
        {.name = "reason", .kind = FIELD_TEXT, AT(reason)},                                        \
        {.name = "old_until", .kind = FIELD_TIME, AT(old_until)},                                  \
        {.name = "owner", .kind = FIELD_TEXT, AT(owner)},                                          \
        {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},            \
        {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},                                \
    {                                                                                              \
        .name = "changed_at", .kind = FIELD_TIME, AT(changed_at)                                   \
    }

static const struct field shown_fields[] = {SHOWN_FIELDS};
static const struct field secret_fields[] = {
    SHOWN_FIELDS,
    {.name = "secret",
     .kind = FIELD_TEXT,
     AT(secret),
     .meaning = "Shown this once: keep it where the signatures are checked"},
};
static const struct field row_fields[] = {
    SHOWN_FIELDS,
    {.name = "secret", .kind = FIELD_TEXT, AT(secret)},
    {.name = "old_secret", .kind = FIELD_TEXT, AT(old_secret)},
};
#undef AT

#define SHAPE(name_, fields_, struct_)                                                             \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct struct_)                                                            \
    }
const struct shape endpoint_shape = SHAPE("WebhookEndpoint", shown_fields, endpoint);
const struct shape endpoint_secret_shape = SHAPE("WebhookSecret", secret_fields, endpoint);
const struct shape endpoint_row_shape = SHAPE("WebhookEndpointRow", row_fields, endpoint);

#define AT(member) .offset = offsetof(struct delivery, member)

#define DELIVERY_FIELDS                                                                            \
    {.name = "id", .kind = FIELD_ID, AT(id)},                                                      \
        {.name = "endpoint_id", .kind = FIELD_ID, AT(endpoint_id)},                                \
        {.name = "message_id", .kind = FIELD_ID, AT(message_id)},                                  \
        {.name = "event_type", .kind = FIELD_TEXT, AT(event_type)},                                \
        {.name = "payload", .kind = FIELD_OBJECT, AT(payload)},                                    \
        {.name = "status", .kind = FIELD_TEXT, AT(status)},                                        \
        {.name = "attempts", .kind = FIELD_INTEGER, AT(attempts)},                                 \
        {.name = "due_at", .kind = FIELD_TIME, AT(due_at)},                                        \
        {.name = "code", .kind = FIELD_INTEGER, AT(code), .meaning = "0: nothing was answered"},   \
        {.name = "detail", .kind = FIELD_TEXT, AT(detail)},                                        \
        {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},                                \
    {                                                                                              \
        .name = "changed_at", .kind = FIELD_TIME, AT(changed_at)                                   \
    }

static const struct field delivery_fields[] = {DELIVERY_FIELDS};
static const struct field delivery_row_fields[] = {
    DELIVERY_FIELDS, {.name = "lease", .kind = FIELD_INTEGER, AT(lease)}};
#undef AT
const struct shape delivery_shape = SHAPE("WebhookDelivery", delivery_fields, delivery);
const struct shape delivery_row_shape = SHAPE("WebhookDeliveryRow", delivery_row_fields, delivery);

/* ---- which events ---- */

static bool is_name_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' ||
           letter == '.';
}

bool endpoint_is_pattern(struct text pattern)
{
    if (text_equals(pattern, TEXT("*"))) {
        return true;
    }
    bool has_star = pattern.bytes > 2 && pattern.data[pattern.bytes - 1] == '*' &&
                    pattern.data[pattern.bytes - 2] == '.';
    struct text name = has_star ? text_slice(pattern, 0, pattern.bytes - 2) : pattern;
    struct text head;
    struct text tail;
    bool is_good = name.bytes > 0 && (has_star || text_cut(name, '.', &head, &tail));
    for (size_t i = 0; is_good && i < name.bytes; i++) {
        is_good = is_name_letter(name.data[i]);
    }
    return is_good;
}

static bool fits(struct text pattern, struct text event)
{
    if (pattern.bytes > 0 && pattern.data[pattern.bytes - 1] == '*') {
        return text_starts_with(event, text_slice(pattern, 0, pattern.bytes - 1));
    }
    return text_equals(pattern, event);
}

bool endpoint_wants(const struct endpoint *endpoint, struct text event)
{
    bool wants = false;
    for (size_t i = 0; i < endpoint->events.count; i++) {
        wants = wants || fits(endpoint->events.items[i], event);
    }
    return wants;
}

/* ---- secrets and signatures ---- */

struct text webhook_secret_new(struct arena *arena)
{
    unsigned char bytes[WEBHOOK_SECRET_BYTES];
    chance_fill(bytes, sizeof bytes);
    return text_join(arena, TEXT("whsec_"), proof_base64(arena, bytes, sizeof bytes));
}

struct text webhook_signature(struct arena *arena, struct text secret, struct text id,
                              struct text timestamp, struct text body)
{
    unsigned char key[WEBHOOK_SECRET_BYTES];
    unsigned char hash[PROOF_HASH_BYTES];
    size_t bytes = 0;
    if (!text_starts_with(secret, TEXT("whsec_")) ||
        !proof_read_base64(text_slice(secret, 6, secret.bytes), key, sizeof key, &bytes)) {
        return NO_TEXT;
    }
    const struct text parts[] = {id, TEXT("."), timestamp, TEXT("."), body};
    proof_hmac((struct text){(const char *)key, bytes}, parts, COUNT_OF(parts), hash);
    return text_join(arena, TEXT("v1,"), proof_base64(arena, hash, sizeof hash));
}

struct text webhook_bot_signature(struct arena *arena, struct text secret, struct text body)
{
    unsigned char hash[PROOF_HASH_BYTES];
    proof_hmac(secret, &body, 1, hash);
    return encode_hex(arena, hash, sizeof hash);
}

/* ---- the word no ---- */

const struct refusal endpoint_not_found = {"endpoint_not_found", 404, "There is no such endpoint."};
const struct refusal endpoint_bad_url = {
    "bad_url", 422, "The address must be https://, without a user in it and without a fragment."};
const struct refusal endpoint_bad_events = {
    "bad_events", 422, "Events are named users.created, users.* for all of a service, or *."};
const struct refusal endpoint_may_not_hear = {
    "may_not_hear", 403,
    "You may not see the events of this service: its permission is NAME.read."};
const struct refusal endpoint_too_many = {"too_many_endpoints", 409,
                                          "There are as many endpoints as there may be."};
const struct refusal endpoint_revision_changed = {
    "revision_changed", 409, "Somebody has changed the endpoint meanwhile; read it again."};
const struct refusal endpoint_is_disabled = {"endpoint_disabled", 409,
                                             "It is disabled: nothing is told to it."};
const struct refusal delivery_not_found = {"delivery_not_found", 404, "There is no such delivery."};
