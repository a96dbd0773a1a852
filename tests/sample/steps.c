/* steps.c - workflows of five small stages, for whoever measures what a stage costs. */
#include "engine/cases.h"
#include "tests/sample/sample.h"

struct adding {
    int64_t total;
    int64_t number;
};

#define AT(member) .offset = offsetof(struct adding, member)
static const struct field adding_fields[] = {
    {.name = "total", .kind = FIELD_INTEGER, AT(total), .required = true},
    {.name = "number", .kind = FIELD_INTEGER, AT(number), .required = true},
};
static const struct field total_fields[] = {
    {.name = "total", .kind = FIELD_INTEGER, AT(total), .meaning = "The sum so far"},
};
#undef AT
static const struct shape adding_shape = {
    .name = "Adding",
    .fields = adding_fields,
    .field_count = COUNT_OF(adding_fields),
    .bytes = sizeof(struct adding),
};
static const struct shape total_shape = {
    .name = "Total",
    .fields = total_fields,
    .field_count = COUNT_OF(total_fields),
    .bytes = sizeof(struct adding),
};

static enum status add(struct call *call)
{
    const struct adding *adding = call->input;
    return answer(call, &(struct adding){.total = adding->total + adding->number});
}

static const struct case_function functions[] = {
    {.name = "add",
     .summary = "Adds a number",
     .takes = &adding_shape,
     .gives = &total_shape,
     .run = add},
};

/* ---- one workflow for each request, answered when it has ended ---- */

struct run {
    struct text name;
    struct id case_id;
};

#define AT(member) .offset = offsetof(struct run, member)
static const struct field run_fields[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     AT(name),
     .place = FIELD_IN_PATH,
     .meaning = "Whatever the client calls it",
     .required = true,
     .bytes_max = 100},
};
static const struct field ran_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .meaning = "The case that has run"},
};
#undef AT
static const struct shape run_shape = {
    .name = "StepsRun",
    .fields = run_fields,
    .field_count = COUNT_OF(run_fields),
    .bytes = sizeof(struct run),
};
static const struct shape ran_shape = {
    .name = "StepsRan",
    .fields = ran_fields,
    .field_count = COUNT_OF(ran_fields),
    .bytes = sizeof(struct run),
};

static const struct refusal no_start = {"no_start", 409, "The workflow cannot begin."};
static const struct refusal *const refusals[] = {&no_start};

static enum status run_steps(struct call *call)
{
    struct run ran = {.name = NO_TEXT};
    struct text error = NO_TEXT;
    enum status status =
        case_start(call, &(struct case_start){.workflow = "five"}, &ran.case_id, &error);
    if (status == STATUS_ABSENT || status == STATUS_MALFORMED) {
        return refuse(call, &no_start);
    }
    return status == STATUS_OK ? answer(call, &ran) : status;
}

static const struct route routes[] = {
    {.method = HTTP_POST,
     .path = "/steps/{name}/run",
     .operation = "run_steps",
     .summary = "Runs five stages",
     .kind = ROUTE_WRITES,
     .handle = run_steps,
     .takes = &run_shape,
     .gives = &ran_shape,
     .refusals = refusals,
     .refusal_count = COUNT_OF(refusals)},
};

extern const char five_yaml_begin[];
extern const char five_yaml_end[];
static const struct workflow_file workflows[] = {
    {.name = "five.yaml", .begin = five_yaml_begin, .end = five_yaml_end},
};

static const struct case_work work = {
    .workflows = workflows,
    .workflow_count = COUNT_OF(workflows),
    .functions = functions,
    .function_count = COUNT_OF(functions),
};

const struct service steps_service = {
    .name = "steps",
    .purpose = "Workflows of five small stages, to be measured",
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .cases = &work,
};
