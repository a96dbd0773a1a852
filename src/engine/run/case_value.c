/* case_value.c - one value of a case, from JSON by the rules of its field, and back. */
#include "engine/run/case_record.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/money.h"
#include "runtime/input.h"

#include <stdio.h>
#include <string.h>

enum { DATE_BYTES = 10, DAY_MS = 24 * 60 * 60 * 1000 };

/* What four digits of a year can say. */
static const int64_t days_min = -719528; /* 0000-01-01 */
static const int64_t days_max = 2932896; /* 9999-12-31 */

struct reading {
    struct arena *arena;
    const struct case_field *field;
    bool is_kept; /* it was good when it was written, whatever the limits are by now */
    struct value value;
    struct text error; /* NO_TEXT: fine */
};

static void complain(struct reading *reading, const char *what)
{
    reading->error = text_of(what);
}

static void check_letters(struct reading *reading, struct text text)
{
    const struct case_field *field = reading->field;
    int64_t letters = (int64_t)text_letters(text);
    if (reading->is_kept) {
        return;
    }
    if (text_has_control(text)) {
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
    bool is_none = number == FIELD_NONE; /* it would come back as null */
    bool is_good = !is_none && number >= field->minimum && number <= field->maximum;
    if (!is_good && !reading->is_kept) {
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
    } else {
        reading->value = kind == FIELD_ID ? value_id(member.id) : value_text(member.text);
    }
}

/* The first millisecond of 1970 is a time like any other here: it is no "none". */
static void read_time(struct reading *reading, struct text text)
{
    int64_t wall_ms = 0;
    if (!clock_read(text, &wall_ms)) {
        complain(reading, "must be a time such as 2026-11-21T09:30:00Z");
        return;
    }
    reading->value = value_integer(wall_ms);
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
    if (reading->is_kept) {
        reading->value = value_text(text);
        return;
    }
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

static void read_mark(struct reading *reading, enum field_kind kind, struct text text)
{
    if (reading->is_kept) {
        reading->value = value_text(text);
    } else {
        read_as(reading, kind, text);
    }
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
        read_mark(reading, FIELD_EMAIL, text);
        return;
    case CASE_PHONE:
        read_mark(reading, FIELD_PHONE, text);
        return;
    case CASE_ID:
        read_as(reading, FIELD_ID, text);
        return;
    case CASE_TIME:
        read_time(reading, text);
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
    case CASE_FILES:
    case CASE_KIND_COUNT:
        break;
    }
    complain(reading, "must not be a string");
}

static void check_item(struct reading *reading, struct text text)
{
    struct id id;
    if (reading->field->kind == CASE_TEXTS) {
        check_letters(reading, text);
    } else if (!id_read(text, &id)) {
        complain(reading, "must be a list of ids of files");
    }
}

static void read_texts(struct reading *reading, const struct json *json)
{
    if (json->count > reading->field->items_max && !reading->is_kept) {
        reading->error = text_format(reading->arena, "must have at most %u items",
                                     (unsigned)reading->field->items_max);
    }
    for (const struct json *item = json->first; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            complain(reading, "must be a list of strings");
        } else if (!text_is_given(reading->error)) {
            check_item(reading, item->text);
        }
    }
    reading->value = value_text(json->text);
}

/* With everything inside it, itself included. */
struct extent {
    size_t count;
    size_t depth;
};

static struct extent extent_of(const struct json *json)
{
    struct extent extent = {.count = 1};
    for (const struct json *item = json->first; item != NULL; item = item->next) {
        struct extent inside = extent_of(item); /* the reader has limited the depth */
        extent.count += inside.count;
        extent.depth = inside.depth > extent.depth ? inside.depth : extent.depth;
    }
    extent.depth++;
    return extent;
}

/* What is read once must be readable for ever, together with all that stands around it. */
static void read_object(struct reading *reading, const struct json *json)
{
    struct extent extent = extent_of(json);
    if (!reading->is_kept && json->text.bytes > CASE_OBJECT_BYTES_MAX) {
        reading->error = text_format(reading->arena, "must have at most %d bytes, and has %zu",
                                     CASE_OBJECT_BYTES_MAX, json->text.bytes);
    } else if (!reading->is_kept && extent.count > CASE_OBJECT_VALUES_MAX) {
        reading->error = text_format(reading->arena, "must have at most %d values, and has %zu",
                                     CASE_OBJECT_VALUES_MAX, extent.count);
    } else if (!reading->is_kept && extent.depth > CASE_OBJECT_DEPTH_MAX) {
        reading->error = text_format(reading->arena, "must have at most %d levels, and has %zu",
                                     CASE_OBJECT_DEPTH_MAX, extent.depth);
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
    [CASE_FILES] = "must be a list of ids of files",
};

static void read_other(struct reading *reading, const struct json *json)
{
    enum case_kind kind = reading->field->kind;
    int64_t number;
    if (kind == CASE_FLAG && (json->kind == JSON_TRUE || json->kind == JSON_FALSE)) {
        reading->value = value_flag(json->kind == JSON_TRUE);
    } else if (kind == CASE_INTEGER && json_to_integer(json, &number)) {
        check_number(reading, number);
    } else if ((kind == CASE_TEXTS || kind == CASE_FILES) && json->kind == JSON_ARRAY) {
        read_texts(reading, json);
    } else if (kind == CASE_OBJECT && json->kind == JSON_OBJECT) {
        read_object(reading, json);
    } else {
        complain(reading, wanted[kind]);
    }
}

static bool finish(const struct reading *reading, struct value *value_out, struct text *error_out)
{
    if (text_is_given(reading->error)) {
        *error_out = reading->error;
        return false;
    }
    *value_out = reading->value;
    return true;
}

static bool read_json_value(struct reading *reading, const struct json *json,
                            struct value *value_out, struct text *error_out)
{
    if (json->kind == JSON_STRING) {
        read_string(reading, json->text);
    } else if (json->kind != JSON_NULL) {
        read_other(reading, json);
    }
    return finish(reading, value_out, error_out);
}

bool case_value_read(struct arena *arena, const struct case_field *field, const struct json *json,
                     struct value *value_out, struct text *error_out)
{
    struct reading reading = {.arena = arena, .field = field};
    return read_json_value(&reading, json, value_out, error_out);
}

bool case_value_read_kept(struct arena *arena, const struct case_field *field,
                          const struct json *json, struct value *value_out)
{
    struct reading reading = {.arena = arena, .field = field, .is_kept = true};
    struct text error;
    return read_json_value(&reading, json, value_out, &error);
}

/* ---- computed ---- */

static void check_range(struct reading *reading, int64_t number, int64_t least, int64_t most)
{
    if (number < least || number > most) {
        complain(reading, "must be of a year from 0 to 9999");
    }
    reading->value = value_integer(number);
}

static void check_integer(struct reading *reading, int64_t number)
{
    enum case_kind kind = reading->field->kind;
    if (kind == CASE_DATE) {
        check_range(reading, number, days_min, days_max);
    } else if (kind == CASE_TIME) {
        check_range(reading, number, days_min * DAY_MS, days_max * DAY_MS + DAY_MS - 1);
    } else if (kind == CASE_FLAG) {
        reading->value = value_flag(number != 0);
    } else if (kind == CASE_INTEGER || kind == CASE_MONEY) {
        check_number(reading, number);
    } else {
        complain(reading, wanted[kind]);
    }
}

static void check_text(struct reading *reading, struct text text)
{
    enum case_kind kind = reading->field->kind;
    const struct json *json = NULL;
    struct json_error error;
    if (kind == CASE_TEXT || kind == CASE_CHOICE || kind == CASE_EMAIL || kind == CASE_PHONE) {
        read_string(reading, text);
    } else if ((kind == CASE_TEXTS || kind == CASE_OBJECT || kind == CASE_FILES) &&
               json_read(reading->arena, text, CASE_OBJECT_VALUES_MAX, &json, &error) ==
                   STATUS_OK) {
        read_other(reading, json);
    } else {
        complain(reading, wanted[kind]);
    }
}

bool case_value_fit(struct arena *arena, const struct case_field *field, struct value *value_inout,
                    struct text *error_out)
{
    struct reading reading = {.arena = arena, .field = field};
    switch (value_inout->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
        check_integer(&reading, value_inout->integer);
        break;
    case VALUE_ID:
        reading.value = *value_inout;
        if (field->kind != CASE_ID) {
            complain(&reading, wanted[field->kind]);
        }
        break;
    case VALUE_TEXT:
        check_text(&reading, value_inout->text);
        break;
    case VALUE_BYTES:
        complain(&reading, wanted[field->kind]);
        break;
    }
    return finish(&reading, value_inout, error_out);
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
    bool is_json =
        field->kind == CASE_OBJECT || field->kind == CASE_TEXTS || field->kind == CASE_FILES;
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
