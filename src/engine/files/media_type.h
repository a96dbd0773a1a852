/* media_type.h - what a file is by what stands in it, whatever its sender calls it; and a name for
 * it that harms nobody. Inside the engine only.
 */
#ifndef ENGINE_FILES_MEDIA_TYPE_H
#define ENGINE_FILES_MEDIA_TYPE_H

#include "base/arena.h"
#include "base/text.h"

enum { FILE_NAME_LETTERS_MAX = 120 };

struct media_type {
    const char *word; /* as a definition names it: "pdf" */
    const char *name; /* "application/pdf" */
    const char *endings[3];
};
extern const struct media_type media_types[];
extern const size_t media_type_count;

/* By its first bytes, a few hundred of them or all there are. NULL: none of those that are known.
 */
const struct media_type *media_type_of(struct text head);

/* By its word. NULL: there is none. */
const struct media_type *media_type_by_word(struct text word);

/* Without a path, control and direction marks, quotes, and leading dots; never empty, never too
 * long; with an ending that its type has. type may be NULL: not known yet. */
struct text file_name_clean(struct arena *arena, struct text name, const struct media_type *type);

#endif
