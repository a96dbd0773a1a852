/* notification_read.c - what became of what was to be told; and another try of what has failed. */
#include "services/notifications/sending/notification_routes.h"

#include "services/notifications/newest_page.h"
#include "services/notifications/rules/rule.h"
#include "services/notifications/sending/notification_store.h"

#include "runtime/sideline.h"

struct id_input {
    struct id notification_id;
};

static const struct field id_fields[] = {
    {.name = "notification_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct id_input, notification_id),
     .place = FIELD_IN_PATH,
     .required = true},
};
const struct shape notification_id_takes = {
    .name = "NotificationId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct id_input),
};

struct list_input {
    struct text status;
    struct id recipient_id;
    struct text template;
    struct id before;
    int64_t limit;
};

#define AT(member) .offset = offsetof(struct list_input, member), .place = FIELD_IN_QUERY

static const struct field list_fields[] = {
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .bytes_max = 16,
     .choices = notification_statuses,
     .choice_count = 5,
     .meaning = "failed: what nobody could be told"},
    {.name = "recipient_id", .kind = FIELD_ID, AT(recipient_id)},
    {.name = "template", .kind = FIELD_TEXT, AT(template), .bytes_max = TEMPLATE_KEY_BYTES_MAX},
    {.name = "cursor", .kind = FIELD_ID, AT(before), .meaning = "The next of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .minimum = 1,
     .maximum = NOTIFICATIONS_PAGE_MAX,
     .otherwise = 50},
};
#undef AT

const struct shape notification_list_takes = {
    .name = "ListNotifications",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct list_input),
};

enum status notification_get_handle(struct call *call)
{
    const struct id_input *input = call->input;
    struct notification notification;
    enum status status =
        notification_find(call->store, call->arena, input->notification_id, &notification);
    if (status == STATUS_ABSENT) {
        return refuse(call, &notification_not_found);
    }
    return status == STATUS_OK ? answer(call, &notification) : status;
}

enum status notification_list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    const struct notification_filter filter = {
        .status = input->status,
        .person_id = input->recipient_id,
        .template = input->template,
        .before_id = input->before,
        .limit = input->limit + 1, /* one more, to know whether there is a next page */
    };
    struct rows rows;
    enum status status = notification_list(call->store, call->arena, &filter, &rows);
    return status == STATUS_OK
               ? answer_newest_page(call, &rows, input->limit, sizeof(struct notification),
                                    offsetof(struct notification, id))
               : status;
}

enum status notification_attempts_handle(struct call *call)
{
    const struct id_input *input = call->input;
    struct notification notification;
    struct rows rows;
    enum status status =
        notification_find(call->store, call->arena, input->notification_id, &notification);
    if (status == STATUS_ABSENT) {
        return refuse(call, &notification_not_found);
    }
    if (status == STATUS_OK) {
        status = attempt_list(call->store, call->arena, input->notification_id, &rows);
    }
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}

/* From the first channel out of the house on, as if it were new. */
enum status notification_retry_handle(struct call *call)
{
    const struct id_input *input = call->input;
    struct notification notification;
    enum status status =
        notification_find(call->store, call->arena, input->notification_id, &notification);
    if (status == STATUS_ABSENT) {
        return refuse(call, &notification_not_found);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (!text_equals(notification.status, notification_failed)) {
        return refuse(call, &notification_not_failed);
    }
    bool skips = text_equals(notification.channels.items[0], channel_inbox);
    MUST(notification.channels.count > (skips ? 1u : 0u)); /* the inbox alone never fails */
    notification.channel = notification.channels.items[skips ? 1 : 0];
    notification.status = notification_pending;
    notification.attempts = 0;
    notification.due_at = call->now_ms;
    notification.changed_at = call->now_ms;
    status = notification_update(call->store, call->arena, &notification);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    call_alarm(call, call->now_ms);
    return answer(call, &notification);
}

/* ---- who can be reached: what the directory tells ---- */

enum status recipient_event_handle(struct call *call)
{
    const struct recipient *told = call->input;
    struct recipient kept;
    enum status status = recipient_find(call->store, call->arena, told->id, &kept);
    if (status == STATUS_ABSENT || (status == STATUS_OK && kept.revision <= told->revision)) {
        status = recipient_keep(call->store, told);
        if (status == STATUS_OK) {
            status = rules_keep_roles(call, told->id);
        }
    }
    return status == STATUS_OK ? rules_hear(call) : status;
}

#define AT(member) .offset = offsetof(struct recipient, member)
static const struct field forgotten_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
};
#undef AT
const struct shape recipient_forgotten_shape = {
    .name = "RecipientForgotten",
    .fields = forgotten_fields,
    .field_count = COUNT_OF(forgotten_fields),
    .bytes = sizeof(struct recipient),
};

enum status recipient_forgotten_handle(struct call *call)
{
    const struct recipient *recipient = call->input;
    return recipient_forget(call->store, recipient->id);
}
