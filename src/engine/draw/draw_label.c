/* draw_label.c - how wide words are, without a font, and where to break them.
 *
 * Widths are those of the usual sans-serif faces at 13 pixels, rounded up a little: a box that is
 * too wide looks better than a word that leaves it.
 */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

#include <string.h>

enum { NARROW = 42, MIDDLE = 76, WIDE = 118, CAPITAL = 94, CYRILLIC = 82, CJK = 135 };

/* In tenths of a pixel. */
static int letter_width(const char *letter, size_t bytes)
{
    if (bytes == 1) {
        if (strchr("iljtfrI.,:;'|!()[] ", letter[0]) != NULL) {
            return NARROW;
        }
        if (strchr("mwMW@%", letter[0]) != NULL) {
            return WIDE;
        }
        return letter[0] >= 'A' && letter[0] <= 'Z' ? CAPITAL : MIDDLE;
    }
    if (bytes == 2) {
        static const char *const wide[] = {"ж", "ш", "щ", "м", "ю", "ф", "ы", "Ж",
                                           "Ш", "Щ", "М", "Ю", "Ф", "Ы", "Д"};
        for (size_t i = 0; i < COUNT_OF(wide); i++) {
            if (memcmp(letter, wide[i], 2) == 0) {
                return WIDE;
            }
        }
        /* А to П stand at the end of the first page of Cyrillic, Р to Я at the start of the next */
        unsigned char second = (unsigned char)letter[1];
        bool is_capital = (unsigned char)letter[0] == 0xD0 && second >= 0x90 && second < 0xB0;
        return is_capital ? CAPITAL : CYRILLIC;
    }
    return CJK;
}

int label_width(struct text line)
{
    int tenths = 0;
    for (size_t i = 0; i < line.bytes;) {
        size_t bytes = text_utf8_sequence(line.data + i, line.bytes - i);
        bytes = bytes == 0 ? 1 : bytes;
        tenths += letter_width(line.data + i, bytes);
        i += bytes;
    }
    return (tenths + 9) / 10;
}

static bool is_break(char byte)
{
    return byte == ' ' || byte == '_';
}

/* The longest run of whole words from `from` that fits, at least one word; its end. */
static size_t line_end(struct text label, size_t from, int width_max)
{
    size_t end = from;
    for (size_t i = from; i <= label.bytes; i++) {
        bool is_word_end = i == label.bytes || is_break(label.data[i]);
        if (is_word_end && i > from) {
            if (end > from && label_width(text_slice(label, from, i)) > width_max) {
                return end;
            }
            end = i;
        }
    }
    return end > from ? end : label.bytes;
}

static struct label_lines wrap_at(struct text label, int width_max, bool *fits_out)
{
    struct label_lines lines = {.count = 0};
    size_t at = 0;
    while (at < label.bytes && lines.count < LABEL_LINES_MAX) {
        size_t end = line_end(label, at, width_max);
        struct text line = text_slice(label, at, end);
        int width = label_width(line);
        lines.lines[lines.count++] = line;
        lines.width = width > lines.width ? width : lines.width;
        at = end < label.bytes ? end + 1 : end;
    }
    *fits_out = at >= label.bytes;
    return lines;
}

/* As few lines as fit, and these as equal as can be; twice as wide before anything is cut. */
struct label_lines label_wrap(struct arena *arena, struct text label, int width_max)
{
    bool fits = false;
    struct text copy = text_trim(text_copy(arena, label));
    struct label_lines lines = wrap_at(copy, width_max, &fits);
    for (int more = 0; !fits && more < width_max; more += 8) {
        lines = wrap_at(copy, width_max + more, &fits);
    }
    for (int width = width_max - 8; fits && width > 24; width -= 8) {
        bool fits_closer = false;
        struct label_lines closer = wrap_at(copy, width, &fits_closer);
        if (fits_closer && closer.count == lines.count && closer.width < lines.width) {
            lines = closer;
        }
    }
    if (!fits) {
        struct text *last = &lines.lines[LABEL_LINES_MAX - 1];
        *last = text_format(arena, "%.*s…", TEXT_ARGS(*last));
        int width = label_width(*last);
        lines.width = width > lines.width ? width : lines.width;
    }
    return lines;
}
