/* oidc_discovery.c - what a program must know of us: the discovery document, keys, and the way out.
 */
#include "services/iam/oidc/oidc_discovery.h"

#include "base/json.h"
#include "services/iam/oidc/clients/oauth_client.h"
#include "services/iam/oidc/oauth_write.h"
#include "services/iam/oidc/signing/signing.h"

const struct refusal oidc_no_address = {
    "no_address", 404,
    "This is reached at another address than web.address says, or that is not set."};

const char oidc_discovery_answer[] =
    "{\"type\":\"object\",\"required\":[\"issuer\",\"authorization_endpoint\",\"token_endpoint\","
    "\"jwks_uri\"],\"properties\":{\"issuer\":{\"type\":\"string\"},"
    "\"authorization_endpoint\":{\"type\":\"string\"},\"token_endpoint\":{\"type\":\"string\"},"
    "\"jwks_uri\":{\"type\":\"string\"}}}";
const char oidc_keys_answer[] =
    "{\"type\":\"object\",\"required\":[\"keys\"],\"properties\":{\"keys\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}}}}";

static void put_list(struct json_writer *writer, const char *key, const char *const *items,
                     size_t count)
{
    json_key(writer, key);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        json_put_text(writer, text_of(items[i]));
    }
    json_end_array(writer);
}

static void put_places(struct json_writer *writer, struct text address)
{
    static const struct {
        const char *key;
        const char *path;
    } places[] = {
        {"authorization_endpoint", "/oauth/authorize"},
        {"token_endpoint", "/oauth/token"},
        {"jwks_uri", "/oauth/jwks.json"},
        {"userinfo_endpoint", "/oauth/userinfo"},
        {"revocation_endpoint", "/oauth/revoke"},
        {"introspection_endpoint", "/oauth/introspect"},
        {"device_authorization_endpoint", "/oauth/device_authorization"},
        {"end_session_endpoint", "/oauth/logout"},
    };
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        json_key(writer, places[i].key);
        json_put_text(writer,
                      text_format(writer->arena, "%.*s%s", TEXT_ARGS(address), places[i].path));
    }
}

static void put_lists(struct json_writer *writer)
{
    static const char *const scopes[] = {"openid", "profile", "email", "offline_access", "api"};
    static const char *const grants[] = {"authorization_code", "refresh_token",
                                         "urn:ietf:params:oauth:grant-type:device_code"};
    static const char *const algorithms[] = {"RS256", "EdDSA"};
    static const char *const ways[] = {"client_secret_basic", "client_secret_post", "none"};
    static const char *const ways_with_secret[] = {"client_secret_basic", "client_secret_post"};
    static const char *const claims[] = {"iss",  "sub",    "aud",      "exp",
                                         "iat",  "nonce",  "email",    "email_verified",
                                         "name", "locale", "auth_time"};
    put_list(writer, "scopes_supported", scopes, COUNT_OF(scopes));
    put_list(writer, "response_types_supported", (const char *const[]){"code"}, 1);
    put_list(writer, "response_modes_supported", (const char *const[]){"query"}, 1);
    put_list(writer, "grant_types_supported", grants, COUNT_OF(grants));
    put_list(writer, "subject_types_supported", (const char *const[]){"public"}, 1);
    put_list(writer, "id_token_signing_alg_values_supported", algorithms, COUNT_OF(algorithms));
    put_list(writer, "token_endpoint_auth_methods_supported", ways, COUNT_OF(ways));
    put_list(writer, "revocation_endpoint_auth_methods_supported", ways, COUNT_OF(ways));
    put_list(writer, "introspection_endpoint_auth_methods_supported", ways_with_secret,
             COUNT_OF(ways_with_secret));
    put_list(writer, "code_challenge_methods_supported", (const char *const[]){"S256"}, 1);
    put_list(writer, "claims_supported", claims, COUNT_OF(claims));
}

enum status oidc_discovery_handle(struct call *call)
{
    struct text address = call_public_address(call);
    struct json_writer writer;
    if (address.data == NULL) {
        return refuse(call, &oidc_no_address);
    }
    json_writer_init(&writer, call->arena, 2048);
    json_begin_object(&writer);
    json_key(&writer, "issuer");
    json_put_text(&writer, address);
    put_places(&writer, address);
    put_lists(&writer);
    json_key(&writer, "authorization_response_iss_parameter_supported");
    json_put_flag(&writer, true);
    json_key(&writer, "request_uri_parameter_supported");
    json_put_flag(&writer, false);
    json_end_object(&writer);
    return answer_json(call, json_written(&writer), NO_TEXT);
}

enum status oidc_keys_handle(struct call *call)
{
    struct text jwks;
    enum status status = signing_jwks(call, &jwks);
    if (status != STATUS_OK) {
        return status;
    }
    status = answer_json(call, jwks, NO_TEXT);
    http_answer_header(&call->exchange->answer, "Cache-Control", TEXT("public, max-age=300"));
    return status;
}

/* ---- the way out ---- */

struct logout_input {
    struct text client_id;
    struct text post_logout_redirect_uri;
    struct text state;
    struct text id_token_hint;
};

#define AT(member) .offset = offsetof(struct logout_input, member), .place = FIELD_IN_QUERY
static const struct field logout_fields[] = {
    {.name = "client_id", .kind = FIELD_TEXT, AT(client_id), .bytes_max = 64},
    {.name = "post_logout_redirect_uri",
     .kind = FIELD_TEXT,
     AT(post_logout_redirect_uri),
     .bytes_max = OAUTH_URI_BYTES_MAX},
    {.name = "state", .kind = FIELD_TEXT, AT(state), .bytes_max = 1000},
    {.name = "id_token_hint", .kind = FIELD_TEXT, AT(id_token_hint), .bytes_max = 8000},
};
#undef AT
const struct shape oidc_logout_takes = {
    .name = "OauthLogout",
    .fields = logout_fields,
    .field_count = COUNT_OF(logout_fields),
    .bytes = sizeof(struct logout_input),
};

/* A hint only says which program it is; what is signed or not lets nobody go anywhere. */
static struct text client_of_hint(struct arena *arena, struct text hint)
{
    struct jws jws;
    const struct json *audience = NULL;
    if (hint.data != NULL && jws_read(arena, hint, &jws) == STATUS_OK) {
        audience = json_member(jws.claims, TEXT("aud"));
    }
    return audience != NULL && audience->kind == JSON_STRING ? audience->text : NO_TEXT;
}

/* He is asked whether he wants it; where he goes then must be written at the program. */
enum status oidc_logout_handle(struct call *call)
{
    const struct logout_input *input = call->input;
    struct oauth_client client;
    struct json_writer writer;
    struct text name = input->client_id.data != NULL
                           ? input->client_id
                           : client_of_hint(call->arena, input->id_token_hint);
    enum status status = name.data != NULL
                             ? oauth_client_named(call->store, call->arena, name, &client)
                             : STATUS_ABSENT;
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool may_return = status == STATUS_OK &&
                      oauth_client_may_log_out_to(&client, input->post_logout_redirect_uri);
    json_writer_init(&writer, call->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "mode");
    json_put_text(&writer, TEXT("log_out"));
    if (may_return) {
        json_key(&writer, "next");
        json_put_text(&writer, oauth_with(call->arena, input->post_logout_redirect_uri, "state",
                                          input->state));
    }
    json_end_object(&writer);
    return oauth_page(call, json_written(&writer));
}
