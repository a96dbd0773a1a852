/* audit.c - hears everything that services tell, and keeps it for ever; on one page. */
#include "services/audit/audit.h"

#include "services/audit/audit_store.h"

#include "base/json.h"
#include "base/log.h"

enum {
    HEAD_EVERY = 1000,
    HEAD_MS_MAX = 60 * 1000,
    LOOK_MS = 5000,
    EVENT_ID_BYTES_MAX = 200,
    VALUES_MAX = 5000,
    PAGE_NUMBER_MAX = 100000,
};

/* ---- what is heard ---- */

/* The event's own id, where its teller gives it one. */
static struct text event_id_of(struct arena *arena, struct text payload)
{
    const struct json *root = NULL;
    struct json_error error;
    if (json_read(arena, payload, VALUES_MAX, &root, &error) != STATUS_OK) {
        return NO_TEXT;
    }
    const struct json *member = json_member(root, TEXT("event_id"));
    return member != NULL && member->kind == JSON_STRING && member->text.bytes > 0 &&
                   member->text.bytes <= EVENT_ID_BYTES_MAX
               ? member->text
               : NO_TEXT;
}

static struct audit_record record_of(const struct call *call)
{
    const struct message *message = call->message;
    return (struct audit_record){
        .id = id_new(),
        .message_id = message->id,
        .event_id = event_id_of(call->arena, message->data),
        .event_type = message->name,
        .event_version = message->version,
        .event_source = message->source,
        .source_position = message->position,
        .subject = message->subject,
        .actor = message->actor,
        .trace = message->trace,
        .occurred_at = message->told_at,
        .received_at = call->now_ms,
        .payload = message->data,
    };
}

/* OK: it is here already, by its message's id or by its own. ABSENT: it is new. */
static enum status look_for_same(struct call *call, const struct audit_record *record)
{
    enum status status = audit_find_message(call->store, call->arena, record->message_id);
    if (status == STATUS_ABSENT && text_is_given(record->event_id)) {
        status = audit_find_event(call->store, call->arena, record);
    }
    return status;
}

static enum status chain(struct call *call, struct audit_record *record)
{
    struct audit_end end;
    struct digest_key key = call_key(call, "audit");
    struct digest_key seal_key = audit_seal_key(&key);
    enum status status = audit_end_find(call->store, call->arena, &end);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
    }
    record->position = end.position + 1;
    record->hash = audit_hash(call->arena, end.hash, record);
    record->seal = audit_seal(call->arena, &seal_key, record->hash);
    return audit_append(call->store, record);
}

static enum status hear(struct call *call)
{
    struct audit_tag tags[AUDIT_TAGS_MAX];
    struct audit_record record = record_of(call);
    enum status status = look_for_same(call, &record);
    if (status != STATUS_ABSENT) {
        return status == STATUS_OK ? answer_empty(call) : status;
    }
    status = chain(call, &record);
    size_t count = audit_tags(call->arena, &record, tags);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = audit_tag_insert(call->store, &tags[i]);
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- heads ---- */

static enum status sign_head(struct chore_run *run)
{
    struct audit_end end;
    struct audit_head last = {.position = 0};
    enum status status = audit_end_find(run->store, run->arena, &end);
    if (status == STATUS_OK) {
        status = audit_head_last(run->store, run->arena, &last);
        status = status == STATUS_ABSENT ? STATUS_OK : status;
    }
    bool is_time = end.position >= last.position + HEAD_EVERY ||
                   (end.position > last.position && run->now_ms - last.signed_at >= HEAD_MS_MAX);
    if (status != STATUS_OK || !is_time) {
        return status;
    }
    struct digest_key key = call_key(run->call, "audit");
    struct proof_key signing_key = audit_signing_key(&key);
    struct audit_head head =
        audit_sign(run->arena, &signing_key, end.position, end.hash, run->now_ms);
    status = audit_head_insert(run->store, &head);
    if (status == STATUS_OK) {
        log_line(LOG_INFO, "audit", "the record was signed; note this elsewhere to prove it later",
                 LOG_NUMBER("position", head.position), LOG_TEXT("hash", head.hash));
    }
    return status;
}

/* ---- routes ---- */

struct list_input {
    int64_t page;
    int64_t size;
    struct text event_type;
    int64_t occurred_after;
    int64_t occurred_before;
    struct text tag_key;
    struct text tag_value;
};

#define AT(member) .offset = offsetof(struct list_input, member), .place = FIELD_IN_QUERY

static const struct field list_fields[] = {
    {.name = "page",
     .kind = FIELD_INTEGER,
     AT(page),
     .minimum = 0,
     .maximum = PAGE_NUMBER_MAX,
     .meaning = "From 0"},
    {.name = "size",
     .kind = FIELD_INTEGER,
     AT(size),
     .minimum = 1,
     .maximum = AUDIT_PAGE_MAX,
     .otherwise = 20},
    {.name = "eventType", .kind = FIELD_TEXT, AT(event_type), .bytes_max = 100},
    {.name = "occurredAfter", .kind = FIELD_TIME, AT(occurred_after), .meaning = "Or at that time"},
    {.name = "occurredBefore", .kind = FIELD_TIME, AT(occurred_before)},
    {.name = "tagKey",
     .kind = FIELD_TEXT,
     AT(tag_key),
     .bytes_max = 200,
     .meaning = "subject, actor, person, or a field of the payload that names something: order_id"},
    {.name = "tagValue", .kind = FIELD_TEXT, AT(tag_value), .bytes_max = 200},
};
#undef AT

static const struct shape list_takes = {
    .name = "ListAuditEvents",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct list_input),
    .has_foreign_names = true,
};

static enum status list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    const struct audit_filter filter = {
        .event_type = input->event_type,
        .occurred_after = input->occurred_after,
        .occurred_before = input->occurred_before,
        .tag_key = input->tag_key,
        .tag_value = text_is_given(input->tag_value) ? input->tag_value : TEXT(""),
        .offset = input->page * input->size,
        .limit = input->size + 1, /* one more, to know whether there is a next page */
    };
    struct rows rows;
    struct list list = {.total = FIELD_NONE};
    enum status status = audit_list(call->store, call->arena, &filter, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    list.items = rows.items;
    list.count = rows.count;
    if ((int64_t)rows.count > input->size) {
        list.count = (size_t)input->size;
        list.next = text_format(call->arena, "%lld", (long long)input->page + 1);
    }
    return answer_list(call, &list);
}

static const struct refusal nothing_signed = {"nothing_signed", 404,
                                              "Nothing of the record was signed yet."};
static const struct refusal *const head_refusals[] = {&nothing_signed};

static enum status head_handle(struct call *call)
{
    struct audit_head head;
    enum status status = audit_head_last(call->store, call->arena, &head);
    if (status == STATUS_ABSENT) {
        return refuse(call, &nothing_signed);
    }
    return status == STATUS_OK ? answer(call, &head) : status;
}

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/audit/events",
        .operation = "list_audit_events",
        .permission = "audit.read",
        .summary = "What has happened, newest first",
        .kind = ROUTE_READS,
        .handle = list_handle,
        .takes = &list_takes,
        .gives = &audit_record_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/audit/head",
        .operation = "get_audit_head",
        .permission = "audit.read",
        .summary = "The newest signed head: note it elsewhere, to prove the record later",
        .kind = ROUTE_READS_POINT,
        .handle = head_handle,
        .gives = &audit_head_shape,
        .refusals = head_refusals,
        .refusal_count = COUNT_OF(head_refusals),
    },
};

static const struct subscription subscriptions[] = {
    {.event = SUBSCRIPTION_ALL, .version = SUBSCRIPTION_ANY_VERSION, .handle = hear},
};

static const struct chore chores[] = {
    {.name = "sign_head", .run = sign_head, .every_ms = LOOK_MS},
};

const struct service audit_service = {
    .name = "audit",
    .purpose = "What has happened, who caused it, in which order; only ever added to",
    .migrations = audit_migrations,
    .migration_count = 1,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
};
