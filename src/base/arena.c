/* arena.c - memory that belongs to a lifetime: a chain of blocks, the first one kept.
 *
 * Blocks double in size up to 256 KiB, so that a small request touches one small block and a large
 * one few large ones. Something bigger than a block gets a block of its own size.
 */
#include "base/arena.h"

#include "base/must.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ALIGNMENT = alignof(max_align_t),
    FIRST_BLOCK_BYTES = 4096,
    BLOCK_BYTES_MAX = 256 * 1024,
};

struct block {
    struct block *previous;
    size_t bytes; /* usable, behind this header */
    max_align_t start[];
};

struct ending {
    struct ending *previous;
    arena_end_fn *end;
    void *thing;
};

struct arena {
    const char *name;
    size_t bytes_max;
    size_t bytes_used; /* handed out, padding included */
    struct block *newest;
    char *next;
    char *limit;
    struct ending *endings;
};

void memory_refused(void)
{
    /* No stdio here: it may want memory too. */
    static const char said[] = "kontora: out of memory; nothing unfinished was acknowledged\n";
    ssize_t ignored = write(STDERR_FILENO, said, sizeof said - 1);
    (void)ignored;
    _exit(EXIT_NO_MEMORY);
}

void *memory_take(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (memory == NULL) {
        memory_refused();
    }
    return memory;
}

void *memory_resize(void *memory, size_t bytes)
{
    void *resized = realloc(memory, bytes ? bytes : 1);
    if (resized == NULL) {
        memory_refused();
    }
    return resized;
}

void memory_free(void *memory)
{
    free(memory);
}

static void add_block(struct arena *arena, size_t bytes)
{
    size_t grown = arena->newest ? arena->newest->bytes * 2 : FIRST_BLOCK_BYTES;
    if (grown > BLOCK_BYTES_MAX) {
        grown = BLOCK_BYTES_MAX;
    }
    if (grown < bytes) {
        grown = bytes;
    }
    struct block *block = malloc(sizeof *block + grown);
    if (block == NULL) {
        memory_refused();
    }
    block->previous = arena->newest;
    block->bytes = grown;
    arena->newest = block;
    arena->next = (char *)block->start;
    arena->limit = arena->next + grown;
}

struct arena *arena_create(const char *name, size_t bytes_max)
{
    MUST(name != NULL);
    MUST(bytes_max > 0);
    struct arena *arena = memory_take(sizeof *arena);
    arena->name = name;
    arena->bytes_max = bytes_max;
    return arena;
}

static void run_endings(struct arena *arena)
{
    while (arena->endings != NULL) {
        struct ending *ending = arena->endings;
        arena->endings = ending->previous;
        ending->end(ending->thing);
    }
}

void arena_reset(struct arena *arena)
{
    run_endings(arena);
    while (arena->newest != NULL && arena->newest->previous != NULL) {
        struct block *block = arena->newest;
        arena->newest = block->previous;
        free(block);
    }
    arena->bytes_used = 0;
    if (arena->newest != NULL) {
        arena->next = (char *)arena->newest->start;
        arena->limit = arena->next + arena->newest->bytes;
    }
}

void arena_destroy(struct arena **arena)
{
    if (*arena == NULL) {
        return;
    }
    arena_reset(*arena);
    free((*arena)->newest);
    free(*arena);
    *arena = NULL;
}

void *arena_take_raw(struct arena *arena, size_t bytes)
{
    MUST(bytes <= arena->bytes_max); /* so that the padding below cannot overflow */
    size_t padded = (bytes + ALIGNMENT - 1) & ~((size_t)ALIGNMENT - 1);
    if (padded > arena->bytes_max - arena->bytes_used) {
        fprintf(stderr, "kontora: arena '%s' is limited to %zu bytes\n", arena->name,
                arena->bytes_max);
        must_failed(__FILE__, __LINE__, "an arena stays within its limit");
    }
    if (arena->newest == NULL || padded > (size_t)(arena->limit - arena->next)) {
        add_block(arena, padded);
    }
    void *memory = arena->next;
    arena->next += padded;
    arena->bytes_used += padded;
    return memory;
}

void *arena_take(struct arena *arena, size_t bytes)
{
    return memset(arena_take_raw(arena, bytes), 0, bytes);
}

void *arena_take_array(struct arena *arena, size_t count, size_t bytes_each)
{
    MUST(bytes_each > 0);
    MUST(count <= SIZE_MAX / bytes_each);
    return arena_take(arena, count * bytes_each);
}

bool arena_has_room(const struct arena *arena, size_t bytes)
{
    size_t left = arena->bytes_max - arena->bytes_used;
    return bytes <= left && left - bytes >= (size_t)ALIGNMENT;
}

size_t arena_bytes_used(const struct arena *arena)
{
    return arena->bytes_used;
}

void arena_on_end(struct arena *arena, arena_end_fn *end, void *thing)
{
    MUST(end != NULL);
    struct ending *ending = ARENA_NEW(arena, struct ending);
    ending->previous = arena->endings;
    ending->end = end;
    ending->thing = thing;
    arena->endings = ending;
}
