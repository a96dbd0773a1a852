/* nonce_store.h - does a store keep what it is given? Asked with something nobody could guess. */
#ifndef RUNTIME_START_NONCE_STORE_H
#define RUNTIME_START_NONCE_STORE_H

#include "store/store.h"

/* Writes and commits through one connection, reads through another. CORRUPT: another text came
 * back. error_out may hold a sentence when it is not OK. */
NODISCARD enum status nonce_try(struct store_source *source, struct arena *arena,
                                struct text *error_out);

#endif
