/* marking_set.h - markings, each once, numbered in the order they came. Inside the room only.
 *
 * A marking takes only as many words as the net has use for: eight bytes up to 64 places. The set
 * grows as it is filled; its memory is freed by marking_set_finish.
 */
#ifndef ENGINE_SOUNDNESS_MARKING_SET_H
#define ENGINE_SOUNDNESS_MARKING_SET_H

#include "engine/bit_set.h"

#define MARKING_NONE UINT32_MAX /* no number of a marking */

struct marking_set {
    size_t words; /* of one marking */
    uint64_t *markings;
    uint32_t count;
    uint32_t room;
    uint32_t *slots; /* number + 1; 0 is empty */
    size_t slot_count;
};

void marking_set_init(struct marking_set *set, size_t place_count);
void marking_set_finish(struct marking_set *set);

/* The number of the marking, which is the count before the call when it is new. */
uint32_t marking_set_add(struct marking_set *set, const struct bit_set *marking);

/* MARKING_NONE when it is not there. */
uint32_t marking_set_find(const struct marking_set *set, const struct bit_set *marking);

struct bit_set marking_set_get(const struct marking_set *set, uint32_t number);

#endif
