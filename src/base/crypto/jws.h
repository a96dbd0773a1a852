/* jws.h - a few claims that somebody has signed: JWS in its compact form (RFC 7515, 7519).
 *
 * Read strictly: an algorithm that we do not know (`none` among them), `crit`, `b64`, members that
 * come twice and anything beyond the limits are refused before a signature is looked at. Keys that
 * the text itself brings (`jwk`, `jku`, `x5u`, `x5c`) are never used. Who signed is the key's word:
 * the algorithm in the head must be that of the key.
 */
#ifndef BASE_CRYPTO_JWS_H
#define BASE_CRYPTO_JWS_H

#include "base/crypto/private_key.h"

enum { JWS_BYTES_MAX = 16 * 1024, JWS_CLAIMS_MAX = 512 };

struct jws {
    enum algorithm algorithm;
    struct text kid;           /* NO_TEXT: it says none */
    struct text type;          /* "JWT"; NO_TEXT: it says none */
    const struct json *claims; /* an object */
    struct text signed_text;
    struct text signature;
};

/* MALFORMED, or TOO_LARGE. Nothing is believed yet. */
NODISCARD enum status jws_read(struct arena *arena, struct text written, struct jws *jws_out);

bool jws_is_signed_by(const struct jws *jws, const struct public_key *key);

/* claims is a JSON object. */
struct text jws_write(struct arena *arena, const struct private_key *key, struct text kid,
                      struct text type, struct text claims);

/* ---- what an identity provider says of a person ---- */

struct jws_wanted {
    struct text issuer;
    struct text audience; /* must be among them; more than one need `azp` to be it */
    struct text nonce;    /* NO_TEXT: none was sent */
    int64_t now_ms;
};

/* Why these claims are not good for us; NULL when they are. A minute of skew is forgiven. */
const char *jws_complaint(const struct jws *jws, const struct jws_wanted *wanted);

/* The keys of a provider, {"keys": [...]}: the one with this kid, or the only one of its algorithm
 * when the text has no kid. Keys that are not for us are passed over. ABSENT. */
NODISCARD enum status jwks_find(struct arena *arena, const struct json *keys, const struct jws *jws,
                                struct public_key **key_out);

#endif
