/* problem.c - writes problem documents. */
#include "runtime/problem.h"

#include "base/chance.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/must.h"

enum { TRACE_DIGITS = 32, TRACEPARENT_BYTES = 55 };

/* version "00" - 32 digits - 16 digits - flags */
static bool read_traceparent(struct text header, struct text *trace_id_out)
{
    if (header.bytes != TRACEPARENT_BYTES || header.data[2] != '-' || header.data[35] != '-' ||
        header.data[52] != '-') {
        return false;
    }
    bool is_zero = true;
    for (size_t i = 3; i < 3 + TRACE_DIGITS; i++) {
        char digit = header.data[i];
        if (!((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f'))) {
            return false;
        }
        is_zero = is_zero && digit == '0';
    }
    *trace_id_out = text_slice(header, 3, 3 + TRACE_DIGITS);
    return !is_zero;
}

struct text problem_trace_id(struct http_exchange *exchange)
{
    struct text *trace_id = &exchange->trace_id;
    if (trace_id->data == NULL &&
        !read_traceparent(http_header_value(&exchange->request, "traceparent"), trace_id)) {
        uint64_t chance[2] = {chance_number(), chance_number()};
        *trace_id = encode_hex(exchange->arena, chance, sizeof chance);
    }
    return *trace_id;
}

static void write_fields(struct json_writer *writer, const struct problem *problem)
{
    json_key(writer, "details");
    json_begin_object(writer);
    json_key(writer, "fields");
    json_begin_array(writer);
    for (size_t i = 0; i < problem->field_count; i++) {
        const struct field_problem *field = &problem->fields[i];
        json_begin_object(writer);
        json_key(writer, "field");
        json_put_text(writer, text_of(field->field));
        json_key(writer, "code");
        json_put_text(writer, text_of(field->code));
        json_key(writer, "message");
        json_put_text(writer, field->message);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

void problem_answer(struct http_exchange *exchange, const struct problem *problem)
{
    MUST(problem->http_status >= 400 && problem->http_status < 600);
    MUST(problem->code != NULL);
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "type");
    json_put_text(&writer, text_of(problem->type != NULL ? problem->type : "about:blank"));
    json_key(&writer, "title");
    json_put_text(&writer, text_of(http_phrase(problem->http_status)));
    json_key(&writer, "status");
    json_put_integer(&writer, problem->http_status);
    json_key(&writer, "code");
    json_put_text(&writer, text_of(problem->code));
    json_key(&writer, "message");
    json_put_text(&writer, problem->message);
    if (problem->field_count > 0) {
        write_fields(&writer, problem);
    } else if (text_is_given(problem->details)) {
        json_key(&writer, "details");
        json_put_raw(&writer, problem->details);
    }
    if (problem->type != NULL) {
        json_key(&writer, "options");
        json_put_raw(&writer, text_is_given(problem->details) ? problem->details : TEXT("{}"));
    }
    json_key(&writer, "trace_id");
    json_put_text(&writer, problem_trace_id(exchange));
    json_end_object(&writer);

    exchange->answer = (struct http_answer){
        .status = problem->http_status,
        .content_type = TEXT("application/problem+json"),
        .body = json_written(&writer),
    };
    if (problem->retry_after_s > 0) {
        http_answer_header(&exchange->answer, "Retry-After",
                           text_format(exchange->arena, "%d", problem->retry_after_s));
    }
}

void problem_say(struct http_exchange *exchange, int http_status, const char *code,
                 const char *message)
{
    problem_answer(
        exchange,
        &(struct problem){.http_status = http_status, .code = code, .message = text_of(message)});
}

void problem_say_foreign(struct http_exchange *exchange, int http_status, const char *code,
                         struct text message)
{
    struct json_writer writer;
    json_writer_init(&writer, exchange->arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "error");
    json_put_text(&writer, text_of(code));
    json_key(&writer, "error_description");
    json_put_text(&writer, message);
    json_end_object(&writer);
    exchange->answer = (struct http_answer){
        .status = http_status,
        .content_type = TEXT("application/json"),
        .body = json_written(&writer),
    };
    http_answer_header(&exchange->answer, "Cache-Control", TEXT("no-store"));
}

void problem_fault(struct http_exchange *exchange, enum status status)
{
    struct problem problem = {
        .http_status = 503,
        .code = "unavailable",
        .message = TEXT("The store cannot be reached. Nothing was changed; try again."),
        .retry_after_s = 1,
    };
    if (status == STATUS_FULL) {
        problem.http_status = 507;
        problem.code = "storage_full";
        problem.message = TEXT("There is no room left on the disk. Nothing was changed; reading "
                               "still works.");
        problem.retry_after_s = 10;
    } else if (status == STATUS_BUSY || status == STATUS_CONFLICT || status == STATUS_TIMEOUT) {
        problem.code = "overloaded";
        problem.message = TEXT("Too much work is waiting. Nothing was changed; try again.");
    } else if (status == STATUS_UNCERTAIN) {
        problem.code = "outcome_unknown";
        problem.message = TEXT("The connection to the store was lost while it was committing: "
                               "the change may have happened or not. Ask again with the same "
                               "Idempotency-Key to find out.");
    } else if (status != STATUS_UNAVAILABLE) {
        problem.http_status = 500;
        problem.code = "internal_error";
        problem.message = TEXT("Something went wrong on our side; the log has the details under "
                               "this trace_id.");
        problem.retry_after_s = 0;
    }
    problem_answer(exchange, &problem);
}
