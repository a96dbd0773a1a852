/* pattern.h - what a search for a part of a text is compared with, the same on every store. */
#ifndef STORE_PATTERN_H
#define STORE_PATTERN_H

#include "base/arena.h"
#include "base/text.h"

/* In a statement: `title_key LIKE $4 ESCAPE '\'`, in C `" LIKE $4 " PATTERN_ESCAPE`. */
#define PATTERN_ESCAPE "ESCAPE '\\'"

/* Fits every text that has this part in it, taken as it is: a percent sign or an underscore in it
 * means itself. NO_TEXT stays NO_TEXT. */
struct text pattern_of_part(struct arena *arena, struct text part);

#endif
