/* condition_words.c - cuts the text of a condition into words, and refuses what is no word. */
#include "engine/condition/condition_parts.h"

#include <string.h>

static const char *const keywords[] = {
    "and", "between", "case", "else", "end",  "false", "in",
    "is",  "not",     "null", "or",   "then", "true",  "when",
};

/* Longer ones first. The second form is the canonical one. */
static const struct sign {
    const char *written;
    const char *meant;
} signs[] = {
    {"<>", "<>"}, {"!=", "<>"}, {"<=", "<="}, {">=", ">="}, {"==", "="}, {"||", "||"},
    {"=", "="},   {"<", "<"},   {">", ">"},   {"+", "+"},   {"-", "-"},  {"*", "*"},
    {"/", "/"},   {"%", "%"},   {"(", "("},   {")", ")"},   {",", ","},
};

/* What people try because they know it from elsewhere, and what is said to them. */
static const struct surprise {
    const char *start;
    const char *what;
} surprises[] = {
    {"--", "a condition has no comments; between two minus signs stands a space"},
    {"/*", "a condition has no comments"},
    {";", "a condition is one expression, without ';'"},
    {"\"", "a text stands in single quotes: 'new'; a field is written as it is called"},
    {"`", "a field is written as it is called, without quotes"},
    {"[", "a field is written as it is called, without brackets; a list is in (...)"},
    {"{", "an expression has no braces; a field is written as it is called"},
    {"?", "there are no parameters; a field is written as it is called"},
    {":", "there are no parameters; a field is written as it is called"},
    {"@", "there are no parameters; a field is written as it is called"},
    {"$", "there are no parameters; a field is written as it is called"},
    {"&&", "that is written: and"},
    {"&", "numbers have no bits here; is 'and' meant?"},
    {"|", "numbers have no bits here; is 'or' meant, or '||' to join texts?"},
    {"!", "that is written: not"},
    {"~", "numbers have no bits here"},
    {".", "a number has digits on both sides of its point, and here no point at all: numbers are "
          "whole, money is in minor units"},
};

bool condition__refuse(struct reader *reader, size_t at, struct text why)
{
    if (!reader->has_failed) {
        reader->has_failed = true;
        reader->failed_at = at;
        reader->why = why;
    }
    return false;
}

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/* The keyword in its own spelling, or NULL; SQL does not look at the case of its words. */
static const char *find_keyword(struct text text)
{
    for (size_t i = 0; i < COUNT_OF(keywords); i++) {
        if (text_equals_ignoring_case(text, text_of(keywords[i]))) {
            return keywords[i];
        }
    }
    return NULL;
}

bool condition_is_reserved(struct text name)
{
    return find_keyword(name) != NULL;
}

static void take(struct reader *reader, enum word_kind kind, size_t from, size_t to)
{
    struct text text = text_slice(reader->source->text, from, to);
    reader->word = (struct word){.kind = kind, .text = text, .value = text, .from = from, .to = to};
}

static bool take_name(struct reader *reader, size_t from)
{
    struct text text = reader->source->text;
    size_t to = from;
    while (to < text.bytes &&
           (is_letter(text.data[to]) || is_digit(text.data[to]) ||
            (text.data[to] == '.' && to + 1 < text.bytes && is_letter(text.data[to + 1])))) {
        to++;
    }
    take(reader, WORD_NAME, from, to);
    const char *keyword = find_keyword(reader->word.text);
    if (keyword != NULL) {
        reader->word.kind = WORD_KEYWORD;
        reader->word.value = text_of(keyword);
    }
    return true;
}

static bool take_number(struct reader *reader, size_t from)
{
    struct text text = reader->source->text;
    size_t to = from;
    while (to < text.bytes && is_digit(text.data[to])) {
        to++;
    }
    if (to < text.bytes && (text.data[to] == '.' || is_letter(text.data[to]))) {
        return condition__refuse(
            reader, from,
            TEXT("a number is whole, and money is in minor units: instead of amount * 0.15 write "
                 "round(amount * 15 / 100)"));
    }
    take(reader, WORD_NUMBER, from, to);
    return true;
}

/* 'it''s': a quote inside is written twice. */
static struct text without_quotes(struct arena *arena, struct text written)
{
    char *plain = arena_take_raw(arena, written.bytes);
    size_t bytes = 0;
    for (size_t i = 1; i + 1 < written.bytes; i++) {
        plain[bytes++] = written.data[i];
        i += written.data[i] == '\'';
    }
    return (struct text){plain, bytes};
}

static bool take_text(struct reader *reader, size_t from)
{
    struct text text = reader->source->text;
    size_t to = from + 1;
    while (to < text.bytes) {
        bool is_quote = text.data[to] == '\'';
        if (is_quote && !(to + 1 < text.bytes && text.data[to + 1] == '\'')) {
            take(reader, WORD_TEXT, from, to + 1);
            reader->word.value = without_quotes(reader->arena, reader->word.text);
            return true;
        }
        to += is_quote ? 2 : 1;
    }
    return condition__refuse(reader, from, TEXT("this text has no closing quote"));
}

static bool take_sign(struct reader *reader, size_t from)
{
    struct text rest = text_slice(reader->source->text, from, reader->source->text.bytes);
    for (size_t i = 0; i < COUNT_OF(surprises); i++) {
        bool is_known = surprises[i].start[0] == '!' || surprises[i].start[0] == '|';
        bool is_sign = is_known && rest.bytes > 1 && (rest.data[1] == '=' || rest.data[1] == '|');
        if (!is_sign && text_starts_with(rest, text_of(surprises[i].start))) {
            return condition__refuse(reader, from, text_of(surprises[i].what));
        }
    }
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        struct text written = text_of(signs[i].written);
        if (text_starts_with(rest, written)) {
            take(reader, WORD_SIGN, from, from + written.bytes);
            reader->word.value = text_of(signs[i].meant);
            return true;
        }
    }
    size_t bytes = text_utf8_sequence(rest.data, rest.bytes);
    MUST(bytes > 0);
    bool is_seen = bytes > 1 || (rest.data[0] > ' ' && rest.data[0] < 0x7F);
    return condition__refuse(
        reader, from,
        is_seen ? text_format(reader->arena, "'%.*s' has no meaning here", (int)bytes, rest.data)
                : TEXT("a control character"));
}

bool condition__advance(struct reader *reader)
{
    struct text text = reader->source->text;
    size_t from = reader->word.to;
    while (from < text.bytes && is_space(text.data[from])) {
        from++;
    }
    if (from == text.bytes) {
        take(reader, WORD_END, from, from);
        return true;
    }
    if (is_letter(text.data[from])) {
        return take_name(reader, from);
    }
    if (is_digit(text.data[from])) {
        return take_number(reader, from);
    }
    return text.data[from] == '\'' ? take_text(reader, from) : take_sign(reader, from);
}

bool condition__at(const struct reader *reader, const char *keyword_or_sign)
{
    bool can_be = reader->word.kind == WORD_KEYWORD || reader->word.kind == WORD_SIGN;
    return can_be && text_equals(reader->word.value, text_of(keyword_or_sign));
}
