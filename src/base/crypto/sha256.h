/* sha256.h - SHA-256 as bytes, where somebody else's form wants it; our own is in secret.h. */
#ifndef BASE_CRYPTO_SHA256_H
#define BASE_CRYPTO_SHA256_H

#include "base/arena.h"
#include "base/text.h"

enum { SHA256_BYTES = 32 };

/* The digest lives in the arena. */
struct text sha256_of(struct arena *arena, struct text bytes);

#endif
