/* signing_key_store.h - the key that operation tokens and work ids of one schema are signed with.
 *
 * It is made once, by whichever process comes first, and stands in the table engine_secret: all
 * processes of the schema sign with the same one, and what was signed is good after a restart and
 * from a backup. Whoever may read the table may sign. It is never logged nor told.
 */
#ifndef ENGINE_OPERATIONS_SIGNING_KEY_STORE_H
#define ENGINE_OPERATIONS_SIGNING_KEY_STORE_H

#include "engine/signature.h"
#include "store/store.h"

/* In a WRITE transaction; the key is good when that is committed. CORRUPT: what stands there is no
 * key, and the log says so. After anything but OK the key is all zeros, which nothing is signed
 * with. */
NODISCARD enum status signing_key_open(struct store *store, struct arena *arena,
                                       struct signing_key *key_out);

/* All zeros. */
void signing_key_forget(struct signing_key *key);

#endif
