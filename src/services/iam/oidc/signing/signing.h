/* signing.h - the keys that id tokens are signed with, and how they change.
 *
 *   made, published ----- a day -----> signs ----- 90 days -----> published ----- a day ----> gone
 *
 * A key is published before it signs, so that nobody meets one he has not heard of, and for a day
 * after, so that what it has signed can still be read. The first keys sign at once. Private halves
 * are sealed with the key of the installation: who has the rows alone can sign nothing.
 */
#ifndef SERVICES_IAM_OIDC_SIGNING_SIGNING_H
#define SERVICES_IAM_OIDC_SIGNING_SIGNING_H

#include "base/crypto/jws.h"
#include "runtime/service.h"

/* The claims, a JSON object, signed by the key of today. Of a call that writes: where there is none
 * yet, it is made. */
NODISCARD enum status signing_sign(struct call *call, enum algorithm algorithm, struct text claims,
                                   struct text *signed_out);

/* {"keys": [...]}: what is published. */
NODISCARD enum status signing_jwks(struct call *call, struct text *jwks_out);

/* Makes what is missing or has been used for long enough, one key at a time. */
NODISCARD enum status signing_keep_keys(struct chore_run *run);

/* New keys now, and they sign at once: after somebody may have seen the old ones. These sign no
 * more and are no more published. */
enum status signing_rotate_gather(struct call *call);
enum status signing_rotate_handle(struct call *call);

#endif
