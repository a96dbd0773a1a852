/* oauth_look.c - what is a token worth: introspection, revocation, who am I, and our own door. */
#include "base/json.h"
#include "services/iam/oidc/oauth_token.h"
#include "services/iam/people/person.h"

enum { SECRET_TEXT_MAX = 200 };

const struct refusal oauth_invalid_token = {
    "invalid_token", 401, "This access is none, or its time is over, or it was taken back."};

struct one_input {
    struct oauth_credentials credentials;
    struct text token;
    struct text token_type_hint;
};

#define AT(member) .offset = offsetof(struct one_input, member)
static const struct field one_fields[] = {
    {.name = "token", .kind = FIELD_TEXT, AT(token), .required = true, .bytes_max = 8192},
    {.name = "token_type_hint", .kind = FIELD_TEXT, AT(token_type_hint), .bytes_max = 100},
    {.name = "client_id", .kind = FIELD_TEXT, AT(credentials.client_id), .bytes_max = 64},
    {.name = "client_secret",
     .kind = FIELD_TEXT,
     AT(credentials.client_secret),
     .bytes_max = SECRET_TEXT_MAX},
};
#undef AT
const struct shape oauth_one_takes = {
    .name = "OauthOne",
    .fields = one_fields,
    .field_count = COUNT_OF(one_fields),
    .bytes = sizeof(struct one_input),
};

/* A token as it is found: an access or a refresh. */
struct found {
    bool is_refresh;
    struct oauth_token token;
    struct oauth_grant grant;
};

/* OK or ABSENT, by what it begins with; the hint is not needed. */
static enum status find_token(struct call *call, struct text hash, bool is_refresh,
                              struct found *found_out)
{
    found_out->is_refresh = is_refresh;
    found_out->token = (struct oauth_token){.used_at = 0};
    enum status status = is_refresh
                             ? oauth_refresh_find(call->store, call->arena, hash, &found_out->token)
                             : oauth_access_find(call->store, call->arena, hash, &found_out->token);
    return status == STATUS_OK ? oauth_grant_find(call->store, call->arena,
                                                  found_out->token.grant_id, &found_out->grant)
                               : status;
}

static enum status is_good(struct call *call, const struct found *found, bool *good_out)
{
    *good_out = found->token.expires_at > call->now_ms && found->token.used_at == 0;
    return *good_out ? oauth_grant_is_live(call->store, call->arena, &found->grant, call->now_ms,
                                           good_out)
                     : STATUS_OK;
}

static bool looks_like_refresh(struct text token)
{
    return text_starts_with(token, TEXT(OAUTH_REFRESH_PREFIX));
}

/* ---- given up ---- */

/* A refresh ends all that has come of its grant, an access itself alone. What is not there, or is
 * another program's, is answered alike (RFC 7009). */
enum status oauth_revoke_handle(struct call *call)
{
    const struct one_input *input = call->input;
    struct oauth_client client;
    struct found found;
    enum status status = oauth_client_of(call, &input->credentials, &client);
    if (status != STATUS_OK) {
        return status;
    }
    status = find_token(call, digest_hex(call->arena, input->token),
                        looks_like_refresh(input->token), &found);
    if (status == STATUS_OK && id_equals(found.grant.client_id, client.id)) {
        status = found.is_refresh ? oauth_grant_end(call->store, found.grant.id, call->now_ms)
                                  : oauth_access_delete(call->store, found.token.hash);
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer_empty(call) : status;
}

/* ---- looked at ---- */

const char oauth_introspect_answer[] =
    "{\"type\":\"object\",\"required\":[\"active\"],\"properties\":{"
    "\"active\":{\"type\":\"boolean\"},\"scope\":{\"type\":\"string\"},"
    "\"client_id\":{\"type\":\"string\"},\"sub\":{\"type\":\"string\"},"
    "\"token_type\":{\"type\":\"string\"},\"exp\":{\"type\":\"integer\"},"
    "\"iss\":{\"type\":\"string\"}}}";

static void put(struct json_writer *writer, const char *key, struct text text)
{
    json_key(writer, key);
    json_put_text(writer, text);
}

static enum status answer_active(struct call *call, const struct found *found)
{
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 512);
    json_begin_object(&writer);
    json_key(&writer, "active");
    json_put_flag(&writer, true);
    put(&writer, "scope", found->grant.scopes);
    put(&writer, "client_id", oauth_client_name(call->arena, found->grant.client_id));
    put(&writer, "sub", person_subject(call->arena, found->grant.person_id));
    put(&writer, "token_type", found->is_refresh ? TEXT("refresh_token") : TEXT("Bearer"));
    json_key(&writer, "exp");
    json_put_integer(&writer, found->token.expires_at / 1000);
    put(&writer, "iss", call_public_address(call));
    json_end_object(&writer);
    return answer_json(call, json_written(&writer), NO_TEXT);
}

static enum status person_may_come_in(struct call *call, struct id id, bool *may_out)
{
    struct person person;
    enum status status = person_find(call->store, call->arena, id, &person);
    *may_out = status == STATUS_OK && !person_is_blocked(&person);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

/* Only a program with a secret may look, and only at what is its own, unless it is trusted. */
enum status oauth_introspect_handle(struct call *call)
{
    const struct one_input *input = call->input;
    struct oauth_client client;
    struct found found;
    bool good = false;
    enum status status = oauth_client_of(call, &input->credentials, &client);
    if (status == STATUS_OK && client.secret_hash.data == NULL) {
        return refuse(call, &oauth_invalid_client);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = find_token(call, digest_hex(call->arena, input->token),
                        looks_like_refresh(input->token), &found);
    if (status == STATUS_OK) {
        status = is_good(call, &found, &good);
    }
    if (status == STATUS_OK && good) {
        status = person_may_come_in(call, found.grant.person_id, &good);
    }
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool may_know = good && (client.is_trusted || id_equals(found.grant.client_id, client.id));
    return may_know ? answer_active(call, &found)
                    : answer_json(call, TEXT("{\"active\":false}"), NO_TEXT);
}

/* ---- who am I ---- */

const char oauth_userinfo_answer[] =
    "{\"type\":\"object\",\"required\":[\"sub\"],\"properties\":{\"sub\":{\"type\":\"string\"},"
    "\"email\":{\"type\":\"string\"},\"email_verified\":{\"type\":\"boolean\"},"
    "\"name\":{\"type\":\"string\"},\"locale\":{\"type\":\"string\"}}}";

static struct text bearer_of(const struct call *call)
{
    struct text header = http_header_value(&call->exchange->request, "Authorization");
    bool is_bearer = header.bytes > 7 && header.bytes <= 7 + SECRET_TEXT_MAX &&
                     text_equals_ignoring_case(text_slice(header, 0, 7), TEXT("Bearer "));
    return is_bearer ? text_slice(header, 7, header.bytes) : NO_TEXT;
}

static enum status refuse_bearer(struct call *call)
{
    enum status status = refuse(call, &oauth_invalid_token);
    http_answer_header(&call->exchange->answer, "WWW-Authenticate",
                       TEXT("Bearer error=\"invalid_token\""));
    return status;
}

enum status oauth_userinfo_handle(struct call *call)
{
    struct found found;
    struct person person;
    struct json_writer writer;
    bool good = false;
    struct text bearer = bearer_of(call);
    enum status status = bearer.data != NULL
                             ? find_token(call, digest_hex(call->arena, bearer), false, &found)
                             : STATUS_ABSENT;
    if (status == STATUS_OK) {
        status = is_good(call, &found, &good);
    }
    if (status == STATUS_OK && good) {
        status = person_find(call->store, call->arena, found.grant.person_id, &person);
    }
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool may = status == STATUS_OK && good && !person_is_blocked(&person) &&
               oauth_scopes_have(found.grant.scopes, TEXT("openid"));
    if (!may) {
        return refuse_bearer(call);
    }
    json_writer_init(&writer, call->arena, 256);
    json_begin_object(&writer);
    put(&writer, "sub", person_subject(call->arena, person.id));
    oauth_put_claims(&writer, &person, found.grant.scopes);
    json_end_object(&writer);
    return answer_json(call, json_written(&writer), NO_TEXT);
}

/* ---- at our own door ---- */

/* Without the scope `api` it tells who somebody is, and lets nobody do anything in his name. */
enum status oauth_decide(struct call *call, struct text hash, struct id *person_out,
                         int64_t *expires_at_out)
{
    struct found found;
    bool good = false;
    enum status status = find_token(call, hash, false, &found);
    if (status == STATUS_OK) {
        status = is_good(call, &found, &good);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (!good || !oauth_scopes_have(found.grant.scopes, TEXT("api"))) {
        return STATUS_ABSENT;
    }
    *person_out = found.grant.person_id;
    *expires_at_out = found.token.expires_at;
    return STATUS_OK;
}
