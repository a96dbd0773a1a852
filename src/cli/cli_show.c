/* cli_show.c - tables and single things on standard output. */
#include "cli/cli_show.h"

#include "base/must.h"

#include <stdio.h>

/* As JSON has it: the letters of a text or number, the raw text of a list. */
static struct text shown(const struct json *value)
{
    if (value == NULL || value->kind == JSON_NULL) {
        return TEXT("-");
    }
    if (value->kind == JSON_TRUE || value->kind == JSON_FALSE) {
        return value->kind == JSON_TRUE ? TEXT("true") : TEXT("false");
    }
    return value->text;
}

static void put(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        putchar(byte < 0x20 || byte == 0x7F ? ' ' : byte);
    }
}

static void put_cell(struct text text, size_t width)
{
    put(text);
    for (size_t i = text_letters(text); i < width; i++) {
        putchar(' ');
    }
}

static struct text cell(const struct json *item, const struct cli_column *column)
{
    return shown(json_member(item, text_of(column->key)));
}

static size_t widest(const struct json *items, const struct cli_column *column)
{
    size_t width = text_letters(text_of(column->title));
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        size_t own = text_letters(cell(item, column));
        width = own > width ? own : width;
    }
    return width;
}

void cli_show_list(const struct json *items, const struct cli_column *columns, size_t count)
{
    MUST(items->kind == JSON_ARRAY && count > 0 && count <= COLUMNS_MAX);
    size_t widths[COLUMNS_MAX] = {0}; /* the last one needs none: no spaces at the end of a line */
    for (size_t i = 0; i + 1 < count; i++) {
        widths[i] = widest(items, &columns[i]) + 2;
    }
    for (size_t i = 0; i < count; i++) {
        put_cell(text_of(columns[i].title), widths[i]);
    }
    putchar('\n');
    for (const struct json *item = items->first; item != NULL; item = item->next) {
        for (size_t i = 0; i < count; i++) {
            put_cell(cell(item, &columns[i]), widths[i]);
        }
        putchar('\n');
    }
}

void cli_show_object(const struct json *object)
{
    MUST(object->kind == JSON_OBJECT);
    size_t width = 0;
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        size_t own = text_letters(member->key);
        width = member->kind != JSON_NULL && own > width ? own : width;
    }
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        if (member->kind != JSON_NULL) {
            put_cell(member->key, width + 2);
            put(shown(member));
            putchar('\n');
        }
    }
}

/* ---- trees ---- */

enum { INDENT = 2 };

static void begin_line(unsigned depth)
{
    putchar('\n');
    for (unsigned i = 0; i < depth * INDENT; i++) {
        putchar(' ');
    }
}

/* In quotes, and escaped as JSON wants it. */
static void put_quoted(struct arena *arena, struct text text)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, text.bytes + 8);
    json_put_text(&writer, text);
    struct text written = json_written(&writer);
    fwrite(written.data, 1, written.bytes, stdout);
}

static void put_simple(struct arena *arena, const struct json *value)
{
    if (value->kind == JSON_STRING) {
        put_quoted(arena, value->text);
    } else if (value->kind == JSON_NULL) {
        fputs("null", stdout);
    } else {
        put(shown(value));
    }
}

/* json_read has seen to it that nothing is nested too deep. */
static void put_tree(struct arena *arena, const struct json *value, unsigned depth)
{
    bool is_list = value->kind == JSON_ARRAY;
    if ((!is_list && value->kind != JSON_OBJECT) || value->first == NULL) {
        if (is_list || value->kind == JSON_OBJECT) {
            fputs(is_list ? "[]" : "{}", stdout);
        } else {
            put_simple(arena, value);
        }
        return;
    }
    MUST(depth <= JSON_DEPTH_MAX);
    putchar(is_list ? '[' : '{');
    for (const struct json *member = value->first; member != NULL; member = member->next) {
        begin_line(depth + 1);
        if (!is_list) {
            put_quoted(arena, member->key);
            fputs(": ", stdout);
        }
        put_tree(arena, member, depth + 1);
        if (member->next != NULL) {
            putchar(',');
        }
    }
    begin_line(depth);
    putchar(is_list ? ']' : '}');
}

void cli_show_tree(struct arena *arena, const struct json *value)
{
    put_tree(arena, value, 0);
    putchar('\n');
}
