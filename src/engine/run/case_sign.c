/* case_sign.c - what a service signs with the key of its cases; cases.h. */
#include "engine/cases.h"

#include "engine/recipe.h"

void case_sign(const struct call *call, struct texts parts, uint8_t signature_out[SIGNATURE_BYTES])
{
    signature_make(catalog_of(call)->signing_key, parts, signature_out);
}
