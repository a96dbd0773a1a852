/* case_value.c - one value of a case, from JSON by the rules of its field, and back. */
#include "engine/run/case_record.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/money.h"
#include "runtime/input.h"

#include <stdio.h>
#include <string.h>

enum { DATE_BYTES = 10 };

struct reading {
    struct arena *arena;
    const struct case_field *field;
    struct value value;
    struct text error; /* NO_TEXT: fine */
};

static void complain(struct reading *reading, const char *what)
{
    reading->error = text_of(what);
}

static size_t letters_of(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

static bool has_control_bytes(struct text text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F) {
            return true;
        }
    }
    return false;
}

static void check_letters(struct reading *reading, struct text text)
{
    const struct case_field *field = reading->field;
    int64_t letters = (int64_t)letters_of(text);
    if (has_control_bytes(text)) {
        complain(reading, "must not contain control characters");
    } else if (letters > field->maximum) {
        reading->error = text_format(reading->arena, "must have at most %lld letters, and has %lld",
                                     (long long)field->maximum, (long long)letters);
    } else if (letters < field->minimum) {
        reading->error =
            text_format(reading->arena, "must have at least %lld letters, and has %lld",
                        (long long)field->minimum, (long long)letters);
    }
}

static void check_number(struct reading *reading, int64_t number)
{
    const struct case_field *field = reading->field;
    if (number < field->minimum || number > field->maximum) {
        reading->error = text_format(reading->arena, "must be from %lld to %lld",
                                     (long long)field->minimum, (long long)field->maximum);
    }
    reading->value = value_integer(number);
}

/* The rules of texts that the runtime has already. */
static void read_as(struct reading *reading, enum field_kind kind, struct text text)
{
    union {
        struct text text;
        struct id id;
        int64_t integer;
    } member = {.text = NO_TEXT};
    const struct field rules = {.name = "value", .kind = kind, .bytes_max = 320};
    struct field_reading found = field_read_text(reading->arena, &rules, text, &member);
    if (found.code != NULL) {
        reading->error = found.message;
    } else if (kind == FIELD_ID) {
        reading->value = value_id(member.id);
    } else if (kind == FIELD_TIME) {
        reading->value = value_time(member.integer);
    } else {
        reading->value = value_text(member.text);
    }
}

static bool read_digits(struct text text, size_t from, size_t to, int *number_out)
{
    *number_out = 0;
    for (size_t i = from; i < to; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *number_out = *number_out * 10 + text.data[i] - '0';
    }
    return true;
}

static void read_date(struct reading *reading, struct text text)
{
    struct date date = {0};
    bool is_date = text.bytes == DATE_BYTES && text.data[4] == '-' && text.data[7] == '-' &&
                   read_digits(text, 0, 4, &date.year) && read_digits(text, 5, 7, &date.month) &&
                   read_digits(text, 8, 10, &date.day) && date_is_real(date);
    if (!is_date) {
        complain(reading, "must be a date such as 2026-03-31");
        return;
    }
    reading->value = value_integer(date_to_days(date));
}

static void read_money(struct reading *reading, struct text text)
{
    struct money money;
    const char *currency = reading->field->currency;
    if (!money_read(text, text_of(currency), &money)) {
        reading->error = text_format(reading->arena, "must be an amount of %s with %d decimals",
                                     currency, money_decimals(text_of(currency)));
        return;
    }
    check_number(reading, money.minor);
    if (text_is_given(reading->error)) {
        complain(reading, "is not between the smallest and the greatest amount");
    }
}

static void read_choice(struct reading *reading, struct text text)
{
    const struct case_field *field = reading->field;
    struct text list = TEXT("must be one of:");
    for (size_t i = 0; i < field->choice_count; i++) {
        if (text_equals(field->choices[i].name, text)) {
            reading->value = value_text(field->choices[i].name);
            return;
        }
        list = text_format(reading->arena, "%.*s%s %.*s", TEXT_ARGS(list), i > 0 ? "," : "",
                           TEXT_ARGS(field->choices[i].name));
    }
    reading->error = list;
}

static void read_string(struct reading *reading, struct text text)
{
    switch (reading->field->kind) {
    case CASE_TEXT:
        check_letters(reading, text);
        reading->value = value_text(text);
        return;
    case CASE_CHOICE:
        read_choice(reading, text);
        return;
    case CASE_EMAIL:
        read_as(reading, FIELD_EMAIL, text);
        return;
    case CASE_PHONE:
        read_as(reading, FIELD_PHONE, text);
        return;
    case CASE_ID:
        read_as(reading, FIELD_ID, text);
        return;
    case CASE_TIME:
        read_as(reading, FIELD_TIME, text);
        return;
    case CASE_DATE:
        read_date(reading, text);
        return;
    case CASE_MONEY:
        read_money(reading, text);
        return;
    case CASE_INTEGER:
    case CASE_FLAG:
    case CASE_TEXTS:
    case CASE_OBJECT:
    case CASE_KIND_COUNT:
        break;
    }
    complain(reading, "must not be a string");
}

static void read_texts(struct reading *reading, const struct json *json)
{
    if (json->count > reading->field->items_max) {
        reading->error = text_format(reading->arena, "must have at most %u items",
                                     (unsigned)reading->field->items_max);
    }
    for (const struct json *item = json->first; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            complain(reading, "must be a list of strings");
        } else if (!text_is_given(reading->error)) {
            check_letters(reading, item->text);
        }
    }
    reading->value = value_text(json->text);
}

static const char *const wanted[CASE_KIND_COUNT] = {
    [CASE_TEXT] = "must be a string",
    [CASE_CHOICE] = "must be a string",
    [CASE_EMAIL] = "must be a string",
    [CASE_PHONE] = "must be a string",
    [CASE_INTEGER] = "must be a whole number",
    [CASE_MONEY] = "must be a string with an amount, such as \"99.50\"",
    [CASE_FLAG] = "must be true or false",
    [CASE_ID] = "must be a string with a UUID",
    [CASE_DATE] = "must be a string with a date, such as \"2026-03-31\"",
    [CASE_TIME] = "must be a string with a time, such as \"2026-11-21T09:30:00Z\"",
    [CASE_TEXTS] = "must be a list of strings",
    [CASE_OBJECT] = "must be an object",
};

static void read_other(struct reading *reading, const struct json *json)
{
    enum case_kind kind = reading->field->kind;
    int64_t number;
    if (kind == CASE_FLAG && (json->kind == JSON_TRUE || json->kind == JSON_FALSE)) {
        reading->value = value_flag(json->kind == JSON_TRUE);
    } else if (kind == CASE_INTEGER && json_to_integer(json, &number)) {
        check_number(reading, number);
    } else if (kind == CASE_TEXTS && json->kind == JSON_ARRAY) {
        read_texts(reading, json);
    } else if (kind == CASE_OBJECT && json->kind == JSON_OBJECT) {
        reading->value = value_text(json->text);
    } else {
        complain(reading, wanted[kind]);
    }
}

bool case_value_read(struct arena *arena, const struct case_field *field, const struct json *json,
                     struct value *value_out, struct text *error_out)
{
    struct reading reading = {.arena = arena, .field = field, .value = {.kind = VALUE_NULL}};
    if (json->kind == JSON_STRING) {
        read_string(&reading, json->text);
    } else if (json->kind != JSON_NULL) {
        read_other(&reading, json);
    }
    if (text_is_given(reading.error)) {
        *error_out = reading.error;
        return false;
    }
    *value_out = reading.value;
    return true;
}

/* ---- writing ---- */

static void put_date(struct json_writer *writer, int64_t days)
{
    struct date date = date_of_days(days);
    char text[32];
    int bytes = snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
    json_put_text(writer, (struct text){text, (size_t)bytes});
}

static void put_money(struct json_writer *writer, const struct case_field *field, int64_t minor)
{
    struct money money = {.minor = minor};
    char text[MONEY_TEXT_BYTES + 1];
    memcpy(money.currency, field->currency, sizeof money.currency);
    size_t bytes = money_write(money, text);
    json_put_text(writer, (struct text){text, bytes});
}

static void put_time(struct json_writer *writer, int64_t wall_ms)
{
    char time[CLOCK_TEXT_BYTES + 1];
    clock_write(wall_ms, time);
    json_put_text(writer, text_of(time));
}

static void put_integer(struct json_writer *writer, const struct case_field *field, int64_t number)
{
    if (field->kind == CASE_FLAG) {
        json_put_flag(writer, number != 0);
    } else if (field->kind == CASE_DATE) {
        put_date(writer, number);
    } else if (field->kind == CASE_MONEY) {
        put_money(writer, field, number);
    } else if (field->kind == CASE_TIME) {
        put_time(writer, number);
    } else {
        json_put_integer(writer, number);
    }
}

void case_value_write(struct json_writer *writer, const struct case_field *field,
                      const struct value *value)
{
    char id[ID_TEXT_BYTES + 1];
    bool is_json = field->kind == CASE_OBJECT || field->kind == CASE_TEXTS;
    switch (value->kind) {
    case VALUE_NULL:
        json_put_null(writer);
        return;
    case VALUE_INTEGER:
        put_integer(writer, field, value->integer);
        return;
    case VALUE_ID:
        id_write(value->id, id);
        json_put_text(writer, text_of(id));
        return;
    case VALUE_TEXT:
    case VALUE_BYTES:
        break;
    }
    if (is_json) {
        json_put_raw(writer, value->text);
    } else {
        json_put_text(writer, value->text);
    }
}

bool case_value_equals(const struct value *left, const struct value *right)
{
    if (left->kind != right->kind) {
        return false;
    }
    switch (left->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
        return left->integer == right->integer;
    case VALUE_ID:
        return id_equals(left->id, right->id);
    case VALUE_TEXT:
    case VALUE_BYTES:
        break;
    }
    return text_equals(left->text, right->text);
}
