/* shared_function.c - functions of cases that others run too: POST /functions/NAME.
 *
 * Whoever calls tries again when no answer comes, so each call has an Idempotency-Key, and what was
 * answered under it is answered again. The same function runs inside of cases as ever.
 */
#include "engine/triggers/trigger_parts.h"

#include <string.h>

const struct refusal function_needs_key = {
    "idempotency_key_required", 428,
    "Send an Idempotency-Key that is the same whenever this call is repeated: the ticket, the "
    "function and the step."};
const struct refusal function_needs_case = {
    "needs_case", 409, "This function goes on inside of a case only; it cannot be run alone."};
const struct refusal function_failed = {"function_failed", 422, "The function has failed."};

/* ---- what it takes ---- */

static bool has_field(const struct shape *shape, const char *name)
{
    for (size_t i = 0; shape != NULL && i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static size_t behind(const struct shape *takes)
{
    size_t bytes = takes != NULL ? takes->bytes : 0;
    size_t step = _Alignof(max_align_t);
    return (bytes + step - 1) / step * step;
}

const struct shape *shared_function_takes(struct arena *arena, const struct case_function *function)
{
    const struct shape *takes = function->takes;
    size_t own = takes != NULL ? takes->field_count : 0;
    struct field *fields = ARENA_ARRAY(arena, struct field, own + 2);
    struct shape *shape = ARENA_NEW(arena, struct shape);
    size_t count = own;
    if (own > 0) {
        memcpy(fields, takes->fields, own * sizeof *fields);
    }
    if (!has_field(takes, "ticket_id")) {
        fields[count++] =
            (struct field){.name = "ticket_id",
                           .kind = FIELD_ID,
                           .offset = behind(takes) + offsetof(struct ticket, ticket_id),
                           .meaning = "The case it is for, as whoever calls it a ticket names it"};
    }
    if (!has_field(takes, "case_id")) {
        fields[count++] = (struct field){.name = "case_id",
                                         .kind = FIELD_ID,
                                         .offset = behind(takes) + offsetof(struct ticket, case_id),
                                         .meaning = "The same as ticket_id"};
    }
    *shape = (struct shape){
        .name = text_format(arena, "Run%s", takes != NULL ? takes->name : "Function").data,
        .fields = fields,
        .field_count = count,
        .bytes = behind(takes) + sizeof(struct ticket),
        .has_foreign_names = takes != NULL && takes->has_foreign_names,
    };
    return shape;
}

/* ---- running it ---- */

static const struct case_function *function_of(const struct call *call)
{
    const char *name = strrchr(call->route->path, '/') + 1;
    const struct case_work *work = call->service->cases;
    for (size_t i = 0; i < work->function_count; i++) {
        if (strcmp(work->functions[i].name, name) == 0) {
            return &work->functions[i];
        }
    }
    must_failed(__FILE__, __LINE__, "the route is of a function of the service");
}

/* The case that the body names, by a field of the function's own or by ours; none. */
static struct id case_of(const struct call *call)
{
    struct id found = {0};
    for (size_t i = 0; i < call->takes->field_count; i++) {
        const struct field *field = &call->takes->fields[i];
        bool is_name = strcmp(field->name, "ticket_id") == 0 || strcmp(field->name, "case_id") == 0;
        if (is_name && field->kind == FIELD_ID && id_is_none(found)) {
            memcpy(&found, (const char *)call->input + field->offset, sizeof found);
        }
    }
    return found;
}

static bool is_of_the_function(enum status status)
{
    return status == STATUS_ABSENT || status == STATUS_EXISTS || status == STATUS_MALFORMED ||
           status == STATUS_TOO_LARGE;
}

enum status shared_function_handle(struct call *call)
{
    if (!text_is_given(call->idempotency_key)) {
        return refuse(call, &function_needs_key);
    }
    const struct case_function *function = function_of(call);
    struct outside_run outside = {.case_id = case_of(call), .work_id = call->idempotency_key};
    struct stage_run run = {.outside = &outside};
    const void *input = call->input;
    call->stage = &run;
    call->input = function->takes != NULL ? input : NULL;
    enum status status = function->run(call);
    call->stage = NULL;
    call->input = input; /* it may run again */
    if (is_of_the_function(status)) {
        return refuse(call, &function_failed);
    }
    if (status == STATUS_OK && call->exchange->answer.status == 0) {
        return answer_empty(call);
    }
    return status;
}
