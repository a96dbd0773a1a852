/* library.h - a shared library that is loaded when it is needed, and not before.
 *
 * What only some installations use (PostgreSQL's client, RabbitMQ's, the HTTP client) is no
 * dependency of the program: it is opened by name, and when it is missing that is a sentence.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library_function {
    const char *name;
    size_t offset; /* of the pointer to it, in the caller's table */
};

enum library_answer { LIBRARY_LOADED, LIBRARY_MISSING, LIBRARY_TOO_OLD };

/* Opens "libpq.so.5" and fills the table; a library once loaded stays. */
enum library_answer library_load(const char *file, const struct library_function *functions,
                                 size_t count, void *table);

#endif
