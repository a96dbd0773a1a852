/* seed_file.h - 32 bytes of chance in a file of the data directory, for its owner alone.
 *
 * Written as 64 hexadecimal digits, and made when the file is not there: beside it first, so that
 * it is never there in part.
 */
#ifndef RUNTIME_START_SEED_FILE_H
#define RUNTIME_START_SEED_FILE_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { SEED_FILE_BYTES = 32 };

/* MALFORMED: others may read it. CORRUPT: it is damaged. UNAVAILABLE. */
NODISCARD enum status seed_file_open(struct arena *arena, const char *directory, const char *name,
                                     unsigned char seed_out[SEED_FILE_BYTES]);

/* The key of this installation, DIR/secret.key, from which others are made: what is kept under them
 * can be read by nobody who has the store alone. Processes that serve the same rows need the same
 * file. */
struct digest_key;
NODISCARD enum status installation_key_open(struct arena *arena, const char *directory,
                                            struct digest_key *key_out, struct text *error_out);

#endif
