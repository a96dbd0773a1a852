/* money.h - an amount in minor units and its currency; never a floating point number.
 *
 * On the wire an amount is a decimal text with exactly the currency's number of decimals, beside
 * its ISO 4217 code: {"amount": "-12.50", "currency": "RUB"}.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct money {
    int64_t minor;
    char currency[4]; /* empty: no money */
};

enum { MONEY_TEXT_BYTES = 24 };

/* Decimals of a currency (RUB 2, JPY 0, KWD 3); -1 for a code we do not know. */
int money_decimals(struct text currency);

/* False when currencies differ or the sum does not fit: the answer is then untouched. */
bool money_add(struct money left, struct money right, struct money *sum_out);
bool money_subtract(struct money left, struct money right, struct money *difference_out);

/* "-12.50"; returns the bytes written, a NUL behind them. */
size_t money_write(struct money money, char text_out[MONEY_TEXT_BYTES + 1]);

/* Refuses any other number of decimals than the currency's, exponents, spaces, a plus sign, leading
 * zeros, "-0.00" and overflow. */
bool money_read(struct text amount, struct text currency, struct money *money_out);

#endif
