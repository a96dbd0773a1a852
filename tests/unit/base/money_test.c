/* money_test.c - amounts in and out, and sums that do not fit. */
#include "base/money.h"
#include "tests/lib/check.h"

static struct money roubles(int64_t minor)
{
    return (struct money){.minor = minor, .currency = "RUB"};
}

static void knows_decimals(void)
{
    static const struct {
        const char *code;
        int decimals;
    } rows[] = {
        {"RUB", 2}, {"USD", 2}, {"EUR", 2},  {"JPY", 0}, {"KRW", 0},   {"ISK", 0}, {"KWD", 3},
        {"BHD", 3}, {"TND", 3}, {"rub", -1}, {"RU", -1}, {"RUBL", -1}, {"", -1},   {"XXX", -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_INT(money_decimals(text_of(rows[i].code)), rows[i].decimals);
    }
    CHECK_INT(money_decimals(NO_TEXT), -1);
}

static void writes_and_reads_back(void)
{
    static const struct {
        const char *currency;
        int64_t minor;
        const char *written;
    } rows[] = {
        {"RUB", 0, "0.00"},
        {"RUB", 1, "0.01"},
        {"RUB", -1, "-0.01"},
        {"RUB", 99, "0.99"},
        {"RUB", 100, "1.00"},
        {"RUB", -1250, "-12.50"},
        {"RUB", INT64_MAX, "92233720368547758.07"},
        {"RUB", INT64_MIN, "-92233720368547758.08"},
        {"JPY", 0, "0"},
        {"JPY", -1250, "-1250"},
        {"JPY", INT64_MIN, "-9223372036854775808"},
        {"KWD", 5, "0.005"},
        {"KWD", -123456, "-123.456"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text currency = text_of(rows[i].currency);
        struct money money = {.minor = rows[i].minor};
        for (size_t j = 0; j < 3; j++) {
            money.currency[j] = rows[i].currency[j];
        }
        char written[MONEY_TEXT_BYTES + 1];
        size_t bytes = money_write(money, written);
        CHECK_TEXT(((struct text){written, bytes}), rows[i].written);
        CHECK_INT(written[bytes], '\0');
        struct money read = {0};
        CHECK(money_read(text_of(written), currency, &read));
        CHECK_INT(read.minor, rows[i].minor);
        CHECK_TEXT(text_of(read.currency), rows[i].currency);
    }
}

static void refuses_other_spellings(void)
{
    static const struct {
        const char *currency;
        const char *amount;
    } rows[] = {
        {"RUB", ""},
        {"RUB", "-"},
        {"RUB", "."},
        {"RUB", "12"},
        {"RUB", "12.5"},
        {"RUB", "12.500"},
        {"RUB", "12."},
        {"RUB", ".50"},
        {"RUB", "-.50"},
        {"RUB", "+12.50"},
        {"RUB", " 12.50"},
        {"RUB", "12.50 "},
        {"RUB", "12,50"},
        {"RUB", "1 2.50"},
        {"RUB", "012.50"},
        {"RUB", "00.50"},
        {"RUB", "--1.00"},
        {"RUB", "-0.00"},
        {"RUB", "1e2.00"},
        {"RUB", "1.0e"},
        {"RUB", "0x1.00"},
        {"RUB", "1.2.3"},
        {"RUB", "1.-1"},
        {"RUB", "92233720368547758.08"},
        {"RUB", "-92233720368547758.09"},
        {"RUB", "99999999999999999999999.00"},
        {"JPY", "12.50"},
        {"JPY", "12."},
        {"JPY", "9223372036854775808"},
        {"KWD", "1.00"},
        {"XXX", "1.00"},
        {"", "1.00"},
        {"rub", "1.00"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct money money = {.minor = 77};
        CHECK(!money_read(text_of(rows[i].amount), text_of(rows[i].currency), &money));
        CHECK_INT(money.minor, 77);
    }
}

static void adds_and_subtracts(void)
{
    struct money result = {.minor = 77, .currency = "EUR"};
    CHECK(money_add(roubles(150), roubles(-200), &result));
    CHECK_INT(result.minor, -50);
    CHECK_TEXT(text_of(result.currency), "RUB");
    CHECK(money_subtract(roubles(150), roubles(-200), &result));
    CHECK_INT(result.minor, 350);
    CHECK(money_add(roubles(INT64_MAX), roubles(INT64_MIN), &result));
    CHECK_INT(result.minor, -1);
}

static void refuses_what_does_not_fit(void)
{
    const struct money dollars = {.minor = 1, .currency = "USD"};
    const struct money none = {0};
    struct money result = {.minor = 77, .currency = "EUR"};
    CHECK(!money_add(roubles(INT64_MAX), roubles(1), &result));
    CHECK(!money_add(roubles(INT64_MIN), roubles(-1), &result));
    CHECK(!money_subtract(roubles(0), roubles(INT64_MIN), &result));
    CHECK(!money_add(roubles(1), dollars, &result));
    CHECK(!money_subtract(roubles(1), dollars, &result));
    CHECK(!money_add(none, none, &result));
    CHECK_INT(result.minor, 77);
    CHECK_TEXT(text_of(result.currency), "EUR");
}

static void write_unknown_currency(void)
{
    char written[MONEY_TEXT_BYTES + 1];
    money_write((struct money){.minor = 1, .currency = "ABC"}, written);
}

static void add_unended_currency(void)
{
    struct money wrong = {.minor = 1, .currency = {'R', 'U', 'B', 'L'}};
    struct money result;
    money_add(wrong, wrong, &result);
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(write_unknown_currency, "decimals >= 0");
    CHECK_MUST_FAIL(add_unended_currency, "left.currency[3]");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"knows_decimals", knows_decimals, 0},
        {"writes_and_reads_back", writes_and_reads_back, 0},
        {"refuses_other_spellings", refuses_other_spellings, 0},
        {"adds_and_subtracts", adds_and_subtracts, 0},
        {"refuses_what_does_not_fit", refuses_what_does_not_fit, 0},
        {"misuse_stops", misuse_stops, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
