/* soundness_parts.h - one check under way. Inside the room only. */
#ifndef ENGINE_SOUNDNESS_SOUNDNESS_PARTS_H
#define ENGINE_SOUNDNESS_SOUNDNESS_PARTS_H

#include "engine/soundness/soundness.h"

struct check {
    struct arena *arena;
    const struct net *net;
    struct unsound faults[UNSOUND_MAX];
    size_t count;
    size_t markings_max; /* for the sentence of TOO_LARGE */
};

/* Adds a copy and puts it into words; what comes after UNSOUND_MAX is dropped. */
void check_add(struct check *check, const struct unsound *fault);

/* False when the net is such that no mark can be moved. */
bool check_at_a_glance(struct check *check);

/* One sentence, with the path behind a colon. */
struct text unsound_sentence(const struct check *check, const struct unsound *fault);

#endif
