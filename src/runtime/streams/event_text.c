/* event_text.c - events become text. */
#include "runtime/streams/event_text.h"

#include "base/field.h"
#include "base/must.h"

#include <stdio.h>
#include <string.h>

enum { ROOM_MIN = 4096 };

void event_text_add_plain(struct event_text *text, struct text plain)
{
    if (text->bytes + plain.bytes > text->room) {
        size_t room = text->room * 2 > ROOM_MIN ? text->room * 2 : ROOM_MIN;
        while (room < text->bytes + plain.bytes) {
            room *= 2;
        }
        text->data = memory_resize(text->data, room);
        text->room = room;
    }
    if (plain.bytes > 0) {
        memcpy(text->data + text->bytes, plain.data, plain.bytes);
        text->bytes += plain.bytes;
    }
}

static void add_id(struct event_text *text, int64_t id)
{
    char line[32];
    int bytes = snprintf(line, sizeof line, "id: %lld\n", (long long)id);
    event_text_add_plain(text, (struct text){line, (size_t)bytes});
}

/* Up to the first line end of any kind; what is behind it goes on in rest_out (NO_TEXT: nothing).
 */
static struct text next_line(struct text text, struct text *rest_out)
{
    size_t end = 0;
    while (end < text.bytes && text.data[end] != '\n' && text.data[end] != '\r') {
        end++;
    }
    if (end == text.bytes) {
        *rest_out = NO_TEXT;
        return text;
    }
    bool is_pair = text.data[end] == '\r' && end + 1 < text.bytes && text.data[end + 1] == '\n';
    *rest_out = text_slice(text, end + (is_pair ? 2 : 1), text.bytes);
    return text_slice(text, 0, end);
}

static void add_field(struct event_text *text, struct text name, struct text line)
{
    event_text_add_plain(text, name);
    event_text_add_plain(text, line);
    event_text_add_plain(text, TEXT("\n"));
}

void event_text_add(struct event_text *text, const struct event_line *line)
{
    MUST(line->name.bytes > 0);
    MUST(line->data.data != NULL);
    struct text rest = line->data;
    struct text ignored;
    if (line->id != FIELD_NONE) {
        add_id(text, line->id);
    }
    add_field(text, TEXT("event: "), next_line(line->name, &ignored));
    while (rest.data != NULL) { /* a line end within would be read as another field */
        add_field(text, TEXT("data: "), next_line(rest, &rest));
    }
    event_text_add_plain(text, TEXT("\n"));
}

void event_text_add_position(struct event_text *text, int64_t id)
{
    add_id(text, id);
    event_text_add_plain(text, TEXT("\n"));
}

struct text event_text_of(const struct event_text *text)
{
    return (struct text){text->data ? text->data : "", text->bytes};
}

void event_text_free(struct event_text *text)
{
    memory_free(text->data);
    *text = (struct event_text){0};
}
