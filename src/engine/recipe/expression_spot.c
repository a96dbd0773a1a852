/* expression_spot.c - follows an expression through the YAML it was read from. */
#include "engine/recipe/expression_spot.h"

#include "base/must.h"

struct follower {
    struct text yaml;
    size_t at;
    struct spot spot; /* of .at */
};

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

static bool is_inside_letter(char letter)
{
    return ((unsigned char)letter & 0xC0) == 0x80;
}

static void step(struct follower *follower)
{
    MUST(follower->at < follower->yaml.bytes);
    char letter = follower->yaml.data[follower->at++];
    if (letter == '\n') {
        follower->spot.line++;
        follower->spot.column = 1;
    } else if (follower->at >= follower->yaml.bytes ||
               !is_inside_letter(follower->yaml.data[follower->at])) {
        follower->spot.column++;
    }
}

static bool go_to(struct follower *follower, struct spot spot)
{
    static const unsigned char mark[] = {0xEF, 0xBB, 0xBF}; /* no letter, but it may come first */
    follower->spot = (struct spot){1, 1};
    follower->at = 0;
    if (follower->yaml.bytes >= sizeof mark && (unsigned char)follower->yaml.data[0] == mark[0] &&
        (unsigned char)follower->yaml.data[1] == mark[1]) {
        follower->at = sizeof mark;
    }
    while (follower->at < follower->yaml.bytes &&
           (follower->spot.line < spot.line ||
            (follower->spot.line == spot.line && follower->spot.column < spot.column))) {
        step(follower);
    }
    return follower->at < follower->yaml.bytes && follower->spot.line == spot.line &&
           follower->spot.column == spot.column;
}

static void skip_spaces(struct follower *follower)
{
    while (follower->at < follower->yaml.bytes && is_space(follower->yaml.data[follower->at])) {
        step(follower);
    }
}

/* A quote, or the head of a block ("|", ">-"), with what is before the first letter. */
static char skip_opening(struct follower *follower)
{
    char first = follower->yaml.data[follower->at];
    if (first == '|' || first == '>') {
        while (follower->at < follower->yaml.bytes && follower->yaml.data[follower->at] != '\n') {
            step(follower);
        }
        skip_spaces(follower);
    } else if (first == '\'' || first == '"') {
        step(follower);
    }
    return first;
}

/* The next letter of the file is the one that was read; an escape may stand before it. */
static bool comes(struct follower *follower, char quote, char letter)
{
    char escape = quote == '"' ? '\\' : quote == '\'' ? '\'' : '\0';
    if (follower->at + 1 < follower->yaml.bytes && escape != '\0' &&
        follower->yaml.data[follower->at] == escape &&
        follower->yaml.data[follower->at + 1] == letter) {
        step(follower);
    }
    return follower->at < follower->yaml.bytes && follower->yaml.data[follower->at] == letter;
}

/* How many bytes are before that letter; any past the end is the end. */
static size_t offset_of(struct text text, int line, int column)
{
    size_t at = 0;
    for (struct spot spot = {1, 1}; at < text.bytes; at++) {
        if (is_inside_letter(text.data[at])) {
            continue;
        }
        if (spot.line > line || (spot.line == line && spot.column >= column)) {
            break;
        }
        if (text.data[at] == '\n') {
            spot = (struct spot){spot.line + 1, 1};
        } else {
            spot.column++;
        }
    }
    return at;
}

struct spot expression_spot(struct text yaml, const struct expression *expression, int line,
                            int column)
{
    struct follower follower = {.yaml = yaml};
    struct text text = expression->text;
    size_t wanted = offset_of(text, line, column);
    if (!go_to(&follower, expression->at)) {
        return expression->at;
    }
    char quote = skip_opening(&follower);
    for (size_t i = 0; i < wanted;) {
        if (is_space(text.data[i])) {
            while (i < wanted && is_space(text.data[i])) {
                i++;
            }
            skip_spaces(&follower);
        } else if (comes(&follower, quote, text.data[i])) {
            step(&follower);
            i++;
        } else {
            return expression->at;
        }
    }
    return follower.spot;
}
