/* item_list.c - pages of tasks, newest first; and the titles of some, for who shows an account. */
#include "apps/popug/board/work_item.h"

enum { PAGE_USUAL = 50, SEARCH_BYTES_MAX = 200, TITLES_MAX = 100 };

struct list_input {
    struct text assignee;
    struct text status;
    struct text q;
    struct id cursor;
    int64_t limit;
};
#define AT(member) .offset = offsetof(struct list_input, member), .place = FIELD_IN_QUERY
static const struct field list_fields[] = {
    {.name = "assignee",
     .kind = FIELD_TEXT,
     AT(assignee),
     .bytes_max = ID_TEXT_BYTES,
     .meaning = "me, or the id of a person"},
    {.name = "status",
     .kind = FIELD_CHOICE,
     AT(status),
     .bytes_max = 8,
     .choices = item_statuses,
     .choice_count = 2},
    {.name = "q",
     .kind = FIELD_TEXT,
     AT(q),
     .bytes_max = SEARCH_BYTES_MAX,
     .meaning = "Somewhere in the title"},
    {.name = "cursor", .kind = FIELD_ID, AT(cursor), .meaning = "`next` of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .minimum = 1,
     .maximum = ITEMS_PAGE_MAX,
     .otherwise = PAGE_USUAL},
};
#undef AT
const struct shape item_list_takes = {
    .name = "ListTasks",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct list_input),
};

const struct refusal item_bad_assignee = {"bad_assignee", 400,
                                          "An assignee is `me` or the id of a person."};

static enum status read_assignee(struct call *call, struct text assignee, struct id *id_out)
{
    if (assignee.data == NULL) {
        return STATUS_OK;
    }
    if (text_equals(assignee, TEXT("me")) && !id_is_none(call->caller.person)) {
        *id_out = call->caller.person;
        return STATUS_OK;
    }
    return id_read(assignee, id_out) ? STATUS_OK
                                     : refuse_field(call, &item_bad_assignee, "assignee");
}

enum status item_list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    struct item_filter filter = {
        .before_id = input->cursor,
        .status = input->status,
        .part = input->q.data != NULL ? text_fold(call->arena, text_trim(input->q)) : NO_TEXT,
        .limit = input->limit + 1, /* one more, to know whether there is a next page */
    };
    struct rows rows;
    enum status status = read_assignee(call, input->assignee, &filter.assignee_id);
    if (status == STATUS_OK) {
        status = item_list(call->store, call->arena, &filter, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct work_item *items = rows.items;
    struct list list = {.items = items, .count = rows.count, .total = FIELD_NONE};
    if ((int64_t)rows.count > input->limit) {
        list.count = (size_t)input->limit;
        list.next = id_text(call->arena, items[list.count - 1].id);
    }
    return answer_list(call, &list);
}

/* ---- titles ---- */

struct titles_input {
    struct text ids;
};
static const struct field titles_fields[] = {
    {.name = "task_ids",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct titles_input, ids),
     .place = FIELD_IN_QUERY,
     .required = true,
     .bytes_max = TITLES_MAX * (ID_TEXT_BYTES + 1),
     .meaning = "At most 100 ids, with commas between them; unknown ones are passed over"},
};
const struct shape item_titles_takes = {
    .name = "TaskTitlesAsked",
    .fields = titles_fields,
    .field_count = COUNT_OF(titles_fields),
    .bytes = sizeof(struct titles_input),
};

static const struct field title_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct work_item, id)},
    {.name = "title", .kind = FIELD_TEXT, .offset = offsetof(struct work_item, title)},
    {.name = "description", .kind = FIELD_TEXT, .offset = offsetof(struct work_item, description)},
};
const struct shape item_title_shape = {
    .name = "TaskTitle",
    .fields = title_fields,
    .field_count = COUNT_OF(title_fields),
    .bytes = sizeof(struct work_item),
};

enum status item_titles_handle(struct call *call)
{
    const struct titles_input *input = call->input;
    struct work_item *items = ARENA_ARRAY(call->arena, struct work_item, TITLES_MAX);
    struct list list = {.items = items, .total = FIELD_NONE};
    struct text rest = input->ids;
    struct text head;
    enum status status = STATUS_OK;
    bool more = true;
    while (more && list.count < TITLES_MAX && status == STATUS_OK) {
        struct id id;
        more = text_cut(rest, ',', &head, &rest);
        if (id_read(head, &id)) {
            status = item_find(call->store, call->arena, id, &items[list.count]);
            list.count += status == STATUS_OK;
            status = status == STATUS_ABSENT ? STATUS_OK : status;
        }
    }
    return status == STATUS_OK ? answer_list(call, &list) : status;
}
