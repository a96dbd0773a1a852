/* totp.h - codes that a phone and we compute from a secret and the time (RFC 6238).
 *
 * SHA-1, six digits, a new one every thirty seconds: what every authenticator app takes.
 */
#ifndef BASE_TOTP_H
#define BASE_TOTP_H

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOTP_SECRET_BYTES = 20, TOTP_DIGITS = 6, TOTP_STEP_MS = 30000 };

/* Bytes of chance, and the same in base32 as people type them into a phone. */
struct text totp_secret_new(struct arena *arena);
struct text totp_secret_text(struct arena *arena, struct text secret);

/* The code of one step: the number of half minutes since 1970. */
struct text totp_code(struct arena *arena, struct text secret, int64_t step);

/* Which step the code is of, now or one before or after, for clocks that differ; false: of none. */
bool totp_fits(struct arena *arena, struct text secret, struct text code, int64_t now_ms,
               int64_t *step_out);

#endif
