/* passkey_read.c - what a browser and a device say, read strictly (WebAuthn level 2, 7.1 and 7.2).
 */
#include "base/crypto/cbor.h"
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "base/json.h"
#include "services/iam/passkeys/passkey.h"

enum {
    HASH_BYTES = 32,
    HEAD_BYTES = 37, /* hash, flags, count */
    MODEL_BYTES = 16,
    IS_PRESENT = 1,
    IS_VERIFIED = 4,
    MAY_BE_SYNCED = 8,
    IS_SYNCED = 16,
    HAS_KEY = 64,
    HAS_EXTENSIONS = 128,
    CLIENT_VALUES_MAX = 64,
};

bool passkey_place_of(const struct call *call, struct passkey_place *place_out)
{
    struct text origin = call_public_address(call);
    struct text scheme;
    struct text rest;
    struct text port;
    bool has_letter = false;
    if (origin.data == NULL || !text_cut(origin, ':', &scheme, &rest)) {
        return false;
    }
    text_cut(text_slice(rest, 2, rest.bytes), ':', &place_out->rp_id, &port);
    place_out->origin = origin;
    for (size_t i = 0; i < place_out->rp_id.bytes; i++) {
        char letter = place_out->rp_id.data[i];
        has_letter = has_letter || (letter >= 'a' && letter <= 'z');
        if (letter == '[') { /* an address of numbers; browsers want a name */
            return false;
        }
    }
    return has_letter;
}

/* ---- what the browser says ---- */

static bool says(const struct json *object, struct text key, struct text wanted)
{
    const struct json *member = json_member(object, key);
    return member != NULL && member->kind == JSON_STRING && text_equals(member->text, wanted);
}

const char *passkey_client_complaint(struct arena *arena, struct text client_data, const char *type,
                                     struct text challenge, struct text origin)
{
    const struct json *client = NULL;
    struct json_error error;
    if (json_read(arena, client_data, CLIENT_VALUES_MAX, &client, &error) != STATUS_OK ||
        client->kind != JSON_OBJECT) {
        return "the browser's words are no JSON";
    }
    const struct json *crossed = json_member(client, TEXT("crossOrigin"));
    if (!says(client, TEXT("type"), text_of(type))) {
        return "the browser's words are for something else";
    }
    if (!says(client, TEXT("challenge"), challenge)) {
        return "the browser's words answer another challenge";
    }
    if (!says(client, TEXT("origin"), origin)) {
        return "the browser was at another address";
    }
    return crossed != NULL && crossed->kind == JSON_TRUE ? "the browser was in somebody's frame"
                                                         : NULL;
}

/* ---- what the device says ---- */

static int64_t number_of(const char *bytes, size_t count)
{
    int64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | (unsigned char)bytes[i];
    }
    return number;
}

/* A new key: its maker, its name, and itself. False when it is cut off. */
static bool read_key(struct arena *arena, struct text *rest, struct passkey_data *data)
{
    const struct cbor *key = NULL;
    struct public_key *read = NULL;
    size_t bytes = 0;
    if (rest->bytes < MODEL_BYTES + 2) {
        return false;
    }
    size_t id_bytes = (size_t)number_of(rest->data + MODEL_BYTES, 2);
    *rest = text_slice(*rest, MODEL_BYTES + 2, rest->bytes);
    if (id_bytes == 0 || id_bytes > PASSKEY_CREDENTIAL_BYTES_MAX || id_bytes > rest->bytes) {
        return false;
    }
    data->credential_id = text_slice(*rest, 0, id_bytes);
    *rest = text_slice(*rest, id_bytes, rest->bytes);
    if (cbor_read(arena, *rest, &key, &bytes) != STATUS_OK) {
        return false;
    }
    data->public_key = text_slice(*rest, 0, bytes);
    *rest = text_slice(*rest, bytes, rest->bytes);
    return public_key_of_cose(arena, data->public_key, &read) == STATUS_OK;
}

static bool read_extensions(struct arena *arena, struct text *rest)
{
    const struct cbor *extensions = NULL;
    size_t bytes = 0;
    bool is_map =
        cbor_read(arena, *rest, &extensions, &bytes) == STATUS_OK && extensions->kind == CBOR_MAP;
    *rest = text_slice(*rest, is_map ? bytes : 0, rest->bytes);
    return is_map;
}

const char *passkey_data_complaint(struct arena *arena, struct text data, struct text rp_id,
                                   bool is_new, struct passkey_data *data_out)
{
    if (data.bytes < HEAD_BYTES) {
        return "the device's words are cut off";
    }
    struct text hash = sha256_of(arena, rp_id);
    unsigned flags = (unsigned char)data.data[HASH_BYTES];
    struct text rest = text_slice(data, HEAD_BYTES, data.bytes);
    *data_out = (struct passkey_data){
        .sign_count = number_of(data.data + HASH_BYTES + 1, 4),
        .is_synced = (flags & IS_SYNCED) != 0,
    };
    if (!text_equals(text_slice(data, 0, HASH_BYTES), hash)) {
        return "the device was asked by another site";
    }
    if ((flags & IS_PRESENT) == 0 || (flags & IS_VERIFIED) == 0) {
        return "the device has not seen its owner";
    }
    if ((flags & IS_SYNCED) != 0 && (flags & MAY_BE_SYNCED) == 0) {
        return "the device says two things of its key";
    }
    if (((flags & HAS_KEY) != 0) != is_new) {
        return is_new ? "the device shows no key" : "the device shows a key that nobody asked for";
    }
    if (is_new && !read_key(arena, &rest, data_out)) {
        return "the device's key is none that we know";
    }
    if ((flags & HAS_EXTENSIONS) != 0 && !read_extensions(arena, &rest)) {
        return "the device's extensions cannot be read";
    }
    return rest.bytes > 0 ? "there is more behind the device's words" : NULL;
}
