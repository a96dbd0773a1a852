/* schedule_text_test.c - what a schedule may look like, its one form, and what is said of the rest.
 */
#include "base/schedule.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;

static struct schedule read_good(const char *written)
{
    struct schedule schedule = {0};
    struct text error = NO_TEXT;
    arena = arena != NULL ? arena : arena_create("schedule", ARENA_BYTES);
    enum status status = schedule_read(arena, text_of(written), &schedule, &error);
    if (status != STATUS_OK) {
        printf("# %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    return schedule;
}

static bool is_same(const struct schedule *left, const struct schedule *right)
{
    return left->kind == right->kind && left->every_ms == right->every_ms &&
           left->minutes == right->minutes && left->hours == right->hours &&
           left->days == right->days && left->months == right->months &&
           left->weekdays == right->weekdays && left->any_day_written == right->any_day_written &&
           left->any_weekday_written == right->any_weekday_written;
}

static void has_one_form(void)
{
    static const struct {
        const char *written;
        const char *form;
    } rows[] = {
        {"daily 18:00", "daily 18:00"},
        {"  DAILY \t 00:00  ", "daily 00:00"},
        {"weekly sunday 00:00", "weekly sunday 00:00"},
        {"weekly Sat 23:59", "weekly saturday 23:59"},
        {"monthly last 23:59", "monthly last 23:59"},
        {"monthly 1 09:00", "monthly 1 09:00"},
        {"monthly 28 09:05", "monthly 28 09:05"},
        {"every 10m", "every 10m"},
        {"every 1s", "every 1s"},
        {"every 90s", "every 90s"},
        {"every 120s", "every 2m"},
        {"every 60m", "every 1h"},
        {"every 48h", "every 2d"},
        {"every 7d", "every 7d"},
        {"every 366d", "every 366d"},
        {"every 31622400s", "every 366d"},
        {"0 18 * * 1-5", "0 18 * * 1-5"},
        {"* * * * *", "* * * * *"},
        {"*/10 * * * *", "*/10 * * * *"},
        {"0,10,20,30,40,50 0-23 * 1-12 *", "*/10 * * * *"},
        {"0-59/15 8-18/2 1,15 * *", "*/15 8,10,12,14,16,18 1,15 * *"},
        {"5 4 * JAN,jul Mon-Fri", "5 4 * 1,7 1-5"},
        {"*/30 */12 * */6 *", "0,30 0,12 * 1,7 *"},
        {"*/20 */8 */16 */4 */4", "*/20 */8 */16 */4 */4"},
        {"5 4 * january sunday", "5 4 * 1 0"},
        {"0 0 * * 7", "0 0 * * 0"},
        {"0 0 * * 0,7", "0 0 * * 0"},
        {"0 0 * * 5-7", "0 0 * * 0,5-6"},
        {"0 0 * * fri-sun", "0 0 * * 0,5-6"},
        {"0 0 * * 5-7/2", "0 0 * * 0,5"},
        {"0 0 * * 0-7", "0 0 * * 0-6"},
        {"0 0 1-31 * 1", "0 0 1-31 * 1"},
        {"0 0 */2 * 1", "0 0 */2 * 1"},
        {"0 0 1-31/30 * 1", "0 0 1,31 * 1"},
        {"0 0 13 * */3", "0 0 13 * */3"},
        {"1,2,3,5-7,59 0 1 1 *", "1-3,5-7,59 0 1 1 *"},
        {"00 09 01 01 *", "0 9 1 1 *"},
        {"3,1,2 1 1 1 1", "1-3 1 1 1 1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct schedule schedule = read_good(rows[i].written);
        struct text form = schedule_text(arena, &schedule);
        CHECK_TEXT(form, rows[i].form);
        struct schedule again = read_good(form.data);
        CHECK(is_same(&again, &schedule));
    }
}

static const struct {
    const char *written;
    const char *error;
} wrong_rows[] = {
#define FORMS                                                                                      \
    "a schedule is daily HH:MM, weekly DAY HH:MM, monthly DAY HH:MM, every TIME or the five "      \
    "fields of cron"
    {"", "schedule '', character 1: " FORMS},
    {"   ", "schedule '   ', character 1: " FORMS},
    {"dayly 18:00", "schedule 'dayly 18:00', character 1: " FORMS},
    {" @daily", "schedule ' @daily', character 2: " FORMS},
    {"* * * *", "schedule '* * * *', character 1: " FORMS},
    {"* * * * * *", "schedule '* * * * * *', character 1: " FORMS},
    {"daily", "schedule 'daily', character 6: there is something missing; it is written daily "
              "18:00"},
    {"daily 18:00 21:00", "schedule 'daily 18:00 21:00', character 13: there is a word too "
                          "many; it is written daily 18:00"},
    {"weekly sunday", "schedule 'weekly sunday', character 14: there is something missing; it "
                      "is written weekly sunday 00:00"},
    {"monthly", "schedule 'monthly', character 8: there is something missing; it is written "
                "monthly 1 09:00 or monthly last 23:59"},
    {"every", "schedule 'every', character 6: there is something missing; it is written every "
              "10m"},
    {"daily 24:00",
     "schedule 'daily 24:00', character 7: '24:00' is no time of day from 00:00 to 23:59"},
    {"daily 9:00",
     "schedule 'daily 9:00', character 7: '9:00' is no time of day from 00:00 to 23:59"},
    {"daily 18:60",
     "schedule 'daily 18:60', character 7: '18:60' is no time of day from 00:00 to 23:59"},
    {"daily 18.00",
     "schedule 'daily 18.00', character 7: '18.00' is no time of day from 00:00 to 23:59"},
    {"daily +1:00",
     "schedule 'daily +1:00', character 7: '+1:00' is no time of day from 00:00 to 23:59"},
    {"weekly sonday 00:00", "schedule 'weekly sonday 00:00', character 8: 'sonday' is no day "
                            "of the week (monday to sunday)"},
    {"weekly sunday 0:00", "schedule 'weekly sunday 0:00', character 15: '0:00' is no time of "
                           "day from 00:00 to 23:59"},
    {"monthly 31 09:00", "schedule 'monthly 31 09:00', character 9: '31' is no day that every "
                         "month has (1 to 28, or last)"},
    {"monthly 0 09:00", "schedule 'monthly 0 09:00', character 9: '0' is no day that every "
                        "month has (1 to 28, or last)"},
    {"every 0m", "schedule 'every 0m', character 7: '0m' is no time such as 30s, 10m, 2h or "
                 "1d (at most 366d)"},
    {"every 10", "schedule 'every 10', character 7: '10' is no time such as 30s, 10m, 2h or "
                 "1d (at most 366d)"},
    {"every m", "schedule 'every m', character 7: 'm' is no time such as 30s, 10m, 2h or 1d "
                "(at most 366d)"},
    {"every -5m", "schedule 'every -5m', character 7: '-5m' is no time such as 30s, 10m, 2h "
                  "or 1d (at most 366d)"},
    {"every 367d", "schedule 'every 367d', character 7: '367d' is no time such as 30s, 10m, "
                   "2h or 1d (at most 366d)"},
    {"every 99999999999999999999s",
     "schedule 'every 99999999999999999999s', character 7: '99999999999999999999s' is no time "
     "such as 30s, 10m, 2h or 1d (at most 366d)"},
    {"61 * * * *", "schedule '61 * * * *', character 1: minute: '61' is no number from 0 to 59"},
    {"0 24 * * *", "schedule '0 24 * * *', character 3: hour: '24' is no number from 0 to 23"},
    {"0 0 0 * *", "schedule '0 0 0 * *', character 5: day of month: '0' is no number from 1 to 31"},
    {"0 0 * 13 *", "schedule '0 0 * 13 *', character 7: month: '13' is no number from 1 to 12 "
                   "and no name"},
    {"0 0 * * 8", "schedule '0 0 * * 8', character 9: day of week: '8' is no number from 0 to "
                  "7 and no name"},
    {"0 0 * * mo", "schedule '0 0 * * mo', character 9: day of week: 'mo' is no number from 0 "
                   "to 7 and no name"},
    {"0 0 jan * *",
     "schedule '0 0 jan * *', character 5: day of month: 'jan' is no number from 1 to 31"},
    {"1,x * * * *", "schedule '1,x * * * *', character 3: minute: 'x' is no number from 0 to 59"},
    {"1, * * * *", "schedule '1, * * * *', character 3: minute: '' is no number from 0 to 59"},
    {"1,,2 * * * *", "schedule '1,,2 * * * *', character 3: minute: '' is no number from 0 to 59"},
    {"1- * * * *", "schedule '1- * * * *', character 3: minute: '' is no number from 0 to 59"},
    {"-1 * * * *", "schedule '-1 * * * *', character 1: minute: '' is no number from 0 to 59"},
    {"1-2-3 * * * *",
     "schedule '1-2-3 * * * *', character 3: minute: '2-3' is no number from 0 to 59"},
    {"0 18-9 * * *", "schedule '0 18-9 * * *', character 3: hour: the range '18-9' runs backwards"},
    {"0 0 * * sat-mon", "schedule '0 0 * * sat-mon', character 9: day of week: the range "
                        "'sat-mon' runs backwards"},
    {"5/10 * * * *", "schedule '5/10 * * * *', character 1: minute: '5/10' has a step, but of "
                     "no * and no range"},
    {"*/0 * * * *", "schedule '*/0 * * * *', character 3: minute: '0' is no step from 1 to 59"},
    {"*/60 * * * *", "schedule '*/60 * * * *', character 3: minute: '60' is no step from 1 to 59"},
    {"*/ * * * *", "schedule '*/ * * * *', character 3: minute: '' is no step from 1 to 59"},
    {"0 */5/2 * * *", "schedule '0 */5/2 * * *', character 5: hour: '5/2' is no step from 1 to 23"},
    {"*,5 * * * *",
     "schedule '*,5 * * * *', character 1: minute: a * stands in a list; it stands alone"},
    {"5,*/7 * * * *",
     "schedule '5,*/7 * * * *', character 3: minute: a * stands in a list; it stands alone"},
    {"** * * * *", "schedule '** * * * *', character 1: minute: '**' is no number from 0 to "
                   "59"},
    {"daily 18:00\n", "schedule 'daily 18:00', character 12: this is no letter of a schedule"},
    {"daily\x7f", "schedule 'daily', character 6: this is no letter of a schedule"},
    {"täglich 18:00", "schedule 't', character 2: this is no letter of a schedule"},
#undef FORMS
};

static void says_what_is_wrong(void)
{
    arena = arena_create("schedule", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(wrong_rows); i++) {
        struct schedule schedule = {.every_ms = 77};
        struct text error = NO_TEXT;
        CHECK_STATUS(schedule_read(arena, text_of(wrong_rows[i].written), &schedule, &error),
                     STATUS_MALFORMED);
        CHECK_TEXT(error, wrong_rows[i].error);
        CHECK_INT(schedule.every_ms, 77);
    }
    char longest[SCHEDULE_BYTES_MAX + 1];
    struct schedule schedule;
    struct text error = NO_TEXT;
    memset(longest, ' ', sizeof longest);
    memcpy(longest, "daily 18:00", 11);
    CHECK_STATUS(schedule_read(arena, (struct text){longest, sizeof longest}, &schedule, &error),
                 STATUS_MALFORMED);
    CHECK_TEXT(error, "schedule '', character 1: it is longer than 200 bytes");
    CHECK_STATUS(
        schedule_read(arena, (struct text){longest, SCHEDULE_BYTES_MAX}, &schedule, &error),
        STATUS_OK);
    CHECK_STATUS(schedule_read(arena, NO_TEXT, &schedule, &error), STATUS_MALFORMED);
}

/* Every beginning and every neighbour of a good text is read or refused, and what is read is its
 * own form. */
static void survives_any_text(void)
{
    static const char *const good[] = {"weekly sunday 00:00", "monthly last 23:59", "every 10m",
                                       "*/10 8-18/2 1,15 jan-dec mon,fri-sun"};
    size_t read = 0;
    size_t refused = 0;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct text whole = text_of(good[i]);
        for (size_t at = 0; at < whole.bytes; at++) {
            for (int letter = 0; letter < 256; letter++) {
                arena = arena != NULL ? arena : arena_create("schedule", ARENA_BYTES);
                struct text changed = text_copy(arena, whole);
                char *bytes = arena_take(arena, changed.bytes);
                memcpy(bytes, changed.data, changed.bytes);
                bytes[at] = (char)letter;
                changed.data = bytes;
                changed.bytes = letter == 0 ? at : changed.bytes;
                struct schedule schedule;
                struct text error = NO_TEXT;
                bool is_read = schedule_read(arena, changed, &schedule, &error) == STATUS_OK;
                if (is_read) {
                    struct schedule again = read_good(schedule_text(arena, &schedule).data);
                    CHECK(is_same(&again, &schedule));
                }
                read += is_read;
                refused += !is_read;
                arena_reset(arena);
            }
        }
    }
    CHECK(read > 100 && refused > 1000);
}

static const struct test tests[] = {
    {"has_one_form", has_one_form, 0},
    {"says_what_is_wrong", says_what_is_wrong, 0},
    {"survives_any_text", survives_any_text, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
