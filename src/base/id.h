/* id.h - UUID version 7: sixteen bytes that sort by the time they were made.
 *
 * Ids are keys that grow, so an index on them is written at its end only. All zeros means "none".
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { ID_BYTES = 16, ID_TEXT_BYTES = 36 };

struct id {
    uint8_t bytes[ID_BYTES];
};

/* A new id, greater than every id made before by this process. Safe from every thread. */
struct id id_new(void);

bool id_is_none(struct id id);
bool id_equals(struct id left, struct id right);

/* Its milliseconds and its counter: a number that grows as the id does (until the year 3084), and
 * that no other id of the same process has. */
int64_t id_number(struct id id);

/* Lower case with dashes; writes ID_TEXT_BYTES bytes and a NUL. */
void id_write(struct id id, char text_out[ID_TEXT_BYTES + 1]);

/* The same as a text in the arena. */
struct text id_text(struct arena *arena, struct id id);

/* Accepts the dashed form in either case, nothing else. */
bool id_read(struct text text, struct id *id_out);

#endif
