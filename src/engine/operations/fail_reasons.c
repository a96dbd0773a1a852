/* fail_reasons.c - the registry of codes. */
#include "engine/operations/fail_reasons.h"

#include "base/json.h"
#include "engine/operations/flow.h"

const struct refusal flow_unauthorized = {"unauthorized", 401, "Say who you are."};
const struct refusal flow_forbidden = {"forbidden", 403,
                                       "You have no part in this workflow by this door."};
const struct refusal flow_case_not_found = {"case_not_found", 404, "There is no such case."};
const struct refusal flow_file_not_found = {"file_not_found", 404, "There is no such file."};
const struct refusal flow_file_not_wanted = {
    "file_not_wanted", 409, "There is no form that you could send now and that takes files here."};
const struct refusal flow_file_too_large = {
    "file_too_large", 413, "The file, or a piece of it, has more bytes than it may have."};
const struct refusal flow_file_type_refused = {
    "file_type_refused", 415, "By what stands in it the file is of none of the types wanted here."};
const struct refusal flow_too_many_files = {
    "too_many_files", 409, "Too many files were sent for this case that no form has taken."};
const struct refusal flow_piece_missing = {
    "piece_missing", 409,
    "The piece before this one has not come; `received` says where to go on."};
const struct refusal flow_operation_not_found = {"operation_not_found", 404,
                                                 "There is no such operation."};
const struct refusal flow_unknown_event = {"unknown_event", 404,
                                           "No event with this id has been told."};
const struct refusal flow_invalid_token = {"invalid_token", 409,
                                           "Something has changed since you looked. Look again, "
                                           "and ask for it anew if it is still right."};
const struct refusal flow_condition = {"condition", 422,
                                       "With what was filled in this cannot be done."};
const struct refusal flow_expression_failed = {
    "expression_failed", 422, "Whether this can be done cannot be computed; that is a fault here."};
const struct refusal flow_already_open = {"already_open", 409,
                                          "Another open case has the same already."};
const struct refusal flow_bad_query = {"bad_query", 400, "The list cannot be asked for like this."};

#define NO_DETAILS "{\"type\":\"object\",\"additionalProperties\":true}"
#define LABEL                                                                                      \
    "{\"type\":\"object\",\"required\":[\"ru\",\"en\"],\"properties\":{"                           \
    "\"ru\":{\"type\":[\"string\",\"null\"]},\"en\":{\"type\":[\"string\",\"null\"]}}}"
#define BECAUSE                                                                                    \
    "{\"type\":\"object\",\"required\":[\"because\"],\"properties\":{\"because\":" LABEL           \
    "},\"additionalProperties\":true}"
#define FIELDS                                                                                     \
    "{\"type\":\"object\",\"required\":[\"fields\"],\"properties\":{\"fields\":{\"type\":"         \
    "\"array\",\"items\":{\"type\":\"object\",\"required\":[\"field\",\"code\",\"message\"],"      \
    "\"properties\":{\"field\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},"              \
    "\"message\":{\"type\":\"string\"}}}}},\"additionalProperties\":true}"
#define CHANGED                                                                                    \
    "{\"type\":\"object\",\"required\":[\"changed\",\"places\"],\"properties\":{\"changed\":{"     \
    "\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"places\":{\"type\":\"array\","          \
    "\"items\":{\"type\":\"string\"}},\"disable_reason\":{\"type\":[\"object\",\"null\"]}},"       \
    "\"additionalProperties\":true}"

/* A name is a code, or the constant of a refusal above; the test compares the two. */
const struct fail_reason fail_reasons[] = {
    {"unauthorized", REASON_OF_REQUEST, "Nobody has said who is asking", NO_DETAILS},
    {"forbidden", REASON_OF_REQUEST, "The caller has no part in this workflow by this door",
     NO_DETAILS},
    {"case_not_found", REASON_OF_REQUEST, "There is no such case, or the caller has no part in it",
     NO_DETAILS},
    {"file_not_found", REASON_OF_REQUEST,
     "There is no such file in this case, or the caller does not see it", NO_DETAILS},
    {"file_not_wanted", REASON_OF_REQUEST,
     "The caller can send no form now whose field takes files by this name", NO_DETAILS},
    {"file_too_large", REASON_OF_REQUEST, "The file, or the piece of it, has too many bytes",
     NO_DETAILS},
    {"file_type_refused", REASON_OF_REQUEST,
     "What stands in the file is of none of the types that its field takes", NO_DETAILS},
    {"too_many_files", REASON_OF_REQUEST,
     "The caller has sent too many files for this case that no form has taken", NO_DETAILS},
    {"piece_missing", REASON_OF_REQUEST,
     "The piece before has not come; look at the files and go on at `received`", NO_DETAILS},
    {"operation_not_found", REASON_OF_REQUEST,
     "There is no such operation, or somebody else has asked for it", NO_DETAILS},
    {"unknown_event", REASON_OF_REQUEST, "The event_id is none that has been told", NO_DETAILS},
    {"not_ready", REASON_OF_REQUEST,
     "The event_id is newer than what can be shown here; ask again after Retry-After", NO_DETAILS},
    {"invalid_token", REASON_OF_REQUEST,
     "The token is not good, or no more: `changed` names the fields and `places` says where the "
     "case is now, if the caller may see it. Load the state, show what is new, ask the person "
     "again",
     CHANGED},
    {"validation_error", REASON_OF_REQUEST,
     "The form, or the request around it, is not right; the token is still good", FIELDS},
    {"bad_query", REASON_OF_REQUEST, "The list cannot be asked for like this", FIELDS},
    {"already_open", REASON_OF_REQUEST, "Another open case has the same already", NO_DETAILS},
    {"condition", REASON_OF_REQUEST | REASON_OF_OFFER,
     "The operation has a condition, and it is not so; `because` is for the person", BECAUSE},
    {"wrong_stage", REASON_OF_OFFER, "The case is not where this can be done", NO_DETAILS},
    {"operation_in_progress", REASON_OF_OFFER,
     "The same operation is under way in this case, and has not come to rest", NO_DETAILS},
    {"case_closed", REASON_OF_OFFER, "The case has ended", NO_DETAILS},
    {"function_failed", REASON_OF_OPERATION, "What the operation runs could not be done",
     NO_DETAILS},
    {"bad_input", REASON_OF_OPERATION, "What was handed to a function does not fit it", NO_DETAILS},
    {"expression_failed", REASON_OF_REQUEST | REASON_OF_OFFER | REASON_OF_OPERATION,
     "A value, or whether the operation can be done, could not be computed", NO_DETAILS},
    {"condition_failed", REASON_OF_OPERATION,
     "Whether a stage should be done could not be computed", NO_DETAILS},
    {"too_many_steps", REASON_OF_OPERATION,
     "The case went in a circle, without waiting for anybody", NO_DETAILS},
    {"not_now", REASON_OF_OPERATION, "A stage was tried as often as it may be, and could not run",
     NO_DETAILS},
    {"deadline_passed", REASON_OF_OPERATION, "A stage had no result before its deadline",
     NO_DETAILS},
    {"no_reply", REASON_OF_OPERATION, "A service that a stage has called did not reply",
     NO_DETAILS},
    {"refused", REASON_OF_OPERATION, "A service that a stage has called has refused", NO_DETAILS},
    {"no_answer", REASON_OF_OPERATION, "The worker that had a stage did not answer in time",
     NO_DETAILS},
    {"no_such_next", REASON_OF_OPERATION, "A stage has named a next one that it may not go to",
     NO_DETAILS},
    {"result_does_not_fit", REASON_OF_OPERATION,
     "The result of a stage is not of the kind that its field keeps", NO_DETAILS},
    {"inside_another", REASON_OF_OPERATION,
     "A function would have run inside another one, which it may not", NO_DETAILS},
    {"worker_failed", REASON_OF_OPERATION, "The worker of a stage has failed", NO_DETAILS},
};
const size_t fail_reason_count = COUNT_OF(fail_reasons);

const struct fail_reason *fail_reason_find(struct text code)
{
    for (size_t i = 0; i < fail_reason_count; i++) {
        if (text_equals(text_of(fail_reasons[i].code), code)) {
            return &fail_reasons[i];
        }
    }
    return NULL;
}

static void put_said_by(struct json_writer *writer, unsigned places)
{
    static const struct {
        unsigned place;
        const char *name;
    } names[] = {
        {REASON_OF_REQUEST, "problem"},
        {REASON_OF_OFFER, "disable_reason"},
        {REASON_OF_OPERATION, "fail_reason"},
    };
    json_key(writer, "said_by");
    json_begin_array(writer);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if ((places & names[i].place) != 0) {
            json_put_text(writer, text_of(names[i].name));
        }
    }
    json_end_array(writer);
}

static void put_reason(struct json_writer *writer, const struct fail_reason *reason)
{
    json_begin_object(writer);
    json_key(writer, "code");
    json_put_text(writer, text_of(reason->code));
    put_said_by(writer, reason->places);
    json_key(writer, "meaning");
    json_put_text(writer, text_of(reason->meaning));
    json_key(writer, "details");
    json_put_raw(writer, text_of(reason->details));
    json_end_object(writer);
}

/* ---- what the functions of a workflow refuse with ---- */

enum { TOLD_MAX = 256 };

struct telling_reasons {
    struct json_writer *writer;
    const struct refusal *told[TOLD_MAX];
    size_t told_count;
};

static bool is_told(const struct telling_reasons *telling, const struct refusal *refusal)
{
    bool is_told = fail_reason_find(text_of(refusal->code)) != NULL;
    for (size_t i = 0; i < telling->told_count && !is_told; i++) {
        is_told = text_equals(text_of(telling->told[i]->code), text_of(refusal->code));
    }
    return is_told || telling->told_count == TOLD_MAX;
}

/* It is the fail_reason of the operation that runs it, or that its stage follows from. */
static void put_function(struct telling_reasons *telling, const struct case_function *function)
{
    for (size_t i = 0; function != NULL && i < function->refusal_count; i++) {
        const struct refusal *refusal = function->refusals[i];
        if (is_told(telling, refusal)) {
            continue;
        }
        telling->told[telling->told_count++] = refusal;
        put_reason(telling->writer, &(struct fail_reason){
                                        .code = refusal->code,
                                        .places = REASON_OF_OPERATION,
                                        .meaning = refusal->text,
                                        .details = NO_DETAILS,
                                    });
    }
}

struct text fail_reasons_write(struct arena *arena, const struct recipe *recipe)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 8192);
    struct telling_reasons telling = {.writer = &writer};
    json_begin_object(&writer);
    json_key(&writer, "fail_reasons");
    json_begin_array(&writer);
    for (size_t i = 0; i < fail_reason_count; i++) {
        put_reason(&writer, &fail_reasons[i]);
    }
    for (size_t i = 0; recipe != NULL && i < recipe->workflow->transition_count; i++) {
        put_function(&telling, recipe->transitions[i].function);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    return json_written(&writer);
}

enum status fail_reasons_handle(struct call *call)
{
    struct flow flow;
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    struct text json = fail_reasons_write(call->arena, flow.recipe);
    return answer_json(call, json, flow_etag(call->arena, json));
}
