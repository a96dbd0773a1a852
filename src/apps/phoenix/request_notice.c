/* request_notice.c - one handler for each event that somebody is told of.
 *
 * A notice has what its receiver sees of the request himself, for the event has no more than that.
 * Its dedup_key is the event's id and the person's: however often an event comes, he is told once.
 */
#include "apps/phoenix/request_notice.h"

#include "apps/phoenix/moderator.h"
#include "apps/phoenix/request_told.h"
#include "apps/phoenix/status_link.h"
#include "apps/phoenix/words.h"
#include "base/json.h"
#include "engine/cases.h"

enum { PAYLOAD_BYTES_EXPECTED = 512 };

struct notice {
    struct text template;
    struct id person_id;
    struct text channel; /* NO_TEXT: whatever reaches him */
    struct text payload;
    struct text dedup_key;
};

#define AT(member) .offset = offsetof(struct notice, member)
static const struct field notice_fields[] = {
    {.name = "template", .kind = FIELD_TEXT, AT(template), .required = true, .bytes_max = 100},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel), .bytes_max = 16, .is_optional = true},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload), .required = true, .bytes_max = 32768},
    {.name = "dedup_key", .kind = FIELD_TEXT, AT(dedup_key), .required = true, .bytes_max = 200},
};
#undef AT
const struct shape request_notice_shape = {
    .name = "PhoenixNotice",
    .fields = notice_fields,
    .field_count = COUNT_OF(notice_fields),
    .bytes = sizeof(struct notice),
};

/* ---- what is in it ---- */

/* Where a customer finds it, who has one, and a moderator; without web.address what stands behind
 * the name of the host. */
static struct text customer_link(struct call *call)
{
    struct text address = call_public_address(call);
    return text_format(call->arena, "%.*s/app/phoenix/request", TEXT_ARGS(address));
}

static struct text moderator_link(struct call *call, struct id case_id)
{
    struct text address = call_public_address(call);
    struct text id = id_text(call->arena, case_id);
    return text_format(call->arena, "%.*s/app/phoenix/queue/%.*s", TEXT_ARGS(address),
                       TEXT_ARGS(id));
}

struct payload {
    struct text link;
    struct text company;
    struct text reason;
    struct text status; /* a link, too: where it stands */
};

static void put_given(struct json_writer *writer, const char *key, struct text value)
{
    if (text_is_given(value)) {
        json_key(writer, key);
        json_put_text(writer, value);
    }
}

/* Texts without a value are left out: no template of theirs is used then. */
static struct text write_payload(struct call *call, const struct payload *payload)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, PAYLOAD_BYTES_EXPECTED);
    json_begin_object(&writer);
    put_given(&writer, "link", payload->link);
    put_given(&writer, "company", payload->company);
    put_given(&writer, "reason", payload->reason);
    put_given(&writer, "status", payload->status);
    json_end_object(&writer);
    return json_written(&writer);
}

static enum status send(struct call *call, struct notice notice)
{
    const struct request_told *told = call->input;
    struct text event = id_text(call->arena, call->message->id);
    struct text person = id_text(call->arena, notice.person_id);
    notice.dedup_key =
        text_format(call->arena, "phoenix/%.*s/%.*s", TEXT_ARGS(event), TEXT_ARGS(person));
    return tell_to(call, &call->service->errands[ERRAND_SEND], id_text(call->arena, told->case_id),
                   &notice, NULL);
}

/* ---- whom and when ---- */

static enum status tell_customer(struct call *call, const char *template, struct text reason)
{
    const struct request_told *told = call->input;
    enum status status = words_ensure(call);
    if (status == STATUS_OK) {
        const struct payload payload = {
            .link = customer_link(call),
            .reason = reason,
            .status = status_link_of(call, told->case_id),
        };
        status = send(call, (struct notice){.template = text_of(template),
                                            .person_id = told->owner_id,
                                            .payload = write_payload(call, &payload)});
    }
    return status;
}

static enum status tell_moderators(struct call *call)
{
    const struct request_told *told = call->input;
    const struct payload payload = {
        .link = moderator_link(call, told->case_id),
        .company = text_is_given(told->company_name) ? told->company_name : TEXT("-"),
    };
    struct text written = write_payload(call, &payload);
    struct rows rows = {.count = 0};
    enum status status = moderator_list(call->store, call->arena, &rows);
    const struct moderator *moderators = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = send(call, (struct notice){.template = TEXT("phoenix.submitted"),
                                            .person_id = moderators[i].person_id,
                                            .channel = TEXT("inbox"),
                                            .payload = written});
    }
    return status;
}

enum status request_notice_submitted(struct call *call)
{
    enum status status = tell_customer(call, "phoenix.received", NO_TEXT);
    if (status == STATUS_OK) {
        status = tell_moderators(call);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

static enum status tell_customer_only(struct call *call, const char *template, struct text reason)
{
    enum status status = tell_customer(call, template, reason);
    return status == STATUS_OK ? answer_empty(call) : status;
}

enum status request_notice_begun_for_customer(struct call *call)
{
    return tell_customer_only(call, "phoenix.begun_for_customer", NO_TEXT);
}

enum status request_notice_returned(struct call *call)
{
    const struct request_told *told = call->input;
    return tell_customer_only(call, "phoenix.returned", told->return_reason);
}

enum status request_notice_rejected(struct call *call)
{
    const struct request_told *told = call->input;
    return text_is_given(told->reject_reason)
               ? tell_customer_only(call, "phoenix.rejected_because", told->reject_reason)
               : tell_customer_only(call, "phoenix.rejected", NO_TEXT);
}

enum status request_notice_stalled(struct call *call)
{
    return tell_customer_only(call, "phoenix.stalled", NO_TEXT);
}

enum status request_notice_completed(struct call *call)
{
    return tell_customer_only(call, "phoenix.completed", NO_TEXT);
}

/* The event is the same whether he has cancelled it or the days were over; its history knows. */
enum status request_notice_abandoned(struct call *call)
{
    const struct request_told *told = call->input;
    const struct case_trace *steps = NULL;
    size_t count = 0;
    int64_t last = 0;
    bool was_cancelled = false;
    enum status status = STATUS_OK;
    do {
        status = case_trace_read(call, told->case_id, last, &steps, &count);
        for (size_t i = 0; i < count; i++) {
            was_cancelled = was_cancelled || text_equals(steps[i].transition, TEXT("cancel"));
            last = steps[i].revision;
        }
    } while (status == STATUS_OK && count == CASE_TRACE_MAX);
    if (status != STATUS_OK) {
        return status;
    }
    return tell_customer_only(call, was_cancelled ? "phoenix.cancelled" : "phoenix.abandoned",
                              NO_TEXT);
}
