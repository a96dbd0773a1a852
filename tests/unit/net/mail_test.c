/* mail_test.c - a letter on the wire: which addresses are one, headers, folding, nothing added. */
#include "net/mail.h"

#include "tests/lib/check.h"

#include <string.h>

static struct arena *arena;

static void begin(void)
{
    arena = arena_create("mail", 16 * 1024 * 1024);
}

static struct mail some_mail(void)
{
    return (struct mail){.from = TEXT("Office <office@example.com>"),
                         .to = TEXT("anna@example.com"),
                         .subject = TEXT("Hello"),
                         .plain = TEXT("Text"),
                         .html = TEXT("<p>Text</p>"),
                         .id = {{1, 2, 3}},
                         .written_at = 1790000000000};
}

static struct text letter_of(const struct mail *mail)
{
    struct text letter = NO_TEXT;
    CHECK_STATUS(mail_write(arena, mail, &letter), STATUS_OK);
    return letter;
}

static bool has(struct text letter, const char *part)
{
    return strstr(text_copy(arena, letter).data, part) != NULL;
}

static void knows_an_address(void)
{
    static const char *const good[] = {"a@b", "anna.b+c@mail.example.com", "x'y@example.org"};
    static const char *const bad[] = {"",           "a",       "@b",         "a@",   "a@b@c",
                                      "a b@c",      "a@b c",   "<a@b>",      "a@b>", "a,b@c",
                                      "a@b\r\nc",   "\"a\"@b", "a@.b",       "a@b.", "a@b;c",
                                      "a@\xD0\xB1", "a@b:c",   "a@[1.2.3.4]"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        CHECK(mail_is_address(text_of(good[i])));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(!mail_is_address(text_of(bad[i])));
    }
}

static void reads_who_it_is_from(void)
{
    struct text name;
    struct text address;
    CHECK(mail_read_from(TEXT("Office of all <o@example.com>"), &name, &address));
    CHECK_TEXT(name, "Office of all");
    CHECK_TEXT(address, "o@example.com");
    CHECK(mail_read_from(TEXT(" o@example.com "), &name, &address));
    CHECK(name.data == NULL);
    CHECK(!mail_read_from(TEXT("Office <o@example.com> x"), &name, &address));
    CHECK(!mail_read_from(TEXT("Office"), &name, &address));
}

static void writes_both_forms(void)
{
    begin();
    struct mail mail = some_mail();
    struct text letter = letter_of(&mail);
    CHECK(has(letter, "From: Office\r\n <office@example.com>\r\nTo: anna@example.com\r\n"
                      "Subject: Hello\r\nDate: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
                      "Message-ID: <01020300-0000-0000-0000-000000000000@example.com>\r\n"
                      "Auto-Submitted: auto-generated\r\n"));
    CHECK(has(letter, "multipart/alternative"));
    CHECK(has(letter, "VGV4dA=="));
    CHECK(has(letter, "PHA+VGV4dDwvcD4="));
    CHECK(!has(letter, "List-Unsubscribe"));
    mail.html = NO_TEXT;
    CHECK(!has(letter_of(&mail), "multipart"));
    arena_destroy(&arena);
}

/* RFC 2047: at most 75 bytes, whole characters. */
static void folds_long_words(void)
{
    begin();
    struct mail mail = some_mail();
    struct text word = TEXT("");
    for (int i = 0; i < 100; i++) {
        word = text_join(arena, word, TEXT("\xD0\xB6"));
    }
    mail.subject = word;
    struct text rest = letter_of(&mail);
    size_t words = 0;
    while (rest.bytes > 0) {
        struct text line;
        struct text tail;
        bool has_more = text_cut(rest, '\n', &line, &tail);
        CHECK(line.bytes <= 78);
        words += has(line, "=?UTF-8?B?");
        rest = has_more ? tail : NO_TEXT;
    }
    CHECK_INT(words, 5); /* 200 bytes, 42 in each */
    arena_destroy(&arena);
}

static void nothing_adds_a_header(void)
{
    begin();
    struct mail mail = some_mail();
    mail.subject = TEXT("Hello\r\nBcc: all@example.com");
    CHECK(!has(letter_of(&mail), "\r\nBcc"));
    mail = some_mail();
    mail.from = TEXT("Office\r\nBcc: x@example.com <office@example.com>");
    CHECK(!has(letter_of(&mail), "\r\nBcc"));
    mail = some_mail();
    struct text letter;
    mail.to = TEXT("a@example.com\r\nBcc: b@example.com");
    CHECK_STATUS(mail_write(arena, &mail, &letter), STATUS_MALFORMED);
    mail = some_mail();
    mail.unsubscribe = TEXT("https://example.com/>\r\nBcc: b@example.com");
    CHECK_STATUS(mail_write(arena, &mail, &letter), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"knows_an_address", knows_an_address, 0},
    {"reads_who_it_is_from", reads_who_it_is_from, 0},
    {"writes_both_forms", writes_both_forms, 0},
    {"folds_long_words", folds_long_words, 0},
    {"nothing_adds_a_header", nothing_adds_a_header, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
