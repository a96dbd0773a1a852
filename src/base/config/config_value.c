/* config_value.c - what a setting may be, said in words, and whether a value is that. */
#include "base/config/config_value.h"

#include "base/must.h"

#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* From the smallest to the largest. */
static const struct unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000},
};

static const struct unit bytes_units[] = {
    {"", 1},
    {"KiB", 1024},
    {"MiB", 1024 * 1024},
    {"GiB", 1024 * 1024 * 1024},
};

/* ---- reading ---- */

static bool read_flag(struct text written, int64_t *number_out)
{
    static const char *const words[] = {"no", "false", "off", "yes", "true", "on"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (text_equals(written, text_of(words[i]))) {
            *number_out = i >= COUNT_OF(words) / 2;
            return true;
        }
    }
    return false;
}

static bool read_with_unit(struct text written, const struct unit *units, size_t count,
                           int64_t *number_out)
{
    size_t digits = 0;
    while (digits < written.bytes && written.data[digits] >= '0' && written.data[digits] <= '9') {
        digits++;
    }
    struct text unit = text_slice(written, digits, written.bytes);
    int64_t number;
    if (!text_to_integer(text_slice(written, 0, digits), &number)) {
        return false;
    }
    if (number == 0 && unit.bytes == 0) { /* nothing is nothing in any unit */
        *number_out = 0;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (text_equals(unit, text_of(units[i].name))) {
            return !__builtin_mul_overflow(number, units[i].factor, number_out);
        }
    }
    return false;
}

static bool is_choice(const struct setting *setting, struct text written)
{
    for (size_t i = 0; i < setting->choice_count; i++) {
        if (text_equals(written, text_of(setting->choices[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_within(const struct setting *setting, int64_t number)
{
    bool has_limits = setting->minimum != 0 || setting->maximum != 0;
    return !has_limits || (number >= setting->minimum && number <= setting->maximum);
}

bool config__read_value(const struct setting *setting, struct text written,
                        struct config_value *value_out)
{
    MUST(written.data != NULL);
    int64_t number = 0;
    bool is_good = false;
    switch (setting->kind) {
    case SETTING_TEXT:
        is_good = text_is_utf8(written) && memchr(written.data, '\0', written.bytes) == NULL;
        break;
    case SETTING_CHOICE:
        is_good = is_choice(setting, written);
        break;
    case SETTING_FLAG:
        is_good = read_flag(written, &number);
        break;
    case SETTING_INTEGER:
        is_good = text_to_integer(written, &number) && is_within(setting, number);
        break;
    case SETTING_DURATION_MS:
        is_good = read_with_unit(written, duration_units, COUNT_OF(duration_units), &number) &&
                  is_within(setting, number);
        break;
    case SETTING_BYTES:
        is_good = read_with_unit(written, bytes_units, COUNT_OF(bytes_units), &number) &&
                  is_within(setting, number);
        break;
    }
    value_out->text = written;
    value_out->number = number;
    return is_good;
}

/* ---- saying ---- */

/* In the largest unit that leaves no rest. */
static struct text say_with_unit(struct arena *arena, int64_t number, const struct unit *units,
                                 size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count && number != 0; i++) {
        if (number % units[i].factor == 0) {
            best = i;
        }
    }
    return text_format(arena, "%" PRId64 "%s", number / units[best].factor, units[best].name);
}

static struct text say_number(struct arena *arena, enum setting_kind kind, int64_t number)
{
    if (kind == SETTING_DURATION_MS) {
        return say_with_unit(arena, number, duration_units, COUNT_OF(duration_units));
    }
    if (kind == SETTING_BYTES) {
        return say_with_unit(arena, number, bytes_units, COUNT_OF(bytes_units));
    }
    return text_format(arena, "%" PRId64, number);
}

static struct text say_limits(struct arena *arena, const struct setting *setting, const char *what)
{
    if (setting->minimum == 0 && setting->maximum == 0) {
        return text_of(what);
    }
    struct text minimum = say_number(arena, setting->kind, setting->minimum);
    if (setting->maximum == INT64_MAX) {
        return text_format(arena, "%s from %s", what, minimum.data);
    }
    struct text maximum = say_number(arena, setting->kind, setting->maximum);
    return text_format(arena, "%s from %s to %s", what, minimum.data, maximum.data);
}

static struct text say_choices(struct arena *arena, const struct setting *setting)
{
    struct text said = TEXT("one of ");
    for (size_t i = 0; i < setting->choice_count; i++) {
        said = text_join(arena, said, i > 0 ? TEXT(", ") : TEXT(""));
        said = text_join(arena, said, text_of(setting->choices[i]));
    }
    return said;
}

struct text config_expected(struct arena *arena, const struct setting *setting)
{
    switch (setting->kind) {
    case SETTING_TEXT:
        return TEXT("a text in UTF-8");
    case SETTING_INTEGER:
        return say_limits(arena, setting, "a whole number");
    case SETTING_FLAG:
        return TEXT("yes or no");
    case SETTING_CHOICE:
        return say_choices(arena, setting);
    case SETTING_DURATION_MS:
        return say_limits(arena, setting, "a duration like 250ms, 10s, 5m, 2h or 1d");
    case SETTING_BYTES:
        return say_limits(arena, setting, "a size like 4096, 64KiB, 8MiB or 1GiB");
    }
    MUST(setting->kind <= SETTING_BYTES);
    return NO_TEXT;
}
