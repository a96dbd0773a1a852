/* template.c - what a template is called, shown and refused with. */
#include "services/notifications/templates/template.h"

const struct text template_active = {"active", 6};
const struct text template_inactive = {"inactive", 8};
const struct text template_from_app = {"app", 3};
const struct text template_from_person = {"person", 6};

const struct text channel_email = {"email", 5};
const struct text channel_inbox = {"inbox", 5};
const struct text channel_telegram = {"telegram", 8};
const struct text channel_webhook = {"webhook", 7};

const char *const channel_names[] = {"email", "inbox", "telegram", "webhook", "sse"};
const size_t channel_name_count = COUNT_OF(channel_names);

struct text channel_of(struct text name)
{
    return text_equals(name, TEXT("sse")) ? channel_inbox : name;
}

#define AT(member) .offset = offsetof(struct template, member)

static const struct field fields[] = {
    {.name = "id",
     .kind = FIELD_ID,
     AT(id),
     .is_optional = true,
     .meaning = "None: it comes with the program"},
    {.name = "key", .kind = FIELD_TEXT, AT(key)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale)},
    {.name = "subject", .kind = FIELD_TEXT, AT(subject)},
    {.name = "body", .kind = FIELD_TEXT, AT(body)},
    {.name = "html", .kind = FIELD_TEXT, AT(html)},
    {.name = "metadata", .kind = FIELD_OBJECT, AT(metadata)},
    {.name = "status", .kind = FIELD_TEXT, AT(status)},
    {.name = "is_secret", .kind = FIELD_FLAG, AT(is_secret)},
    {.name = "is_urgent", .kind = FIELD_FLAG, AT(is_urgent)},
    {.name = "origin", .kind = FIELD_TEXT, AT(origin)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision), .is_revision = true},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};

const struct shape template_shape = {
    .name = "NotificationTemplate",
    .fields = fields,
    .field_count = COUNT_OF(fields),
    .bytes = sizeof(struct template),
};

const struct refusal template_not_found = {"template_not_found", 404,
                                           "There is no such template, or it is not active."};
const struct refusal template_conflict = {
    "template_conflict", 409, "There is a template for this key, channel and locale already."};
const struct refusal template_malformed = {"template_malformed", 422,
                                           "A {{ is not closed, or what it holds is no name."};
const struct refusal template_revision_changed = {
    "revision_changed", 409, "Somebody has changed the template meanwhile; read it again."};
const struct refusal template_values_missing = {
    "values_missing", 422, "The payload lacks values that the template has holes for."};
