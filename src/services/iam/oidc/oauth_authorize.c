/* oauth_authorize.c - the authorization endpoint: who asks, for what, and does the person want it.
 *
 * GET /oauth/authorize changes nothing: it shows a page on which the person signs in, or says yes
 * or no, and which sends its word as POST /api/oauth/consent. Where the program or the address to
 * go back to are not known, nobody is sent anywhere; every other fault is told to the program.
 *
 * Only `response_type=code` with PKCE (S256) is known. The answer names us (`iss`, RFC 9207).
 */
#include "services/iam/oidc/oauth_authorize.h"

#include "base/encode.h"
#include "base/json.h"
#include "services/iam/oidc/oauth_write.h"

enum {
    STATE_BYTES_MAX = 1000,
    CHALLENGE_BYTES = 43, /* SHA-256 in base64url */
    SCOPES_BYTES_MAX = 1000,
    WORD_BYTES_MAX = 64,
    MAX_AGE_MAX = 10 * 365 * 24 * 3600,
    JUST_NOW_MS = 60 * 1000,
};

const struct refusal oauth_unknown_client = {"unknown_client", 400,
                                             "There is no program of that client_id."};
const struct refusal oauth_unknown_return = {
    "unknown_redirect_uri", 400, "This program may not send people back to that redirect_uri."};
const struct refusal oauth_needs_session = {
    "needs_session", 403, "Only a person who has signed in himself may say this."};

struct authorize_input {
    struct text response_type;
    struct text response_mode;
    struct text client_id;
    struct text redirect_uri;
    struct text scope;
    struct text state;
    struct text nonce;
    struct text code_challenge;
    struct text code_challenge_method;
    struct text prompt;
    struct text login_hint;
    struct text request;
    struct text request_uri;
    int64_t max_age;
    bool approved;
};

#define AT(member) .offset = offsetof(struct authorize_input, member)
#define TEXT_FIELD(called, in, limit)                                                              \
    {                                                                                              \
        .name = #called, .kind = FIELD_TEXT, AT(called), .place = (in), .bytes_max = (limit)       \
    }
#define ASKED(in)                                                                                  \
    TEXT_FIELD(response_type, in, WORD_BYTES_MAX), TEXT_FIELD(response_mode, in, WORD_BYTES_MAX),  \
        TEXT_FIELD(client_id, in, WORD_BYTES_MAX),                                                 \
        TEXT_FIELD(redirect_uri, in, OAUTH_URI_BYTES_MAX),                                         \
        TEXT_FIELD(scope, in, SCOPES_BYTES_MAX), TEXT_FIELD(state, in, STATE_BYTES_MAX),           \
        TEXT_FIELD(nonce, in, STATE_BYTES_MAX), TEXT_FIELD(code_challenge, in, 128),               \
        TEXT_FIELD(code_challenge_method, in, WORD_BYTES_MAX),                                     \
        TEXT_FIELD(prompt, in, WORD_BYTES_MAX), TEXT_FIELD(login_hint, in, 254),                   \
        TEXT_FIELD(request, in, 8000), TEXT_FIELD(request_uri, in, OAUTH_URI_BYTES_MAX),           \
    {                                                                                              \
        .name = "max_age", .kind = FIELD_INTEGER, AT(max_age), .place = (in), .minimum = 0,        \
        .maximum = MAX_AGE_MAX, .otherwise = FIELD_NONE                                            \
    }

static const struct field authorize_fields[] = {ASKED(FIELD_IN_QUERY)};
static const struct field consent_fields[] = {
    ASKED(FIELD_IN_BODY),
    {.name = "approved",
     .kind = FIELD_FLAG,
     AT(approved),
     .required = true,
     .meaning = "What the person has said"},
};
#undef AT

const struct shape oauth_authorize_takes = {
    .name = "Authorize",
    .fields = authorize_fields,
    .field_count = COUNT_OF(authorize_fields),
    .bytes = sizeof(struct authorize_input),
};
const struct shape oauth_consent_takes = {
    .name = "Consent",
    .fields = consent_fields,
    .field_count = COUNT_OF(consent_fields),
    .bytes = sizeof(struct authorize_input),
};

struct way {
    struct text redirect;
};
static const struct field way_fields[] = {
    {.name = "redirect",
     .kind = FIELD_TEXT,
     .offset = offsetof(struct way, redirect),
     .required = true,
     .meaning = "Where the browser goes on to"},
};
const struct shape oauth_consent_gives = {
    .name = "ConsentGiven",
    .fields = way_fields,
    .field_count = COUNT_OF(way_fields),
    .bytes = sizeof(struct way),
};

/* What was asked, as far as it is right. */
struct request {
    const struct authorize_input *input;
    struct oauth_client client;
    struct text scopes;
    const char *error; /* of OAuth, for the program; NULL: none */
    const char *why;
};

/* ---- is it right? ---- */

static void blame(struct request *request, const char *error, const char *why)
{
    if (request->error == NULL) {
        request->error = error;
        request->why = why;
    }
}

static bool is_challenge(struct text challenge)
{
    char bytes[32];
    return challenge.bytes == CHALLENGE_BYTES &&
           decode_base64url_exactly(challenge, bytes, sizeof bytes);
}

static void check(struct arena *arena, struct request *request)
{
    const struct authorize_input *input = request->input;
    if (input->request.data != NULL) {
        blame(request, "request_not_supported", "Send the parameters as they are.");
    }
    if (input->request_uri.data != NULL) {
        blame(request, "request_uri_not_supported", "Send the parameters as they are.");
    }
    if (!text_equals(input->response_type, TEXT("code"))) {
        blame(request, "unsupported_response_type", "response_type must be code.");
    }
    if (input->response_mode.data != NULL && !text_equals(input->response_mode, TEXT("query"))) {
        blame(request, "invalid_request", "response_mode must be query.");
    }
    if (!text_equals(input->code_challenge_method, TEXT("S256")) ||
        !is_challenge(input->code_challenge)) {
        blame(request, "invalid_request",
              "code_challenge (PKCE) with code_challenge_method=S256 is required.");
    }
    if (!oauth_scopes_read(arena, &request->client, input->scope, &request->scopes) ||
        request->scopes.bytes == 0) {
        blame(request, "invalid_scope", "The program may not ask for one of these scopes.");
    }
}

/* OK; REFUSED or an error page answered where nobody may be sent back. */
static enum status read_request(struct call *call, struct request *request_out)
{
    const struct authorize_input *input = call->input;
    *request_out = (struct request){.input = input};
    enum status status =
        oauth_client_named(call->store, call->arena, input->client_id, &request_out->client);
    if (status == STATUS_OK) {
        check(call->arena, request_out);
    }
    return status;
}

static bool may_return(const struct request *request)
{
    return request->input->redirect_uri.data != NULL &&
           oauth_client_may_return_to(&request->client, request->input->redirect_uri);
}

/* ---- back to the program ---- */

static struct text way_back(const struct call *call, const struct request *request)
{
    struct arena *arena = call->arena;
    struct text way =
        oauth_with(arena, request->input->redirect_uri, "state", request->input->state);
    return oauth_with(arena, way, "iss", call_public_address(call));
}

static struct text way_with_error(const struct call *call, const struct request *request,
                                  const char *error, const char *why)
{
    struct text way = oauth_with(call->arena, way_back(call, request), "error", text_of(error));
    return oauth_with(call->arena, way, "error_description", text_of(why));
}

/* ---- the page ---- */

static void put(struct json_writer *writer, const char *key, struct text text)
{
    if (text.data != NULL) {
        json_key(writer, key);
        json_put_text(writer, text);
    }
}

/* What the page sends with the person's word. */
static void put_request(struct json_writer *writer, const struct authorize_input *input)
{
    json_key(writer, "request");
    json_begin_object(writer);
    put(writer, "response_type", input->response_type);
    put(writer, "client_id", input->client_id);
    put(writer, "redirect_uri", input->redirect_uri);
    put(writer, "scope", input->scope);
    put(writer, "state", input->state);
    put(writer, "nonce", input->nonce);
    put(writer, "code_challenge", input->code_challenge);
    put(writer, "code_challenge_method", input->code_challenge_method);
    json_end_object(writer);
}

static enum status show(struct call *call, const struct request *request, const char *mode,
                        bool is_asked)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 1024);
    json_begin_object(&writer);
    put(&writer, "mode", text_of(mode));
    put(&writer, "client", request->client.name);
    put(&writer, "scopes", request->scopes);
    put(&writer, "hint", request->input->login_hint);
    json_key(&writer, "is_asked");
    json_put_flag(&writer, is_asked);
    put_request(&writer, request->input);
    json_end_object(&writer);
    return oauth_page(call, json_written(&writer));
}

/* Must he sign in (again)? OK with the moment in which he has, or 0. */
static enum status signed_in_at(struct call *call, const struct request *request, int64_t *at_out)
{
    const struct authorize_input *input = request->input;
    int64_t began = 0;
    *at_out = 0;
    if (id_is_none(call->caller.person) || id_is_none(call->caller.session)) {
        return STATUS_OK;
    }
    enum status status =
        oauth_session_began(call->store, call->arena, call->caller.session, call->now_ms, &began);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    int64_t age_ms = call->now_ms - began;
    bool is_too_old = input->max_age != FIELD_NONE && age_ms > input->max_age * 1000 + JUST_NOW_MS;
    bool is_asked_again = oauth_scopes_have(input->prompt, TEXT("login")) && age_ms > JUST_NOW_MS;
    *at_out = is_too_old || is_asked_again ? 0 : began;
    return STATUS_OK;
}

/* Has he said yes to just this before, or need not be asked? */
static enum status is_agreed(struct call *call, const struct request *request, bool *agreed_out)
{
    struct oauth_grant grant;
    const struct oauth_grant like = {
        .client_id = request->client.id,
        .person_id = call->caller.person,
        .scopes = request->scopes,
    };
    *agreed_out = request->client.is_trusted;
    if (*agreed_out || oauth_scopes_have(request->input->prompt, TEXT("consent"))) {
        return STATUS_OK;
    }
    enum status status =
        oauth_grant_find_live(call->store, call->arena, &like, call->now_ms, &grant);
    *agreed_out = status == STATUS_OK;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status show_what_is_needed(struct call *call, const struct request *request)
{
    bool is_silent = oauth_scopes_have(request->input->prompt, TEXT("none"));
    bool agreed = false;
    int64_t at = 0;
    enum status status = signed_in_at(call, request, &at);
    if (status != STATUS_OK) {
        return status;
    }
    if (at == 0 && is_silent) {
        return answer_way(call, way_with_error(call, request, "login_required", "Nobody is in."));
    }
    if (at == 0) {
        return show(call, request, "sign_in", true);
    }
    status = is_agreed(call, request, &agreed);
    if (status == STATUS_OK && !agreed && is_silent) {
        return answer_way(
            call, way_with_error(call, request, "consent_required", "The person must be asked."));
    }
    return status == STATUS_OK ? show(call, request, "consent", !agreed) : status;
}

enum status oauth_authorize_handle(struct call *call)
{
    struct request request;
    enum status status = read_request(call, &request);
    if (call_public_address(call).data == NULL) {
        return oauth_error_page(call, 400, "This address is not web.address.");
    }
    if (status == STATUS_ABSENT) {
        return oauth_error_page(call, 400, oauth_unknown_client.text);
    }
    if (status == STATUS_OK && !may_return(&request)) {
        return oauth_error_page(call, 400, oauth_unknown_return.text);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (request.error != NULL) {
        return answer_way(call, way_with_error(call, &request, request.error, request.why));
    }
    return show_what_is_needed(call, &request);
}

/* ---- the person's word ---- */

static enum status give_code(struct call *call, const struct request *request, int64_t signed_in,
                             struct text *code_out)
{
    const struct oauth_grant grant = {
        .id = id_new(),
        .client_id = request->client.id,
        .person_id = call->caller.person,
        .session_id = call->caller.session,
        .scopes = request->scopes,
        .nonce = request->input->nonce,
        .signed_in_at = signed_in,
        .created_at = call->now_ms,
        .expires_at = call->now_ms + OAUTH_GRANT_MS,
    };
    *code_out = secret_new(call->arena, OAUTH_CODE_PREFIX);
    const struct oauth_code code = {
        .hash = digest_hex(call->arena, *code_out),
        .grant_id = grant.id,
        .redirect_uri = request->input->redirect_uri,
        .challenge = request->input->code_challenge,
        .expires_at = call->now_ms + OAUTH_CODE_MS,
    };
    enum status status = oauth_grant_insert(call->store, &grant);
    return status == STATUS_OK ? oauth_code_insert(call->store, &code) : status;
}

static enum status answer_word(struct call *call, struct text redirect)
{
    return answer(call, &(struct way){.redirect = redirect});
}

enum status oauth_consent_handle(struct call *call)
{
    struct request request;
    struct text code;
    int64_t signed_in = 0;
    enum status status = read_request(call, &request);
    if (status == STATUS_ABSENT) {
        return refuse(call, &oauth_unknown_client);
    }
    if (status == STATUS_OK && !may_return(&request)) {
        return refuse(call, &oauth_unknown_return);
    }
    if (status == STATUS_OK) {
        status = signed_in_at(call, &request, &signed_in);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (signed_in == 0) {
        return refuse(call, &oauth_needs_session);
    }
    if (request.error != NULL) {
        return answer_word(call, way_with_error(call, &request, request.error, request.why));
    }
    if (!request.input->approved) {
        return answer_word(
            call, way_with_error(call, &request, "access_denied", "The person has said no."));
    }
    status = give_code(call, &request, signed_in, &code);
    return status == STATUS_OK
               ? answer_word(call, oauth_with(call->arena, way_back(call, &request), "code", code))
               : status;
}
