/* feeding_functions.c - what the example does here itself: it signs.
 *
 * A stage may run again after a crash and must give the same then. So the signature depends on what
 * is signed and on the work id alone, which nobody outside learns of a stage that runs here.
 */
#include "apps/casework/casework_parts.h"
#include "base/encode.h"
#include "engine/recipe.h"
#include "engine/signature.h"

struct to_sign {
    struct text address;
};
static const struct field sign_fields[] = {
    {
        .name = "address",
        .kind = FIELD_TEXT,
        .offset = offsetof(struct to_sign, address),
        .required = true,
        .bytes_max = 400,
    },
};
const struct shape sign_takes = {
    .name = "ToSign",
    .fields = sign_fields,
    .field_count = COUNT_OF(sign_fields),
    .bytes = sizeof(struct to_sign),
};

struct is_signed {
    struct text signature;
};
static const struct field signed_fields[] = {
    {
        .name = "signature",
        .kind = FIELD_TEXT,
        .offset = offsetof(struct is_signed, signature),
        .bytes_max = 2 * SIGNATURE_BYTES,
    },
};
const struct shape sign_gives = {
    .name = "Signed",
    .fields = signed_fields,
    .field_count = COUNT_OF(signed_fields),
    .bytes = sizeof(struct is_signed),
};

enum status feeding_sign(struct call *call)
{
    uint8_t signature[SIGNATURE_BYTES];
    const struct to_sign *input = call->input;
    const struct text parts[] = {TEXT("feeding"), stage_work_id(call), input->address};
    signature_make(catalog_of(call)->signing_key, (struct texts){parts, COUNT_OF(parts)},
                   signature);
    return answer(call, &(struct is_signed){encode_hex(call->arena, signature, sizeof signature)});
}
