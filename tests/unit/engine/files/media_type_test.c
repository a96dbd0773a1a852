/* media_type_test.c - what a file is, and what it is called. */
#include "engine/files/media_type.h"
#include "tests/lib/check.h"

static const char *word_of(const char *bytes, size_t count)
{
    const struct media_type *type = media_type_of((struct text){bytes, count});
    return type != NULL ? type->word : "none";
}

#define WORD(bytes) text_of(word_of(bytes, sizeof(bytes) - 1))

static void says_what_stands_in_it(void)
{
    CHECK_TEXT(WORD("%PDF-1.7 and so on"), "pdf");
    CHECK_TEXT(WORD("\x89PNG\r\n\x1a\n"), "png");
    CHECK_TEXT(WORD("\xff\xd8\xff\xe0"), "jpeg");
    CHECK_TEXT(WORD("RIFF\1\2\3\4WEBPVP8 "), "webp");
    CHECK_TEXT(WORD("\0\0\0\x18"
                    "ftypheic"),
               "heic");
    CHECK_TEXT(WORD("II*\0data"), "tiff");
    CHECK_TEXT(WORD("PK\3\4"), "zip");
    CHECK_TEXT(WORD("%PDF"), "none");
    CHECK_TEXT(WORD(" %PDF-1.7"), "none");
    CHECK_TEXT(WORD("MZ\x90"), "none");
    CHECK_TEXT(WORD("<html>"), "none");
    CHECK_TEXT(WORD(""), "none");
}

static struct text clean(struct arena *arena, const char *name, const char *word)
{
    const struct media_type *type = word != NULL ? media_type_by_word(text_of(word)) : NULL;
    return file_name_clean(arena, text_of(name), type);
}

static void names_harm_nobody(void)
{
    struct arena *arena = arena_create("test", 1 << 20);
    CHECK_TEXT(clean(arena, "charter.pdf", "pdf"), "charter.pdf");
    CHECK_TEXT(clean(arena, "charter.PDF", "pdf"), "charter.PDF");
    CHECK_TEXT(clean(arena, "Устав.pdf", NULL), "Устав.pdf");
    CHECK_TEXT(clean(arena, "/etc/passwd", "pdf"), "passwd.pdf");
    CHECK_TEXT(clean(arena, "C:\\x\\..\\evil.exe", "png"), "evil.exe.png");
    CHECK_TEXT(clean(arena, "a\r\nSet-Cookie: b", NULL), "aSet-Cookie b");
    CHECK_TEXT(clean(arena, "fdp.\u202e exe", NULL), "fdp. exe");
    CHECK_TEXT(clean(arena, "..", NULL), "file");
    CHECK_TEXT(clean(arena, "", "jpeg"), "file.jpg");
    CHECK_TEXT(clean(arena, ".htaccess", NULL), "htaccess");
    CHECK_TEXT(clean(arena, "\"a\"%41<b>", NULL), "a41b");
    char longest[1000] = {0};
    for (size_t i = 0; i < sizeof longest - 1; i++) {
        longest[i] = 'x';
    }
    CHECK_INT(clean(arena, longest, "pdf").bytes, FILE_NAME_LETTERS_MAX + 4);
    arena_destroy(&arena);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"says_what_stands_in_it", says_what_stands_in_it, 0},
        {"names_harm_nobody", names_harm_nobody, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
