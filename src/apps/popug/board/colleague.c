/* colleague.c - who works here, for those who work here: names beside tasks, and whom to look for.
 *
 * Only the name is shown. Refused: not_an_employee, to who neither works here nor may read the
 * board.
 */
#include "apps/popug/board/board_people.h"
#include "apps/popug/board/work_item.h"
#include "runtime/access.h"

enum { PAGE_USUAL = 50, SEARCH_BYTES_MAX = 200, IDS_MAX = 100 };

struct colleague_input {
    struct text ids;
    struct text q;
    struct id cursor;
    int64_t limit;
};
#define AT(member) .offset = offsetof(struct colleague_input, member), .place = FIELD_IN_QUERY
static const struct field list_fields[] = {
    {.name = "ids",
     .kind = FIELD_TEXT,
     AT(ids),
     .bytes_max = IDS_MAX * (ID_TEXT_BYTES + 1),
     .meaning = "Only these: at most 100 ids, with commas; unknown ones are passed over"},
    {.name = "q",
     .kind = FIELD_TEXT,
     AT(q),
     .bytes_max = SEARCH_BYTES_MAX,
     .meaning = "Somewhere in the name"},
    {.name = "cursor", .kind = FIELD_ID, AT(cursor), .meaning = "`next` of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .minimum = 1,
     .maximum = COLLEAGUES_PAGE_MAX,
     .otherwise = PAGE_USUAL},
};
#undef AT
const struct shape colleague_list_takes = {
    .name = "ListColleagues",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct colleague_input),
};

#define AT(member) .offset = offsetof(struct board_person, member)
static const struct field colleague_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name)},
    {.name = "works_here", .kind = FIELD_FLAG, AT(is_employee)},
    {.name = "is_assignable",
     .kind = FIELD_FLAG,
     AT(is_assignable),
     .meaning = "Tasks may fall on him"},
};
#undef AT
const struct shape colleague_shape = {
    .name = "Colleague",
    .fields = colleague_fields,
    .field_count = COUNT_OF(colleague_fields),
    .bytes = sizeof(struct board_person),
};

/* Myself, also who does not work here. */
enum status colleague_me_handle(struct call *call)
{
    struct board_person me = {.is_employee = false};
    if (id_is_none(call->caller.person)) {
        return refuse(call, &item_not_an_employee);
    }
    enum status status = board_person_find(call->store, call->arena, call->caller.person, &me);
    me.id = call->caller.person;
    board_person_judge(call->host, &me);
    return status == STATUS_OK || status == STATUS_ABSENT ? answer(call, &me) : status;
}

static enum status check_may_look(struct call *call)
{
    struct board_person reader;
    if (id_is_none(call->caller.person) || access_may(&call->caller, "board.read")) {
        return STATUS_OK;
    }
    enum status status = board_person_find(call->store, call->arena, call->caller.person, &reader);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !reader.is_employee)) {
        return refuse(call, &item_not_an_employee);
    }
    return status;
}

static enum status answer_these(struct call *call, struct text ids)
{
    struct board_person *people = ARENA_ARRAY(call->arena, struct board_person, IDS_MAX);
    struct list list = {.items = people, .total = FIELD_NONE};
    enum status status = STATUS_OK;
    bool more = true;
    while (more && list.count < IDS_MAX && status == STATUS_OK) {
        struct text head;
        struct id id;
        more = text_cut(ids, ',', &head, &ids);
        if (id_read(head, &id)) {
            status = board_person_find(call->store, call->arena, id, &people[list.count]);
            board_person_judge(call->host, &people[list.count]);
            list.count += status == STATUS_OK;
            status = status == STATUS_ABSENT ? STATUS_OK : status;
        }
    }
    return status == STATUS_OK ? answer_list(call, &list) : status;
}

static enum status answer_page(struct call *call, const struct colleague_input *input)
{
    struct rows rows;
    struct text part = NO_TEXT;
    if (input->q.data != NULL) {
        part = text_fold(call->arena, text_trim(input->q));
    }
    enum status status =
        board_person_list(call->store, call->arena,
                          &(struct board_person_filter){
                              .after_id = input->cursor, .part = part, .limit = input->limit + 1},
                          &rows);
    if (status != STATUS_OK) {
        return status;
    }
    struct board_person *people = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        board_person_judge(call->host, &people[i]);
    }
    struct list list = {.items = people, .count = rows.count, .total = FIELD_NONE};
    if ((int64_t)rows.count > input->limit) {
        list.count = (size_t)input->limit;
        list.next = id_text(call->arena, people[list.count - 1].id);
    }
    return answer_list(call, &list);
}

enum status colleague_list_handle(struct call *call)
{
    const struct colleague_input *input = call->input;
    enum status status = check_may_look(call);
    if (status != STATUS_OK) {
        return status;
    }
    return input->ids.data != NULL ? answer_these(call, input->ids) : answer_page(call, input);
}
