/* request_told.c - the events of requests, with what they carry. */
#include "apps/phoenix/request_told.h"

enum { NAME_BYTES_MAX = 800, REASON_BYTES_MAX = 8000 };

#define AT(member) .offset = offsetof(struct request_told, member)
static const struct field told_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .required = true, .meaning = "The request"},
    {.name = "owner_id",
     .kind = FIELD_ID,
     AT(owner_id),
     .required = true,
     .meaning = "The customer whose it is"},
    {.name = "company_name",
     .kind = FIELD_TEXT,
     AT(company_name),
     .may_be_null = true,
     .bytes_max = NAME_BYTES_MAX,
     .meaning = "null: he has not written it yet"},
    {.name = "return_reason",
     .kind = FIELD_TEXT,
     AT(return_reason),
     .may_be_null = true,
     .bytes_max = REASON_BYTES_MAX,
     .meaning = "What he was asked to correct, the last time"},
    {.name = "reject_reason",
     .kind = FIELD_TEXT,
     AT(reject_reason),
     .may_be_null = true,
     .bytes_max = REASON_BYTES_MAX,
     .meaning = "Why it was rejected, if he was told"},
};
#undef AT
const struct shape request_told_shape = {
    .name = "RequestTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct request_told),
};

#define TOLD(name_, summary_)                                                                      \
    {                                                                                              \
        .name = (name_), .version = 1, .data = &request_told_shape, .summary = (summary_)          \
    }
const struct event request_events[REQUEST_EVENT_COUNT] = {
    TOLD("phoenix.opened", "A request was begun, by the customer or for him"),
    TOLD("phoenix.begun_for_customer", "Telemarketing has begun it; the customer goes on"),
    TOLD("phoenix.submitted", "It waits for a moderator"),
    TOLD("phoenix.approved", "The client is being set up"),
    TOLD("phoenix.returned", "The customer has something to correct"),
    TOLD("phoenix.rejected", "It has ended: the company is not taken in"),
    TOLD("phoenix.stalled", "The customer has not gone on for a while"),
    TOLD("phoenix.abandoned", "It has ended: cancelled, or nobody went on with it"),
    TOLD("phoenix.completed", "It has ended: the client is set up"),
};
