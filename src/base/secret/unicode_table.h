/* unicode_table.h - what letters are put together from, and in which order marks stand. */
#ifndef BASE_SECRET_UNICODE_TABLE_H
#define BASE_SECRET_UNICODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct unicode_parts {
    uint32_t whole; /* the table is sorted by it */
    uint32_t first;
    uint32_t second; /* 0: it stands for the first alone */
    uint8_t joins;   /* the two become the whole again */
};

/* Marks of a higher class stand behind those of a lower one. */
struct unicode_order {
    uint32_t from;
    uint32_t to;
    uint8_t class;
};

extern const struct unicode_parts unicode_letters[];
extern const size_t unicode_letter_count;
extern const struct unicode_order unicode_marks[];
extern const size_t unicode_mark_count;

#endif
