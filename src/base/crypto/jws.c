/* jws.c - reads, checks and writes signed claims. */
#include "base/crypto/jws.h"

#include "base/encode.h"
#include "base/must.h"

enum {
    HEAD_BYTES_MAX = 4096,
    HEAD_VALUES_MAX = 64,
    SIGNATURE_BYTES_MAX = 1024,
    KID_BYTES_MAX = 256,
    SKEW_SECONDS = 60,
    KEYS_MAX = 64,
};

/* ---- reading ---- */

/* NO_TEXT when it is not there; false when it is no string. */
static bool read_string(const struct json *object, struct text name, struct text *text_out)
{
    const struct json *member = json_member(object, name);
    *text_out = member != NULL ? member->text : NO_TEXT;
    return member == NULL || member->kind == JSON_STRING;
}

static enum status read_json(struct arena *arena, struct text encoded, size_t values_max,
                             const struct json **root_out)
{
    struct text bytes;
    struct json_error error;
    if (!decode_base64url(arena, encoded, encoded.bytes, &bytes)) {
        return STATUS_MALFORMED;
    }
    enum status status = json_read(arena, bytes, values_max, root_out, &error);
    bool is_object = status == STATUS_OK && (*root_out)->kind == JSON_OBJECT;
    return status == STATUS_OK && !is_object ? STATUS_MALFORMED : status;
}

static enum status read_head(struct arena *arena, struct text encoded, struct jws *jws)
{
    const struct json *head = NULL;
    struct text algorithm;
    if (encoded.bytes > HEAD_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    enum status status = read_json(arena, encoded, HEAD_VALUES_MAX, &head);
    if (status != STATUS_OK) {
        return status;
    }
    bool is_fine =
        read_string(head, TEXT("alg"), &algorithm) && algorithm_of(algorithm, &jws->algorithm) &&
        read_string(head, TEXT("kid"), &jws->kid) && jws->kid.bytes <= KID_BYTES_MAX &&
        read_string(head, TEXT("typ"), &jws->type) && json_member(head, TEXT("crit")) == NULL &&
        json_member(head, TEXT("b64")) == NULL;
    return is_fine ? STATUS_OK : STATUS_MALFORMED;
}

enum status jws_read(struct arena *arena, struct text written, struct jws *jws_out)
{
    struct text head;
    struct text claims;
    struct text signature;
    struct text rest;
    struct jws jws = {.signature = NO_TEXT};
    if (written.bytes > JWS_BYTES_MAX) {
        return STATUS_TOO_LARGE;
    }
    if (!text_cut(written, '.', &head, &rest) || !text_cut(rest, '.', &claims, &signature)) {
        return STATUS_MALFORMED;
    }
    enum status status = read_head(arena, head, &jws);
    if (status == STATUS_OK) {
        status = read_json(arena, claims, JWS_CLAIMS_MAX, &jws.claims);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (signature.bytes == 0 ||
        !decode_base64url(arena, signature, SIGNATURE_BYTES_MAX, &jws.signature)) {
        return STATUS_MALFORMED;
    }
    jws.signed_text = text_slice(written, 0, head.bytes + 1 + claims.bytes);
    *jws_out = jws;
    return STATUS_OK;
}

bool jws_is_signed_by(const struct jws *jws, const struct public_key *key)
{
    return jws->algorithm == public_key_algorithm(key) &&
           public_key_verifies(key, SIGNATURE_PLAIN, jws->signed_text, jws->signature);
}

/* ---- writing ---- */

struct text jws_write(struct arena *arena, const struct private_key *key, struct text kid,
                      struct text type, struct text claims)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "alg");
    json_put_text(&writer, algorithm_name(private_key_algorithm(key)));
    json_key(&writer, "kid");
    json_put_text(&writer, kid);
    json_key(&writer, "typ");
    json_put_text(&writer, type);
    json_end_object(&writer);
    struct text head = json_written(&writer);
    struct text said =
        text_format(arena, "%s.%s", encode_base64url(arena, head.data, head.bytes).data,
                    encode_base64url(arena, claims.data, claims.bytes).data);
    struct text signature = private_key_sign(arena, key, said);
    return text_format(arena, "%.*s.%s", TEXT_ARGS(said),
                       encode_base64url(arena, signature.data, signature.bytes).data);
}

/* ---- claims ---- */

static bool claims_text(const struct jws *jws, struct text name, struct text wanted)
{
    const struct json *member = json_member(jws->claims, name);
    return member != NULL && member->kind == JSON_STRING && wanted.bytes > 0 &&
           text_equals(member->text, wanted);
}

static bool is_for(const struct jws *jws, struct text audience)
{
    const struct json *member = json_member(jws->claims, TEXT("aud"));
    if (member == NULL || member->kind != JSON_ARRAY) {
        return claims_text(jws, TEXT("aud"), audience);
    }
    bool is_listed = false;
    for (const struct json *item = member->first; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            return false;
        }
        is_listed = is_listed || text_equals(item->text, audience);
    }
    return is_listed;
}

static bool has_several_audiences(const struct jws *jws)
{
    const struct json *member = json_member(jws->claims, TEXT("aud"));
    return member != NULL && member->kind == JSON_ARRAY && member->count > 1;
}

static bool claims_moment(const struct jws *jws, struct text name, int64_t *second_out)
{
    const struct json *member = json_member(jws->claims, name);
    return member != NULL && member->kind == JSON_NUMBER && json_to_integer(member, second_out) &&
           *second_out > 0 && *second_out < INT64_MAX / 2000;
}

static const char *complaint_of_time(const struct jws *jws, int64_t now)
{
    int64_t expires;
    int64_t issued;
    int64_t begins;
    if (!claims_moment(jws, TEXT("exp"), &expires)) {
        return "it does not say until when it is good";
    }
    if (expires + SKEW_SECONDS <= now) {
        return "its time is over";
    }
    if (!claims_moment(jws, TEXT("iat"), &issued)) {
        return "it does not say when it was written";
    }
    if (issued - SKEW_SECONDS > now) {
        return "it was written in the future";
    }
    bool has_beginning = json_member(jws->claims, TEXT("nbf")) != NULL;
    if (has_beginning &&
        (!claims_moment(jws, TEXT("nbf"), &begins) || begins - SKEW_SECONDS > now)) {
        return "its time has not begun";
    }
    return NULL;
}

const char *jws_complaint(const struct jws *jws, const struct jws_wanted *wanted)
{
    MUST(wanted->issuer.bytes > 0 && wanted->audience.bytes > 0);
    if (!claims_text(jws, TEXT("iss"), wanted->issuer)) {
        return "somebody else has written it";
    }
    if (!is_for(jws, wanted->audience)) {
        return "it is for somebody else";
    }
    bool has_party = json_member(jws->claims, TEXT("azp")) != NULL;
    if ((has_party || has_several_audiences(jws)) &&
        !claims_text(jws, TEXT("azp"), wanted->audience)) {
        return "it was given to somebody else";
    }
    if (wanted->nonce.data != NULL && !claims_text(jws, TEXT("nonce"), wanted->nonce)) {
        return "it answers another question";
    }
    return complaint_of_time(jws, wanted->now_ms / 1000);
}

/* ---- the keys of others ---- */

enum status jwks_find(struct arena *arena, const struct json *keys, const struct jws *jws,
                      struct public_key **key_out)
{
    const struct json *list = json_member(keys, TEXT("keys"));
    struct public_key *found = NULL;
    size_t found_count = 0;
    if (list == NULL || list->kind != JSON_ARRAY || list->count > KEYS_MAX) {
        return STATUS_MALFORMED;
    }
    for (const struct json *jwk = list->first; jwk != NULL; jwk = jwk->next) {
        struct text kid;
        struct public_key *key;
        bool is_meant = jwk->kind == JSON_OBJECT && read_string(jwk, TEXT("kid"), &kid) &&
                        (jws->kid.data == NULL || text_equals(kid, jws->kid));
        if (is_meant && public_key_of_jwk(arena, jwk, &key) == STATUS_OK &&
            public_key_algorithm(key) == jws->algorithm) {
            found = key;
            found_count++;
        }
    }
    if (found_count != 1) { /* two of one name are none */
        return STATUS_ABSENT;
    }
    *key_out = found;
    return STATUS_OK;
}
