/* trust.h - whose word we take: public keys of other processes, and the services each speaks for.
 *
 *   users,board=KEY        one entry; KEY as `kontora key` prints it
 *
 * Entries come from the setting ask.trusted_keys (separated by spaces) and from DIR/trusted.keys
 * (one a line, # begins a comment). A service may have several keys, so that one can be replaced
 * without a pause. Within one process nothing of this is needed.
 */
#ifndef RUNTIME_ASK_TRUST_H
#define RUNTIME_ASK_TRUST_H

#include "runtime/ask/credential.h"

enum { TRUSTED_MAX = 256 };

struct trusted {
    unsigned char public_key[PUBLIC_KEY_BYTES];
    char key_id[KEY_ID_BYTES + 1];
    struct text services; /* "users,board" */
};

struct trust {
    struct trusted items[TRUSTED_MAX];
    size_t count;
};

/* MALFORMED with a sentence that names the entry, or the file that others may write. */
NODISCARD enum status trust_open(struct arena *arena, const char *directory, struct text setting,
                                 struct trust **trust_out, struct text *error_out);

/* NULL when the credential proves that its issuer is asking `audience` now; else why not, for our
 * own log: whoever presents it only hears that it is not accepted. */
const char *trust_complaint(const struct trust *trust, const struct credential *credential,
                            struct text audience, int64_t now_ms);

#endif
