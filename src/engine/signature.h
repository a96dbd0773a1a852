/* signature.h - a keyed hash over what must come back unchanged from outside.
 *
 * What is signed is a list of parts, each with its length, so no two lists run together. The first
 * part says what it is for: what was signed for one thing is never good for another.
 */
#ifndef ENGINE_SIGNATURE_H
#define ENGINE_SIGNATURE_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { SIGNING_KEY_BYTES = 32, SIGNATURE_BYTES = 32 };

/* One for each schema: operations/signing_key_store.h. */
struct signing_key {
    uint8_t bytes[SIGNING_KEY_BYTES];
};

void signature_make(const struct signing_key *key, struct texts parts,
                    uint8_t signature_out[SIGNATURE_BYTES]);

/* Takes the same time whichever byte differs. */
bool signature_equals(const uint8_t left[SIGNATURE_BYTES], const uint8_t right[SIGNATURE_BYTES]);

#endif
