/* json_number.c - whether a number, however it is written, is too large for a double. */
#include "base/json/json_scan.h"
#include "base/must.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The largest double is 1.8e308: its whole part has 309 digits, and what stands behind those cannot
 * change the answer. */
enum { DIGITS_THAT_DECIDE = 320 };

/* The power of ten behind "e"; more than nine digits are as good as infinite. */
static int64_t exponent_of(struct text number, size_t at)
{
    bool negative = number.data[at] == '-';
    int64_t power = 0;
    for (at += negative || number.data[at] == '+'; at < number.bytes; at++) {
        power = power < 1000000000000 ? power * 10 + (number.data[at] - '0') : power;
    }
    return negative ? -power : power;
}

/* Whether a double would be infinite. The place of the first digit that is not zero decides, save
 * right at the border, where the digits themselves are asked. */
bool json__overflows(struct text number)
{
    char digits[DIGITS_THAT_DECIDE + 16];
    size_t kept = 0;
    int64_t power = -1; /* of the first digit that counts */
    bool in_fraction = false;
    for (size_t i = 0; i < number.bytes; i++) {
        char letter = number.data[i];
        if (letter == 'e' || letter == 'E') {
            power += exponent_of(number, i + 1);
            break;
        }
        bool is_digit = letter >= '0' && letter <= '9';
        in_fraction = in_fraction || letter == '.';
        if (is_digit && (kept > 0 || letter != '0') && kept < DIGITS_THAT_DECIDE) {
            digits[kept++] = letter;
        }
        power += is_digit && !in_fraction && kept > 0;
        power -= is_digit && in_fraction && kept == 0;
    }
    if (kept == 0 || power != JSON__POWER_MAX) {
        return kept > 0 && power > JSON__POWER_MAX;
    }
    snprintf(digits + kept, sizeof digits - kept, "e%d", JSON__POWER_MAX + 1 - (int)kept);
    return isinf(strtod(digits, NULL));
}
