/* schedule_read.c - reads the text of a schedule, and says what is wrong with it and where. */
#include "base/must.h"
#include "base/schedule/schedule_parts.h"

enum {
    WORDS_MAX = 6, /* one more than any schedule has */
    DAY_MAX = 28,  /* every month has it */
    EVERY_DAYS_MAX = 366,
    NAME_BYTES = 3, /* "jan" */
};

static const char *const month_names[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};
static const char *const weekday_names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                            "thursday", "friday", "saturday"};

const struct schedule_field schedule__fields[SCHEDULE_FIELD_COUNT] = {
    [SCHEDULE_MINUTE] = {.name = "minute", .minimum = 0, .maximum = 59, .written_max = 59},
    [SCHEDULE_HOUR] = {.name = "hour", .minimum = 0, .maximum = 23, .written_max = 23},
    [SCHEDULE_DAY] = {.name = "day of month", .minimum = 1, .maximum = 31, .written_max = 31},
    [SCHEDULE_MONTH] =
        {.name = "month", .minimum = 1, .maximum = 12, .written_max = 12, .names = month_names},
    [SCHEDULE_WEEKDAY] = {.name = "day of week",
                          .minimum = 0,
                          .maximum = 6,
                          .written_max = 7,
                          .names = weekday_names},
};

uint64_t schedule__bits(int from, int to)
{
    MUST(from >= 0 && to >= from && to < 63);
    return (UINT64_C(2) << to) - (UINT64_C(1) << from);
}

struct reader {
    struct arena *arena;
    struct text text;
    struct text words[WORDS_MAX];
    size_t word_count;
    struct text why; /* what is wrong, when something is */
    size_t at;       /* where, from 0 */
};

/* Always false; the first thing that is wrong is the one that is told. */
static bool refuse(struct reader *reader, struct text where, struct text why)
{
    if (reader->why.data == NULL) {
        reader->why = why;
        reader->at = (size_t)(where.data - reader->text.data);
    }
    return false;
}

static void split(struct reader *reader)
{
    struct text rest = text_trim(reader->text);
    while (rest.bytes > 0 && reader->word_count < WORDS_MAX) {
        size_t end = 0;
        while (end < rest.bytes && rest.data[end] != ' ' && rest.data[end] != '\t') {
            end++;
        }
        reader->words[reader->word_count++] = text_slice(rest, 0, end);
        rest = text_trim(text_slice(rest, end, rest.bytes));
    }
}

/* Digits only; what does not fit into `maximum` is refused as well. */
static bool read_number(struct text word, int64_t minimum, int64_t maximum, int64_t *number_out)
{
    int64_t number = 0;
    if (word.bytes == 0 || word.bytes > 9) {
        return false;
    }
    for (size_t i = 0; i < word.bytes; i++) {
        if (word.data[i] < '0' || word.data[i] > '9') {
            return false;
        }
        number = number * 10 + (word.data[i] - '0');
    }
    *number_out = number;
    return number >= minimum && number <= maximum;
}

/* ---- daily, weekly, monthly, every ---- */

static bool read_time(struct reader *reader, struct text word, struct schedule *schedule_out)
{
    int64_t hour = 0;
    int64_t minute = 0;
    if (word.bytes != 5 || word.data[2] != ':' ||
        !read_number(text_slice(word, 0, 2), 0, 23, &hour) ||
        !read_number(text_slice(word, 3, 5), 0, 59, &minute)) {
        return refuse(reader, word,
                      text_format(reader->arena, "'%.*s' is no time of day from 00:00 to 23:59",
                                  TEXT_ARGS(word)));
    }
    schedule_out->hours = UINT64_C(1) << hour;
    schedule_out->minutes = UINT64_C(1) << minute;
    return true;
}

static bool read_daily(struct reader *reader, struct schedule *schedule_out)
{
    return read_time(reader, reader->words[1], schedule_out);
}

/* "sunday" or "sun" in either case: 0; -1 when it is none of the names. */
static int index_of_name(const struct schedule_field *field, struct text word)
{
    for (int i = 0; field->names != NULL && i <= field->maximum - field->minimum; i++) {
        struct text name = text_of(field->names[i]);
        if (text_equals_ignoring_case(word, name) ||
            text_equals_ignoring_case(word, text_slice(name, 0, NAME_BYTES))) {
            return i;
        }
    }
    return -1;
}

static bool read_weekly(struct reader *reader, struct schedule *schedule_out)
{
    struct text word = reader->words[1];
    int weekday = index_of_name(&schedule__fields[SCHEDULE_WEEKDAY], word);
    if (weekday < 0) {
        return refuse(reader, word,
                      text_format(reader->arena, "'%.*s' is no day of the week (monday to sunday)",
                                  TEXT_ARGS(word)));
    }
    schedule_out->weekdays = UINT64_C(1) << weekday;
    return read_time(reader, reader->words[2], schedule_out);
}

static bool read_monthly(struct reader *reader, struct schedule *schedule_out)
{
    struct text word = reader->words[1];
    int64_t day = SCHEDULE_LAST_DAY;
    if (!text_equals_ignoring_case(word, TEXT("last")) && !read_number(word, 1, DAY_MAX, &day)) {
        return refuse(reader, word,
                      text_format(reader->arena,
                                  "'%.*s' is no day that every month has (1 to 28, or last)",
                                  TEXT_ARGS(word)));
    }
    schedule_out->days = UINT64_C(1) << day;
    return read_time(reader, reader->words[2], schedule_out);
}

static int64_t ms_of_unit(char unit)
{
    switch (unit) {
    case 's':
        return 1000;
    case 'm':
        return 60 * 1000;
    case 'h':
        return 3600 * 1000;
    case 'd':
        return 86400 * 1000;
    default:
        return 0;
    }
}

static bool read_every(struct reader *reader, struct schedule *schedule_out)
{
    struct text word = reader->words[1];
    int64_t unit_ms = ms_of_unit(word.data[word.bytes - 1]);
    int64_t count = 0;
    if (unit_ms == 0 || !read_number(text_slice(word, 0, word.bytes - 1), 1,
                                     EVERY_DAYS_MAX * ms_of_unit('d') / unit_ms, &count)) {
        return refuse(reader, word,
                      text_format(reader->arena,
                                  "'%.*s' is no time such as 30s, 10m, 2h or 1d (at most 366d)",
                                  TEXT_ARGS(word)));
    }
    *schedule_out = (struct schedule){.kind = SCHEDULE_EVERY, .every_ms = count * unit_ms};
    return true;
}

static const struct form {
    const char *word;
    enum schedule_kind kind;
    size_t word_count;
    bool (*read)(struct reader *reader, struct schedule *schedule_out);
    const char *written;
} forms[] = {
    {"daily", SCHEDULE_DAILY, 2, read_daily, "daily 18:00"},
    {"weekly", SCHEDULE_WEEKLY, 3, read_weekly, "weekly sunday 00:00"},
    {"monthly", SCHEDULE_MONTHLY, 3, read_monthly, "monthly 1 09:00 or monthly last 23:59"},
    {"every", SCHEDULE_EVERY, 2, read_every, "every 10m"},
};

static bool read_form(struct reader *reader, const struct form *form, struct schedule *schedule_out)
{
    if (reader->word_count != form->word_count) {
        size_t count = reader->word_count;
        bool has_more = count > form->word_count;
        struct text end = text_slice(reader->text, reader->text.bytes, reader->text.bytes);
        return refuse(reader, has_more ? reader->words[form->word_count] : end,
                      text_format(reader->arena, "there is %s; it is written %s",
                                  has_more ? "a word too many" : "something missing",
                                  form->written));
    }
    schedule_out->kind = form->kind;
    return form->read(reader, schedule_out);
}

/* ---- cron ---- */

static bool read_value(struct reader *reader, const struct schedule_field *field, struct text word,
                       int *value_out)
{
    int64_t number = 0;
    int index = index_of_name(field, word);
    if (index >= 0) {
        *value_out = field->minimum + index;
        return true;
    }
    if (!read_number(word, field->minimum, field->written_max, &number)) {
        return refuse(reader, word,
                      text_format(reader->arena, "%s: '%.*s' is no number from %d to %d%s",
                                  field->name, TEXT_ARGS(word), field->minimum, field->written_max,
                                  field->names != NULL ? " and no name" : ""));
    }
    *value_out = (int)number;
    return true;
}

/* "*", "3", "3-5" */
static bool read_range(struct reader *reader, const struct schedule_field *field, struct text word,
                       int *from_out, int *to_out)
{
    struct text head;
    struct text tail;
    if (text_equals(word, TEXT("*"))) {
        *from_out = field->minimum;
        *to_out = field->maximum;
        return true;
    }
    bool is_range = text_cut(word, '-', &head, &tail);
    if (!read_value(reader, field, head, from_out)) {
        return false;
    }
    if (!is_range) {
        *to_out = *from_out;
        return true;
    }
    if (!read_value(reader, field, tail, to_out)) {
        return false;
    }
    if (*to_out == 0 && *from_out > 0 && field->written_max > field->maximum) {
        *to_out = field->written_max; /* fri-sun: the Sunday that ends a week */
    }
    if (*to_out < *from_out) {
        return refuse(reader, word,
                      text_format(reader->arena, "%s: the range '%.*s' runs backwards", field->name,
                                  TEXT_ARGS(word)));
    }
    return true;
}

/* One item of a list, with its step. */
static bool read_item(struct reader *reader, const struct schedule_field *field, struct text word,
                      uint64_t *bits_inout)
{
    int from = 0;
    int to = 0;
    int64_t step = 1;
    struct text range;
    struct text step_word;
    bool has_step = text_cut(word, '/', &range, &step_word);
    if (!read_range(reader, field, range, &from, &to)) {
        return false;
    }
    if (has_step && from == to) {
        return refuse(reader, word,
                      text_format(reader->arena, "%s: '%.*s' has a step, but of no * and no range",
                                  field->name, TEXT_ARGS(word)));
    }
    if (has_step && !read_number(step_word, 1, field->maximum - field->minimum, &step)) {
        return refuse(reader, step_word,
                      text_format(reader->arena, "%s: '%.*s' is no step from 1 to %d", field->name,
                                  TEXT_ARGS(step_word), field->maximum - field->minimum));
    }
    for (int i = from; i <= to; i += (int)step) {
        *bits_inout |= UINT64_C(1) << (i > field->maximum ? field->minimum : i);
    }
    return true;
}

static bool read_field(struct reader *reader, const struct schedule_field *field, struct text word,
                       uint64_t *bits_out)
{
    struct text item;
    struct text rest = word;
    bool has_more = false;
    *bits_out = 0;
    do {
        has_more = text_cut(rest, ',', &item, &rest);
        if (item.bytes > 0 && item.data[0] == '*' && item.bytes < word.bytes) {
            return refuse(reader, item,
                          text_format(reader->arena, "%s: a * stands in a list; it stands alone",
                                      field->name));
        }
        if (!read_item(reader, field, item, bits_out)) {
            return false;
        }
    } while (has_more);
    return true;
}

static bool read_cron(struct reader *reader, struct schedule *schedule_out)
{
    uint64_t *const bits[SCHEDULE_FIELD_COUNT] = {
        [SCHEDULE_MINUTE] = &schedule_out->minutes,   [SCHEDULE_HOUR] = &schedule_out->hours,
        [SCHEDULE_DAY] = &schedule_out->days,         [SCHEDULE_MONTH] = &schedule_out->months,
        [SCHEDULE_WEEKDAY] = &schedule_out->weekdays,
    };
    for (size_t i = 0; i < SCHEDULE_FIELD_COUNT; i++) {
        if (!read_field(reader, &schedule__fields[i], reader->words[i], bits[i])) {
            return false;
        }
    }
    schedule_out->kind = SCHEDULE_CRON;
    schedule_out->any_day_written = reader->words[SCHEDULE_DAY].data[0] == '*';
    schedule_out->any_weekday_written = reader->words[SCHEDULE_WEEKDAY].data[0] == '*';
    return true;
}

/* ---- all of it ---- */

/* So that every message may repeat the words. */
static bool check_letters(struct reader *reader)
{
    if (reader->text.bytes > SCHEDULE_BYTES_MAX) {
        reader->text = text_slice(reader->text, 0, 0);
        return refuse(reader, reader->text,
                      text_format(reader->arena, "it is longer than %d bytes", SCHEDULE_BYTES_MAX));
    }
    for (size_t i = 0; i < reader->text.bytes; i++) {
        char letter = reader->text.data[i];
        if ((letter < ' ' || letter > '~') && letter != '\t') {
            struct text where = text_slice(reader->text, i, i);
            reader->text = text_slice(reader->text, 0, i);
            return refuse(reader, where, TEXT("this is no letter of a schedule"));
        }
    }
    return true;
}

static bool read_all(struct reader *reader, struct schedule *schedule_out)
{
    if (!check_letters(reader)) {
        return false;
    }
    split(reader);
    for (size_t i = 0; i < COUNT_OF(forms) && reader->word_count > 0; i++) {
        if (text_equals_ignoring_case(reader->words[0], text_of(forms[i].word))) {
            return read_form(reader, &forms[i], schedule_out);
        }
    }
    if (reader->word_count == SCHEDULE_FIELD_COUNT) {
        return read_cron(reader, schedule_out);
    }
    return refuse(reader, reader->word_count > 0 ? reader->words[0] : reader->text,
                  TEXT("a schedule is daily HH:MM, weekly DAY HH:MM, monthly DAY HH:MM, every TIME "
                       "or the five fields of cron"));
}

enum status schedule_read(struct arena *arena, struct text text, struct schedule *schedule_out,
                          struct text *error_out)
{
    MUST(schedule_out != NULL && error_out != NULL);
    struct reader reader = {.arena = arena, .text = text.data != NULL ? text : TEXT("")};
    struct schedule schedule = {
        .days = schedule__bits(1, 31),
        .months = schedule__bits(1, 12),
        .weekdays = schedule__bits(0, 6),
        .any_day_written = true,
        .any_weekday_written = true,
    };
    if (!read_all(&reader, &schedule)) {
        MUST(reader.why.data != NULL);
        *error_out = text_format(arena, "schedule '%.*s', character %zu: %.*s",
                                 TEXT_ARGS(reader.text), reader.at + 1, TEXT_ARGS(reader.why));
        return STATUS_MALFORMED;
    }
    *schedule_out = schedule;
    return STATUS_OK;
}
