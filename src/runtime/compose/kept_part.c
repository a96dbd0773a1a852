/* kept_part.c - the moment, a space, and the JSON. */
#include "runtime/compose/kept_part.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HASH_BYTES = 16 };

static void add(crypto_generichash_state *state, const void *data, size_t bytes)
{
    uint64_t length = bytes; /* first, so that no two texts run together */
    crypto_generichash_update(state, (const unsigned char *)&length, sizeof length);
    if (bytes > 0) {
        crypto_generichash_update(state, data, bytes);
    }
}

static void add_texts(crypto_generichash_state *state, struct texts texts)
{
    add(state, &texts.count, sizeof texts.count);
    for (size_t i = 0; i < texts.count; i++) {
        add(state, texts.items[i].data, texts.items[i].bytes);
    }
}

void kept_part_key(const struct caller *caller, struct text target,
                   char key_out[KEPT_PART_KEY_BYTES])
{
    static const char start[] = "dashboard:";
    unsigned char hash[HASH_BYTES];
    unsigned char kind = (unsigned char)caller->kind;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    add(&state, target.data, target.bytes);
    add(&state, &kind, sizeof kind);
    add(&state, caller->name.data, caller->name.bytes);
    add(&state, caller->person.bytes, ID_BYTES);
    add_texts(&state, caller->roles);
    add_texts(&state, caller->permissions);
    crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(key_out, start, sizeof start - 1);
    sodium_bin2hex(key_out + sizeof start - 1, KEPT_PART_KEY_BYTES - sizeof start + 1, hash,
                   sizeof hash);
}

struct kept_part kept_part_find(struct cache *cache, struct arena *arena, const char *key)
{
    struct text value;
    struct text moment;
    struct kept_part part = {.json = NO_TEXT};
    bool is_found = cache_get(cache, arena, text_of(key), &value) == STATUS_OK &&
                    text_cut(value, ' ', &moment, &part.json) &&
                    text_to_integer(moment, &part.said_at) && part.json.bytes > 0;
    return is_found ? part : (struct kept_part){.json = NO_TEXT};
}

/* Whether it is kept or not, nobody learns: a cache may lose anything. */
static void ignore(enum status status)
{
    (void)status;
}

void kept_part_keep(struct cache *cache, struct arena *arena, const char *key,
                    const struct kept_part *part, int64_t ttl_ms)
{
    if (part->json.bytes + 32 > CACHE_VALUE_BYTES_MAX ||
        !arena_has_room(arena, part->json.bytes + 64)) {
        kept_part_forget(cache, key);
        return;
    }
    struct text value =
        text_format(arena, "%lld %.*s", (long long)part->said_at, TEXT_ARGS(part->json));
    ignore(cache_put(cache, text_of(key), value, ttl_ms));
}

void kept_part_forget(struct cache *cache, const char *key)
{
    ignore(cache_forget(cache, text_of(key)));
}
