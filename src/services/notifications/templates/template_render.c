/* template_render.c - fills the holes; pure, so that a preview shows what is sent. */
#include "services/notifications/templates/template.h"

#include "base/json.h"

#include <string.h>

enum { VALUES_MAX = 2000 };

struct filling {
    struct arena *arena;
    const struct json *payload;
    bool is_html;
    struct text *missing;
    size_t missing_count;
    struct text why;
    char *data;
    size_t bytes;
    size_t room;
    bool is_too_large;
};

static void put(struct filling *filling, struct text text)
{
    if (text.bytes > RENDERED_BYTES_MAX - filling->bytes) {
        filling->is_too_large = true;
        return;
    }
    if (filling->bytes + text.bytes > filling->room) {
        size_t room = 2 * filling->room + text.bytes + 512;
        char *data = arena_take_raw(filling->arena, room);
        if (filling->bytes > 0) {
            memcpy(data, filling->data, filling->bytes);
        }
        filling->data = data;
        filling->room = room;
    }
    if (text.bytes > 0) {
        memcpy(filling->data + filling->bytes, text.data, text.bytes);
        filling->bytes += text.bytes;
    }
}

static struct text entity_of(char letter)
{
    switch (letter) {
    case '&':
        return TEXT("&amp;");
    case '<':
        return TEXT("&lt;");
    case '>':
        return TEXT("&gt;");
    case '"':
        return TEXT("&quot;");
    case '\'':
        return TEXT("&#39;");
    default:
        return NO_TEXT;
    }
}

static void put_escaped(struct filling *filling, struct text text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        struct text entity = entity_of(text.data[i]);
        if (entity.data != NULL) {
            put(filling, text_slice(text, from, i));
            put(filling, entity);
            from = i + 1;
        }
    }
    put(filling, text_slice(text, from, text.bytes));
}

static bool is_name(struct text name)
{
    bool is_good = name.bytes > 0 && name.bytes <= TEMPLATE_KEY_BYTES_MAX;
    for (size_t i = 0; is_good && i < name.bytes; i++) {
        char letter = name.data[i];
        is_good = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
    }
    return is_good;
}

/* "client.name" goes into the object "client". */
static const struct json *find_value(const struct json *payload, struct text name)
{
    const struct json *value = payload;
    struct text rest = name;
    while (value != NULL && rest.data != NULL) {
        struct text head;
        struct text tail;
        bool has_more = text_cut(rest, '.', &head, &tail);
        value = value->kind == JSON_OBJECT ? json_member(value, head) : NULL;
        rest = has_more ? tail : NO_TEXT;
    }
    bool is_plain = value != NULL && value->kind != JSON_NULL && value->kind != JSON_OBJECT &&
                    value->kind != JSON_ARRAY;
    return is_plain ? value : NULL;
}

static struct text text_of_value(const struct json *value)
{
    if (value->kind == JSON_TRUE || value->kind == JSON_FALSE) {
        return value->kind == JSON_TRUE ? TEXT("true") : TEXT("false");
    }
    return value->text;
}

static void note_missing(struct filling *filling, struct text name)
{
    for (size_t i = 0; i < filling->missing_count; i++) {
        if (text_equals(filling->missing[i], name)) {
            return;
        }
    }
    if (filling->missing_count < HOLES_MAX) {
        filling->missing[filling->missing_count++] = name;
    }
}

static void fill_hole(struct filling *filling, struct text name)
{
    if (!is_name(name)) {
        filling->why = text_format(filling->arena, "'%.*s' is no name for a value.",
                                   (int)(name.bytes > 60 ? 60 : name.bytes), name.data);
        return;
    }
    const struct json *value = filling->payload ? find_value(filling->payload, name) : NULL;
    if (value == NULL) {
        note_missing(filling, name);
    } else if (filling->is_html) {
        put_escaped(filling, text_of_value(value));
    } else {
        put(filling, text_of_value(value));
    }
}

/* The offset of the two letters, or `none`. */
static size_t find_pair(struct text text, size_t from, char letter)
{
    for (size_t i = from; i + 1 < text.bytes; i++) {
        if (text.data[i] == letter && text.data[i + 1] == letter) {
            return i;
        }
    }
    return text.bytes;
}

static struct text fill(struct filling *filling, struct text source, bool is_html)
{
    filling->is_html = is_html;
    filling->data = NULL;
    filling->bytes = 0;
    filling->room = 0;
    size_t from = 0;
    while (from < source.bytes && filling->why.data == NULL && !filling->is_too_large) {
        size_t open = find_pair(source, from, '{');
        put(filling, text_slice(source, from, open));
        if (open == source.bytes) {
            break;
        }
        size_t close = find_pair(source, open + 2, '}');
        if (close == source.bytes) {
            filling->why = TEXT("A {{ is not closed.");
            break;
        }
        fill_hole(filling, text_trim(text_slice(source, open + 2, close)));
        from = close + 2;
    }
    return filling->data ? (struct text){filling->data, filling->bytes} : TEXT("");
}

/* ---- a letter without HTML of its own gets the same words in a plain dress ---- */

static bool is_link_at(struct text text, size_t at)
{
    struct text rest = text_slice(text, at, text.bytes);
    return text_starts_with(rest, TEXT("https://")) || text_starts_with(rest, TEXT("http://"));
}

static size_t end_of_link(struct text text, size_t from)
{
    size_t to = from;
    while (to < text.bytes && (unsigned char)text.data[to] > 0x20 && text.data[to] != '<' &&
           text.data[to] != '>' && text.data[to] != '"') {
        to++;
    }
    while (to > from && strchr(".,;:!?)", text.data[to - 1]) != NULL) {
        to--;
    }
    return to;
}

static void put_line(struct filling *filling, struct text line)
{
    size_t from = 0;
    for (size_t i = 0; i < line.bytes; i++) {
        if (line.data[i] == 'h' && is_link_at(line, i)) {
            size_t to = end_of_link(line, i);
            put_escaped(filling, text_slice(line, from, i));
            put(filling, TEXT("<a href=\""));
            put_escaped(filling, text_slice(line, i, to));
            put(filling, TEXT("\">"));
            put_escaped(filling, text_slice(line, i, to));
            put(filling, TEXT("</a>"));
            from = to;
            i = to - 1;
        }
    }
    put_escaped(filling, text_slice(line, from, line.bytes));
}

static struct text dress(struct filling *filling, struct text plain)
{
    filling->data = NULL;
    filling->bytes = 0;
    filling->room = 0;
    put(filling, TEXT("<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                      "content=\"width=device-width\"></head><body style=\"margin:0;padding:24px;"
                      "background:#f5f5f4;font:16px/1.5 system-ui,sans-serif;color:#1c1917\"><div "
                      "style=\"max-width:560px;margin:0 auto;padding:24px;background:#fff;"
                      "border-radius:8px\"><p style=\"margin:0\">"));
    struct text rest = plain;
    while (rest.data != NULL && rest.bytes > 0) {
        struct text line;
        struct text tail;
        bool has_more = text_cut(rest, '\n', &line, &tail);
        put_line(filling, line);
        put(filling, has_more ? TEXT("<br>\n") : TEXT(""));
        rest = has_more ? tail : NO_TEXT;
    }
    put(filling, TEXT("</p></div></body></html>\n"));
    return (struct text){filling->data, filling->bytes};
}

enum status template_render(struct arena *arena, const struct template *from, struct text payload,
                            struct rendering *rendering_out)
{
    struct filling filling = {.arena = arena};
    struct json_error error;
    *rendering_out = (struct rendering){.why = NO_TEXT};
    enum status status = json_read(arena, payload, VALUES_MAX, &filling.payload, &error);
    if (status != STATUS_OK) {
        rendering_out->why = TEXT("The payload is no JSON object, or has too many values.");
        return status;
    }
    filling.missing = ARENA_ARRAY(arena, struct text, HOLES_MAX);
    struct rendered *rendered = &rendering_out->rendered;
    rendered->subject =
        text_is_given(from->subject) ? fill(&filling, from->subject, false) : TEXT("");
    rendered->plain = fill(&filling, from->body, false);
    if (text_equals(from->channel, channel_email)) {
        rendered->html = text_is_given(from->html) ? fill(&filling, from->html, true)
                                                   : dress(&filling, rendered->plain);
    }
    rendering_out->missing = (struct texts){filling.missing, filling.missing_count};
    rendering_out->why = filling.why;
    if (filling.why.data != NULL) {
        return STATUS_MALFORMED;
    }
    if (filling.is_too_large) {
        rendering_out->why = TEXT("What it becomes is too large.");
        return STATUS_TOO_LARGE;
    }
    return filling.missing_count > 0 ? STATUS_ABSENT : STATUS_OK;
}

struct text template_complaint(struct arena *arena, const struct template *from)
{
    struct rendering rendering;
    struct template as_letter = *from;
    as_letter.channel = channel_email; /* so that its HTML is looked at, too */
    enum status status = template_render(arena, &as_letter, TEXT("{}"), &rendering);
    return status == STATUS_MALFORMED || status == STATUS_TOO_LARGE ? rendering.why : NO_TEXT;
}
