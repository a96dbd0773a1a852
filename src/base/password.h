/* password.h - how passwords are kept (Argon2id), and which of them are too easy to guess.
 *
 * What looks the same is the same (NFC), whichever keyboard it comes from. A hash takes a core for
 * a tenth of a second or two and 64 MiB: never on a thread that others wait for. What makes it
 * comes with it, so it can be made costlier later: password_is_stale says of which one that should
 * be done when its owner comes in again.
 */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

#include <stdbool.h>

enum {
    PASSWORD_BYTES_MAX = 512, /* of what is sent: 128 characters of four bytes */
    PASSWORD_LETTERS_MIN = 8,
    PASSWORD_LETTERS_MAX = 128,
    PASSWORD_HASH_BYTES_MAX = 128,
};

/* OK, or UNAVAILABLE: the memory for it is not there. */
NODISCARD enum status password_hash(struct arena *arena, struct text password,
                                    struct text *hash_out);

/* The hash of nobody's password is password_decoy: it takes as long, and the answer is no. */
bool password_fits(struct text hash, struct text password);
struct text password_decoy(void);

bool password_is_stale(struct text hash);

/* What is wrong with it as a new password, a sentence; NULL: nothing. Words of its owner (his
 * address, his name) may not be all there is to it. */
const char *password_complaint(struct arena *arena, struct text password, struct texts own_words);

#endif
