/* client_list.c - lists of clients and of their employees. */
#include "apps/phoenix/client_list.h"

#include "apps/phoenix/corp_client.h"
#include "base/encode.h"

enum { CURSOR_BYTES_MAX = 64 };

const struct refusal clients_bad_cursor = {"bad_cursor", 400,
                                           "This cursor was not given by this list."};
const struct refusal clients_not_found = {"corp_client_not_found", 404,
                                          "There is no such corporate client."};

struct list_input {
    struct text cursor;
};
static const struct field list_fields[] = {
    {.name = "cursor",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct list_input, cursor),
     .place = FIELD_IN_QUERY,
     .bytes_max = CURSOR_BYTES_MAX,
     .meaning = "`next` of the page before"},
};
const struct shape clients_list_takes = {
    .name = "CorpClientsQuery",
    .fields = list_fields,
    .field_count = COUNT_OF(list_fields),
    .bytes = sizeof(struct list_input),
};

enum status clients_list_handle(struct call *call)
{
    const struct list_input *input = call->input;
    struct id after = {{0}};
    struct rows rows;
    if (text_is_given(input->cursor) &&
        !decode_base64url_exactly(input->cursor, after.bytes, ID_BYTES)) {
        return refuse_field(call, &clients_bad_cursor, "cursor");
    }
    enum status status = corp_client_list(call->store, call->arena, after, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    struct list list = {.items = rows.items, .count = rows.count, .total = FIELD_NONE};
    if (rows.count > CORP_CLIENTS_PAGE) {
        const struct corp_client *clients = rows.items;
        struct id last = clients[CORP_CLIENTS_PAGE - 1].corp_client_id;
        list.count = CORP_CLIENTS_PAGE;
        list.next = encode_base64url(call->arena, last.bytes, ID_BYTES);
    }
    return answer_list(call, &list);
}

struct employees_input {
    struct id corp_client_id;
};
static const struct field employees_fields[] = {
    {.name = "corp_client_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct employees_input, corp_client_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "The client"},
};
const struct shape employees_list_takes = {
    .name = "CorpEmployeesQuery",
    .fields = employees_fields,
    .field_count = COUNT_OF(employees_fields),
    .bytes = sizeof(struct employees_input),
};

enum status employees_list_handle(struct call *call)
{
    const struct employees_input *input = call->input;
    struct corp_client client;
    struct rows rows;
    enum status status = corp_client_find(call->store, call->arena, input->corp_client_id, &client);
    if (status == STATUS_ABSENT) {
        return refuse(call, &clients_not_found);
    }
    status = status == STATUS_OK
                 ? corp_employee_list(call->store, call->arena, input->corp_client_id, &rows)
                 : status;
    return status == STATUS_OK ? answer_list(call, &(struct list){.items = rows.items,
                                                                  .count = rows.count,
                                                                  .total = FIELD_NONE})
                               : status;
}
