/* bending.h - good signatures bent in one way each, for tests of whoever believes them. */
#ifndef TESTS_UNIT_BASE_CRYPTO_BENDING_H
#define TESTS_UNIT_BASE_CRYPTO_BENDING_H

#include "base/crypto/key_parts.h"
#include "base/json.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 8 * 1024 * 1024 };

/* What was signed. */
static const struct text said = {"eyJhbGciOiJFUzI1NiJ9.e30", 24};

static inline struct arena *fresh(void)
{
    return arena_create("test", ARENA_BYTES);
}

static const struct json *json_of(struct arena *arena, struct text text)
{
    const struct json *root = NULL;
    struct json_error error;
    CHECK_STATUS(json_read(arena, text, 1000, &root, &error), STATUS_OK);
    return root;
}

/* ---- bending ---- */

/* What is made of a good signature of `said`. */
typedef struct text bend_fn(struct arena *arena, struct text good);

struct bent {
    const char *name;
    bend_fn *bend;
    bool is_good;
};

static inline unsigned char *copy_of(struct arena *arena, struct text bytes, size_t more)
{
    unsigned char *copy = arena_take(arena, bytes.bytes + more + 1);
    memset(copy, 0, bytes.bytes + more + 1);
    memcpy(copy, bytes.data, bytes.bytes);
    return copy;
}

static inline struct text text_of_bytes(const unsigned char *bytes, size_t count)
{
    return (struct text){(const char *)bytes, count};
}

static inline struct text as_it_is(struct arena *arena, struct text good)
{
    (void)arena;
    return good;
}

static inline struct text one_bit(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    bytes[good.bytes / 2] ^= 1;
    return text_of_bytes(bytes, good.bytes);
}

static inline struct text a_byte_less(struct arena *arena, struct text good)
{
    (void)arena;
    return text_slice(good, 0, good.bytes - 1);
}

static inline struct text without_the_first(struct arena *arena, struct text good)
{
    (void)arena;
    return text_slice(good, 1, good.bytes);
}

static inline struct text a_zero_behind(struct arena *arena, struct text good)
{
    return text_of_bytes(copy_of(arena, good, 1), good.bytes + 1);
}

static inline struct text a_zero_in_front(struct arena *arena, struct text good)
{
    unsigned char *bytes = arena_take(arena, good.bytes + 1);
    bytes[0] = 0;
    memcpy(bytes + 1, good.data, good.bytes);
    return text_of_bytes(bytes, good.bytes + 1);
}

static inline struct text twice(struct arena *arena, struct text good)
{
    unsigned char *bytes = copy_of(arena, good, good.bytes);
    memcpy(bytes + good.bytes, good.data, good.bytes);
    return text_of_bytes(bytes, good.bytes * 2);
}

static inline struct text nothing(struct arena *arena, struct text good)
{
    (void)arena;
    return text_slice(good, 0, 0);
}

static inline struct text all(struct arena *arena, struct text good, unsigned char value)
{
    unsigned char *bytes = copy_of(arena, good, 0);
    memset(bytes, value, good.bytes);
    return text_of_bytes(bytes, good.bytes);
}

static inline struct text all_zeros(struct arena *arena, struct text good)
{
    return all(arena, good, 0);
}

static inline struct text all_ones(struct arena *arena, struct text good)
{
    return all(arena, good, 0xFF);
}

static inline void check_bent(const struct bent *rows, size_t count, const struct public_key *key,
                              enum signature_form form, struct text good)
{
    struct arena *arena = fresh();
    for (size_t i = 0; i < count; i++) {
        struct text bent = rows[i].bend(arena, good);
        if (public_key_verifies(key, form, said, bent) != rows[i].is_good) {
            printf("# %s: expected %d\n", rows[i].name, rows[i].is_good);
            CHECK(false);
        }
        CHECK(!public_key_verifies(key, form, TEXT("eyJhbGciOiJFUzI1NiJ9.e31"), bent));
    }
    arena_destroy(&arena);
}

#endif
