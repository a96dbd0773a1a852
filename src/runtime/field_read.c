/* field_read.c - one value, given as text, read by the rules of one field. */
#include "base/clock.h"
#include "runtime/input.h"

#include <string.h>

static const struct field_reading fine = {NULL, {NULL, 0}};

static struct field_reading complain(const char *code, const char *message)
{
    return (struct field_reading){code, text_of(message)};
}

static void *member(const struct field *field, void *structure)
{
    return (char *)structure + field->offset;
}

static bool is_label_byte(char letter)
{
    unsigned char byte = (unsigned char)letter;
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte >= 0x80;
}

/* name@host.tld, as mail programs accept it: no quotes, no comments, no spaces. */
static bool looks_like_email(struct text text)
{
    struct text local;
    struct text host;
    if (!text_cut(text, '@', &local, &host) || local.bytes == 0 || local.bytes > 64 ||
        memchr(host.data, '@', host.bytes) != NULL) {
        return false;
    }
    for (size_t i = 0; i < local.bytes; i++) {
        unsigned char byte = (unsigned char)local.data[i];
        if (byte <= ' ' || byte == 0x7F || strchr("\"(),:;<>[\\]", byte) != NULL) {
            return false;
        }
    }
    size_t labels = 0;
    while (host.data != NULL) {
        struct text label;
        text_cut(host, '.', &label, &host);
        if (label.bytes == 0 || label.bytes > 63 || label.data[0] == '-' ||
            label.data[label.bytes - 1] == '-') {
            return false;
        }
        for (size_t i = 0; i < label.bytes; i++) {
            if (!is_label_byte(label.data[i])) {
                return false;
            }
        }
        labels++;
    }
    return labels >= 2;
}

/* E.164: +79161234567 */
static bool looks_like_phone(struct text text)
{
    if (text.bytes < 8 || text.bytes > 16 || text.data[0] != '+' || text.data[1] == '0') {
        return false;
    }
    for (size_t i = 1; i < text.bytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool is_plain_name(struct text text)
{
    bool is_plain = text.bytes > 0 && text.data[0] >= 'a' && text.data[0] <= 'z';
    for (size_t i = 0; is_plain && i < text.bytes; i++) {
        char letter = text.data[i];
        is_plain =
            (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
    }
    return is_plain;
}

static bool is_role(struct text text)
{
    struct text kind;
    struct text role;
    bool has_dot = text_cut(text, '.', &kind, &role);
    return is_plain_name(kind) && (!has_dot || is_plain_name(role));
}

static bool is_choice(const struct field *field, struct text text)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (text_equals(text, text_of(field->choices[i]))) {
            return true;
        }
    }
    return false;
}

static struct field_reading complain_of_choice(struct arena *arena, const struct field *field,
                                               struct text text)
{
    struct text list = TEXT("must be one of:");
    for (size_t i = 0; i < field->choice_count; i++) {
        list = text_format(arena, "%.*s%s %s", TEXT_ARGS(list), i ? "," : "", field->choices[i]);
    }
    const char *nearest = text_nearest(text, field->choices, field->choice_count);
    if (nearest != NULL) {
        list = text_format(arena, "%.*s; did you mean '%s'?", TEXT_ARGS(list), nearest);
    }
    return (struct field_reading){"not_a_choice", list};
}

static struct field_reading check_text(struct arena *arena, const struct field *field,
                                       struct text text)
{
    if (text.bytes == 0 && !field->may_be_empty) {
        return complain("empty", "must not be empty");
    }
    if (text.bytes > field->bytes_max) {
        return (struct field_reading){
            "too_long", text_format(arena, "must be at most %u bytes long, and is %zu",
                                    field->bytes_max, text.bytes)};
    }
    if (text_has_control(text)) {
        return complain("control_characters", "must not contain control characters");
    }
    if (field->kind == FIELD_EMAIL && text.bytes > 0 && !looks_like_email(text)) {
        return complain("not_an_email", "must be an e-mail address such as anna@example.com");
    }
    if (field->kind == FIELD_PHONE && text.bytes > 0 && !looks_like_phone(text)) {
        return complain("not_a_phone", "must be a phone number such as +79161234567");
    }
    if (field->is_name && !is_plain_name(text)) {
        return complain("not_a_name", "must be a name of a-z, 0-9 and _ that begins with a letter");
    }
    if (field->is_role && !is_role(text)) {
        return complain("not_a_name", "must be a name of a-z, 0-9 and _ that begins with a letter, "
                                      "or two like admin.moderator");
    }
    if (field->choice_count > 0 && !is_choice(field, text)) {
        return complain_of_choice(arena, field, text);
    }
    return fine;
}

static struct field_reading read_integer(struct arena *arena, const struct field *field,
                                         struct text text, void *structure)
{
    int64_t number;
    if (!text_to_integer(text, &number)) {
        return complain("not_a_number", "must be a whole number");
    }
    bool is_bounded = field->minimum != 0 || field->maximum != 0;
    if (is_bounded && (number < field->minimum || number > field->maximum)) {
        return (struct field_reading){
            "out_of_range", text_format(arena, "must be from %lld to %lld",
                                        (long long)field->minimum, (long long)field->maximum)};
    }
    *(int64_t *)member(field, structure) = number;
    return fine;
}

static struct field_reading read_flag(const struct field *field, struct text text, void *structure)
{
    bool is_true = text_equals(text, TEXT("true"));
    if (!is_true && !text_equals(text, TEXT("false"))) {
        return complain("not_a_flag", "must be true or false");
    }
    *(bool *)member(field, structure) = is_true;
    return fine;
}

/* "client,worker": how a list is written in a query. */
static struct field_reading read_texts(struct arena *arena, const struct field *field,
                                       struct text text, void *structure)
{
    size_t count = 1;
    for (size_t i = 0; i < text.bytes; i++) {
        count += text.data[i] == ',';
    }
    if (count > field->items_max) {
        return (struct field_reading){
            "too_many", text_format(arena, "must have at most %u items", field->items_max)};
    }
    struct text *items = ARENA_ARRAY(arena, struct text, count);
    for (size_t i = 0; i < count; i++) {
        text_cut(text, ',', &items[i], &text);
        struct field_reading reading = check_text(arena, field, items[i]);
        if (reading.code != NULL) {
            return reading;
        }
    }
    *(struct texts *)member(field, structure) = (struct texts){items, count};
    return fine;
}

struct field_reading field_read_text(struct arena *arena, const struct field *field,
                                     struct text text, void *structure)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE: {
        struct field_reading reading = check_text(arena, field, text);
        if (reading.code == NULL) {
            *(struct text *)member(field, structure) = text;
        }
        return reading;
    }
    case FIELD_INTEGER:
        return read_integer(arena, field, text, structure);
    case FIELD_FLAG:
        return read_flag(field, text, structure);
    case FIELD_ID:
        return id_read(text, member(field, structure))
                   ? fine
                   : complain("not_an_id", "must be a UUID such as "
                                           "0192d3a4-7c1e-7a30-8000-1234567890ab");
    case FIELD_TIME:
        return clock_read(text, member(field, structure))
                   ? fine
                   : complain("not_a_time", "must be a time such as 2026-11-21T09:30:00Z");
    case FIELD_TEXTS:
        return read_texts(arena, field, text, structure);
    case FIELD_OBJECT:
    case FIELD_JSON:
    case FIELD_KIND_COUNT:
        break;
    }
    return complain("not_readable", "cannot be given here");
}
