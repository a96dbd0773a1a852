/* text.h - a run of bytes with its length; usually UTF-8, never assumed to end in NUL.
 *
 * A text does not own its bytes: it points into a body, an arena or the program itself, and lives
 * as long as they do. data == NULL means "no text" (absent or SQL NULL); an empty text has
 * bytes == 0 and data != NULL. Functions that make text take the arena that will own it.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct text {
    const char *data;
    size_t bytes;
};

/* A list of texts, items in memory of the same lifetime. */
struct texts {
    const struct text *items;
    size_t count;
};

#define TEXT(literal) ((struct text){("" literal), sizeof(literal) - 1})
#define NO_TEXT       ((struct text){NULL, 0})

/* For "%.*s". */
#define TEXT_ARGS(text) (int)(text).bytes, (text).data

struct text text_of(const char *c_string); /* NULL gives NO_TEXT */
bool text_is_given(struct text text);
bool text_equals(struct text left, struct text right);
bool text_equals_ignoring_case(struct text left, struct text right); /* ASCII only */
bool text_starts_with(struct text text, struct text start);
int text_compare(struct text left, struct text right);

/* Bytes [from, to); both are cut to the text's length. */
struct text text_slice(struct text text, size_t from, size_t to);

/* Without spaces, tabs and line ends at both ends. */
struct text text_trim(struct text text);

/* Cuts at the first separator; false (and all of it in head) when there is none. */
bool text_cut(struct text text, char separator, struct text *head_out, struct text *tail_out);

/* Whole-text numbers: no spaces, no plus sign, no leading zeros, refused on overflow. */
bool text_to_integer(struct text text, int64_t *value_out);

bool text_is_utf8(struct text text);

/* Letters of UTF-8: bytes that do not continue one. */
size_t text_letters(struct text text);

/* As much of the start as fits into so many bytes, without half a letter. */
struct text text_start(struct text text, size_t bytes_max);

/* Anything that would do something to a terminal; ends of lines and tabs do not count. */
bool text_has_control(struct text text);

/* The bytes of the UTF-8 sequence at the start (RFC 3629), 0 when it is none. bytes_left > 0. */
size_t text_utf8_sequence(const char *start, size_t bytes_left);

/* Copies with a NUL behind, so that .data may also be used as a C string. */
struct text text_copy(struct arena *arena, struct text text);
struct text text_join(struct arena *arena, struct text left, struct text right);
struct text text_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lower case for ASCII, Latin-1, Greek and Cyrillic, and ё as е: the form people are searched by.
 */
struct text text_fold(struct arena *arena, struct text text);

/* The candidate most like the word, for "did you mean"; NULL when none is near. */
const char *text_nearest(struct text word, const char *const *candidates, size_t count);

#endif
