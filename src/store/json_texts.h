/* json_texts.h - a list of texts as a column keeps it: a JSON array. For whoever writes one. */
#ifndef STORE_JSON_TEXTS_H
#define STORE_JSON_TEXTS_H

#include "base/arena.h"
#include "base/text.h"

struct text json_texts(struct arena *arena, struct texts texts);

#endif
