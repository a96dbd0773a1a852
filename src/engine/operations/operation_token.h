/* operation_token.h - proof that this person may do this operation and has seen the newest
 * revision; good for one use.
 *
 * It carries the case, the revision, until when, and a number used once; signed together with
 * everything that it must not be used for otherwise: person, participant kind, workflow, operation.
 * Nothing of it is kept until it is used.
 */
#ifndef ENGINE_OPERATIONS_OPERATION_TOKEN_H
#define ENGINE_OPERATIONS_OPERATION_TOKEN_H

#include "base/arena.h"
#include "base/id.h"
#include "base/status.h"
#include "engine/signature.h"

enum { OPERATION_TOKEN_MS = 24 * 60 * 60 * 1000, OPERATION_TOKEN_BYTES = 108 };

struct operation_claim {
    struct id case_id; /* none: it will begin one */
    int64_t revision;
    int64_t good_until; /* wall ms; from then on it is good no more */
    struct id nonce;    /* a new one for each */
    /* Signed, not carried: whoever reads it says what they must be. */
    struct id person; /* none: a service */
    struct text kind;
    struct text workflow;
    int64_t version;
    struct text operation;
};

/* OPERATION_TOKEN_BYTES URL-safe letters. */
struct text operation_token_write(struct arena *arena, const struct signing_key *key,
                                  const struct operation_claim *claim);

/* The claim comes with what is not carried, and leaves with the rest. MALFORMED: it is not ours, or
 * it is for something else or somebody else, and the claim is as it was. TIMEOUT: it was good once;
 * what came of it can still be found by its nonce. */
NODISCARD enum status operation_token_read(const struct signing_key *key, struct text written,
                                           int64_t now_ms, struct operation_claim *claim);

#endif
