/* passkey_register.c - a person who is signed in adds a key of his device.
 *
 * No proof of the device's make is asked for (attestation: none), and none is looked at. Refused:
 * what was not made for this challenge, by this browser, here; a key that is somebody's already; a
 * twenty-first key.
 */
#include "base/crypto/cbor.h"
#include "base/encode.h"
#include "services/iam/passkeys/passkey.h"
#include "services/iam/people/person.h"
#include "services/iam/sessions/session.h"

#define CHALLENGE_PREFIX "gwp_"

/* ---- what to make a key for ---- */

struct options {
    struct text challenge;
    struct text rp_id;
    struct text rp_name;
    struct text user_id;
    struct text user_name;
    struct text user_display_name;
    struct texts exclude;
};

#define AT(member) .offset = offsetof(struct options, member)
static const struct field options_fields[] = {
    {.name = "challenge",
     .kind = FIELD_TEXT,
     AT(challenge),
     .required = true,
     .meaning = "base64url; to be signed, and sent back as it is"},
    {.name = "rp_id", .kind = FIELD_TEXT, AT(rp_id), .required = true},
    {.name = "rp_name", .kind = FIELD_TEXT, AT(rp_name), .required = true},
    {.name = "user_id",
     .kind = FIELD_TEXT,
     AT(user_id),
     .required = true,
     .meaning = "base64url: the user handle"},
    {.name = "user_name", .kind = FIELD_TEXT, AT(user_name), .required = true},
    {.name = "user_display_name", .kind = FIELD_TEXT, AT(user_display_name), .required = true},
    {.name = "exclude",
     .kind = FIELD_TEXTS,
     AT(exclude),
     .required = true,
     .meaning = "Credential ids that he has already"},
};
#undef AT
const struct shape passkey_register_options_gives = {
    .name = "PasskeyRegisterOptions",
    .fields = options_fields,
    .field_count = COUNT_OF(options_fields),
    .bytes = sizeof(struct options),
};

/* OK with who he is, or REFUSED: only a person in a session of his own adds keys. */
static enum status find_owner(struct call *call, struct person *person_out)
{
    if (id_is_none(call->caller.person) || id_is_none(call->caller.session)) {
        return refuse(call, &session_needed);
    }
    enum status status = session_is_his_own(call);
    if (status == STATUS_OK) {
        status = person_find(call->store, call->arena, call->caller.person, person_out);
    }
    return status == STATUS_ABSENT ? refuse(call, &session_needed) : status;
}

static struct texts ids_of(struct arena *arena, const struct rows *rows)
{
    const struct passkey *passkeys = rows->items;
    struct text *ids = ARENA_ARRAY(arena, struct text, rows->count + 1);
    for (size_t i = 0; i < rows->count; i++) {
        ids[i] = passkeys[i].credential_id;
    }
    return (struct texts){ids, rows->count};
}

static struct text challenge_new(struct arena *arena)
{
    struct text secret = secret_new(arena, CHALLENGE_PREFIX);
    return encode_base64url(arena, secret.data, secret.bytes);
}

enum status passkey_register_options_handle(struct call *call)
{
    struct person person = {.revision = 0};
    struct passkey_place place;
    struct rows rows;
    if (!passkey_place_of(call, &place)) {
        return refuse(call, &passkey_no_place);
    }
    enum status status = find_owner(call, &person);
    if (status == STATUS_OK) {
        status = passkey_list(call->store, call->arena, person.id, &rows);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (rows.count >= PASSKEYS_MAX) {
        return refuse(call, &passkey_too_many);
    }
    const struct options options = {
        .challenge = challenge_new(call->arena),
        .rp_id = place.rp_id,
        .rp_name = TEXT("Kontora"),
        .user_id = encode_base64url(call->arena, person.id.bytes, ID_BYTES),
        .user_name = person.email,
        .user_display_name = person.full_name.bytes > 0 ? person.full_name : person.email,
        .exclude = ids_of(call->arena, &rows),
    };
    status = passkey_challenge_insert(call->store,
                                      &(struct passkey_challenge){
                                          .hash = digest_hex(call->arena, options.challenge),
                                          .person_id = person.id,
                                          .session_id = call->caller.session,
                                          .expires_at = call->now_ms + PASSKEY_CHALLENGE_MS,
                                      });
    return status == STATUS_OK ? answer(call, &options) : status;
}

/* ---- the key ---- */

struct register_input {
    struct text challenge;
    struct text client_data;
    struct text attestation_object;
    struct text label;
};

#define AT(member) .offset = offsetof(struct register_input, member)
static const struct field register_fields[] = {
    {.name = "challenge", .kind = FIELD_TEXT, AT(challenge), .required = true, .bytes_max = 200},
    {.name = "client_data",
     .kind = FIELD_TEXT,
     AT(client_data),
     .required = true,
     .bytes_max = PASSKEY_TEXT_BYTES_MAX,
     .meaning = "response.clientDataJSON in base64url"},
    {.name = "attestation_object",
     .kind = FIELD_TEXT,
     AT(attestation_object),
     .required = true,
     .bytes_max = PASSKEY_TEXT_BYTES_MAX,
     .meaning = "response.attestationObject in base64url"},
    {.name = "label",
     .kind = FIELD_TEXT,
     AT(label),
     .required = true,
     .bytes_max = PASSKEY_LABEL_BYTES_MAX,
     .meaning = "What the person calls it: my telephone"},
};
#undef AT
const struct shape passkey_register_takes = {
    .name = "RegisterPasskey",
    .fields = register_fields,
    .field_count = COUNT_OF(register_fields),
    .bytes = sizeof(struct register_input),
};

static const char *complaint_of(struct call *call, const struct register_input *input,
                                const struct passkey_place *place, struct passkey_data *data_out)
{
    struct text client;
    struct text object;
    const struct cbor *root = NULL;
    size_t bytes = 0;
    if (!decode_base64url(call->arena, input->client_data, PASSKEY_TEXT_BYTES_MAX, &client) ||
        !decode_base64url(call->arena, input->attestation_object, PASSKEY_TEXT_BYTES_MAX,
                          &object)) {
        return "it is no base64url";
    }
    const char *complaint = passkey_client_complaint(call->arena, client, "webauthn.create",
                                                     input->challenge, place->origin);
    if (complaint != NULL) {
        return complaint;
    }
    if (cbor_read(call->arena, object, &root, &bytes) != STATUS_OK || bytes != object.bytes) {
        return "the device's words are no CBOR";
    }
    const struct cbor *said = cbor_member(root, "authData");
    if (said == NULL || said->kind != CBOR_BYTES) {
        return "the device says nothing of its key";
    }
    return passkey_data_complaint(call->arena, said->text, place->rp_id, true, data_out);
}

/* Was it asked by him, in this session, not long ago? Whatever it is, it is gone after this. */
static enum status take_challenge(struct call *call, struct text written, bool *good_out)
{
    struct passkey_challenge challenge = {.expires_at = 0};
    enum status status = passkey_challenge_take(call->store, call->arena,
                                                digest_hex(call->arena, written), &challenge);
    *good_out = status == STATUS_OK && challenge.expires_at > call->now_ms &&
                id_equals(challenge.person_id, call->caller.person) &&
                id_equals(challenge.session_id, call->caller.session);
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

static enum status keep(struct call *call, const struct passkey_data *data)
{
    const struct register_input *input = call->input;
    struct arena *arena = call->arena;
    const struct passkey passkey = {
        .id = id_new(),
        .credential_id =
            encode_base64url(arena, data->credential_id.data, data->credential_id.bytes),
        .person_id = call->caller.person,
        .public_key = encode_base64url(arena, data->public_key.data, data->public_key.bytes),
        .sign_count = data->sign_count,
        .label = input->label,
        .is_synced = data->is_synced,
        .created_at = call->now_ms,
    };
    enum status status = passkey_insert(call->store, &passkey);
    if (status == STATUS_EXISTS) {
        return refuse(call, &passkey_is_known);
    }
    return status == STATUS_OK ? answer(call, &passkey) : status;
}

enum status passkey_register_handle(struct call *call)
{
    const struct register_input *input = call->input;
    struct person person = {.revision = 0};
    struct passkey_place place;
    struct passkey_data data;
    struct rows rows;
    bool good = false;
    if (!passkey_place_of(call, &place)) {
        return refuse(call, &passkey_no_place);
    }
    enum status status = find_owner(call, &person);
    if (status == STATUS_OK) {
        status = passkey_list(call->store, call->arena, person.id, &rows);
    }
    if (status == STATUS_OK) {
        status = take_challenge(call, input->challenge, &good);
    }
    if (status != STATUS_OK) {
        return status;
    }
    const char *complaint = good ? complaint_of(call, input, &place, &data)
                                 : "the challenge is none of ours, or not any more";
    if (complaint != NULL) {
        return passkey_refuse(call, complaint);
    }
    return rows.count >= PASSKEYS_MAX ? refuse(call, &passkey_too_many) : keep(call, &data);
}
