/* dead_handle.c - a person looks at what could not be handled, and decides.
 *
 * Only the first of a line is ever run, so only the first can be replayed. Whoever does not want it
 * any more drops it, at whatever place in the line. A dropped command is never answered: who told
 * it hears of its deadline.
 */
#include "runtime/dead/dead_handle.h"

#include "base/log.h"
#include "bus/message_trace.h"
#include "runtime/dead/dead_store.h"
#include "runtime/intake/parked_store.h"
#include "runtime/problem.h"
#include "runtime/service.h"

enum { NUMBER_DIGITS_MAX = 20, REASON_BYTES_MAX = 1000, LIST_OTHERWISE = 50 };

const struct refusal dead_not_found = {
    "not_found", 404, "There is no such message; it was handled or dropped meanwhile."};
const struct refusal dead_not_first_in_line = {
    "not_first_in_line", 409, "Another message about the same subject is before this one."};
const struct refusal dead_bad_cursor = {"bad_cursor", 400,
                                        "This cursor is not one that a list has given."};

/* ---- what is taken ---- */

static const char *const states[] = {"waiting", "behind", "dead"};

#define AT(member) .offset = offsetof(struct dead_input, member)
#define SHAPE(n, rows)                                                                             \
    {                                                                                              \
        .name = (n), .fields = (rows), .field_count = COUNT_OF(rows),                              \
        .bytes = sizeof(struct dead_input),                                                        \
    }
#define NUMBER_FIELD                                                                               \
    {                                                                                              \
        .name = "number", .kind = FIELD_INTEGER, AT(number), .place = FIELD_IN_PATH,               \
        .required = true, .minimum = 1, .maximum = INT64_MAX, .meaning = "Its number in the list", \
    }
#define CURSOR_FIELD                                                                               \
    {                                                                                              \
        .name = "cursor", .kind = FIELD_TEXT, AT(cursor), .place = FIELD_IN_QUERY,                 \
        .bytes_max = 40, .meaning = "Go on after the page that gave it",                           \
    }
#define LIMIT_FIELD                                                                                \
    {                                                                                              \
        .name = "limit", .kind = FIELD_INTEGER, AT(limit), .place = FIELD_IN_QUERY, .minimum = 1,  \
        .maximum = DEAD_LIST_MAX, .otherwise = LIST_OTHERWISE, .meaning = "How many on a page",    \
    }

static const struct field list_fields[] = {
    {.name = "state",
     .kind = FIELD_CHOICE,
     AT(state),
     .place = FIELD_IN_QUERY,
     .bytes_max = 10,
     .choices = states,
     .choice_count = COUNT_OF(states),
     .meaning = "Only these"},
    CURSOR_FIELD,
    LIMIT_FIELD,
};
const struct shape dead_list_takes = SHAPE("ListParked", list_fields);

static const struct field number_fields[] = {NUMBER_FIELD};
const struct shape dead_number_takes = SHAPE("ParkedNumber", number_fields);

static const struct field drop_fields[] = {
    NUMBER_FIELD,
    {.name = "reason",
     .kind = FIELD_TEXT,
     AT(reason),
     .bytes_max = REASON_BYTES_MAX,
     .may_be_null = true,
     .may_be_empty = true,
     .meaning = "Why it is given up, for the log"},
};
const struct shape dead_drop_takes = SHAPE("DropParked", drop_fields);

static const struct field stray_list_fields[] = {CURSOR_FIELD, LIMIT_FIELD};
const struct shape dead_stray_list_takes = SHAPE("ListStrays", stray_list_fields);

static const struct field stray_fields[] = {
    {.name = "stray_id",
     .kind = FIELD_ID,
     AT(stray_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "The reply's own id"},
};
const struct shape dead_stray_takes = SHAPE("StrayId", stray_fields);
#undef AT

/* ---- parked messages ---- */

enum status dead_list_handle(struct call *call)
{
    const struct dead_input *input = call->input;
    struct rows rows;
    int64_t after = 0;
    if (input->cursor.data != NULL && (!text_to_integer(input->cursor, &after) || after < 0)) {
        return refuse_field(call, &dead_bad_cursor, "cursor");
    }
    enum status status =
        dead_list(call->store, call->arena, input->state, after, input->limit + 1, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct dead_entry *entries = rows.items;
    struct list list = {.items = entries, .count = rows.count, .total = FIELD_NONE};
    if ((int64_t)rows.count > input->limit) {
        list.count = (size_t)input->limit;
        list.next = text_format(call->arena, "%lld", (long long)entries[input->limit - 1].number);
    }
    return answer_list(call, &list);
}

/* OK, or REFUSED because there is none. */
static enum status find(struct call *call, struct parked *parked_out)
{
    const struct dead_input *input = call->input;
    enum status status = parked_find(call->store, call->arena, input->number, parked_out);
    return status == STATUS_ABSENT ? refuse(call, &dead_not_found) : status;
}

enum status dead_get_handle(struct call *call)
{
    struct parked parked;
    enum status status = find(call, &parked);
    return status == STATUS_OK ? answer(call, &parked) : status;
}

/* The refusal of the table, with the number that a constant text cannot hold. */
static enum status refuse_behind(struct call *call, int64_t first)
{
    const struct refusal *refusal = &dead_not_first_in_line;
    call->refusal = refusal;
    problem_answer(call->exchange,
                   &(struct problem){
                       .http_status = refusal->http_status,
                       .code = refusal->code,
                       .message = text_format(call->arena,
                                              "It waits behind number %lld, which is about the "
                                              "same subject. Replay or drop that one first.",
                                              (long long)first),
                   });
    return STATUS_REFUSED;
}

/* OK: it is the first of its line, or nothing says that it is not. */
static enum status check_first(struct call *call, const struct parked *parked)
{
    int64_t first = 0;
    if (!text_equals(parked->state, parked_behind)) {
        return STATUS_OK;
    }
    enum status status =
        dead_first_of_line(call->store, call->arena, parked->source, parked->subject, &first);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CONFLICT : status;
    }
    return first == parked->number ? STATUS_OK : refuse_behind(call, first);
}

static void log_decision(const struct call *call, const char *what, const struct parked *parked)
{
    const struct dead_input *input = call->input;
    log_line(LOG_WARNING, call->service->name, what, LOG_TEXT("who", call->caller.name),
             LOG_TEXT("why", input->reason.data ? input->reason : TEXT("")),
             LOG_NUMBER("number", parked->number), LOG_TEXT("handler", parked->handler),
             LOG_TEXT("source", parked->source), LOG_TEXT("subject", parked->subject),
             LOG_TEXT("state", parked->state), LOG_TEXT("last_reason", parked->reason));
}

enum status dead_replay_handle(struct call *call)
{
    struct parked parked;
    int64_t changed = 0;
    enum status status = find(call, &parked);
    if (status == STATUS_OK) {
        status = check_first(call, &parked);
    }
    if (status == STATUS_OK) {
        status = parked_replay(call->store, parked.number, call->now_ms, &changed);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (text_equals(parked.state, parked_dead)) { /* what waits is only due sooner */
        TRACE(message_trace_kept(call->store, "replay", call->service->name, parked.message));
    }
    log_decision(call, "a parked message is replayed by a person", &parked);
    call->effects.alarm_at = call->now_ms;
    status = find(call, &parked);
    return status == STATUS_OK ? answer(call, &parked) : status;
}

enum status dead_drop_handle(struct call *call)
{
    struct parked parked;
    enum status status = find(call, &parked);
    if (status == STATUS_OK) {
        status = parked_remove(call->store, &parked, call->now_ms);
    }
    if (status != STATUS_OK) {
        return status;
    }
    TRACE(message_trace_kept(call->store, "drop", call->service->name, parked.message));
    log_decision(call, "a parked message is dropped by a person", &parked);
    call->effects.alarm_at = call->now_ms; /* the next of its line is due */
    return answer(call, &parked);
}

/* ---- strays ---- */

enum status dead_stray_list_handle(struct call *call)
{
    const struct dead_input *input = call->input;
    struct rows rows;
    struct id after = {0};
    if (input->cursor.data != NULL && !id_read(input->cursor, &after)) {
        return refuse_field(call, &dead_bad_cursor, "cursor");
    }
    enum status status = stray_list(call->store, call->arena, after, input->limit + 1, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct stray_entry *entries = rows.items;
    struct list list = {.items = entries, .count = rows.count, .total = FIELD_NONE};
    if ((int64_t)rows.count > input->limit) {
        char id[ID_TEXT_BYTES + 1];
        id_write(entries[input->limit - 1].id, id);
        list.count = (size_t)input->limit;
        list.next = text_copy(call->arena, text_of(id));
    }
    return answer_list(call, &list);
}

enum status dead_stray_get_handle(struct call *call)
{
    const struct dead_input *input = call->input;
    struct stray stray;
    enum status status = stray_find(call->store, call->arena, input->stray_id, &stray);
    if (status == STATUS_ABSENT) {
        return refuse(call, &dead_not_found);
    }
    return status == STATUS_OK ? answer(call, &stray) : status;
}
