/* notification.c - a notification as it is kept, shown, told of and refused. */
#include "services/notifications/sending/notification.h"

const struct text notification_pending = {"pending", 7};
const struct text notification_queued = {"queued", 6};
const struct text notification_processed = {"processed", 9};
const struct text notification_delivered = {"delivered", 9};
const struct text notification_failed = {"failed", 6};

const char *const notification_statuses[] = {"pending", "queued", "processed", "delivered",
                                             "failed"};
const size_t notification_status_count = COUNT_OF(notification_statuses);

bool notification_is_over(const struct notification *notification)
{
    return text_equals(notification->status, notification_processed) ||
           text_equals(notification->status, notification_delivered) ||
           text_equals(notification->status, notification_failed);
}

#define AT(member) .offset = offsetof(struct notification, member)

static const struct field row_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "template", .kind = FIELD_TEXT, AT(template)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "address", .kind = FIELD_TEXT, AT(address)},
    {.name = "telegram_id", .kind = FIELD_TEXT, AT(telegram_id)},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale)},
    {.name = "channels", .kind = FIELD_TEXTS, AT(channels)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload)},
    {.name = "is_secret", .kind = FIELD_FLAG, AT(is_secret)},
    {.name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key)},
    {.name = "status", .kind = FIELD_TEXT, AT(status)},
    {.name = "attempts", .kind = FIELD_INTEGER, AT(attempts)},
    {.name = "due_at", .kind = FIELD_TIME, AT(due_at)},
    {.name = "lease", .kind = FIELD_INTEGER, AT(lease)},
    {.name = "waits_for_digest", .kind = FIELD_FLAG, AT(waits_for_digest)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason)},
    {.name = "actor", .kind = FIELD_TEXT, AT(actor)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
    {.name = "delivered_at", .kind = FIELD_TIME, AT(delivered_at)},
};

const struct shape notification_row_shape = {
    .name = "NotificationRow",
    .fields = row_fields,
    .field_count = COUNT_OF(row_fields),
    .bytes = sizeof(struct notification),
};

/* The payload is not shown: it may hold what is for the recipient only. */
static const struct field shown_fields[] = {
    {.name = "notification_id", .kind = FIELD_ID, AT(id)},
    {.name = "template", .kind = FIELD_TEXT, AT(template)},
    {.name = "recipient_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "address", .kind = FIELD_TEXT, AT(address)},
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .choices = notification_statuses,
     .choice_count = COUNT_OF(notification_statuses)},
    {.name = "channels",
     .kind = FIELD_TEXTS,
     AT(channels),
     .meaning = "In the order in which they are tried"},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel), .meaning = "The one at hand"},
    {.name = "attempts", .kind = FIELD_INTEGER, AT(attempts), .meaning = "By that channel"},
    {.name = "next_at", .kind = FIELD_TIME, AT(due_at), .meaning = "When it is tried again"},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .meaning = "Why it was not taken"},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
    {.name = "delivered_at", .kind = FIELD_TIME, AT(delivered_at)},
};

const struct shape notification_shape = {
    .name = "Notification",
    .fields = shown_fields,
    .field_count = COUNT_OF(shown_fields),
    .bytes = sizeof(struct notification),
};

/* ---- what is told of it ---- */

static const struct field told_fields[] = {
    {.name = "notification_id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "template", .kind = FIELD_TEXT, AT(template), .bytes_max = TEMPLATE_KEY_BYTES_MAX},
    {.name = "recipient_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel), .bytes_max = 16},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .bytes_max = 16},
    {.name = "attempts", .kind = FIELD_INTEGER, AT(attempts)},
    {.name = "reason", .kind = FIELD_TEXT, AT(reason), .bytes_max = REASON_BYTES_MAX},
};
#undef AT

static const struct shape told_shape = {
    .name = "NotificationTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct notification),
};

extern const struct shape inbox_told_shape;

const struct event notification_events[NOTIFICATION_EVENT_COUNT] = {
    [TELLS_SENT] = {.name = "notifications.sent",
                    .version = 1,
                    .data = &told_shape,
                    .summary = "Somebody was told: a mail server has it, or it is in his inbox"},
    [TELLS_FAILED] = {.name = "notifications.failed",
                      .version = 1,
                      .data = &told_shape,
                      .summary = "Nobody could be told, by any channel; a person may retry it"},
    [TELLS_INBOX] = {.name = "notifications.inbox_changed",
                     .version = 1,
                     .data = &inbox_told_shape,
                     .summary = "Something new is in a person's inbox, or he has read of it"},
};

static enum status tell_of(struct call *call, size_t index, const struct notification *about)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(about->id, id);
    return tell(call, &notification_events[index], text_of(id), FIELD_NONE, about);
}

enum status notification_tell_sent(struct call *call, const struct notification *notification)
{
    return tell_of(call, TELLS_SENT, notification);
}

enum status notification_tell_failed(struct call *call, const struct notification *notification)
{
    return tell_of(call, TELLS_FAILED, notification);
}

/* ---- the word no ---- */

const struct refusal notification_not_found = {"notification_not_found", 404,
                                               "There is no such notification."};
const struct refusal notification_no_recipient = {
    "no_recipient", 422, "Say who is to be told: a person, or an address with its channel."};
const struct refusal notification_unreachable = {
    "unreachable", 422, "None of the channels has both words for this and an address of his."};
const struct refusal notification_duplicate = {"duplicate_notification", 409,
                                               "This was asked for already, with the same key."};
const struct refusal notification_not_failed = {"notification_not_failed", 409,
                                                "Only what has failed can be retried."};
const struct refusal notification_bad_address = {"bad_address", 422,
                                                 "This is no address of one mailbox."};

#define AT(member) .offset = offsetof(struct recipient, member)

static const struct field recipient_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "email", .kind = FIELD_TEXT, AT(email), .bytes_max = ADDRESS_BYTES_MAX},
    {.name = "telegram_id",
     .kind = FIELD_TEXT,
     AT(telegram_id),
     .may_be_null = true,
     .may_be_empty = true,
     .bytes_max = TELEGRAM_ID_BYTES_MAX},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .may_be_null = true, .bytes_max = 400},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .may_be_null = true, .bytes_max = 35},
    {.name = "status", .kind = FIELD_TEXT, AT(status), .may_be_null = true, .bytes_max = 16},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
};

const struct shape recipient_shape = {
    .name = "Recipient",
    .fields = recipient_fields,
    .field_count = COUNT_OF(recipient_fields),
    .bytes = sizeof(struct recipient),
};
