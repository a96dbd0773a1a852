/* signing.c - makes, keeps and uses the keys that sign. */
#include "services/iam/oidc/signing/signing.h"

#include "base/crypto/seal.h"
#include "base/encode.h"
#include "services/iam/oidc/signing/signing_store.h"

static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;
enum { SIGNS_FOR_DAYS = 90, PRIVATE_KEY_TEXT_MAX = 8192 };

/* Those that we sign with; every client reads RS256. */
static const enum algorithm ours[] = {ALGORITHM_RS256, ALGORITHM_EDDSA};

static struct text place_of(struct arena *arena, struct text kid)
{
    return text_format(arena, "iam.signing_key:%.*s", TEXT_ARGS(kid));
}

/* Sealed bytes stand in the row as text, so that each store keeps them alike. */
static struct signing_key make_key(const struct call *call, enum algorithm algorithm,
                                   int64_t used_from)
{
    struct arena *arena = call->arena;
    const struct private_key *key = private_key_make(arena, algorithm);
    const struct digest_key secret = call_key(call, "iam.signing_key");
    struct text kid = private_key_thumbprint(arena, key);
    struct text sealed = seal(arena, &secret, place_of(arena, kid), private_key_write(arena, key));
    return (struct signing_key){
        .kid = kid,
        .algorithm = algorithm_name(algorithm),
        .jwk = private_key_jwk(arena, key, kid),
        .sealed = encode_base64url(arena, sealed.data, sealed.bytes),
        .used_from = used_from,
    };
}

static enum status open_key(struct call *call, const struct signing_key *row,
                            struct private_key **key_out)
{
    enum algorithm algorithm;
    struct text sealed;
    struct text written;
    const struct digest_key secret = call_key(call, "iam.signing_key");
    bool is_open = algorithm_of(row->algorithm, &algorithm) &&
                   decode_base64url(call->arena, row->sealed, PRIVATE_KEY_TEXT_MAX, &sealed) &&
                   unseal(call->arena, &secret, place_of(call->arena, row->kid), sealed, &written);
    if (!is_open) {
        return STATUS_CORRUPT; /* or DIR/secret.key is another one */
    }
    return private_key_read(call->arena, algorithm, written, key_out);
}

/* In the first second of an installation the chore has not come to it yet. */
static enum status make_first(struct call *call, enum algorithm algorithm,
                              struct signing_key *key_out)
{
    *key_out = make_key(call, algorithm, call->now_ms);
    return signing_insert(call->store, key_out);
}

enum status signing_sign(struct call *call, enum algorithm algorithm, struct text claims,
                         struct text *signed_out)
{
    struct signing_key row;
    struct private_key *key = NULL;
    enum status status =
        signing_find(call->store, call->arena, algorithm_name(algorithm), call->now_ms, &row);
    if (status == STATUS_ABSENT) {
        status = make_first(call, algorithm, &row);
    }
    if (status == STATUS_OK) {
        status = open_key(call, &row, &key);
    }
    if (status != STATUS_OK) {
        return status == STATUS_MALFORMED ? STATUS_CORRUPT : status;
    }
    *signed_out = jws_write(call->arena, key, row.kid, TEXT("JWT"), claims);
    return STATUS_OK;
}

enum status signing_jwks(struct call *call, struct text *jwks_out)
{
    struct rows rows;
    struct json_writer writer;
    enum status status = signing_list(call->store, call->arena, call->now_ms, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct signing_key *keys = rows.items;
    json_writer_init(&writer, call->arena, 1024);
    json_begin_object(&writer);
    json_key(&writer, "keys");
    json_begin_array(&writer);
    for (size_t i = 0; i < rows.count; i++) {
        json_put_raw(&writer, keys[i].jwk);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    *jwks_out = json_written(&writer);
    return STATUS_OK;
}

/* ---- by the calendar ---- */

/* Two processes may do this at once: then there are two keys, and nothing is wrong with that. */
static enum status keep_one(struct chore_run *run, enum algorithm algorithm)
{
    struct signing_key newest;
    enum status status =
        signing_find_newest(run->store, run->arena, algorithm_name(algorithm), &newest);
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool is_first = status == STATUS_ABSENT;
    if (!is_first && newest.used_from + SIGNS_FOR_DAYS * day_ms > run->now_ms) {
        return STATUS_OK;
    }
    struct signing_key key =
        make_key(run->call, algorithm, is_first ? run->now_ms : run->now_ms + day_ms);
    run->more = true;
    status = signing_insert(run->store, &key);
    return status == STATUS_OK ? signing_end_others(run->store, &key, run->now_ms + 2 * day_ms)
                               : status;
}

enum status signing_keep_keys(struct chore_run *run)
{
    enum status status = signing_delete_over(run->store, run->now_ms);
    for (size_t i = 0; i < COUNT_OF(ours) && status == STATUS_OK && !run->more; i++) {
        status = keep_one(run, ours[i]);
    }
    return status;
}

/* ---- by hand ---- */

struct new_keys {
    struct signing_key keys[COUNT_OF(ours)];
};

enum status signing_rotate_gather(struct call *call)
{
    struct new_keys *made = ARENA_NEW(call->arena, struct new_keys);
    for (size_t i = 0; i < COUNT_OF(ours); i++) {
        made->keys[i] = make_key(call, ours[i], call->now_ms);
    }
    call->gathered = made;
    return STATUS_OK;
}

enum status signing_rotate_handle(struct call *call)
{
    const struct new_keys *made = call->gathered;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < COUNT_OF(ours) && status == STATUS_OK; i++) {
        status = signing_insert(call->store, &made->keys[i]);
        if (status == STATUS_OK) {
            status = signing_end_others(call->store, &made->keys[i], call->now_ms);
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}
