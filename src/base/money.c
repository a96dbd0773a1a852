/* money.c - amounts in minor units, and the decimals of each currency (ISO 4217). */
#include "base/money.h"

#include "base/must.h"

#include <string.h>

struct currency {
    char code[4];
    int decimals;
};

/* Sorted by nothing but habit: those met most often first. */
static const struct currency currencies[] = {
    {"RUB", 2}, {"USD", 2}, {"EUR", 2}, {"CNY", 2}, {"KZT", 2}, {"BYN", 2}, {"UAH", 2}, {"GBP", 2},
    {"CHF", 2}, {"TRY", 2}, {"AED", 2}, {"INR", 2}, {"JPY", 0}, {"KRW", 0}, {"VND", 0}, {"AMD", 2},
    {"AZN", 2}, {"GEL", 2}, {"KGS", 2}, {"MDL", 2}, {"TJS", 2}, {"TMT", 2}, {"UZS", 2}, {"AUD", 2},
    {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2}, {"CLP", 0}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2},
    {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3}, {"KWD", 3},
    {"LYD", 3}, {"MNT", 2}, {"MXN", 2}, {"MYR", 2}, {"NOK", 2}, {"NZD", 2}, {"OMR", 3}, {"PHP", 2},
    {"PLN", 2}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"SAR", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2},
    {"TND", 3}, {"TWD", 2}, {"UGX", 0}, {"ZAR", 2},
};

int money_decimals(struct text currency)
{
    for (size_t i = 0; i < COUNT_OF(currencies); i++) {
        if (text_equals(text_of(currencies[i].code), currency)) {
            return currencies[i].decimals;
        }
    }
    return -1;
}

static bool is_same_currency(struct money left, struct money right)
{
    MUST(left.currency[3] == '\0' && right.currency[3] == '\0');
    return left.currency[0] != '\0' && strcmp(left.currency, right.currency) == 0;
}

bool money_add(struct money left, struct money right, struct money *sum_out)
{
    struct money sum = left;
    if (!is_same_currency(left, right) ||
        __builtin_add_overflow(left.minor, right.minor, &sum.minor)) {
        return false;
    }
    *sum_out = sum;
    return true;
}

bool money_subtract(struct money left, struct money right, struct money *difference_out)
{
    struct money difference = left;
    if (!is_same_currency(left, right) ||
        __builtin_sub_overflow(left.minor, right.minor, &difference.minor)) {
        return false;
    }
    *difference_out = difference;
    return true;
}

size_t money_write(struct money money, char text_out[MONEY_TEXT_BYTES + 1])
{
    int decimals = money_decimals(text_of(money.currency));
    MUST(decimals >= 0);
    char reversed[MONEY_TEXT_BYTES];
    size_t bytes = 0;
    uint64_t left = money.minor < 0 ? 0 - (uint64_t)money.minor : (uint64_t)money.minor;
    for (int digits = 0; left > 0 || digits <= decimals; digits++) { /* one before the point */
        if (digits == decimals && decimals > 0) {
            reversed[bytes++] = '.';
        }
        reversed[bytes++] = (char)('0' + left % 10);
        left /= 10;
    }
    if (money.minor < 0) {
        reversed[bytes++] = '-';
    }
    MUST(bytes <= MONEY_TEXT_BYTES);
    for (size_t i = 0; i < bytes; i++) {
        text_out[i] = reversed[bytes - 1 - i];
    }
    text_out[bytes] = '\0';
    return bytes;
}

/* The amount as a whole number of minor units, its sign taken off: the digits without the point. */
static bool read_minor(struct text whole, struct text fraction, uint64_t *minor_out)
{
    uint64_t minor = 0;
    for (size_t i = 0; i < whole.bytes + fraction.bytes; i++) {
        char letter = i < whole.bytes ? whole.data[i] : fraction.data[i - whole.bytes];
        if (letter < '0' || letter > '9' || __builtin_mul_overflow(minor, 10, &minor) ||
            __builtin_add_overflow(minor, (uint64_t)(letter - '0'), &minor)) {
            return false;
        }
    }
    *minor_out = minor;
    return true;
}

bool money_read(struct text amount, struct text currency, struct money *money_out)
{
    int decimals = money_decimals(currency);
    if (decimals < 0) {
        return false;
    }
    bool negative = amount.bytes > 0 && amount.data[0] == '-';
    struct text whole;
    struct text fraction;
    bool has_point = text_cut(text_slice(amount, negative, amount.bytes), '.', &whole, &fraction);
    if (whole.bytes == 0 || (whole.bytes > 1 && whole.data[0] == '0') ||
        has_point != (decimals > 0) || fraction.bytes != (size_t)decimals) {
        return false;
    }
    uint64_t minor;
    if (!read_minor(whole, fraction, &minor) || minor > (uint64_t)INT64_MAX + negative ||
        (negative && minor == 0)) {
        return false;
    }
    struct money money = {.minor = negative ? (int64_t)(0 - minor) : (int64_t)minor};
    memcpy(money.currency, currency.data, sizeof money.currency - 1);
    *money_out = money;
    return true;
}
