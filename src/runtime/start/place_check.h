/* place_check.h - with a bus that stays inside this process, is everybody here who is needed? */
#ifndef RUNTIME_START_PLACE_CHECK_H
#define RUNTIME_START_PLACE_CHECK_H

#include "runtime/service.h"

struct place_options {
    const struct service *const *here; /* in this process */
    size_t here_count;
    const struct service *const *known; /* all there are; sound, by runtime_check */
    size_t known_count;
};

/* Whoever listens would wait for ever, and whoever sends would never be answered. NO_TEXT, or a
 * sentence: "board listens to users, which does not run here ..." */
struct text place_check(struct arena *arena, const struct place_options *options);

#endif
