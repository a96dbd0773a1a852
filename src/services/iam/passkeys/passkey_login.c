/* passkey_login.c - somebody comes in with a key of his device; he need not say who he is.
 *
 * The device has seen its owner (that is asked for and looked at), so no second factor is wanted. A
 * challenge that was shown is gone, also when the answer is no. A count that does not grow says
 * that there are two of a key that should be one: then it is not accepted.
 */
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "services/iam/passkeys/passkey.h"
#include "services/iam/sign_in/enter.h"
#include "services/iam/sign_in/login.h"

#define CHALLENGE_PREFIX "gwp_"

struct options {
    struct text challenge;
    struct text rp_id;
};

#define AT(member) .offset = offsetof(struct options, member)
static const struct field options_fields[] = {
    {.name = "challenge",
     .kind = FIELD_TEXT,
     AT(challenge),
     .required = true,
     .meaning = "base64url; to be signed, and sent back as it is by the same browser"},
    {.name = "rp_id", .kind = FIELD_TEXT, AT(rp_id), .required = true},
};
#undef AT
const struct shape passkey_login_options_gives = {
    .name = "PasskeyLoginOptions",
    .fields = options_fields,
    .field_count = COUNT_OF(options_fields),
    .bytes = sizeof(struct options),
};

enum status passkey_login_options_handle(struct call *call)
{
    struct passkey_place place;
    struct client client = client_of(call);
    if (!passkey_place_of(call, &place)) {
        return refuse(call, &passkey_no_place);
    }
    client_introduce(call, &client);
    struct text secret = secret_new(call->arena, CHALLENGE_PREFIX);
    const struct options options = {
        .challenge = encode_base64url(call->arena, secret.data, secret.bytes),
        .rp_id = place.rp_id,
    };
    enum status status = passkey_challenge_insert(
        call->store, &(struct passkey_challenge){
                         .hash = digest_hex(call->arena, options.challenge),
                         .device = client.device,
                         .expires_at = call->now_ms + PASSKEY_CHALLENGE_MS,
                     });
    if (status == STATUS_OK) {
        status = answer(call, &options);
    }
    if (status == STATUS_OK) {
        client_keep(call, &client);
    }
    return status;
}

/* ---- coming in ---- */

struct login_input_passkey {
    struct text challenge;
    struct text credential_id;
    struct text client_data;
    struct text authenticator_data;
    struct text signature;
    struct text user_handle;
};

#define AT(member) .offset = offsetof(struct login_input_passkey, member)
#define IN_BASE64URL(called, member_name, must)                                                    \
    {                                                                                              \
        .name = (called), .kind = FIELD_TEXT, AT(member_name), .required = (must),                 \
        .bytes_max = PASSKEY_TEXT_BYTES_MAX, .meaning = "base64url"                                \
    }
static const struct field login_fields[] = {
    {.name = "challenge", .kind = FIELD_TEXT, AT(challenge), .required = true, .bytes_max = 200},
    IN_BASE64URL("credential_id", credential_id, true),
    IN_BASE64URL("client_data", client_data, true),
    IN_BASE64URL("authenticator_data", authenticator_data, true),
    IN_BASE64URL("signature", signature, true),
    IN_BASE64URL("user_handle", user_handle, false),
};
#undef AT
#undef IN_BASE64URL
const struct shape passkey_login_takes = {
    .name = "LoginByPasskey",
    .fields = login_fields,
    .field_count = COUNT_OF(login_fields),
    .bytes = sizeof(struct login_input_passkey),
};

struct shown {
    struct text client;
    struct text data;
    struct text signature;
    struct text handle;
    struct text key;
};

static bool decode(struct arena *arena, const struct login_input_passkey *input,
                   const struct passkey *passkey, struct shown *shown)
{
    shown->handle = NO_TEXT;
    return decode_base64url(arena, input->client_data, PASSKEY_TEXT_BYTES_MAX, &shown->client) &&
           decode_base64url(arena, input->authenticator_data, PASSKEY_TEXT_BYTES_MAX,
                            &shown->data) &&
           decode_base64url(arena, input->signature, PASSKEY_TEXT_BYTES_MAX, &shown->signature) &&
           decode_base64url(arena, passkey->public_key, PASSKEY_TEXT_BYTES_MAX, &shown->key) &&
           (input->user_handle.data == NULL ||
            decode_base64url(arena, input->user_handle, PASSKEY_TEXT_BYTES_MAX, &shown->handle));
}

/* Why he does not come in with what he has shown; NULL: he does. */
static const char *complaint_of(struct call *call, const struct passkey *passkey,
                                const struct passkey_place *place, struct passkey_data *data_out)
{
    const struct login_input_passkey *input = call->input;
    struct arena *arena = call->arena;
    struct shown shown;
    struct public_key *key = NULL;
    if (!decode(arena, input, passkey, &shown)) {
        return "it is no base64url";
    }
    struct text owner = {(const char *)passkey->person_id.bytes, ID_BYTES};
    if (shown.handle.data != NULL && !text_equals(shown.handle, owner)) {
        return "the key is another person's";
    }
    const char *complaint = passkey_client_complaint(arena, shown.client, "webauthn.get",
                                                     input->challenge, place->origin);
    if (complaint == NULL) {
        complaint = passkey_data_complaint(arena, shown.data, place->rp_id, false, data_out);
    }
    if (complaint != NULL) {
        return complaint;
    }
    struct text hash = sha256_of(arena, shown.client);
    struct text said = text_join(arena, shown.data, hash);
    if (public_key_of_cose(arena, shown.key, &key) != STATUS_OK ||
        !public_key_verifies(key, SIGNATURE_DER, said, shown.signature)) {
        return "it was signed by another key";
    }
    bool counts = data_out->sign_count != 0 || passkey->sign_count != 0;
    return counts && data_out->sign_count <= passkey->sign_count
               ? "the count of the key does not grow: there may be two of it"
               : NULL;
}

static enum status find_shown(struct call *call, struct passkey *passkey_out, const char **why_out)
{
    const struct login_input_passkey *input = call->input;
    struct passkey_challenge challenge;
    struct client client = client_of(call);
    *why_out = NULL;
    enum status status = passkey_challenge_take(
        call->store, call->arena, digest_hex(call->arena, input->challenge), &challenge);
    bool is_ours = status == STATUS_OK && challenge.expires_at > call->now_ms &&
                   id_is_none(challenge.person_id) && client.device.data != NULL &&
                   digest_equals(challenge.device, client.device);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    if (!is_ours) {
        *why_out = "the challenge is none of ours, or not any more";
        return STATUS_OK;
    }
    status = passkey_find(call->store, call->arena, input->credential_id, passkey_out);
    if (status == STATUS_ABSENT) {
        *why_out = "nobody has such a key";
        return STATUS_OK;
    }
    return status;
}

static enum status come_in(struct call *call, const struct passkey *passkey)
{
    struct person person;
    struct client client = client_of(call);
    enum status status = person_find(call->store, call->arena, passkey->person_id, &person);
    if (status == STATUS_ABSENT) {
        return passkey_refuse(call, "its owner is not known");
    }
    if (status == STATUS_OK && person_is_blocked(&person)) {
        return refuse(call, &login_blocked);
    }
    return status == STATUS_OK ? enter(call, &person, &client, TEXT("passkey")) : status;
}

enum status passkey_login_handle(struct call *call)
{
    struct passkey_place place;
    struct passkey passkey;
    struct passkey_data data;
    const char *why = NULL;
    bool was_first = false;
    if (!passkey_place_of(call, &place)) {
        return refuse(call, &passkey_no_place);
    }
    enum status status = find_shown(call, &passkey, &why);
    if (status != STATUS_OK) {
        return status;
    }
    why = why == NULL ? complaint_of(call, &passkey, &place, &data) : why;
    if (why != NULL) {
        return passkey_refuse(call, why);
    }
    int64_t count_before = passkey.sign_count;
    passkey.sign_count = data.sign_count;
    passkey.is_synced = data.is_synced;
    passkey.used_at = call->now_ms;
    status = passkey_used(call->store, &passkey, count_before, &was_first);
    if (status == STATUS_OK && !was_first) {
        return passkey_refuse(call, "the key was used at the same moment elsewhere");
    }
    return status == STATUS_OK ? come_in(call, &passkey) : status;
}
