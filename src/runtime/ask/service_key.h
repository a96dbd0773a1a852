/* service_key.h - the key by which the services of this data directory say who they are.
 *
 * DIR/service.key holds the seed of an Ed25519 pair as 64 hexadecimal digits, for its owner alone.
 * It is made when it is not there. Whoever has it may ask what these services may ask, so a copy of
 * the data directory is a copy of their identity; to take that away, remove the file, start again,
 * and give the new public key to the others.
 */
#ifndef RUNTIME_ASK_SERVICE_KEY_H
#define RUNTIME_ASK_SERVICE_KEY_H

#include "runtime/ask/credential.h"

/* MALFORMED: others may read it. CORRUPT, UNAVAILABLE. error_out is a sentence that says what to
 * do. */
NODISCARD enum status service_key_open(struct arena *arena, const char *directory,
                                       struct service_key *key_out, struct text *error_out);

/* The line that other processes put into their trusted.keys: "users,board=KEY". */
struct text service_key_line(struct arena *arena, const struct service_key *key,
                             struct text services);

#endif
