/* lottery_read.c - shuffles and their proof: commitment, people, and what fell on whom.
 *
 * The seed is shown when all is done, and not before.
 */
#include "apps/popug/board/lottery.h"

enum { PEOPLE_MAX = 1000000 };

struct lottery_input {
    struct id shuffle_id;
    struct id cursor;
    int64_t from;
};
#define AT(member) .offset = offsetof(struct lottery_input, member)
#define OF_ONE                                                                                     \
    {                                                                                              \
        .name = "shuffle_id", .kind = FIELD_ID, AT(shuffle_id), .place = FIELD_IN_PATH,            \
        .required = true                                                                           \
    }
static const struct field id_fields[] = {OF_ONE};
static const struct field people_fields[] = {
    OF_ONE,
    {.name = "cursor",
     .kind = FIELD_INTEGER,
     AT(from),
     .place = FIELD_IN_QUERY,
     .maximum = PEOPLE_MAX},
};
static const struct field results_fields[] = {
    OF_ONE,
    {.name = "cursor", .kind = FIELD_ID, AT(cursor), .place = FIELD_IN_QUERY},
};
#undef AT

#define TAKES(name_, fields_)                                                                      \
    {                                                                                              \
        .name = (name_), .fields = (fields_), .field_count = COUNT_OF(fields_),                    \
        .bytes = sizeof(struct lottery_input)                                                      \
    }
const struct shape lottery_id_takes = TAKES("ShuffleId", id_fields);
const struct shape lottery_people_takes = TAKES("ShufflePeopleAsked", people_fields);
const struct shape lottery_results_takes = TAKES("ShuffleResultsAsked", results_fields);

static void hide_seed(struct lottery *lottery)
{
    if (!text_equals(lottery->status, lottery_done)) {
        lottery->seed = NO_TEXT;
    }
}

static enum status find(struct call *call, struct lottery *lottery_out)
{
    const struct lottery_input *input = call->input;
    enum status status = lottery_find(call->store, call->arena, input->shuffle_id, lottery_out);
    return status == STATUS_ABSENT ? refuse(call, &lottery_not_found) : status;
}

enum status lottery_get_handle(struct call *call)
{
    struct lottery lottery;
    enum status status = find(call, &lottery);
    if (status != STATUS_OK) {
        return status;
    }
    hide_seed(&lottery);
    return answer(call, &lottery);
}

enum status lottery_list_handle(struct call *call)
{
    struct rows rows;
    enum status status = lottery_list(call->store, call->arena, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    struct lottery *lotteries = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        hide_seed(&lotteries[i]);
    }
    return answer_list(
        call, &(struct list){.items = lotteries, .count = rows.count, .total = FIELD_NONE});
}

enum status lottery_people_handle(struct call *call)
{
    const struct lottery_input *input = call->input;
    struct lottery lottery;
    struct rows rows;
    enum status status = find(call, &lottery);
    if (status == STATUS_OK) {
        status = lottery_list_people(call->store, call->arena, lottery.id, input->from, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct list list = {.items = rows.items, .count = rows.count, .total = lottery.people};
    if (rows.count == LOTTERY_PAGE_MAX) {
        list.next = text_format(call->arena, "%lld", (long long)input->from + LOTTERY_PAGE_MAX);
    }
    return answer_list(call, &list);
}

enum status lottery_results_handle(struct call *call)
{
    const struct lottery_input *input = call->input;
    struct lottery lottery;
    struct rows rows;
    enum status status = find(call, &lottery);
    if (status == STATUS_OK) {
        status = lottery_list_results(call->store, call->arena, lottery.id, input->cursor, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const struct lottery_result *results = rows.items;
    struct list list = {.items = results, .count = rows.count, .total = lottery.moved};
    if (rows.count == LOTTERY_PAGE_MAX) {
        list.next = id_text(call->arena, results[rows.count - 1].task_id);
    }
    return answer_list(call, &list);
}
