/* media_type.c - the first bytes of files, and their names. */
#include "engine/files/media_type.h"

#include "base/must.h"

#include <string.h>

enum { ENDINGS = 3, LETTER_BYTES_MAX = 4 };

const struct media_type media_types[] = {
    {"pdf", "application/pdf", {".pdf"}},
    {"png", "image/png", {".png"}},
    {"jpeg", "image/jpeg", {".jpg", ".jpeg"}},
    {"webp", "image/webp", {".webp"}},
    {"heic", "image/heic", {".heic", ".heif"}},
    {"tiff", "image/tiff", {".tif", ".tiff"}},
    {"zip", "application/zip", {".zip", ".docx", ".xlsx"}},
};
const size_t media_type_count = COUNT_OF(media_types);

const struct media_type *media_type_by_word(struct text word)
{
    for (size_t i = 0; i < media_type_count; i++) {
        if (text_equals(word, text_of(media_types[i].word))) {
            return &media_types[i];
        }
    }
    return NULL;
}

/* ---- what stands in it ---- */

static const struct mark {
    const char *word;
    size_t at;
    const char *bytes;
    size_t count;
} marks[] = {
    {"pdf", 0, "%PDF-", 5},         {"png", 0, "\x89PNG\r\n\x1a\n", 8},
    {"jpeg", 0, "\xff\xd8\xff", 3}, {"webp", 8, "WEBP", 4},
    {"heic", 4, "ftyphei", 7},      {"heic", 4, "ftypmif1", 8},
    {"tiff", 0, "II*\0", 4},        {"tiff", 0, "MM\0*", 4},
    {"zip", 0, "PK\x03\x04", 4},
};

const struct media_type *media_type_of(struct text head)
{
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        const struct mark *mark = &marks[i];
        if (head.bytes >= mark->at + mark->count &&
            memcmp(head.data + mark->at, mark->bytes, mark->count) == 0) {
            return media_type_by_word(text_of(mark->word));
        }
    }
    return NULL;
}

/* ---- what it is called ---- */

/* The bytes of the letter that begins here; the text is UTF-8. */
static size_t letter_bytes(struct text text, size_t at)
{
    unsigned char first = (unsigned char)text.data[at];
    size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : LETTER_BYTES_MAX;
    return bytes <= text.bytes - at ? bytes : text.bytes - at;
}

/* Marks that turn the direction of what follows: "exe.fdp" would be read as "pdf.exe". */
static bool turns_around(struct text letter)
{
    static const char *const turning[] = {"\u200e", "\u200f", "\u202a", "\u202b",
                                          "\u202c", "\u202d", "\u202e", "\u2066",
                                          "\u2067", "\u2068", "\u2069", "\ufeff"};
    for (size_t i = 0; i < COUNT_OF(turning); i++) {
        if (text_equals(letter, text_of(turning[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_harmless(struct text letter)
{
    unsigned char first = (unsigned char)letter.data[0];
    bool is_control = letter.bytes == 1 && (first < 0x20 || first == 0x7f);
    bool is_later_control =
        letter.bytes == 2 && first == 0xc2 && (unsigned char)letter.data[1] < 0xa0;
    bool is_sign = letter.bytes == 1 && strchr("\"<>|:*?;%", letter.data[0]) != NULL;
    return !is_control && !is_later_control && !is_sign && !turns_around(letter);
}

static struct text without_path(struct text name)
{
    for (size_t i = name.bytes; i > 0; i--) {
        if (name.data[i - 1] == '/' || name.data[i - 1] == '\\') {
            return text_slice(name, i, name.bytes);
        }
    }
    return name;
}

static bool ends_rightly(struct text name, const struct media_type *type)
{
    for (size_t i = 0; i < ENDINGS && type->endings[i] != NULL; i++) {
        struct text ending = text_of(type->endings[i]);
        if (name.bytes > ending.bytes &&
            text_equals_ignoring_case(text_slice(name, name.bytes - ending.bytes, name.bytes),
                                      ending)) {
            return true;
        }
    }
    return false;
}

struct text file_name_clean(struct arena *arena, struct text name, const struct media_type *type)
{
    struct text base = without_path(name);
    char *clean = arena_take(arena, base.bytes + 1);
    size_t count = 0;
    size_t letters = 0;
    for (size_t i = 0; i < base.bytes && letters < FILE_NAME_LETTERS_MAX;) {
        struct text letter = text_slice(base, i, i + letter_bytes(base, i));
        bool leads = count == 0 && (letter.data[0] == '.' || letter.data[0] == ' ');
        if (is_harmless(letter) && !leads) {
            memcpy(clean + count, letter.data, letter.bytes);
            count += letter.bytes;
            letters++;
        }
        i += letter.bytes;
    }
    struct text made = count > 0 ? (struct text){clean, count} : TEXT("file");
    if (type != NULL && !ends_rightly(made, type)) {
        made = text_join(arena, made, text_of(type->endings[0]));
    }
    return made;
}
