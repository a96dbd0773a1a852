/* item_create.c - anybody who works here adds a task; it falls on somebody at once, by chance.
 *
 * Its price is asked for before (gather), so no task is ever there without one. Refused:
 * not_an_employee, nobody_to_assign.
 */
#include "apps/popug/board/board_notice.h"
#include "apps/popug/board/board_people.h"
#include "apps/popug/board/work_item.h"

struct create_input {
    struct text title;
    struct text description;
};
#define AT(member) .offset = offsetof(struct create_input, member)
static const struct field create_fields[] = {
    {.name = "title",
     .kind = FIELD_TEXT,
     AT(title),
     .required = true,
     .bytes_max = TITLE_BYTES_MAX,
     .meaning = "In a few words"},
    {.name = "description",
     .kind = FIELD_TEXT,
     AT(description),
     .may_be_null = true,
     .may_be_empty = true,
     .bytes_max = DESCRIPTION_BYTES_MAX},
};
#undef AT
const struct shape item_create_takes = {
    .name = "CreateTask",
    .fields = create_fields,
    .field_count = COUNT_OF(create_fields),
    .bytes = sizeof(struct create_input),
};

struct price {
    int64_t fee_minor;
    int64_t reward_minor;
    struct text currency;
};
#define AT(member) .offset = offsetof(struct price, member)
static const struct field price_fields[] = {
    {.name = "fee_minor", .kind = FIELD_INTEGER, AT(fee_minor), .required = true},
    {.name = "reward_minor", .kind = FIELD_INTEGER, AT(reward_minor), .required = true},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency), .required = true, .bytes_max = 3},
};
#undef AT
static const struct shape price_shape = {
    .name = "PriceAsked",
    .fields = price_fields,
    .field_count = COUNT_OF(price_fields),
    .bytes = sizeof(struct price),
};
const struct ask item_ask_price = {
    .service = "accounts", .operation = "draw_price", .takes = &price_shape};

enum status item_create_gather(struct call *call)
{
    struct price *price = ARENA_NEW(call->arena, struct price);
    enum status status = ask(call, &item_ask_price, NULL, price);
    call->gathered = price;
    return status == STATUS_ABSENT ? STATUS_UNAVAILABLE : status;
}

/* Root may create without being anybody. */
static enum status check_author(struct call *call)
{
    struct board_person author;
    if (id_is_none(call->caller.person)) {
        return STATUS_OK;
    }
    enum status status = board_person_find(call->store, call->arena, call->caller.person, &author);
    if (status == STATUS_ABSENT || (status == STATUS_OK && !author.is_employee)) {
        return refuse(call, &item_not_an_employee);
    }
    return status;
}

static struct work_item item_new(struct call *call, struct id assignee)
{
    const struct create_input *input = call->input;
    const struct price *price = call->gathered;
    return (struct work_item){
        .id = id_new(),
        .title = input->title,
        .title_key = text_fold(call->arena, input->title),
        .description = input->description,
        .status = item_open,
        .assignee_id = assignee,
        .assignment = 1,
        .fee_minor = price->fee_minor,
        .reward_minor = price->reward_minor,
        .price_minor = price->reward_minor,
        .currency = price->currency,
        .author_id = call->caller.person,
        .created_at = call->now_ms,
        .assigned_at = call->now_ms,
    };
}

enum status item_create_handle(struct call *call)
{
    struct board_person assignee;
    enum status status = check_author(call);
    if (status == STATUS_OK) {
        status = board_person_choose(call, &assignee);
    }
    if (status == STATUS_ABSENT) {
        return refuse(call, &item_nobody_there);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct work_item item = item_new(call, assignee.id);
    status = item_insert(call->store, &item);
    if (status == STATUS_OK) {
        status = item_tell(call, ITEM_CREATED, &item);
    }
    if (status == STATUS_OK) {
        status = item_tell(call, ITEM_ASSIGNED, &item);
    }
    if (status == STATUS_OK) {
        status = notice_of_item(call, &item);
    }
    return status == STATUS_OK ? answer(call, &item) : status;
}
