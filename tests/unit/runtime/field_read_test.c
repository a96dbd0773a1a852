/* field_read_test.c - one value as text, by the rules of one field: each complaint, and what
 * passes. */
#include "base/id.h"
#include "runtime/input.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, LONG_BYTES = 200 };

static const char *const colours[] = {"red", "green", "blue"};

struct example {
    struct field field;
    const char *text;
    const char *code; /* NULL: fine */
};

/* Room for whatever kind of member. */
union member {
    struct text text;
    struct texts texts;
    struct id id;
    int64_t integer;
    bool flag;
};

static void check_one(const struct example *example)
{
    struct arena *arena = arena_create("field", ARENA_BYTES_MAX);
    union member member;
    memset(&member, 0, sizeof member);
    struct field_reading reading =
        field_read_text(arena, &example->field, text_of(example->text), &member);
    if ((reading.code == NULL) != (example->code == NULL)) {
        CHECK_TEXT(text_of(example->text), "a text that is told apart");
    }
    CHECK_TEXT(text_of(reading.code), example->code);
    CHECK((reading.message.bytes > 0) == (example->code != NULL));
    arena_destroy(&arena);
}

static void check_all(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_one(&examples[i]);
    }
}

#define PLAIN                                                                                      \
    {                                                                                              \
        .name = "note", .kind = FIELD_TEXT, .bytes_max = 5                                         \
    }

static void reads_texts(void)
{
    static const struct example examples[] = {
        {PLAIN, "four", NULL},
        {PLAIN, "fives", NULL},
        {PLAIN, "sixsix", "too_long"},
        {PLAIN, "\xD0\xB9\xD0\xB9\xD0\xB9", "too_long"}, /* bytes, not letters */
        {PLAIN, "", "empty"},
        {{.kind = FIELD_TEXT, .bytes_max = 5, .may_be_empty = true}, "", NULL},
        {PLAIN, "a\nb\tc", NULL},
        {PLAIN, "a\x01", "control_characters"},
        {PLAIN, "a\x1F", "control_characters"},
        {PLAIN, "a\x7F", "control_characters"},
    };
    check_all(examples, COUNT_OF(examples));
}

#define NAME                                                                                       \
    {                                                                                              \
        .kind = FIELD_TEXT, .bytes_max = 32, .is_name = true                                       \
    }
#define ROLE                                                                                       \
    {                                                                                              \
        .kind = FIELD_TEXT, .bytes_max = 32, .is_role = true                                       \
    }
#define CHOICE                                                                                     \
    {                                                                                              \
        .kind = FIELD_CHOICE, .bytes_max = 16, .choices = colours,                                 \
        .choice_count = COUNT_OF(colours)                                                          \
    }

static void reads_names_and_choices(void)
{
    static const struct example examples[] = {
        {NAME, "plain_name_2", NULL},    {NAME, "2nd", "not_a_name"},
        {NAME, "_a", "not_a_name"},      {NAME, "Upper", "not_a_name"},
        {NAME, "a-b", "not_a_name"},     {NAME, "a b", "not_a_name"},
        {ROLE, "admin", NULL},           {ROLE, "admin.moderator", NULL},
        {ROLE, "admin.", "not_a_name"},  {ROLE, ".admin", "not_a_name"},
        {ROLE, "a.b.c", "not_a_name"},   {ROLE, "Admin.b", "not_a_name"},
        {CHOICE, "red", NULL},           {CHOICE, "blue", NULL},
        {CHOICE, "Red", "not_a_choice"}, {CHOICE, "re", "not_a_choice"},
        {CHOICE, "", "empty"},
    };
    check_all(examples, COUNT_OF(examples));
}

static void says_which_choices_there_are(void)
{
    struct arena *arena = arena_create("field", ARENA_BYTES_MAX);
    const struct field field = CHOICE;
    struct text into;
    CHECK_TEXT(field_read_text(arena, &field, TEXT("gren"), &into).message,
               "must be one of: red, green, blue; did you mean 'green'?");
    CHECK_TEXT(field_read_text(arena, &field, TEXT("zzzzzzzz"), &into).message,
               "must be one of: red, green, blue");
    arena_destroy(&arena);
}

#define EMAIL                                                                                      \
    {                                                                                              \
        .kind = FIELD_EMAIL, .bytes_max = 254                                                      \
    }

static void reads_addresses(void)
{
    static const struct example examples[] = {
        {EMAIL, "anna@example.com", NULL},
        {EMAIL, "a.b+c=d'e@mail.example.com", NULL},
        {EMAIL, "\xD0\xB8\xD0\xB2\xD0\xB0\xD0\xBD@\xD0\xBF\xD0\xBE\xD1\x87\xD1\x82\xD0\xB0.ru",
         NULL},
        {EMAIL, "anna", "not_an_email"},
        {EMAIL, "@example.com", "not_an_email"},
        {EMAIL, "anna@", "not_an_email"},
        {EMAIL, "anna@localhost", "not_an_email"},
        {EMAIL, "anna@@example.com", "not_an_email"},
        {EMAIL, "a@b@example.com", "not_an_email"},
        {EMAIL, "an na@example.com", "not_an_email"},
        {EMAIL, "\"anna\"@example.com", "not_an_email"},
        {EMAIL, "anna,bob@example.com", "not_an_email"},
        {EMAIL, "anna@exa_mple.com", "not_an_email"},
        {EMAIL, "anna@-example.com", "not_an_email"},
        {EMAIL, "anna@example-.com", "not_an_email"},
        {EMAIL, "anna@example..com", "not_an_email"},
        {EMAIL, "anna@.example.com", "not_an_email"},
        {EMAIL, "anna@example.com.", "not_an_email"},
        {EMAIL, "anna@exa mple.com", "not_an_email"},
        {EMAIL, "anna\t@example.com", "not_an_email"},
    };
    check_all(examples, COUNT_OF(examples));
}

/* At most 64 bytes before the @, 63 in a label. */
static void limits_the_parts_of_an_address(void)
{
    static const struct {
        int local;
        int label;
        const char *code;
    } rows[] = {{64, 63, NULL}, {65, 63, "not_an_email"}, {64, 64, "not_an_email"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char letters[LONG_BYTES];
        char address[LONG_BYTES];
        memset(letters, 'a', sizeof letters);
        snprintf(address, sizeof address, "%.*s@%.*s.com", rows[i].local, letters, rows[i].label,
                 letters);
        check_one(&(struct example){EMAIL, address, rows[i].code});
    }
}

#define PHONE                                                                                      \
    {                                                                                              \
        .kind = FIELD_PHONE, .bytes_max = 16                                                       \
    }

static void reads_phones(void)
{
    static const struct example examples[] = {
        {PHONE, "+79161234567", NULL},
        {PHONE, "+1234567", NULL},
        {PHONE, "+123456789012345", NULL},
        {PHONE, "+123456", "not_a_phone"},
        {PHONE, "+1234567890123456", "too_long"},
        {PHONE, "79161234567", "not_a_phone"},
        {PHONE, "+09161234567", "not_a_phone"},
        {PHONE, "+7916123456a", "not_a_phone"},
        {PHONE, "+7 916 123 45", "not_a_phone"},
    };
    check_all(examples, COUNT_OF(examples));
}

#define NUMBER                                                                                     \
    {                                                                                              \
        .kind = FIELD_INTEGER, .minimum = -2, .maximum = 10                                        \
    }
#define ANY_NUMBER                                                                                 \
    {                                                                                              \
        .kind = FIELD_INTEGER                                                                      \
    }

static void reads_numbers(void)
{
    static const struct example examples[] = {
        {NUMBER, "-2", NULL},
        {NUMBER, "10", NULL},
        {NUMBER, "-3", "out_of_range"},
        {NUMBER, "11", "out_of_range"},
        {NUMBER, "1.0", "not_a_number"},
        {NUMBER, "1e1", "not_a_number"},
        {NUMBER, "", "not_a_number"},
        {NUMBER, " 1", "not_a_number"},
        {NUMBER, "+1", "not_a_number"},
        {NUMBER, "01", "not_a_number"},
        {ANY_NUMBER, "9223372036854775807", NULL},
        {ANY_NUMBER, "9223372036854775808", "not_a_number"},
        {ANY_NUMBER, "-9000000000000000000", NULL},
    };
    check_all(examples, COUNT_OF(examples));
}

#define FLAG                                                                                       \
    {                                                                                              \
        .kind = FIELD_FLAG                                                                         \
    }
#define ID                                                                                         \
    {                                                                                              \
        .kind = FIELD_ID                                                                           \
    }
#define TIME                                                                                       \
    {                                                                                              \
        .kind = FIELD_TIME                                                                         \
    }
#define OBJECT                                                                                     \
    {                                                                                              \
        .kind = FIELD_OBJECT, .bytes_max = 100                                                     \
    }

static void reads_flags_ids_and_times(void)
{
    static const struct example examples[] = {
        {FLAG, "true", NULL},
        {FLAG, "false", NULL},
        {FLAG, "1", "not_a_flag"},
        {FLAG, "TRUE", "not_a_flag"},
        {FLAG, "", "not_a_flag"},
        {ID, "0192d3a4-7c1e-7a30-8000-1234567890ab", NULL},
        {ID, "0192D3A4-7C1E-7A30-8000-1234567890AB", NULL},
        {ID, "0192d3a47c1e7a3080001234567890ab", "not_an_id"},
        {ID, "0192d3a4-7c1e-7a30-8000-1234567890a", "not_an_id"},
        {ID, "0192d3a4-7c1e-7a30-8000-1234567890ag", "not_an_id"},
        {ID, "", "not_an_id"},
        {TIME, "2026-11-21T09:30:00Z", NULL},
        {TIME, "2026-11-21T09:30:00.125+03:00", NULL},
        {TIME, "2026-11-21", "not_a_time"},
        {TIME, "2026-02-30T09:30:00Z", "not_a_time"},
        {TIME, "now", "not_a_time"},
        {OBJECT, "{}", "not_readable"}, /* an object stands in a body only */
    };
    check_all(examples, COUNT_OF(examples));
}

#define LIST                                                                                       \
    {                                                                                              \
        .kind = FIELD_TEXTS, .bytes_max = 5, .items_max = 3                                        \
    }

static void reads_lists(void)
{
    static const struct example examples[] = {
        {LIST, "a", NULL},
        {LIST, "a,b,c", NULL},
        {LIST, "a,b,c,d", "too_many"},
        {LIST, "a,,c", "empty"},
        {LIST, "", "empty"},
        {LIST, "a,sixsix", "too_long"},
        {{.kind = FIELD_TEXTS, .bytes_max = 9, .items_max = 3, .is_name = true},
         "a,B",
         "not_a_name"},
        {{.kind = FIELD_TEXTS,
          .bytes_max = 9,
          .items_max = 3,
          .choices = colours,
          .choice_count = COUNT_OF(colours)},
         "red,yellow",
         "not_a_choice"},
    };
    check_all(examples, COUNT_OF(examples));
}

struct everything {
    char before;
    struct text text;
    struct texts list;
    struct id id;
    int64_t number;
    int64_t time;
    bool flag;
};

#define AT(member) .offset = offsetof(struct everything, member)

static void puts_values_where_the_table_says(void)
{
    static const struct field fields[] = {
        {.kind = FIELD_TEXT, .bytes_max = 9, AT(text)},
        {.kind = FIELD_TEXTS, .bytes_max = 9, .items_max = 9, AT(list)},
        {.kind = FIELD_ID, AT(id)},
        {.kind = FIELD_INTEGER, AT(number)},
        {.kind = FIELD_TIME, AT(time)},
        {.kind = FIELD_FLAG, AT(flag)},
    };
    static const char *const given[] = {
        "text", "a,bc", "0192d3a4-7c1e-7a30-8000-1234567890ab", "-42", "1970-01-01T00:00:01.5Z",
        "true"};
    struct arena *arena = arena_create("field", ARENA_BYTES_MAX);
    struct everything read = {.before = 'b'};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        CHECK(field_read_text(arena, &fields[i], text_of(given[i]), &read).code == NULL);
    }
    char id[ID_TEXT_BYTES + 1];
    id_write(read.id, id);
    CHECK_TEXT(text_of(id), given[2]);
    CHECK_INT(read.before, 'b');
    CHECK_TEXT(read.text, "text");
    CHECK_INT(read.list.count, 2);
    CHECK_TEXT(read.list.items[0], "a");
    CHECK_TEXT(read.list.items[1], "bc");
    CHECK_INT(read.number, -42);
    CHECK_INT(read.time, 1500);
    CHECK(read.flag);
    arena_destroy(&arena);
}

/* A refused value leaves the member as it was. */
static void leaves_alone_what_it_refuses(void)
{
    static const struct field field = {.kind = FIELD_INTEGER, .minimum = 1, .maximum = 2};
    struct arena *arena = arena_create("field", ARENA_BYTES_MAX);
    int64_t number = 77;
    CHECK_TEXT(field_read_text(arena, &field, TEXT("3"), &number).message, "must be from 1 to 2");
    CHECK_INT(number, 77);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"reads_texts", reads_texts, 0},
    {"reads_names_and_choices", reads_names_and_choices, 0},
    {"says_which_choices_there_are", says_which_choices_there_are, 0},
    {"reads_addresses", reads_addresses, 0},
    {"limits_the_parts_of_an_address", limits_the_parts_of_an_address, 0},
    {"reads_phones", reads_phones, 0},
    {"reads_numbers", reads_numbers, 0},
    {"reads_flags_ids_and_times", reads_flags_ids_and_times, 0},
    {"reads_lists", reads_lists, 0},
    {"puts_values_where_the_table_says", puts_values_where_the_table_says, 0},
    {"leaves_alone_what_it_refuses", leaves_alone_what_it_refuses, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
