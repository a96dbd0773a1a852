/* seal.h - small secrets kept where others may read: XChaCha20-Poly1305, bound to where they stand.
 *
 * `place` says whose secret it is ("iam.signing_key:KID"): sealed bytes that are moved to another
 * row do not open there. The key is one for this purpose alone (call_key).
 */
#ifndef BASE_CRYPTO_SEAL_H
#define BASE_CRYPTO_SEAL_H

#include "base/secret.h"

struct text seal(struct arena *arena, const struct digest_key *key, struct text place,
                 struct text secret);

/* False: another key, another place, or damaged. */
bool unseal(struct arena *arena, const struct digest_key *key, struct text place,
            struct text sealed, struct text *secret_out);

#endif
