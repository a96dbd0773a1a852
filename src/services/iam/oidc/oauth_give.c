/* oauth_give.c - tokens are made and handed over. */
#include "services/iam/oidc/oauth_token.h"

#include "base/json.h"
#include "services/iam/oidc/signing/signing.h"
#include "services/iam/people/person.h"

enum { ID_TOKEN_SECONDS = 15 * 60 };

const char oauth_token_answer[] =
    "{\"type\":\"object\",\"required\":[\"access_token\",\"token_type\",\"expires_in\",\"scope\"],"
    "\"properties\":{\"access_token\":{\"type\":\"string\"},\"token_type\":{\"type\":\"string\"},"
    "\"expires_in\":{\"type\":\"integer\"},\"refresh_token\":{\"type\":\"string\"},"
    "\"id_token\":{\"type\":\"string\"},\"scope\":{\"type\":\"string\"}}}";

static void put(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_put_text(writer, text);
}

static void put_moment(struct json_writer *writer, const char *key, int64_t at_ms)
{
    json_key(writer, key);
    json_put_integer(writer, at_ms / 1000);
}

void oauth_put_claims(struct json_writer *writer, const struct person *person, struct text scopes)
{
    if (oauth_scopes_have(scopes, TEXT("email"))) {
        put(writer, "email", person->email);
        json_key(writer, "email_verified");
        json_put_flag(writer, true); /* codes go there; nobody comes in without it */
    }
    if (oauth_scopes_have(scopes, TEXT("profile"))) {
        if (person->full_name.data != NULL) {
            put(writer, "name", person->full_name);
        }
        put(writer, "locale", person->locale);
    }
}

static struct text id_claims(struct call *call, const struct oauth_given *given,
                             const struct person *person)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 512);
    json_begin_object(&writer);
    put(&writer, "iss", call_public_address(call));
    put(&writer, "sub", person_subject(call->arena, person->id));
    put(&writer, "aud", oauth_client_name(call->arena, given->client.id));
    put_moment(&writer, "iat", call->now_ms);
    put_moment(&writer, "exp", call->now_ms + (int64_t)ID_TOKEN_SECONDS * 1000);
    put_moment(&writer, "auth_time", given->grant.signed_in_at);
    if (given->grant.nonce.data != NULL) {
        put(&writer, "nonce", given->grant.nonce);
    }
    oauth_put_claims(&writer, person, given->grant.scopes);
    json_end_object(&writer);
    return json_written(&writer);
}

static enum status make_id_token(struct call *call, const struct oauth_given *given,
                                 const struct person *person, struct text *token_out)
{
    enum algorithm algorithm = ALGORITHM_RS256;
    *token_out = NO_TEXT;
    if (!given->has_id_token || !oauth_scopes_have(given->grant.scopes, TEXT("openid"))) {
        return STATUS_OK;
    }
    if (!algorithm_of(given->client.algorithm, &algorithm)) {
        return STATUS_CORRUPT;
    }
    return signing_sign(call, algorithm, id_claims(call, given, person), token_out);
}

static enum status make_access(struct call *call, const struct oauth_given *given,
                               struct text *access_out)
{
    *access_out = secret_new(call->arena, OAUTH_ACCESS_PREFIX);
    return oauth_access_insert(call->store, &(struct oauth_token){
                                                .hash = digest_hex(call->arena, *access_out),
                                                .grant_id = given->grant.id,
                                                .created_at = call->now_ms,
                                                .expires_at = call->now_ms + OAUTH_ACCESS_MS,
                                            });
}

static enum status make_refresh(struct call *call, const struct oauth_given *given,
                                struct text *refresh_out)
{
    *refresh_out = NO_TEXT;
    if (!oauth_scopes_have(given->grant.scopes, TEXT("offline_access"))) {
        return STATUS_OK;
    }
    *refresh_out = secret_new(call->arena, OAUTH_REFRESH_PREFIX);
    return oauth_refresh_insert(call->store, &(struct oauth_token){
                                                 .hash = digest_hex(call->arena, *refresh_out),
                                                 .grant_id = given->grant.id,
                                                 .expires_at = given->grant.expires_at,
                                             });
}

struct made {
    struct text access;
    struct text refresh;
    struct text id_token;
};

static enum status answer_made(struct call *call, const struct oauth_given *given,
                               const struct made *made)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 1024);
    json_begin_object(&writer);
    put(&writer, "access_token", made->access);
    put(&writer, "token_type", TEXT("Bearer"));
    json_key(&writer, "expires_in");
    json_put_integer(&writer, OAUTH_ACCESS_MS / 1000);
    if (made->refresh.data != NULL) {
        put(&writer, "refresh_token", made->refresh);
    }
    if (made->id_token.data != NULL) {
        put(&writer, "id_token", made->id_token);
    }
    put(&writer, "scope", given->grant.scopes);
    json_end_object(&writer);
    enum status status = answer_json(call, json_written(&writer), NO_TEXT);
    http_answer_header(&call->exchange->answer, "Cache-Control", TEXT("no-store"));
    return status;
}

enum status oauth_give(struct call *call, const struct oauth_given *given)
{
    struct person person;
    struct made made;
    enum status status = person_find(call->store, call->arena, given->grant.person_id, &person);
    if (status == STATUS_ABSENT || (status == STATUS_OK && person_is_blocked(&person))) {
        return refuse(call, &oauth_invalid_grant);
    }
    if (status == STATUS_OK) {
        status = make_access(call, given, &made.access);
    }
    if (status == STATUS_OK) {
        status = make_refresh(call, given, &made.refresh);
    }
    if (status == STATUS_OK) {
        status = make_id_token(call, given, &person, &made.id_token);
    }
    return status == STATUS_OK ? answer_made(call, given, &made) : status;
}
