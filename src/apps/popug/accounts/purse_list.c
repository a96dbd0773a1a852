/* purse_list.c - the accounts of all who work here, for whoever keeps accounts. */
#include "apps/popug/accounts/purse.h"

enum { PAGE_USUAL = 100 };

struct list_input {
    struct id cursor;
    bool owing;
    int64_t limit;
};
#define AT(member) .offset = offsetof(struct list_input, member), .place = FIELD_IN_QUERY
static const struct field list_fields[] = {
    {.name = "cursor", .kind = FIELD_ID, AT(cursor), .meaning = "`next` of the page before"},
    {.name = "owing", .kind = FIELD_FLAG, AT(owing), .meaning = "Only who is below zero"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .minimum = 1,
     .maximum = PURSES_PAGE_MAX,
     .otherwise = PAGE_USUAL},
};
#undef AT
const struct shape purse_list_takes = {
    .name = "ListAccounts",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct list_input),
};

enum status purse_list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    struct rows rows;
    const struct purse_filter filter = {
        .after_id = input->cursor, .owing = input->owing, .limit = input->limit + 1};
    enum status status = purse_list(call->store, call->arena, &filter, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct purse *purses = rows.items;
    struct list list = {.items = purses, .count = rows.count, .total = FIELD_NONE};
    if ((int64_t)rows.count > input->limit) {
        list.count = (size_t)input->limit;
        list.next = id_text(call->arena, purses[list.count - 1].person_id);
    }
    return answer_list(call, &list);
}
