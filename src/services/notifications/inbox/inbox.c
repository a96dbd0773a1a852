/* inbox.c - the inbox of whoever calls: nobody sees or changes another's. */
#include "services/notifications/inbox/inbox.h"

#include "services/notifications/newest_page.h"

const struct refusal inbox_item_not_found = {"inbox_item_not_found", 404,
                                             "There is no such message in your inbox."};
const struct refusal inbox_nobody = {"nobody", 403, "Only a person has an inbox: sign in as one."};

/* What the stream tells: enough to show it, and how many are unread now. */
struct inbox_told {
    struct id person_id;
    struct id notification_id; /* none: all */
    struct text key;
    struct text title;
    struct text what; /* "added", "read" */
    int64_t unread;
};

#define AT(member) .offset = offsetof(struct inbox_told, member)

static const struct field told_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "notification_id", .kind = FIELD_ID, AT(notification_id)},
    {.name = "key", .kind = FIELD_TEXT, AT(key), .bytes_max = TEMPLATE_KEY_BYTES_MAX},
    {.name = "title", .kind = FIELD_TEXT, AT(title), .bytes_max = TEMPLATE_SUBJECT_BYTES_MAX},
    {.name = "what", .kind = FIELD_TEXT, AT(what), .bytes_max = 16},
    {.name = "unread", .kind = FIELD_INTEGER, AT(unread), .meaning = "Up to 1000"},
};
#undef AT

extern const struct shape inbox_told_shape;
const struct shape inbox_told_shape = {
    .name = "InboxTold",
    .fields = told_fields,
    .field_count = COUNT_OF(told_fields),
    .bytes = sizeof(struct inbox_told),
};

static enum status tell_person(struct call *call, struct inbox_told *told)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(told->person_id, id);
    enum status status =
        inbox_count_unread(call->store, call->arena, told->person_id, &told->unread);
    return status == STATUS_OK
               ? tell(call, &notification_events[TELLS_INBOX], text_of(id), FIELD_NONE, told)
               : status;
}

enum status inbox_put(struct call *call, const struct notification *notification,
                      const struct rendered *rendered)
{
    const struct inbox_item item = {
        .id = notification->id,
        .person_id = notification->person_id,
        .key = notification->template,
        .title = rendered->subject.bytes > 0 ? rendered->subject : notification->template,
        .body = rendered->plain,
        .payload = notification->is_secret ? TEXT("{}") : notification->payload,
        .created_at = notification->created_at,
    };
    MUST(!id_is_none(item.person_id));
    enum status status = inbox_insert(call->store, &item);
    struct inbox_told told = {.person_id = item.person_id,
                              .notification_id = item.id,
                              .key = item.key,
                              .title = item.title,
                              .what = TEXT("added")};
    return status == STATUS_OK ? tell_person(call, &told) : status;
}

bool inbox_shows(const struct stream *stream, const struct caller *reader,
                 const struct message *message, struct arena *arena, struct text *data_out)
{
    char id[ID_TEXT_BYTES + 1];
    (void)stream;
    (void)arena;
    id_write(reader->person, id);
    *data_out = message->data;
    return !id_is_none(reader->person) &&
           text_equals(message->name, text_of(notification_events[TELLS_INBOX].name)) &&
           text_equals(message->subject, text_of(id));
}

/* ---- what is taken ---- */

struct inbox_list_input {
    bool unread;
    struct text key;
    struct id before;
    int64_t limit;
};

#define AT(member) .offset = offsetof(struct inbox_list_input, member), .place = FIELD_IN_QUERY

static const struct field list_fields[] = {
    {.name = "unread", .kind = FIELD_FLAG, AT(unread), .meaning = "Only what is unread"},
    {.name = "key", .kind = FIELD_TEXT, AT(key), .bytes_max = TEMPLATE_KEY_BYTES_MAX},
    {.name = "cursor", .kind = FIELD_ID, AT(before), .meaning = "The next of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .minimum = 1,
     .maximum = INBOX_PAGE_MAX,
     .otherwise = 50},
};
#undef AT

const struct shape inbox_list_takes = {
    .name = "ListInbox",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct inbox_list_input),
};

struct inbox_id_input {
    struct id item_id;
};

static const struct field id_fields[] = {
    {.name = "item_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct inbox_id_input, item_id),
     .place = FIELD_IN_PATH,
     .required = true},
};

const struct shape inbox_id_takes = {
    .name = "InboxItemId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct inbox_id_input),
};

struct unread {
    int64_t unread;
};

static const struct field unread_fields[] = {
    {.name = "unread",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct unread, unread),
     .meaning = "Up to 1000"},
};

const struct shape inbox_unread_shape = {
    .name = "InboxUnread",
    .fields = unread_fields,
    .field_count = COUNT_OF(unread_fields),
    .bytes = sizeof(struct unread),
};

/* ---- routes ---- */

enum status inbox_list_handle(struct call *call)
{
    const struct inbox_list_input *input = call->input;
    if (id_is_none(call->caller.person)) {
        return refuse(call, &inbox_nobody);
    }
    const struct inbox_filter filter = {
        .person_id = call->caller.person,
        .unread_only = input->unread,
        .key = input->key,
        .before_id = input->before,
        .limit = input->limit + 1, /* one more, to know whether there is a next page */
    };
    struct rows rows;
    enum status status = inbox_list(call->store, call->arena, &filter, &rows);
    return status == STATUS_OK
               ? answer_newest_page(call, &rows, input->limit, sizeof(struct inbox_item),
                                    offsetof(struct inbox_item, id))
               : status;
}

static enum status answer_unread(struct call *call)
{
    struct unread unread;
    enum status status =
        inbox_count_unread(call->store, call->arena, call->caller.person, &unread.unread);
    return status == STATUS_OK ? answer(call, &unread) : status;
}

enum status inbox_unread_handle(struct call *call)
{
    return id_is_none(call->caller.person) ? refuse(call, &inbox_nobody) : answer_unread(call);
}

enum status inbox_read_handle(struct call *call)
{
    const struct inbox_id_input *input = call->input;
    struct inbox_item item;
    int64_t changed = 0;
    enum status status = inbox_find(call->store, call->arena, input->item_id, &item);
    if (status == STATUS_ABSENT ||
        (status == STATUS_OK && !id_equals(item.person_id, call->caller.person))) {
        return refuse(call, &inbox_item_not_found);
    }
    if (status == STATUS_OK) {
        status = inbox_mark_read(call->store, item.id, call->now_ms, &changed);
    }
    if (status == STATUS_OK && changed > 0) {
        struct inbox_told told = {.person_id = item.person_id,
                                  .notification_id = item.id,
                                  .key = item.key,
                                  .title = item.title,
                                  .what = TEXT("read")};
        status = tell_person(call, &told);
    }
    return status == STATUS_OK ? answer_unread(call) : status;
}

enum status inbox_read_all_handle(struct call *call)
{
    int64_t changed = 0;
    if (id_is_none(call->caller.person)) {
        return refuse(call, &inbox_nobody);
    }
    enum status status =
        inbox_mark_all_read(call->store, call->caller.person, call->now_ms, &changed);
    if (status == STATUS_OK && changed > 0) {
        struct inbox_told told = {.person_id = call->caller.person, .what = TEXT("read")};
        status = tell_person(call, &told);
    }
    return status == STATUS_OK ? answer_unread(call) : status;
}
