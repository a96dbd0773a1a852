/* chance.h - randomness, reached through one door so that a test can own it.
 *
 * The system's getrandom(2) stands behind it; good enough for keys and secrets.
 */
#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

#include <stddef.h>
#include <stdint.h>

void chance_fill(void *bytes_out, size_t bytes);
uint64_t chance_number(void);

typedef void chance_fn(void *bytes_out, size_t bytes);

/* A test's own source; NULL goes back to the system's. Called before threads start. */
void chance_use(chance_fn *source);

#endif
