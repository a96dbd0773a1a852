/* upstream_ask.c - what we ask an outside provider, over HTTP; on a thread that may wait.
 *
 * Nothing it says is believed before it is signed by its key, written for us, in answer to our
 * nonce. Each question has a deadline and a limit; redirects are not followed.
 */
#include "base/crypto/jws.h"
#include "base/crypto/seal.h"
#include "base/encode.h"
#include "net/http_client.h"
#include "services/iam/oidc/oauth_write.h"
#include "services/iam/oidc/upstream/upstream.h"

enum { DEADLINE_MS = 4000, ANSWER_BYTES_MAX = 256 * 1024, VALUES_MAX = 4000 };

static bool is_on_this_machine(struct text url)
{
    static const struct text starts[] = {{"http://127.0.0.1", 16}, {"http://localhost", 16}};
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct text rest = text_slice(url, starts[i].bytes, url.bytes);
        if (text_starts_with(url, starts[i]) &&
            (rest.bytes == 0 || rest.data[0] == ':' || rest.data[0] == '/')) {
            return true;
        }
    }
    return false;
}

bool upstream_is_fine_url(struct text url)
{
    for (size_t i = 0; i < url.bytes; i++) {
        if (url.data[i] <= ' ' || url.data[i] >= 0x7F || url.data[i] == '#') {
            return false;
        }
    }
    bool is_tls = text_starts_with(url, TEXT("https://")) && url.bytes > 8 && url.data[8] != '/';
    return url.bytes <= UPSTREAM_URL_BYTES_MAX && (is_tls || is_on_this_machine(url));
}

/* ---- our secret there ---- */

static struct text place_of(const struct call *call, struct text name)
{
    return text_format(call->arena, "iam.oidc_provider:%.*s", TEXT_ARGS(name));
}

struct text upstream_seal(const struct call *call, struct text name, struct text secret)
{
    const struct digest_key key = call_key(call, "iam.oidc_provider");
    struct text sealed = seal(call->arena, &key, place_of(call, name), secret);
    return encode_base64url(call->arena, sealed.data, sealed.bytes);
}

bool upstream_unseal(const struct call *call, const struct upstream_provider *provider,
                     struct text *secret_out)
{
    struct text sealed;
    const struct digest_key key = call_key(call, "iam.oidc_provider");
    *secret_out = NO_TEXT;
    return provider->sealed.data == NULL ||
           (decode_base64url(call->arena, provider->sealed, 2048, &sealed) &&
            unseal(call->arena, &key, place_of(call, provider->name), sealed, secret_out));
}

/* ---- one question ---- */

static enum status fetch(struct call *call, const struct http_client_request *question,
                         const struct json **said_out, int *http_status_out)
{
    struct http_answer answer;
    struct json_error error;
    struct http_client *client = http_client_create();
    struct http_client_request request = *question;
    request.deadline_ms = DEADLINE_MS;
    request.answer_bytes_max = ANSWER_BYTES_MAX;
    enum status status = http_client_ask(client, call->arena, &request, &answer);
    http_client_destroy(&client);
    if (status != STATUS_OK) {
        return status == STATUS_MALFORMED || status == STATUS_TOO_LARGE ? STATUS_MALFORMED
                                                                        : STATUS_UNAVAILABLE;
    }
    *http_status_out = answer.status;
    if (answer.status >= 500) {
        return STATUS_UNAVAILABLE;
    }
    status = json_read(call->arena, answer.body, VALUES_MAX, said_out, &error);
    return status == STATUS_OK && (*said_out)->kind == JSON_OBJECT ? STATUS_OK : STATUS_MALFORMED;
}

static struct text string_of(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, text_of(name));
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

static enum status get(struct call *call, struct text url, const struct json **said_out)
{
    int http_status = 0;
    enum status status = fetch(
        call,
        &(struct http_client_request){.method = "GET", .url = text_copy(call->arena, url).data},
        said_out, &http_status);
    return status == STATUS_OK && http_status != 200 ? STATUS_MALFORMED : status;
}

/* ---- where it answers ---- */

/* Basic is what is meant where nothing is said. */
static bool wants_post(const struct json *document)
{
    const struct json *ways = json_member(document, TEXT("token_endpoint_auth_methods_supported"));
    if (ways == NULL) {
        return false;
    }
    for (const struct json *way = ways->first; way != NULL; way = way->next) {
        if (way->kind == JSON_STRING && text_equals(way->text, TEXT("client_secret_basic"))) {
            return false;
        }
    }
    return true;
}

enum status upstream_discover(struct call *call, const struct upstream_provider *provider,
                              struct upstream_places *places_out)
{
    const struct json *document = NULL;
    struct text issuer = provider->issuer;
    bool has_slash = issuer.bytes > 0 && issuer.data[issuer.bytes - 1] == '/';
    struct text base = text_slice(issuer, 0, issuer.bytes - (has_slash ? 1 : 0));
    enum status status = get(
        call, text_format(call->arena, "%.*s/.well-known/openid-configuration", TEXT_ARGS(base)),
        &document);
    if (status != STATUS_OK) {
        return status;
    }
    *places_out = (struct upstream_places){
        .authorization = string_of(document, "authorization_endpoint"),
        .exchange = string_of(document, "token_endpoint"),
        .keys = string_of(document, "jwks_uri"),
        .wants_post = wants_post(document),
    };
    bool is_whole = text_equals(string_of(document, "issuer"), issuer) &&
                    upstream_is_fine_url(places_out->authorization) &&
                    places_out->authorization.bytes > 0 &&
                    upstream_is_fine_url(places_out->exchange) && places_out->exchange.bytes > 0 &&
                    upstream_is_fine_url(places_out->keys) && places_out->keys.bytes > 0;
    return is_whole ? STATUS_OK : STATUS_MALFORMED;
}

/* ---- who he is ---- */

static struct text form_of(struct arena *arena, const struct upstream_provider *provider,
                           const struct upstream_exchange *exchange, bool shows_itself)
{
    struct text form = TEXT("?grant_type=authorization_code");
    form = oauth_with(arena, form, "code", exchange->code);
    form = oauth_with(arena, form, "redirect_uri", exchange->return_to);
    form = oauth_with(arena, form, "code_verifier", exchange->verifier);
    if (shows_itself) {
        form = oauth_with(arena, form, "client_id", provider->client_id);
        form = oauth_with(arena, form, "client_secret", exchange->secret);
    }
    return text_slice(form, 1, form.bytes);
}

static struct text basic_of(struct arena *arena, const struct upstream_provider *provider,
                            struct text secret)
{
    struct text id = oauth_escape(arena, provider->client_id);
    struct text escaped = oauth_escape(arena, secret);
    struct text pair = text_format(arena, "%.*s:%.*s", TEXT_ARGS(id), TEXT_ARGS(escaped));
    return text_join(arena, TEXT("Basic "), encode_base64(arena, pair.data, pair.bytes));
}

static enum status change_code(struct call *call, const struct upstream_provider *provider,
                               const struct upstream_exchange *exchange,
                               const struct upstream_places *places, struct text *id_token_out)
{
    bool shows_itself = places->wants_post || exchange->secret.data == NULL;
    const struct http_header headers[] = {
        {TEXT("Content-Type"), TEXT("application/x-www-form-urlencoded")},
        {TEXT("Accept"), TEXT("application/json")},
        {TEXT("Authorization"),
         shows_itself ? NO_TEXT : basic_of(call->arena, provider, exchange->secret)},
    };
    const struct json *said = NULL;
    int http_status = 0;
    enum status status = fetch(call,
                               &(struct http_client_request){
                                   .method = "POST",
                                   .url = text_copy(call->arena, places->exchange).data,
                                   .headers = headers,
                                   .header_count = shows_itself ? 2 : 3,
                                   .body = form_of(call->arena, provider, exchange, shows_itself),
                               },
                               &said, &http_status);
    if (status != STATUS_OK) {
        return status;
    }
    *id_token_out = string_of(said, "id_token");
    return http_status == 200 && id_token_out->data != NULL ? STATUS_OK : STATUS_REFUSED;
}

static const char *complaint_of(struct call *call, const struct upstream_provider *provider,
                                struct text nonce, const struct json *keys, struct jws *jws)
{
    struct public_key *key = NULL;
    if (jwks_find(call->arena, keys, jws, &key) != STATUS_OK) {
        return "its key is none of the provider's";
    }
    if (!jws_is_signed_by(jws, key)) {
        return "it was signed by somebody else";
    }
    return jws_complaint(jws, &(struct jws_wanted){
                                  .issuer = provider->issuer,
                                  .audience = provider->client_id,
                                  .nonce = nonce,
                                  .now_ms = call->now_ms,
                              });
}

static void read_person(const struct jws *jws, struct upstream_person *person)
{
    const struct json *verified = json_member(jws->claims, TEXT("email_verified"));
    bool is_verified = verified != NULL && verified->kind == JSON_TRUE;
    person->subject = string_of(jws->claims, "sub");
    person->email = is_verified ? string_of(jws->claims, "email") : NO_TEXT;
}

enum status upstream_ask_who(struct call *call, const struct upstream_provider *provider,
                             const struct upstream_exchange *exchange,
                             struct upstream_person *person_out, const char **why_out)
{
    struct upstream_places places;
    struct text id_token;
    struct jws jws;
    const struct json *keys = NULL;
    *why_out = "the provider does not answer as it should";
    enum status status = upstream_discover(call, provider, &places);
    if (status == STATUS_OK) {
        status = change_code(call, provider, exchange, &places, &id_token);
    }
    if (status == STATUS_OK) {
        status = jws_read(call->arena, id_token, &jws);
    }
    if (status == STATUS_OK) {
        status = get(call, places.keys, &keys);
    }
    if (status != STATUS_OK) {
        return status == STATUS_UNAVAILABLE ? status : STATUS_REFUSED;
    }
    *why_out = complaint_of(call, provider, exchange->nonce, keys, &jws);
    read_person(&jws, person_out);
    if (*why_out == NULL && (person_out->subject.data == NULL || person_out->subject.bytes == 0 ||
                             person_out->subject.bytes > UPSTREAM_TEXT_BYTES_MAX)) {
        *why_out = "it does not say who he is";
    }
    return *why_out == NULL ? STATUS_OK : STATUS_REFUSED;
}
