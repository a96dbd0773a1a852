/* arena.h - memory that belongs to a lifetime.
 *
 * A request, a step, a connection has one arena; what is taken from it is never given back alone,
 * it ends with its lifetime. Taking cannot fail: memory that the system refuses ends the program
 * (EXIT_NO_MEMORY), and passing the limit given at creation is a bug, because whoever lets input
 * decide how much is taken has checked arena_has_room first.
 *
 * An arena is used by one thread at a time; it may be handed over with the message that carries it.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

typedef void arena_end_fn(void *thing);

/* The name shows in the message when the limit is passed; it must outlive the arena. */
struct arena *arena_create(const char *name, size_t bytes_max);
void arena_destroy(struct arena **arena); /* accepts NULL inside, clears the pointer */

/* Zeroed memory, aligned for anything. */
void *arena_take(struct arena *arena, size_t bytes);

/* The same without the zeroes, for buffers that are filled at once. */
void *arena_take_raw(struct arena *arena, size_t bytes);

/* count * bytes_each, checked. */
void *arena_take_array(struct arena *arena, size_t count, size_t bytes_each);

bool arena_has_room(const struct arena *arena, size_t bytes);
size_t arena_bytes_used(const struct arena *arena);

/* Runs when the arena is reset or destroyed, last registered first. */
void arena_on_end(struct arena *arena, arena_end_fn *end, void *thing);

/* Ends the lifetime and begins the next one in the same first block; further blocks are freed. */
void arena_reset(struct arena *arena);

#define ARENA_NEW(arena, type)          ((type *)arena_take((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_take_array((arena), (count), sizeof(type)))

/* For what lives as long as the process or has its own destroy: malloc and realloc that never
 * return NULL (the program ends with EXIT_NO_MEMORY instead). Freed with memory_free. */
void *memory_take(size_t bytes); /* zeroed */
void *memory_resize(void *memory, size_t bytes);
void memory_free(void *memory);

/* Ends the program with EXIT_NO_MEMORY: for what else the system may refuse, such as a thread. */
_Noreturn void memory_refused(void);

#endif
