/* secret.h - texts that open a door: made, recognised, and kept only as what cannot be turned back.
 *
 * A secret is a prefix that says what it opens ("gws_"), 256 bits of chance in base64url and six
 * letters of a checksum: one that leaked is found by searching for its prefix, and one that was cut
 * or mistyped is told from one that is wrong, without asking anybody. Whoever keeps one keeps its
 * digest. Secrets that people type are short, so their digest is made with a key (digest_keyed).
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    SECRET_PREFIX_BYTES_MAX = 12,
    SECRET_BODY_BYTES = 49, /* behind the prefix */
    SECRET_BYTES_MAX = SECRET_PREFIX_BYTES_MAX + SECRET_BODY_BYTES,
    DIGEST_BYTES = 32,
    DIGEST_HEX_BYTES = 64,
};

struct text secret_new(struct arena *arena, const char *prefix);

/* Is it one of these, as far as its form can tell? */
bool secret_is_whole(struct text secret, const char *prefix);

/* So many decimal digits, each by chance; at most 18. */
struct text secret_digits(struct arena *arena, unsigned count);

/* So many letters of base32 (RFC 4648, without those that look like digits), five bits each. */
struct text secret_letters(struct arena *arena, unsigned count);

/* SHA-256, in lower case hexadecimal digits. */
struct text digest_hex(struct arena *arena, struct text text);

/* HMAC-SHA-256 in hexadecimal digits, for whom nobody can find the text again by trying all. */
struct digest_key {
    unsigned char bytes[DIGEST_BYTES];
};
struct text digest_keyed(struct arena *arena, const struct digest_key *key, struct text text);

/* A key for one purpose, of a key for many. */
struct digest_key digest_key_for(const struct digest_key *key, const char *purpose);

/* What must be read again is sealed (XChaCha20-Poly1305): it opens with the same key and for the
 * same purpose only, such as the id of the row that it stands in. */
struct text secret_seal(struct arena *arena, const struct digest_key *key, struct text purpose,
                        struct text plain);
bool secret_unseal(struct arena *arena, const struct digest_key *key, struct text purpose,
                   struct text sealed, struct text *plain_out);

/* The same in as much time for wrong texts as for right ones. */
bool digest_equals(struct text left, struct text right);

#endif
