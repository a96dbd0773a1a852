/* work_id.h - which work of which case: the name that a command, an outside worker and a receiving
 * service know a stage by (E9, E13, E33).
 *
 * case=...&workflow=feeding&version=1&stage=feed&visit=1&sign=...: the same for the same stage at
 * the same visit, so whoever receives it twice knows; signed, because it comes back from outside.
 * It is URL-encoded, and nothing in it needs a %: names of workflows and stages are plain.
 */
#ifndef ENGINE_STAGES_WORK_ID_H
#define ENGINE_STAGES_WORK_ID_H

#include "base/arena.h"
#include "base/id.h"
#include "base/status.h"
#include "engine/signature.h"

enum { WORK_ID_BYTES_MAX = 400 };

struct work_name {
    struct id case_id;
    struct text workflow;
    int64_t version;
    struct text stage;
    int64_t visit; /* from 1: how many times the case has come to this stage */
};

struct text work_id_write(struct arena *arena, const struct signing_key *key,
                          const struct work_name *name);

/* MALFORMED: it is not, letter for letter, what work_id_write has written with this key. Texts live
 * in the arena. */
NODISCARD enum status work_id_read(struct arena *arena, const struct signing_key *key,
                                   struct text written, struct work_name *name_out);

#endif
