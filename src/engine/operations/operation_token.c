/* operation_token.c - writes and checks the proof that an operation may be done.
 *
 *   bytes    1         16     8          8            16      32
 *            version   case   revision   good until   nonce   signature
 *
 * Numbers with the highest byte first. The signature is over everything before it and over what is
 * not carried. In base64url each of these 81 bytes is in whole letters, so there is one way to
 * write each token and no bit that does not count.
 */
#include "engine/operations/operation_token.h"

#include "base/encode.h"
#include "base/must.h"

#include <sodium.h>
#include <string.h>

enum {
    FORM = 1, /* another one for other bytes, so that old ones are refused */
    NUMBER_BYTES = 8,
    CARRIED_BYTES = 1 + ID_BYTES + NUMBER_BYTES + NUMBER_BYTES + ID_BYTES,
    WHOLE_BYTES = CARRIED_BYTES + SIGNATURE_BYTES,
};

_Static_assert(WHOLE_BYTES % 3 == 0, "no letter is in part unused");
_Static_assert(WHOLE_BYTES / 3 * 4 == OPERATION_TOKEN_BYTES, "four letters are three bytes");

static uint8_t *put_number(uint8_t *to, int64_t number)
{
    for (size_t i = 0; i < NUMBER_BYTES; i++) {
        to[i] = (uint8_t)((uint64_t)number >> (8 * (NUMBER_BYTES - 1 - i)));
    }
    return to + NUMBER_BYTES;
}

static const uint8_t *take_number(const uint8_t *from, int64_t *number_out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < NUMBER_BYTES; i++) {
        number = number << 8 | from[i];
    }
    *number_out = (int64_t)number;
    return from + NUMBER_BYTES;
}

static uint8_t *put_id(uint8_t *to, struct id id)
{
    memcpy(to, id.bytes, ID_BYTES);
    return to + ID_BYTES;
}

static const uint8_t *take_id(const uint8_t *from, struct id *id_out)
{
    memcpy(id_out->bytes, from, ID_BYTES);
    return from + ID_BYTES;
}

static void put_carried(const struct operation_claim *claim, uint8_t carried_out[CARRIED_BYTES])
{
    carried_out[0] = FORM;
    uint8_t *to = put_id(carried_out + 1, claim->case_id);
    to = put_number(to, claim->revision);
    to = put_number(to, claim->good_until);
    to = put_id(to, claim->nonce);
    MUST(to == carried_out + CARRIED_BYTES);
}

static void take_carried(const uint8_t carried[CARRIED_BYTES], struct operation_claim *claim)
{
    const uint8_t *from = take_id(carried + 1, &claim->case_id);
    from = take_number(from, &claim->revision);
    from = take_number(from, &claim->good_until);
    from = take_id(from, &claim->nonce);
    MUST(from == carried + CARRIED_BYTES);
}

static struct text bytes_of(const void *bytes, size_t count)
{
    return (struct text){bytes, count};
}

static void sign(const struct signing_key *key, const uint8_t carried[CARRIED_BYTES],
                 const struct operation_claim *claim, uint8_t signature_out[SIGNATURE_BYTES])
{
    uint8_t version[NUMBER_BYTES];
    put_number(version, claim->version);
    const struct text parts[] = {
        TEXT("operation"),
        bytes_of(carried, CARRIED_BYTES),
        bytes_of(claim->person.bytes, ID_BYTES),
        claim->kind,
        claim->workflow,
        bytes_of(version, NUMBER_BYTES),
        claim->operation,
    };
    signature_make(key, (struct texts){parts, COUNT_OF(parts)}, signature_out);
}

struct text operation_token_write(struct arena *arena, const struct signing_key *key,
                                  const struct operation_claim *claim)
{
    uint8_t whole[WHOLE_BYTES];
    MUST(claim->revision >= 0 && claim->good_until > 0);
    MUST(!id_is_none(claim->nonce));
    MUST(claim->kind.bytes > 0 && claim->workflow.bytes > 0 && claim->operation.bytes > 0);
    put_carried(claim, whole);
    sign(key, whole, claim, whole + CARRIED_BYTES);
    struct text written = encode_base64url(arena, whole, WHOLE_BYTES);
    MUST(written.bytes == OPERATION_TOKEN_BYTES);
    return written;
}

enum status operation_token_read(const struct signing_key *key, struct text written, int64_t now_ms,
                                 struct operation_claim *claim)
{
    uint8_t whole[WHOLE_BYTES];
    uint8_t right[SIGNATURE_BYTES];
    if (!decode_base64url_exactly(written, whole, WHOLE_BYTES) || whole[0] != FORM) {
        return STATUS_MALFORMED;
    }
    sign(key, whole, claim, right);
    bool is_ours = signature_equals(right, whole + CARRIED_BYTES);
    sodium_memzero(right, sizeof right); /* of a forged one it is the right answer */
    if (!is_ours) {
        return STATUS_MALFORMED;
    }
    take_carried(whole, claim);
    return now_ms < claim->good_until ? STATUS_OK : STATUS_TIMEOUT;
}
