/* process_start.c - a client starts a process: a case of the business case that it names.
 *
 * Without an apiV it is of the newest version that is allowed. With a clientKey (or an
 * Idempotency-Key) asking again gives the same process. Refused: businessCaseNotFoundError,
 * businessCaseApiNotFoundError, apiIsNotAllowedError, incorrectPayloadError, clientKeyIsTakenError.
 */
#include "apps/casework/casework_parts.h"
#include "apps/casework/casework_store.h"
#include "base/encode.h"
#include "base/json.h"
#include "engine/recipe.h"
#include "engine/signature.h"

#define AT(member) .offset = offsetof(struct start_input, member)
static const struct field start_fields[] = {
    {
        .name = "businessCaseName",
        .kind = FIELD_TEXT,
        AT(name),
        .meaning = "The name of its workflow",
        .required = true,
        .bytes_max = BUSINESS_CASE_NAME_BYTES_MAX,
    },
    {
        .name = "businessCasePayload",
        .kind = FIELD_OBJECT,
        AT(payload),
        .meaning = "What the operation that begins it asks for",
        .bytes_max = PAYLOAD_BYTES_MAX,
    },
    {
        .name = "apiV",
        .kind = FIELD_INTEGER,
        AT(api),
        .meaning = "The version of the workflow; without it the newest that is allowed",
        .minimum = 1,
        .maximum = INT32_MAX,
        .otherwise = FIELD_NONE,
    },
    {
        .name = "clientKey",
        .kind = FIELD_TEXT,
        AT(client_key),
        .meaning = "The same key gives the same process, however often it is asked for",
        .bytes_max = CLIENT_KEY_BYTES_MAX,
    },
};
#undef AT
const struct shape start_takes = {
    .name = "StartProcess",
    .fields = start_fields,
    .field_count = COUNT_OF(start_fields),
    .bytes = sizeof(struct start_input),
    .has_foreign_names = true,
};

static const struct field started_fields[] = {
    {.name = "processId", .kind = FIELD_ID, .offset = offsetof(struct started, id)},
};
const struct shape started_shape = {
    .name = "ProcessStarted",
    .fields = started_fields,
    .field_count = COUNT_OF(started_fields),
    .bytes = sizeof(struct started),
    .has_foreign_names = true,
};

const struct refusal *const start_refusals[] = {
    &business_case_not_found, &business_case_api_not_found, &api_is_not_allowed,
    &payload_is_wrong,        &client_key_is_taken,
};

/* ---- which version ---- */

static struct text options_of(const struct call *call, struct text message)
{
    const struct start_input *input = call->input;
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 128);
    json_begin_object(&writer);
    json_key(&writer, "businessCaseName");
    json_put_text(&writer, input->name);
    if (input->api != FIELD_NONE) {
        json_key(&writer, "apiV");
        json_put_integer(&writer, input->api);
    }
    if (text_is_given(message)) {
        json_key(&writer, "message");
        json_put_text(&writer, message);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

/* Of those that files have; what is only kept for the cases that are of it begins no new ones. */
static bool may_begin(const struct recipe *recipe, const struct start_input *input)
{
    return text_equals(recipe->workflow->name, input->name) && !recipe->is_kept &&
           !text_is_given(recipe->held_up) &&
           (input->api == FIELD_NONE || recipe->workflow->version == input->api);
}

static enum status choose_version(struct call *call, int64_t *version_out)
{
    const struct catalog *catalog = catalog_of(call);
    const struct start_input *input = call->input;
    bool is_there = false;
    bool is_allowed = false;
    for (size_t i = 0; i < catalog->recipe_count && !is_allowed; i++) { /* the newest first */
        const struct workflow *workflow = catalog->recipes[i]->workflow;
        if (may_begin(catalog->recipes[i], input)) {
            is_there = true;
            *version_out = workflow->version;
            enum status status = api_rule_find(call->store, call->arena, workflow->name,
                                               workflow->version, &is_allowed);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    if (is_there) {
        return is_allowed ? STATUS_OK
                          : casework_refuse(call, &api_is_not_allowed, options_of(call, NO_TEXT));
    }
    bool is_known = catalog_find(catalog, input->name, 0) != NULL;
    return casework_refuse(call, is_known ? &business_case_api_not_found : &business_case_not_found,
                           options_of(call, NO_TEXT));
}

/* ---- the key ---- */

/* Keyed, because a payload may be secret and easy to guess. */
static struct text fingerprint_of(const struct call *call)
{
    uint8_t signature[SIGNATURE_BYTES];
    const struct start_input *input = call->input;
    struct text api = text_format(call->arena, "%lld", (long long)input->api);
    const struct text parts[] = {TEXT("client key"), input->name, api, input->payload};
    signature_make(catalog_of(call)->signing_key, (struct texts){parts, COUNT_OF(parts)},
                   signature);
    return encode_hex(call->arena, signature, sizeof signature);
}

/* OK: the key was used for the same, and it was answered. ABSENT: it is new. */
static enum status answer_known(struct call *call, const struct client_key_row *wanted)
{
    struct client_key_row row;
    enum status status = client_key_find(call->store, call->arena, wanted->client_key, &row);
    if (status != STATUS_OK) {
        return status;
    }
    if (!text_equals(row.fingerprint, wanted->fingerprint)) {
        return casework_refuse(call, &client_key_is_taken, options_of(call, NO_TEXT));
    }
    return answer_other(call, &(struct started){row.case_id});
}

/* ---- starting ---- */

/* EXISTS: such a case is open already, and it is the one. */
static enum status begin(struct call *call, struct started *started_out)
{
    const struct start_input *input = call->input;
    struct case_start start = {.workflow = text_copy(call->arena, input->name).data,
                               .form = input->payload,
                               .person = call->caller.person};
    struct text error = NO_TEXT;
    enum status status = choose_version(call, &start.version);
    if (status != STATUS_OK) {
        return status;
    }
    status = case_start(call, &start, &started_out->id, &error);
    if (status == STATUS_ABSENT) {
        return casework_refuse(call, &business_case_not_found, options_of(call, error));
    }
    return status == STATUS_MALFORMED
               ? casework_refuse(call, &payload_is_wrong, options_of(call, error))
               : status;
}

enum status process_start_handle(struct call *call)
{
    const struct start_input *input = call->input;
    struct client_key_row row = {.client_key = input->client_key, .used_at = call->now_ms};
    struct started started = {0};
    bool has_key = text_is_given(input->client_key);
    enum status status = STATUS_ABSENT;
    if (has_key) {
        row.fingerprint = fingerprint_of(call);
        status = answer_known(call, &row);
    }
    if (status != STATUS_ABSENT) {
        return status;
    }
    status = begin(call, &started);
    bool is_new = status == STATUS_OK;
    if (has_key && (is_new || status == STATUS_EXISTS)) {
        row.case_id = started.id;
        enum status kept = client_key_keep(call->store, &row);
        status = kept == STATUS_OK ? status : kept;
    }
    if (status == STATUS_EXISTS) {
        return answer_other(call, &started);
    }
    return status == STATUS_OK ? answer(call, &started) : status;
}
