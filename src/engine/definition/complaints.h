/* complaints.h - everything that is wrong with one file, each with its line and column.
 *
 * A reader goes on after a fault, so that all of them are told at once; the list keeps the first
 * COMPLAINTS_MAX and counts the rest.
 */
#ifndef ENGINE_DEFINITION_COMPLAINTS_H
#define ENGINE_DEFINITION_COMPLAINTS_H

#include "base/arena.h"
#include "engine/case_field.h"

enum { COMPLAINTS_MAX = 50 };

struct complaint {
    struct spot at;
    struct text sentence; /* "there is no place \"moderatoin\"; did you mean \"moderation\"?" */
};

struct complaints {
    struct arena *arena;
    struct arena *scratch; /* for the words of the next complaint; empty again after it */
    struct text file;
    struct complaint items[COMPLAINTS_MAX];
    size_t count; /* of items */
    size_t total; /* of faults found */
};

/* Everything lives as long as the arena. */
void complaints_init(struct complaints *complaints, struct arena *arena, struct text file);

void complain(struct complaints *complaints, struct spot at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* By line and column. */
void complaints_sort(struct complaints *complaints);

/* "order.yaml:12:7: there is no ..." */
struct text complaint_text(const struct complaints *complaints, size_t index);

/* All of them, one on each line; the last line says how many more there are, if any. */
struct text complaints_text(const struct complaints *complaints);

/* Words for the next complaint, on its scratch arena. */

/* What was written, short enough for a sentence and without line ends. */
struct text complaint_quote(struct complaints *complaints, struct text written);

/* "; did you mean \"moderation\"?", or, when nothing is near and there are few, what there is. */
struct text complaint_hint(struct complaints *complaints, struct text word,
                           const char *const *known, size_t count);

#endif
