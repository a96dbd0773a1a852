/* marking_set.c - a hash set of markings: open addressing, never more than half full. */
#include "engine/soundness/marking_set.h"

#include "base/arena.h"

#include <string.h>

enum { FIRST_ROOM = 256, FIRST_SLOTS = 1024 };

void marking_set_init(struct marking_set *set, size_t place_count)
{
    MUST(place_count <= BIT_SET_MAX);
    *set = (struct marking_set){.words = place_count <= 64 ? 1 : (place_count + 63) / 64,
                                .room = FIRST_ROOM,
                                .slot_count = FIRST_SLOTS};
    set->markings = memory_take(set->room * set->words * sizeof(uint64_t));
    set->slots = memory_take(set->slot_count * sizeof *set->slots);
}

void marking_set_finish(struct marking_set *set)
{
    memory_free(set->markings);
    memory_free(set->slots);
    *set = (struct marking_set){0};
}

static size_t hash(const uint64_t *words, size_t count)
{
    uint64_t mixed = 0;
    for (size_t i = 0; i < count; i++) {
        mixed = (mixed ^ words[i]) * 0x9E3779B97F4A7C15u;
        mixed ^= mixed >> 32;
    }
    return (size_t)(mixed * 0xD6E8FEB86659FD93u >> 16);
}

static bool is_same(const uint64_t *left, const uint64_t *right, size_t words)
{
    uint64_t differs = 0;
    for (size_t i = 0; i < words; i++) {
        differs |= left[i] ^ right[i];
    }
    return differs == 0;
}

/* The slot that has the marking, or the empty one where it belongs. */
static uint32_t *find_slot(const struct marking_set *set, const uint64_t *words)
{
    size_t mask = set->slot_count - 1;
    size_t at = hash(words, set->words) & mask;
    while (set->slots[at] != 0 &&
           !is_same(set->markings + (set->slots[at] - 1) * set->words, words, set->words)) {
        at = (at + 1) & mask;
    }
    return &set->slots[at];
}

static void grow_slots(struct marking_set *set)
{
    memory_free(set->slots);
    set->slot_count *= 2;
    set->slots = memory_take(set->slot_count * sizeof *set->slots);
    for (uint32_t i = 0; i < set->count; i++) {
        *find_slot(set, set->markings + i * set->words) = i + 1;
    }
}

uint32_t marking_set_add(struct marking_set *set, const struct bit_set *marking)
{
    uint32_t *slot = find_slot(set, marking->words);
    if (*slot != 0) {
        return *slot - 1;
    }
    MUST(set->count < MARKING_NONE - 1);
    if (set->count == set->room) {
        set->room *= 2;
        set->markings =
            memory_resize(set->markings, set->room * set->words * sizeof *set->markings);
    }
    memcpy(set->markings + set->count * set->words, marking->words,
           set->words * sizeof *set->markings);
    *slot = ++set->count;
    if ((size_t)set->count * 2 > set->slot_count) {
        grow_slots(set);
    }
    return set->count - 1;
}

uint32_t marking_set_find(const struct marking_set *set, const struct bit_set *marking)
{
    uint32_t slot = *find_slot(set, marking->words);
    return slot == 0 ? MARKING_NONE : slot - 1;
}

struct bit_set marking_set_get(const struct marking_set *set, uint32_t number)
{
    MUST(number < set->count);
    struct bit_set marking = {0};
    memcpy(marking.words, set->markings + number * set->words, set->words * sizeof(uint64_t));
    return marking;
}
