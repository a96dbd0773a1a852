/* reminder.c - reminds a customer of the request he has begun, three times at most. */
#include "apps/phoenix/reminder.h"

enum { REMINDERS_MAX = 3 };

struct reminded {
    int64_t count;
    int64_t last_at;
};

#define AT(member) .offset = offsetof(struct reminded, member)
static const struct field reminded_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, AT(count), .meaning = "How many times"},
    {.name = "last_at", .kind = FIELD_TIME, AT(last_at), .meaning = "When, the last time"},
};
#undef AT
static const struct shape reminded_shape = {
    .name = "Reminded",
    .fields = reminded_fields,
    .field_count = COUNT_OF(reminded_fields),
    .bytes = sizeof(struct reminded),
};

static const struct refusal enough = {"enough_reminders", 409,
                                      "This customer was reminded three times."};
static const struct refusal over = {"case_closed", 409, "This request has ended."};
static const struct refusal *const refusals[] = {&enough, &over};

static enum status remind(struct call *call)
{
    struct case_glance glance;
    const void *before = NULL;
    enum status status = case_look(call, stage_case(call), &glance);
    if (status == STATUS_OK && glance.closed_at != 0) {
        return refuse(call, &over);
    }
    status = status == STATUS_OK ? trigger_recall(call, &reminded_shape, &before) : status;
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    struct reminded now = {
        .count = before != NULL ? ((const struct reminded *)before)->count + 1 : 1,
        .last_at = call->now_ms,
    };
    if (now.count > REMINDERS_MAX) {
        return refuse(call, &enough);
    }
    status = trigger_remember(call, &reminded_shape, &now);
    if (status == STATUS_OK) {
        status = case_hear(call, stage_case(call), "stq.remind", TEXT("{}"));
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer_empty(call) : status;
}

const struct case_trigger reminder_triggers[REMINDER_COUNT] = {
    {.kind = "remind",
     .summary = "Reminds the customer to go on, three times at most",
     .run = remind,
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
};
