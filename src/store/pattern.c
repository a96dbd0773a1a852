/* pattern.c - a part of a text as a pattern of LIKE. */
#include "store/pattern.h"

#include <string.h>

struct text pattern_of_part(struct arena *arena, struct text part)
{
    if (part.data == NULL) {
        return NO_TEXT;
    }
    char *written = arena_take(arena, 2 * part.bytes + 2);
    size_t bytes = 0;
    written[bytes++] = '%';
    for (size_t i = 0; i < part.bytes; i++) {
        if (strchr("%_\\", part.data[i]) != NULL && part.data[i] != '\0') {
            written[bytes++] = '\\';
        }
        written[bytes++] = part.data[i];
    }
    written[bytes++] = '%';
    return (struct text){written, bytes};
}
