/* office.c - people ask for leave: the workflow of the manual, and the two services it needs. */
#include "engine/cases.h"
#include "tests/sample/sample.h"

WORKFLOW_TEXT(leave);

/* ---- what the workflow runs ---- */

static enum status show_in_calendar(struct call *call)
{
    return answer_empty(call);
}

static enum status cancel_leave(struct call *call)
{
    return answer_empty(call);
}

struct stamping {
    struct text ink;
};
static const struct field stamping_fields[] = {
    {.name = "ink",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct stamping, ink),
     .bytes_max = 80,
     .required = true},
};
static const struct shape stamping_shape = {
    .name = "Stamping",
    .fields = stamping_fields,
    .field_count = COUNT_OF(stamping_fields),
    .bytes = sizeof(struct stamping),
};
static const struct refusal no_ink = {"no_ink", 409, "There is no ink."};
static const struct refusal *const stamp_refusals[] = {&no_ink};

static enum status stamp(struct call *call)
{
    const struct stamping *stamping = call->input;
    bool is_dry = text_equals(stamping->ink, TEXT("dry"));
    return is_dry ? refuse(call, &no_ink) : answer_empty(call);
}

static const struct case_function functions[] = {
    {.name = "stamp",
     .summary = "Put a stamp on it",
     .takes = &stamping_shape,
     .run = stamp,
     .refusals = stamp_refusals,
     .refusal_count = COUNT_OF(stamp_refusals)},
    {.name = "show_in_calendar", .summary = "Show it to everybody", .run = show_in_calendar},
    {.name = "cancel_leave", .summary = "Take it out of the payroll", .run = cancel_leave},
};

static const struct workflow_file workflows[] = {WORKFLOW_FILE(leave)};

static const struct case_work cases = {
    .workflows = workflows,
    .workflow_count = COUNT_OF(workflows),
    .functions = functions,
    .function_count = COUNT_OF(functions),
    .takes_directory = true,
};

const struct service office_service = {
    .name = "office",
    .purpose = "Decides who may be on leave (sample)",
    .cases = &cases,
};

/* ---- the payroll ---- */

struct booking {
    struct id employee;
    struct text first_day;
    struct text last_day;
    struct text entry; /* what it is booked under */
};

#define AT(member) .offset = offsetof(struct booking, member)
static const struct field book_fields[] = {
    {.name = "employee", .kind = FIELD_ID, AT(employee), .required = true},
    {.name = "first_day", .kind = FIELD_TEXT, AT(first_day), .bytes_max = 10, .required = true},
    {.name = "last_day", .kind = FIELD_TEXT, AT(last_day), .bytes_max = 10, .required = true},
};
static const struct field booked_fields[] = {
    {.name = "entry", .kind = FIELD_TEXT, AT(entry), .bytes_max = 40},
};
#undef AT
static const struct shape book_shape = {
    .name = "BookLeave",
    .fields = book_fields,
    .field_count = COUNT_OF(book_fields),
    .bytes = sizeof(struct booking),
};
static const struct shape booked_shape = {
    .name = "LeaveBooked",
    .fields = booked_fields,
    .field_count = COUNT_OF(booked_fields),
    .bytes = sizeof(struct booking),
};

static enum status book(struct call *call)
{
    struct booking booking = *(const struct booking *)call->input;
    booking.entry = text_format(call->arena, "%.*s/%.*s", TEXT_ARGS(booking.first_day),
                                TEXT_ARGS(booking.last_day));
    return answer(call, &booking);
}

static const struct command commands[] = {
    {.name = "payroll.book_leave",
     .summary = "Write a leave into the payroll",
     .takes = &book_shape,
     .gives = &booked_shape,
     .handle = book},
};

/* ---- who is called back from leave ---- */

struct recall {
    struct id user_id;
};
static const struct field recall_fields[] = {
    {.name = "user_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct recall, user_id),
     .required = true},
};
static const struct shape recall_shape = {
    .name = "Recall",
    .fields = recall_fields,
    .field_count = COUNT_OF(recall_fields),
    .bytes = sizeof(struct recall),
};

static const struct event events[] = {
    {.name = "staff.recalled",
     .version = 1,
     .data = &recall_shape,
     .summary = "Somebody is needed and must come back"},
};

static enum status recall_handle(struct call *call)
{
    const struct recall *recall = call->input;
    char id[ID_TEXT_BYTES + 1];
    id_write(recall->user_id, id);
    enum status status = tell(call, &events[0], text_of(id), FIELD_NONE, recall);
    return status == STATUS_OK ? answer(call, recall) : status;
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/api/payroll/recalls",
     .operation = "recall_from_leave",
     .permission = "payroll.write",
     .summary = "Call somebody back",
     .kind = ROUTE_WRITES,
     .handle = recall_handle,
     .takes = &recall_shape,
     .gives = &recall_shape,
     .success_status = 201},
};

const struct service payroll_service = {
    .name = "payroll",
    .purpose = "Books leaves, and calls people back (sample)",
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .events = events,
    .event_count = COUNT_OF(events),
    .commands = commands,
    .command_count = COUNT_OF(commands),
};
