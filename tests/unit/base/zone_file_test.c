/* zone_file_test.c - rules for the years behind the table, files that lie, files that are damaged.
 */
#include "base/clock.h"
#include "base/zone/zone_parts.h"
#include "tests/lib/check.h"
#include "tests/unit/base/moments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY "/usr/share/zoneinfo"

enum { ARENA_BYTES = 1024 * 1024 };

static struct arena *arena;

static uint64_t chance_state = 88172645463325252u;

static uint64_t chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return chance_state;
}

struct made {
    uint32_t counts[6]; /* of the header */
    const char *body;
    size_t body_bytes;
    const char *footer;
    bool has_old_leap; /* a leap second in the part for readers of the last century */
};

static struct text make_file(const struct made *made)
{
    static char bytes[4096];
    char header[44] = "TZif2";
    for (size_t i = 0; i < 24; i++) {
        header[20 + i] = (char)(made->counts[i / 4] >> (24 - i % 4 * 8));
    }
    size_t footer_bytes = strlen(made->footer);
    size_t old_bytes = 44 + (made->has_old_leap ? 8 : 0);
    memset(bytes, 0, old_bytes);
    memcpy(bytes, "TZif2", 5);
    bytes[31] = made->has_old_leap;
    char *second_part = bytes + old_bytes;
    memcpy(second_part, header, sizeof header);
    memcpy(second_part + 44, made->body, made->body_bytes);
    memcpy(second_part + 44 + made->body_bytes, made->footer, footer_bytes);
    return (struct text){bytes, old_bytes + 44 + made->body_bytes + footer_bytes};
}

static const char one_kind[10] = "\0\0\0\0\0\0UTC";

static const struct zone *zone_of_rule(const char *rule)
{
    struct text footer = text_format(arena, "\n%s\n", rule);
    struct made made = {{0, 0, 0, 0, 1, 4}, one_kind, sizeof one_kind, footer.data, false};
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(zone_read(arena, TEXT("Made"), make_file(&made), &zone, &error), STATUS_OK);
    return zone;
}

static void follows_rules(void)
{
    static const struct {
        const char *rule;
        const char *moment;
        const char *shown;
    } rows[] = {
        {"", "2026-07-01T00:00:00Z", "wed 2026-07-01 00:00:00 +00:00"},
        {"MSK-3", "2026-07-01T00:00:00Z", "wed 2026-07-01 03:00:00 +03:00"},
        {"<+0545>-5:45", "2026-07-01T00:00:00Z", "wed 2026-07-01 05:45:00 +05:45"},
        {"XXX+3:30:15", "2026-07-01T00:00:00Z", "tue 2026-06-30 20:29:45 -03:30:15"},
        /* summer all the year: its ends meet */
        {"EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", "thu 2026-01-01 01:00:00 -04:00"},
        {"EST5EDT,0/0,J365/25", "2026-12-31T23:59:59Z", "thu 2026-12-31 19:59:59 -04:00"},
        /* the north, and what the clock jumps over */
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", "sun 2026-03-29 01:59:59 +01:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", "sun 2026-03-29 03:00:00 +02:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", "sun 2026-10-25 02:00:00 +01:00"},
        /* the south: summer over the new year */
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-12-31T13:00:00Z", "fri 2027-01-01 00:00:00 +11:00"},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00Z", "wed 2026-07-01 10:00:00 +10:00"},
        /* the winter is the one put back (Ireland), half an hour (Lord Howe) */
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-15T12:00:00Z", "thu 2026-01-15 12:00:00 +00:00"},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-15T12:00:00Z", "wed 2026-07-15 13:00:00 +01:00"},
        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z",
         "thu 2026-01-01 11:00:00 +11:00"},
        /* hours before and far behind the day */
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z",
         "sat 2026-03-28 22:59:59 -02:00"},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z",
         "sun 2026-03-29 00:00:00 -01:00"},
        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z",
         "sat 2026-03-28 01:59:59 +02:00"},
        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z",
         "sat 2026-03-28 03:00:00 +03:00"},
        /* day 59 counts a 29th of February, J60 does not; in 2028 there is one */
        {"AAA0BBB,59/0,J300/0", "2028-02-28T23:59:59Z", "mon 2028-02-28 23:59:59 +00:00"},
        {"AAA0BBB,59/0,J300/0", "2028-02-29T00:00:00Z", "tue 2028-02-29 01:00:00 +01:00"},
        {"AAA0BBB,J59/0,J300/0", "2028-02-27T23:59:59Z", "sun 2028-02-27 23:59:59 +00:00"},
        {"AAA0BBB,J59/0,J300/0", "2028-02-28T00:00:00Z", "mon 2028-02-28 01:00:00 +01:00"},
        {"AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", "tue 2028-02-29 23:59:59 +00:00"},
        {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", "wed 2028-03-01 01:00:00 +01:00"},
        {"AAA0BBB,J60/0,J300/0", "2027-02-28T23:59:59Z", "sun 2027-02-28 23:59:59 +00:00"},
        /* the fourth and the last Monday are not always the same */
        {"AAA0BBB,M6.4.1/0,M9.1.1/0", "2026-06-22T00:00:00Z", "mon 2026-06-22 01:00:00 +01:00"},
        {"AAA0BBB,M6.5.1/0,M9.1.1/0", "2026-06-22T00:00:00Z", "mon 2026-06-22 00:00:00 +00:00"},
        {"AAA0BBB,M6.5.1/0,M9.1.1/0", "2026-06-29T00:00:00Z", "mon 2026-06-29 01:00:00 +01:00"},
    };
    arena = arena_create("zone", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct zone *zone = zone_of_rule(rows[i].rule);
        CHECK_TEXT(show_civil(arena, zone_civil(zone, moment(rows[i].moment))), rows[i].shown);
        arena_reset(arena);
    }
}

static void refuses_rules(void)
{
    static const char *const rules[] = {
        "MSK",
        "MS-3",
        "-3",
        "MSK-25",
        "MSK-3:60",
        "MSK-3:",
        "<+0A",
        "<+03>",
        "MSK-3 ",
        "EST5EDT",
        "EST5EDT,M3.2",
        "EST5EDT,M3.2.0",
        "EST5EDT,,",
        "EST5ED,0,1",
        "EST5EDT,M13.1.0,M4.1.0",
        "EST5EDT4,0,1/168",
        "EST5EDT,M1.0.0,M4.1.0",
        "EST5EDT,M1.6.0,M4.1.0",
        "EST5EDT,M1.1.7,M4.1.0",
        "EST5EDT,J0,J300",
        "EST5EDT,J366,J300",
        "EST5EDT,366,300",
        "EST5EDT,0,300x",
        "EST5EDT,0,300/",
        "EST5EDT,0,0300",
        "EST99999999999999999999",
        "EST-",
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct zone_rule rule;
        if (zone__read_rule(text_of(rules[i]), &rule)) {
            printf("# %s\n", rules[i]);
        }
        CHECK(!zone__read_rule(text_of(rules[i]), &rule));
    }
}

static void refuses_what_a_file_says(void)
{
#define CHANGES(first, second) "\0\0\0\0\0\0\0" first "\0\0\0\0\0\0\0" second
#define KIND                   "\0\0\0\0\0\0"
    static const struct {
        struct made made;
        const char *wrong; /* NULL: it is a good file */
    } rows[] = {
#define ROW(wrong, footer, body, ...)                                                              \
    {{{__VA_ARGS__}, "" body, sizeof(body) - 1, footer, false}, wrong}
        ROW(NULL, "\n\n", CHANGES("\1", "\2") "\0\0" KIND "U", 0, 0, 0, 2, 1, 1),
        ROW("its changes are not in the order of time", "\n\n", CHANGES("\2", "\2") "\0\0" KIND "U",
            0, 0, 0, 2, 1, 1),
        ROW("its changes are not in the order of time", "\n\n", CHANGES("\2", "\1") "\0\0" KIND "U",
            0, 0, 0, 2, 1, 1),
        ROW("a change leads to a kind of time that is not there", "\n\n",
            CHANGES("\1", "\2") "\0\1" KIND "U", 0, 0, 0, 2, 1, 1),
        ROW(NULL, "\n\n", "\0\1\x6d\x9f\0\0U", 0, 0, 0, 0, 1, 1),
        ROW("an offset is longer than a day", "\n\n", "\0\1\x6d\xa0\0\0U", 0, 0, 0, 0, 1, 1),
        ROW("an offset is longer than a day", "\n\n", "\xff\xfe\xa0\x70\0\0U", 0, 0, 0, 0, 1, 1),
        ROW("a kind of time is damaged", "\n\n", "\0\0\0\0\2\0U", 0, 0, 0, 0, 1, 1),
        ROW("a kind of time is damaged", "\n\n", "\0\0\0\0\0\1U", 0, 0, 0, 0, 1, 1),
        ROW("it counts leap seconds", "\n\n", KIND "U" CHANGES("1", "\0\0\0\1"), 0, 0, 1, 0, 1, 1),
        ROW("a count in its header is out of range", "\n\n", KIND "U", 0, 0, 0, 0, 0, 1),
        ROW("a count in its header is out of range", "\n\n", KIND "U", 0, 0, 0, 0, 257, 1),
        ROW("a count in its header is out of range", "\n\n", KIND "U", 0, 0, 0, 0, 1, 0),
        ROW("a count in its header is out of range", "\n\n", KIND "U", 0, 0, 0, 2001, 1, 1),
        ROW("a count in its header is out of range", "\n\n", KIND, 0, 0, 0, 0xffffffff, 1, 1),
        ROW("it ends too early", "\n\n", KIND "U", 0, 0, 0, 0, 1, 0xffffffff),
        ROW("it ends too early", "\n\n", KIND "U", 0, 0, 0, 2000, 1, 1),
        ROW("the counts in its header contradict each other", "\n\n", KIND "U", 2, 0, 0, 0, 1, 1),
        ROW("the counts in its header contradict each other", "\n\n", KIND "U", 0, 2, 0, 0, 1, 1),
        ROW("its last line is missing", "", KIND "U", 0, 0, 0, 0, 1, 1),
        ROW("its last line is missing", "\n", KIND "U", 0, 0, 0, 0, 1, 1),
        ROW("its last line is missing", "UTC0\n", KIND "U", 0, 0, 0, 0, 1, 1),
        ROW("its last line is missing", "\nUTC0", KIND "U", 0, 0, 0, 0, 1, 1),
        ROW("the rule in its last line cannot be read", "\nUTC0\n\n", KIND "U", 0, 0, 0, 0, 1, 1),
#undef ROW
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct zone zone = {0};
        arena = arena_create("zone", ARENA_BYTES);
        const char *wrong = zone__read_file(arena, make_file(&rows[i].made), &zone);
        CHECK_TEXT(text_of(wrong == NULL ? "good" : wrong),
                   rows[i].wrong == NULL ? "good" : rows[i].wrong);
        arena_destroy(&arena);
    }
}

static void passes_the_old_part(void)
{
    struct made made = {{0, 0, 0, 0, 1, 4}, one_kind, sizeof one_kind, "\n\n", true};
    struct zone zone = {0};
    arena = arena_create("zone", ARENA_BYTES);
    CHECK(zone__read_file(arena, make_file(&made), &zone) == NULL);
    struct text file = make_file(&made);
    CHECK(zone__read_file(arena, text_slice(file, 0, 51), &zone) != NULL);
}

/* Two jumps within a day: a time that is jumped over belongs to its own. */
static void tells_two_jumps_apart(void)
{
    static const int64_t changes_s[] = {36000, 40000};
    static const int32_t offsets_s[] = {0, 3600, 7200};
    struct zone zone = {.change_count = 2, .changes_s = changes_s, .offsets_s = offsets_s};
    struct zone_moment first = zone_when(&zone, (struct civil){1970, 1, 1, 10, 30, 0, 0, 0});
    struct zone_moment second = zone_when(&zone, (struct civil){1970, 1, 1, 12, 30, 0, 0, 0});
    CHECK_INT(first.times, ZONE_NEVER);
    CHECK_INT(first.first_ms, 36000000);
    CHECK_INT(second.times, ZONE_NEVER);
    CHECK_INT(second.first_ms, 40000000);
}

static struct text bytes_of_zone(const char *name)
{
    static char bytes[ZONE_FILE_BYTES_MAX];
    char path[200];
    snprintf(path, sizeof path, DIRECTORY "/%s", name);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CHECK(count > 100);
    return (struct text){bytes, count};
}

/* Whatever was read, the questions have answers that fit each other. */
static void ask_everything(const struct zone *zone)
{
    static const int64_t seconds[] = {
        INT64_MIN / 1000, -62135596800, -4000000000,     -1, 0, 1, 1774746000, 1792890000,
        4000000000,       64060588800,  INT64_MAX / 1000};
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        struct civil civil = zone_civil(zone, seconds[i] * 1000);
        if (civil.year >= -200000000 && civil.year <= 200000000) {
            struct zone_moment found = zone_when(zone, civil);
            CHECK(found.times != ZONE_NEVER);
            CHECK(found.first_ms <= seconds[i] * 1000 && found.second_ms >= seconds[i] * 1000);
        }
    }
}

/* True when the damage was seen. */
static bool is_refused(struct text bytes)
{
    const struct zone *zone = NULL;
    struct text error = NO_TEXT;
    enum status status = zone_read(arena, TEXT("Damaged/Zone"), bytes, &zone, &error);
    CHECK(status == STATUS_OK || status == STATUS_MALFORMED);
    CHECK((zone != NULL) == (status == STATUS_OK));
    CHECK((error.data != NULL) == (status == STATUS_MALFORMED));
    if (status == STATUS_OK) {
        ask_everything(zone);
    }
    arena_reset(arena);
    return status == STATUS_MALFORMED;
}

static const char *const damaged_zones[] = {"Europe/Berlin", "Australia/Lord_Howe",
                                            "Asia/Kathmandu"};

/* The copies are as long as they are said to be, so that a sanitizer sees a byte too many. */
static void refuses_files_cut_short(void)
{
    arena = arena_create("zone", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(damaged_zones); i++) {
        struct text whole = bytes_of_zone(damaged_zones[i]);
        for (size_t length = 0; length < whole.bytes; length++) {
            char *copy = malloc(length + 1);
            memcpy(copy + 1, whole.data, length);
            CHECK(is_refused((struct text){copy + 1, length}));
            free(copy);
        }
        CHECK(!is_refused(whole));
    }
}

static void survives_flipped_bits(void)
{
    arena = arena_create("zone", ARENA_BYTES);
    size_t refused = 0;
    for (size_t i = 0; i < COUNT_OF(damaged_zones); i++) {
        struct text whole = bytes_of_zone(damaged_zones[i]);
        char *copy = malloc(whole.bytes);
        memcpy(copy, whole.data, whole.bytes);
        for (size_t bit = 0; bit < whole.bytes * 8; bit++) {
            copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
            refused += is_refused((struct text){copy, whole.bytes});
            copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
        }
        free(copy);
    }
    CHECK(refused > 1000);
}

static void survives_many_wrong_bytes(void)
{
    arena = arena_create("zone", ARENA_BYTES);
    struct text whole = bytes_of_zone("Europe/Berlin");
    char *copy = malloc(whole.bytes);
    size_t refused = 0;
    for (int i = 0; i < test_scale(20000); i++) {
        memcpy(copy, whole.data, whole.bytes);
        for (uint64_t left = 1 + chance() % 8; left > 0; left--) {
            copy[chance() % whole.bytes] = (char)chance();
        }
        refused += is_refused((struct text){copy, whole.bytes});
    }
    free(copy);
    CHECK(refused > 0);
}

static const struct test tests[] = {
    {"follows_rules", follows_rules, 0},
    {"refuses_rules", refuses_rules, 0},
    {"refuses_what_a_file_says", refuses_what_a_file_says, 0},
    {"passes_the_old_part", passes_the_old_part, 0},
    {"tells_two_jumps_apart", tells_two_jumps_apart, 0},
    {"refuses_files_cut_short", refuses_files_cut_short, 0},
    {"survives_flipped_bits", survives_flipped_bits, 0},
    {"survives_many_wrong_bytes", survives_many_wrong_bytes, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
