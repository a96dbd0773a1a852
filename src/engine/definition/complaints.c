/* complaints.c - gathers what is wrong, and says it. */
#include "engine/definition/complaints.h"

#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    QUOTE_BYTES_MAX = 60,
    SENTENCE_BYTES_MAX = 2000,
    SCRATCH_BYTES_MAX = 1024 * 1024,
    LISTED_MAX = 24, /* known words, when none is near */
};

static void end_scratch(void *thing)
{
    struct arena *scratch = thing;
    arena_destroy(&scratch);
}

void complaints_init(struct complaints *complaints, struct arena *arena, struct text file)
{
    *complaints = (struct complaints){
        .arena = arena,
        .scratch = arena_create("complaint", SCRATCH_BYTES_MAX),
        .file = file,
    };
    arena_on_end(arena, end_scratch, complaints->scratch);
}

/* One word may be looked at from two sides. */
static bool was_said(const struct complaints *complaints, struct spot at, struct text sentence)
{
    for (size_t i = 0; i < complaints->count; i++) {
        const struct complaint *one = &complaints->items[i];
        if (one->at.line == at.line && one->at.column == at.column &&
            text_equals(one->sentence, sentence)) {
            return true;
        }
    }
    return false;
}

void complain(struct complaints *complaints, struct spot at, const char *format, ...)
{
    char sentence[SENTENCE_BYTES_MAX];
    va_list values;
    MUST(at.line > 0 && at.column > 0);
    va_start(values, format);
    int bytes = vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    MUST(bytes > 0);
    if (!was_said(complaints, at, text_of(sentence))) {
        complaints->total++;
        if (complaints->count < COMPLAINTS_MAX) {
            complaints->items[complaints->count++] = (struct complaint){
                .at = at,
                .sentence = text_copy(complaints->arena, text_of(sentence)),
            };
        }
    }
    arena_reset(complaints->scratch);
}

static int compare(const void *left, const void *right)
{
    const struct complaint *first = left;
    const struct complaint *second = right;
    if (first->at.line != second->at.line) {
        return first->at.line < second->at.line ? -1 : 1;
    }
    if (first->at.column != second->at.column) {
        return first->at.column < second->at.column ? -1 : 1;
    }
    return text_compare(first->sentence, second->sentence);
}

void complaints_sort(struct complaints *complaints)
{
    if (complaints->count > 0) {
        qsort(complaints->items, complaints->count, sizeof complaints->items[0], compare);
    }
}

struct text complaint_text(const struct complaints *complaints, size_t index)
{
    MUST(index < complaints->count);
    const struct complaint *complaint = &complaints->items[index];
    return text_format(complaints->arena, "%.*s:%d:%d: %.*s", TEXT_ARGS(complaints->file),
                       complaint->at.line, complaint->at.column, TEXT_ARGS(complaint->sentence));
}

struct text complaints_text(const struct complaints *complaints)
{
    struct text all = TEXT("");
    for (size_t i = 0; i < complaints->count; i++) {
        struct text one = complaint_text(complaints, i);
        all = text_format(complaints->arena, "%.*s%s%.*s", TEXT_ARGS(all), i > 0 ? "\n" : "",
                          TEXT_ARGS(one));
    }
    if (complaints->total > complaints->count) {
        all = text_format(complaints->arena, "%.*s\n%.*s: and %zu more", TEXT_ARGS(all),
                          TEXT_ARGS(complaints->file), complaints->total - complaints->count);
    }
    return all;
}

struct text complaint_quote(struct complaints *complaints, struct text written)
{
    size_t bytes = 0;
    while (bytes < written.bytes) {
        size_t letter = text_utf8_sequence(written.data + bytes, written.bytes - bytes);
        if (letter == 0 || bytes + letter > QUOTE_BYTES_MAX) {
            break;
        }
        bytes += letter;
    }
    struct text quote =
        text_format(complaints->scratch, "%.*s%s", (int)bytes,
                    written.data != NULL ? written.data : "", bytes < written.bytes ? "..." : "");
    char *letters = arena_take_raw(complaints->scratch, quote.bytes + 1);
    for (size_t i = 0; i <= quote.bytes; i++) {
        char letter = quote.data[i];
        letters[i] = letter == '\n' || letter == '\r' || letter == '\t' ? ' ' : letter;
    }
    return (struct text){letters, quote.bytes};
}

/* "; there may be open, done" */
static struct text list_known(struct complaints *complaints, const char *const *known, size_t count)
{
    struct text all = TEXT("");
    for (size_t i = 0; i < count; i++) {
        all = text_format(complaints->scratch, "%.*s%s%s", TEXT_ARGS(all), i > 0 ? ", " : "",
                          known[i]);
    }
    return text_format(complaints->scratch, "; there may be %.*s", TEXT_ARGS(all));
}

struct text complaint_hint(struct complaints *complaints, struct text word,
                           const char *const *known, size_t count)
{
    const char *nearest = text_nearest(word, known, count);
    if (nearest != NULL) {
        return text_format(complaints->scratch, "; did you mean \"%s\"?", nearest);
    }
    return count > 0 && count <= LISTED_MAX ? list_known(complaints, known, count) : TEXT("");
}
