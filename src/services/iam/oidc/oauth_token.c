/* oauth_token.c - the token endpoint: which program is it, and what does it show?
 *
 * Whatever is shown is good once. What is shown a second time was stolen from somebody, so all that
 * has come of that grant ends, and this is kept although the answer is no.
 */
#include "services/iam/oidc/oauth_token.h"

#include "base/crypto/sha256.h"
#include "base/encode.h"

enum { SECRET_TEXT_MAX = 200, VERIFIER_BYTES_MIN = 43, VERIFIER_BYTES_MAX = 128 };

const struct refusal oauth_invalid_client = {
    "invalid_client", 401, "There is no such program, or this is not its secret."};
const struct refusal oauth_invalid_request = {"invalid_request", 400,
                                              "Something that this grant needs is missing."};
const struct refusal oauth_invalid_grant = {
    "invalid_grant", 400, "What was shown is not good, not any more, or was for somebody else."};
const struct refusal oauth_invalid_scope = {"invalid_scope", 400,
                                            "The person has not agreed to one of these scopes."};
const struct refusal oauth_unsupported_grant = {
    "unsupported_grant_type", 400,
    "There are authorization_code, refresh_token and the device code."};

#define AT(member) .offset = offsetof(struct oauth_token_input, member)
static const struct field token_fields[] = {
    {.name = "grant_type", .kind = FIELD_TEXT, AT(grant_type), .required = true, .bytes_max = 100},
    {.name = "client_id", .kind = FIELD_TEXT, AT(credentials.client_id), .bytes_max = 64},
    {.name = "client_secret",
     .kind = FIELD_TEXT,
     AT(credentials.client_secret),
     .bytes_max = SECRET_TEXT_MAX},
    {.name = "code", .kind = FIELD_TEXT, AT(code), .bytes_max = SECRET_TEXT_MAX},
    {.name = "redirect_uri",
     .kind = FIELD_TEXT,
     AT(redirect_uri),
     .bytes_max = OAUTH_URI_BYTES_MAX},
    {.name = "code_verifier", .kind = FIELD_TEXT, AT(code_verifier), .bytes_max = 200},
    {.name = "refresh_token", .kind = FIELD_TEXT, AT(refresh_token), .bytes_max = SECRET_TEXT_MAX},
    {.name = "device_code", .kind = FIELD_TEXT, AT(device_code), .bytes_max = SECRET_TEXT_MAX},
    {.name = "scope", .kind = FIELD_TEXT, AT(scope), .bytes_max = 1000},
};
#undef AT
const struct shape oauth_token_takes = {
    .name = "OauthToken",
    .fields = token_fields,
    .field_count = COUNT_OF(token_fields),
    .bytes = sizeof(struct oauth_token_input),
};

/* ---- which program is it? ---- */

/* "Basic id:secret", both escaped as in a form. False: there is none, or it is broken. */
static bool read_basic(const struct call *call, struct oauth_credentials *credentials_out)
{
    struct text header = http_header_value(&call->exchange->request, "Authorization");
    struct text pair;
    struct text id;
    struct text secret;
    bool is_basic = header.bytes > 6 && header.bytes < 1000 &&
                    text_equals_ignoring_case(text_slice(header, 0, 6), TEXT("Basic "));
    return is_basic &&
           decode_base64(call->arena, text_slice(header, 6, header.bytes), header.bytes, &pair) &&
           text_cut(pair, ':', &id, &secret) &&
           http_decode(call->arena, id, true, &credentials_out->client_id) &&
           http_decode(call->arena, secret, true, &credentials_out->client_secret);
}

static bool shows_its_secret(const struct call *call, const struct oauth_client *client,
                             struct text secret)
{
    if (client->secret_hash.data == NULL) {
        return secret.bytes == 0;
    }
    return secret.bytes > 0 && digest_equals(digest_hex(call->arena, secret), client->secret_hash);
}

enum status oauth_client_of(struct call *call, const struct oauth_credentials *form,
                            struct oauth_client *client_out)
{
    struct oauth_credentials shown = *form;
    bool has_header = http_header_value(&call->exchange->request, "Authorization").data != NULL;
    bool is_read = !has_header || (form->client_secret.data == NULL && read_basic(call, &shown));
    bool is_one = form->client_id.data == NULL || text_equals(form->client_id, shown.client_id);
    enum status status = STATUS_ABSENT;
    if (is_read && is_one && shown.client_id.data != NULL) {
        status = oauth_client_named(call->store, call->arena, shown.client_id, client_out);
    }
    if (status == STATUS_OK && !shows_its_secret(call, client_out, shown.client_secret)) {
        status = STATUS_ABSENT;
    }
    if (status != STATUS_ABSENT) {
        return status;
    }
    status = refuse(call, &oauth_invalid_client);
    http_answer_header(&call->exchange->answer, "WWW-Authenticate",
                       TEXT("Basic realm=\"kontora\""));
    return status;
}

/* ---- a code ---- */

static bool fits_challenge(const struct call *call, struct text verifier, struct text challenge)
{
    if (verifier.bytes < VERIFIER_BYTES_MIN || verifier.bytes > VERIFIER_BYTES_MAX) {
        return false;
    }
    struct text digest = sha256_of(call->arena, verifier);
    return digest_equals(encode_base64url(call->arena, digest.data, digest.bytes), challenge);
}

/* The family ends, and the answer is no. */
static enum status end_family(struct call *call, struct id grant)
{
    enum status status = oauth_grant_end(call->store, grant, call->now_ms);
    return status == STATUS_OK ? answer_no(call, &oauth_invalid_grant, 0) : status;
}

/* Reads the grant and sees that it is this client's and still good; REFUSED otherwise. */
static enum status find_grant(struct call *call, struct id id, const struct oauth_client *client,
                              struct oauth_grant *grant_out)
{
    bool is_live = false;
    enum status status = oauth_grant_find(call->store, call->arena, id, grant_out);
    if (status == STATUS_OK) {
        status = oauth_grant_is_live(call->store, call->arena, grant_out, call->now_ms, &is_live);
    }
    if (status == STATUS_ABSENT ||
        (status == STATUS_OK && (!is_live || !id_equals(grant_out->client_id, client->id)))) {
        return refuse(call, &oauth_invalid_grant);
    }
    return status;
}

enum status oauth_token_by_code(struct call *call, const struct oauth_client *client)
{
    const struct oauth_token_input *input = call->input;
    struct oauth_given given = {.client = *client, .has_id_token = true};
    struct oauth_code code;
    bool was_first = false;
    if (input->code.data == NULL || input->code_verifier.data == NULL ||
        input->redirect_uri.data == NULL) {
        return refuse(call, &oauth_invalid_request);
    }
    enum status status =
        oauth_code_find(call->store, call->arena, digest_hex(call->arena, input->code), &code);
    if (status == STATUS_ABSENT) {
        return refuse(call, &oauth_invalid_grant);
    }
    if (status == STATUS_OK) {
        status = find_grant(call, code.grant_id, client, &given.grant);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = oauth_code_use(call->store, code.hash, call->now_ms, &was_first);
    if (status != STATUS_OK) {
        return status;
    }
    bool is_right = text_equals(code.redirect_uri, input->redirect_uri) &&
                    fits_challenge(call, input->code_verifier, code.challenge);
    if (!was_first || !is_right) { /* stolen on its way, or shown again: neither side keeps it */
        return end_family(call, code.grant_id);
    }
    return code.expires_at > call->now_ms ? oauth_give(call, &given)
                                          : refuse(call, &oauth_invalid_grant);
}

/* ---- a refresh ---- */

/* Fewer scopes may be asked for, never more. */
static bool narrow(struct oauth_grant *grant, struct text scope)
{
    struct text rest = scope;
    while (rest.data != NULL) {
        struct text one;
        text_cut(rest, ' ', &one, &rest);
        if (one.bytes > 0 && !oauth_scopes_have(grant->scopes, one)) {
            return false;
        }
    }
    return true;
}

enum status oauth_token_by_refresh(struct call *call, const struct oauth_client *client)
{
    const struct oauth_token_input *input = call->input;
    struct oauth_given given = {.client = *client};
    struct oauth_token refresh;
    bool was_first = false;
    if (input->refresh_token.data == NULL) {
        return refuse(call, &oauth_invalid_request);
    }
    enum status status = oauth_refresh_find(
        call->store, call->arena, digest_hex(call->arena, input->refresh_token), &refresh);
    if (status == STATUS_ABSENT) {
        return refuse(call, &oauth_invalid_grant);
    }
    if (status == STATUS_OK) {
        status = find_grant(call, refresh.grant_id, client, &given.grant);
    }
    if (status == STATUS_OK && !narrow(&given.grant, input->scope)) {
        return refuse(call, &oauth_invalid_scope);
    }
    if (status == STATUS_OK) {
        status = oauth_refresh_use(call->store, refresh.hash, call->now_ms, &was_first);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (!was_first) {
        return end_family(call, refresh.grant_id);
    }
    return refresh.expires_at > call->now_ms ? oauth_give(call, &given)
                                             : refuse(call, &oauth_invalid_grant);
}

/* ---- the endpoint ---- */

enum status oauth_token_handle(struct call *call)
{
    static const struct {
        struct text name;
        enum status (*handle)(struct call *call, const struct oauth_client *client);
    } grants[] = {
        {{"authorization_code", 18}, oauth_token_by_code},
        {{"refresh_token", 13}, oauth_token_by_refresh},
        {{"urn:ietf:params:oauth:grant-type:device_code", 44}, oauth_token_by_device},
    };
    const struct oauth_token_input *input = call->input;
    struct oauth_client client;
    enum status status = oauth_client_of(call, &input->credentials, &client);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < COUNT_OF(grants); i++) {
        if (text_equals(input->grant_type, grants[i].name)) {
            return grants[i].handle(call, &client);
        }
    }
    return refuse(call, &oauth_unsupported_grant);
}
