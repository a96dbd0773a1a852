/* draw_write.c - one text that grows. */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 16384 };

static void make_room(struct writer *writer, size_t bytes)
{
    if (writer->room - writer->bytes > bytes) {
        return;
    }
    size_t room = writer->room == 0 ? FIRST_ROOM : writer->room * 2;
    while (room - writer->bytes <= bytes) {
        room *= 2;
    }
    char *data = arena_take_raw(writer->arena, room);
    if (writer->bytes > 0) {
        memcpy(data, writer->data, writer->bytes);
    }
    writer->data = data;
    writer->room = room;
}

void write_text(struct writer *writer, struct text text)
{
    if (text.bytes > 0) {
        make_room(writer, text.bytes);
        memcpy(writer->data + writer->bytes, text.data, text.bytes);
        writer->bytes += text.bytes;
    }
}

void write_format(struct writer *writer, const char *format, ...)
{
    char words[512];
    va_list values;
    va_start(values, format);
    int bytes = vsnprintf(words, sizeof words, format, values);
    va_end(values);
    MUST(bytes >= 0 && (size_t)bytes < sizeof words); /* texts go through write_text */
    write_text(writer, (struct text){words, (size_t)bytes});
}

static struct text escape(char byte)
{
    switch (byte) {
    case '&':
        return TEXT("&amp;");
    case '<':
        return TEXT("&lt;");
    case '>':
        return TEXT("&gt;");
    case '"':
        return TEXT("&quot;");
    default:
        return (unsigned char)byte < 0x20 || byte == 0x7F ? TEXT("?") : NO_TEXT;
    }
}

void write_escaped(struct writer *writer, struct text text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        struct text escaped = escape(text.data[i]);
        if (escaped.data != NULL) {
            write_text(writer, text_slice(text, from, i));
            write_text(writer, escaped);
            from = i + 1;
        }
    }
    write_text(writer, text_slice(text, from, text.bytes));
}
