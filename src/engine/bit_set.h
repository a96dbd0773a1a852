/* bit_set.h - up to 256 small numbers: the places of a marking, the fields somebody sees. A value.
 */
#ifndef ENGINE_BIT_SET_H
#define ENGINE_BIT_SET_H

#include "base/must.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BIT_SET_MAX = 256, BIT_SET_WORDS = BIT_SET_MAX / 64 };

struct bit_set {
    uint64_t words[BIT_SET_WORDS];
};

static inline bool bit_set_has(const struct bit_set *set, size_t number)
{
    MUST(number < BIT_SET_MAX);
    return (set->words[number / 64] >> (number % 64) & 1) != 0;
}

static inline void bit_set_add(struct bit_set *set, size_t number)
{
    MUST(number < BIT_SET_MAX);
    set->words[number / 64] |= (uint64_t)1 << (number % 64);
}

static inline void bit_set_join(struct bit_set *set, const struct bit_set *other)
{
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        set->words[i] |= other->words[i];
    }
}

static inline bool bit_set_is_empty(const struct bit_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        any |= set->words[i];
    }
    return any == 0;
}

/* Every number of the part is in the whole. */
static inline bool bit_set_contains(const struct bit_set *whole, const struct bit_set *part)
{
    uint64_t missing = 0;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        missing |= part->words[i] & ~whole->words[i];
    }
    return missing == 0;
}

static inline bool bit_set_meets(const struct bit_set *left, const struct bit_set *right)
{
    uint64_t common = 0;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        common |= left->words[i] & right->words[i];
    }
    return common != 0;
}

static inline bool bit_set_equals(const struct bit_set *left, const struct bit_set *right)
{
    return bit_set_contains(left, right) && bit_set_contains(right, left);
}

static inline size_t bit_set_count(const struct bit_set *set)
{
    size_t count = 0;
    for (size_t number = 0; number < BIT_SET_MAX; number++) {
        count += bit_set_has(set, number);
    }
    return count;
}

#endif
