/* answer.c - what a handler says: a struct, a list, nothing, or no. */
#include "base/json.h"
#include "runtime/problem.h"
#include "runtime/service.h"

static int64_t revision_of(const struct shape *shape, const void *structure)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        if (field->is_revision) {
            return *(const int64_t *)(const void *)((const char *)structure + field->offset);
        }
    }
    return FIELD_NONE;
}

static void set_answer(struct call *call, int status, const struct json_writer *writer)
{
    call->exchange->answer = (struct http_answer){
        .status = status,
        .content_type = TEXT("application/json"),
        .body = json_written(writer),
    };
}

static enum status answer_with(struct call *call, int status, const void *structure)
{
    const struct shape *shape = call->gives;
    MUST(shape != NULL && (call->route == NULL || !call->route->gives_list));
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 640);
    json_put_struct(&writer, shape, structure);
    if (call->route == NULL) { /* a message: this is its reply */
        call->reply = json_written(&writer);
        return STATUS_OK;
    }
    set_answer(call, status, &writer);
    int64_t revision = revision_of(shape, structure);
    if (revision != FIELD_NONE) {
        http_answer_header(&call->exchange->answer, "ETag",
                           text_format(call->arena, "\"%lld\"", (long long)revision));
    }
    return STATUS_OK;
}

static int success_status(const struct route *route)
{
    return route->success_status ? route->success_status : 200;
}

enum status answer(struct call *call, const void *structure)
{
    return answer_with(call, call->route ? success_status(call->route) : 0, structure);
}

enum status answer_other(struct call *call, const void *structure)
{
    MUST(call->route != NULL && call->route->other_status != 0);
    return answer_with(call, call->route->other_status, structure);
}

static enum status answer_body(struct call *call, struct text type, struct text body,
                               struct text etag)
{
    call->exchange->answer = (struct http_answer){
        .status = success_status(call->route),
        .content_type = type,
        .body = body,
    };
    if (text_is_given(etag)) {
        http_answer_header(&call->exchange->answer, "ETag", etag);
    }
    return STATUS_OK;
}

enum status answer_json(struct call *call, struct text json, struct text etag)
{
    MUST(call->route != NULL && call->route->answer_schema != NULL);
    return answer_body(call, TEXT("application/json"), json, etag);
}

enum status answer_written(struct call *call, struct text written, struct text etag)
{
    MUST(call->route != NULL && call->route->answer_type != NULL);
    return answer_body(call, text_of(call->route->answer_type), written, etag);
}

enum status answer_way(struct call *call, struct text location)
{
    int http_status = call->route->other_status;
    bool leads_on = http_status >= 300 && http_status < 400;
    call->exchange->answer = (struct http_answer){.status = leads_on ? http_status : 303};
    http_answer_header(&call->exchange->answer, "Location", location);
    return STATUS_OK;
}

enum status answer_empty(struct call *call)
{
    MUST(call->gives == NULL);
    if (call->route == NULL) {
        return STATUS_OK;
    }
    call->exchange->answer = (struct http_answer){
        .status = call->route->success_status ? call->route->success_status : 204,
    };
    return STATUS_OK;
}

enum status answer_list(struct call *call, const struct list *list)
{
    MUST(call->route != NULL); /* a message has no list to answer */
    const struct shape *shape = call->route->gives;
    MUST(shape != NULL && call->route->gives_list);
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 256 + list->count * 512);
    json_begin_object(&writer);
    json_key(&writer, "items");
    json_begin_array(&writer);
    for (size_t i = 0; i < list->count; i++) {
        json_put_struct(&writer, shape, (const char *)list->items + i * shape->bytes);
    }
    json_end_array(&writer);
    json_key(&writer, "next");
    json_put_text(&writer, list->next);
    if (list->total != FIELD_NONE) {
        json_key(&writer, "total");
        json_put_integer(&writer, list->total);
        json_key(&writer, "total_is_minimum");
        json_put_flag(&writer, list->total_is_minimum);
    }
    json_end_object(&writer);
    set_answer(call, success_status(call->route), &writer);
    return STATUS_OK;
}

static void check_listed(const struct call *call, const struct refusal *refusal)
{
    if (call->route == NULL) {
        return; /* a message may be refused for any reason; it is kept with it */
    }
    for (size_t i = 0; i < call->route->refusal_count; i++) {
        if (call->route->refusals[i] == refusal) {
            return;
        }
    }
    must_failed(__FILE__, __LINE__, "a refusal stands in the table of its route");
}

static bool is_foreign(const struct call *call)
{
    return call->route != NULL && call->route->is_foreign;
}

enum status answer_no(struct call *call, const struct refusal *refusal, int retry_after_s)
{
    MUST(call->exchange != NULL); /* a message has nobody who would hear it */
    check_listed(call, refusal);
    if (is_foreign(call)) {
        problem_say_foreign(call->exchange, refusal->http_status, refusal->code,
                            text_of(refusal->text));
        return STATUS_OK;
    }
    problem_answer(call->exchange, &(struct problem){
                                       .http_status = refusal->http_status,
                                       .code = refusal->code,
                                       .message = text_of(refusal->text),
                                       .retry_after_s = retry_after_s,
                                   });
    return STATUS_OK;
}

enum status refuse(struct call *call, const struct refusal *refusal)
{
    check_listed(call, refusal);
    call->refusal = refusal;
    if (call->exchange == NULL) {
        return STATUS_REFUSED;
    }
    if (is_foreign(call)) {
        problem_say_foreign(call->exchange, refusal->http_status, refusal->code,
                            text_of(refusal->text));
        return STATUS_REFUSED;
    }
    problem_say(call->exchange, refusal->http_status, refusal->code, refusal->text);
    return STATUS_REFUSED;
}

enum status refuse_field(struct call *call, const struct refusal *refusal, const char *field)
{
    if (call->exchange == NULL) {
        return refuse(call, refusal);
    }
    check_listed(call, refusal);
    problem_answer(call->exchange,
                   &(struct problem){
                       .http_status = refusal->http_status,
                       .code = refusal->code,
                       .message = text_of(refusal->text),
                       .fields = &(struct field_problem){.field = field,
                                                         .code = refusal->code,
                                                         .message = text_of(refusal->text)},
                       .field_count = 1,
                   });
    return STATUS_REFUSED;
}

enum status refuse_with(struct call *call, const struct refusal *refusal, struct text details)
{
    if (call->exchange == NULL) {
        return refuse(call, refusal);
    }
    check_listed(call, refusal);
    call->refusal = refusal;
    problem_answer(call->exchange, &(struct problem){
                                       .http_status = refusal->http_status,
                                       .code = refusal->code,
                                       .message = text_of(refusal->text),
                                       .details = details,
                                   });
    return STATUS_REFUSED;
}
