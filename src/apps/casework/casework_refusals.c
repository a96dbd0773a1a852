/* casework_refusals.c - how casework says no. */
#include "apps/casework/casework_parts.h"
#include "runtime/problem.h"

const struct refusal business_case_not_found = {"business_case_not_found", 404,
                                                "There is no business case with this name."};

const struct refusal business_case_api_not_found = {
    "business_case_api_not_found", 404, "The business case has no such API version here."};

const struct refusal api_is_not_allowed = {
    "api_is_not_allowed", 403,
    "No new processes begin with this API version; those that run go on."};

const struct refusal payload_is_wrong = {"payload_is_wrong", 400,
                                         "The payload is not what the business case asks for."};

const struct refusal client_key_is_taken = {"client_key_is_taken", 409,
                                            "The client key was used for another process."};

const struct refusal business_process_not_found = {"process_not_found", 404,
                                                   "There is no such process."};

const struct refusal incorrect_message = {
    "incorrect_inner_q_message",
    404,
    "The taskId is not one of ours.",
};

const struct refusal stage_not_found = {
    "stage_not_found",
    404,
    "The stage does not go on there.",
};

/* api_is_not_allowed is apiIsNotAllowedError. */
static const char *type_of(struct arena *arena, const char *code)
{
    struct text left = text_of(code);
    struct text type = NO_TEXT;
    while (left.data != NULL) {
        struct text word;
        text_cut(left, '_', &word, &left);
        char first = type.data == NULL ? word.data[0] : (char)(word.data[0] - 'a' + 'A');
        type = text_format(arena, "%.*s%c%.*s", TEXT_ARGS(type), first, (int)word.bytes - 1,
                           word.data + 1);
    }
    return text_format(arena, "%.*sError", TEXT_ARGS(type)).data;
}

enum status casework_refuse(struct call *call, const struct refusal *refusal, struct text options)
{
    enum status status = refuse(call, refusal);
    problem_answer(call->exchange, &(struct problem){
                                       .http_status = refusal->http_status,
                                       .code = refusal->code,
                                       .type = type_of(call->arena, refusal->code),
                                       .message = text_of(refusal->text),
                                       .details = options,
                                   });
    return status;
}
