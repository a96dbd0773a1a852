/* text_list.h - a list of texts as a column keeps it, a JSON array, read back. For the back ends.
 */
#ifndef STORE_TEXT_LIST_H
#define STORE_TEXT_LIST_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* CORRUPT when it is no array of strings, TOO_LARGE when the arena has no room. The texts point
 * into `written` and the arena. NO_TEXT, SQL's NULL, gives an empty list. */
NODISCARD enum status text_list_read(struct arena *arena, struct text written,
                                     struct texts *texts_out);

#endif
