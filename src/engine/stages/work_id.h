/* work_id.h - which work of which case: the name that a command, an outside worker and a receiving
 * service know a stage by (E9, E13, E33).
 *
 * case=...&workflow=feeding&version=1&stage=feed&visit=1&sign=...: the same for the same stage at
 * the same visit, so whoever receives it twice knows; signed, because it comes back from outside.
 */
#ifndef ENGINE_STAGES_WORK_ID_H
#define ENGINE_STAGES_WORK_ID_H

#include "engine/operations/operation_token.h"

enum { WORK_ID_BYTES_MAX = 400 };

struct work_name {
    struct id case_id;
    struct text workflow;
    int64_t version;
    struct text stage;
    int64_t visit;
};

struct text work_id_write(struct arena *arena, const struct signing_key *key,
                          const struct work_name *name);

/* MALFORMED: it is not ours. Texts live in the arena. */
NODISCARD enum status work_id_read(struct arena *arena, const struct signing_key *key,
                                   struct text written, struct work_name *name_out);

#endif
