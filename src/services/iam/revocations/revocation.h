/* revocation.h - that somebody has taken a person's tokens back, and why.
 *
 * What was taken back is not there any more; this says to whoever was signed out that it was no
 * accident. The newest twenty of each person are kept. What is told of it (iam.tokens_revoked)
 * stands in the audit for ever.
 */
#ifndef SERVICES_IAM_REVOCATIONS_REVOCATION_H
#define SERVICES_IAM_REVOCATIONS_REVOCATION_H

#include "runtime/service.h"

enum { REVOCATION_REASON_BYTES_MAX = 200, REVOCATIONS_MAX = 20 };

struct revocation {
    struct id id;
    struct id person_id;
    struct id session_id; /* none: everything of his */
    struct text reason;   /* NO_TEXT: none was given */
    struct text actor;
    int64_t revoked_at;
};

/* Kept and told. `session` is none for everything of the person. */
NODISCARD enum status revocation_note(struct call *call, struct id person, struct id session,
                                      struct text reason);

NODISCARD enum status revocation_insert(struct store *store, const struct revocation *revocation);
NODISCARD enum status revocation_list(struct store *store, struct arena *arena, struct id person,
                                      struct rows *rows_out);

extern const struct shape revocation_shape; /* its row */

enum { REVOCATION_MIGRATION_COUNT = 1 };
extern const struct migration revocation_migrations[REVOCATION_MIGRATION_COUNT];

extern const struct service_part revocations_part;

#endif
