/* credential.h - how a service says who it is when it asks another process.
 *
 *   kontora_service_1.ISSUER.AUDIENCE.ISSUED.EXPIRES.KEY_ID.SIGNATURE
 *
 * Times are wall seconds; the signature (Ed25519, base64url) is over everything before its dot. It
 * names the one service that may accept it and lasts a minute, so what leaks is worth little. Which
 * key may speak for which service is another file's business: trust.h.
 */
#ifndef RUNTIME_ASK_CREDENTIAL_H
#define RUNTIME_ASK_CREDENTIAL_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum {
    PUBLIC_KEY_BYTES = 32,
    SECRET_KEY_BYTES = 64,
    KEY_ID_BYTES = 16,           /* as text */
    CREDENTIAL_SECONDS = 60,     /* its whole life */
    CREDENTIAL_SKEW_SECONDS = 5, /* by so much clocks of two machines may differ */
    CREDENTIAL_BYTES_MAX = 512,
};

struct service_key {
    unsigned char public_key[PUBLIC_KEY_BYTES];
    unsigned char secret_key[SECRET_KEY_BYTES];
    char id[KEY_ID_BYTES + 1];
};

/* The short name of a public key: the start of its hash. */
void credential_key_id(const unsigned char public_key[PUBLIC_KEY_BYTES],
                       char id_out[KEY_ID_BYTES + 1]);

struct text credential_write(struct arena *arena, const struct service_key *key, struct text issuer,
                             struct text audience, int64_t now_ms);

/* What somebody claims; nothing of it is proved until credential_is_signed. */
struct credential {
    struct text issuer;
    struct text audience;
    int64_t issued; /* wall seconds */
    int64_t expires;
    struct text key_id;
    struct text signed_text;
    struct text signature;
};

bool credential_looks_like(struct text text);

/* False for anything that credential_write could not have written. */
bool credential_read(struct text text, struct credential *credential_out);

bool credential_is_signed(const struct credential *credential,
                          const unsigned char public_key[PUBLIC_KEY_BYTES]);

/* Is this its minute, give or take the skew? */
bool credential_is_current(const struct credential *credential, int64_t now_ms);

#endif
