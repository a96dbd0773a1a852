/* trace_test.c - a trace tells what was committed, when it is, and nothing that was undone. Needs
 * the build with FAULTS. */
#include "base/trace.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef FAULTS

static const int ours, others; /* their addresses are the names of transactions */

static const char *path(void)
{
    static char text[512];
    snprintf(text, sizeof text, "%s/trace", test_directory());
    return text;
}

static void begin(void)
{
    CHECK(setenv("KONTORA_BUS_TRACE", path(), 1) == 0);
    CHECK(trace_is_on());
}

/* All steps so far, a space behind each. */
static struct text steps(void)
{
    static char found[1000];
    char line[1000];
    FILE *file = fopen(path(), "r");
    found[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *start = line + strlen("{\"step\":\"");
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%.*s ", (int)strcspn(start, "\""), start);
    }
    CHECK(file != NULL && fclose(file) == 0);
    return text_of(found);
}

static void step(const void *transaction, const char *name)
{
    trace_step(transaction, name, NULL, 0);
}

static void end(enum status status)
{
    trace_commits(&ours);
    trace_committed(status);
}

static void a_step_alone_is_told_at_once(void)
{
    begin();
    step(NULL, "one");
    CHECK_TEXT(steps(), "one ");
}

static void a_transaction_is_told_when_it_commits(void)
{
    begin();
    step(&ours, "one");
    CHECK(trace_has_kept(&ours) && !trace_has_kept(&others));
    step(NULL, "between");
    step(&ours, "two");
    CHECK_TEXT(steps(), "between ");
    trace_commits(&others);
    trace_committed(STATUS_OK);
    CHECK_TEXT(steps(), "between ");
    end(STATUS_OK);
    CHECK_TEXT(steps(), "between one two ");
}

static void what_is_undone_is_not_told(void)
{
    begin();
    step(&ours, "one");
    trace_marked(&ours);
    step(&ours, "two");
    trace_undone(&ours);
    step(&ours, "three");
    trace_undone(&ours);
    step(&ours, "four");
    end(STATUS_OK);
    CHECK_TEXT(steps(), "one four ");
}

static void of_an_undone_part_nothing_is_told(void)
{
    begin();
    trace_part_begun(&ours); /* before there is anything */
    step(&ours, "one");
    trace_part_undone(&ours);
    step(&ours, "two");
    trace_marked(&ours);
    step(&ours, "three");
    trace_part_begun(&ours);
    step(&ours, "four");
    trace_part_undone(&ours);
    step(&ours, "five");
    end(STATUS_OK);
    CHECK_TEXT(steps(), "two three five ");
}

static void what_is_rolled_back_is_not_told(void)
{
    begin();
    step(&ours, "one");
    trace_rolled_back(&ours);
    step(&ours, "two");
    end(STATUS_OK);
    CHECK_TEXT(steps(), "two ");
}

static void a_commit_that_fails_is_told(void)
{
    begin();
    step(&ours, "one");
    end(STATUS_CONFLICT);
    step(&ours, "two");
    end(STATUS_UNCERTAIN);
    end(STATUS_UNCERTAIN); /* of a transaction with no steps */
    CHECK_TEXT(steps(), "one undone two unsure ");
}

static void a_line_is_a_json_object(void)
{
    char line[512] = "";
    const struct trace_field fields[] = {
        {.name = "text", .text = TEXT("a\"b\\\n\xC3\xA9")},
        {.name = "number", .number = INT64_MIN},
    };
    begin();
    trace_step(NULL, "one", fields, COUNT_OF(fields));
    FILE *file = fopen(path(), "r");
    CHECK(file != NULL && fgets(line, sizeof line, file) != NULL && fclose(file) == 0);
    const char *rest = strchr(line, ',') + 1;
    CHECK(strncmp(rest, "\"actor\":\"", 9) == 0);
    CHECK_TEXT(text_of(strchr(rest, ',')), ",\"text\":\"a\\u0022b\\u005c\\u000a\xC3\xA9\","
                                           "\"number\":-9223372036854775808}\n");
}

static void without_a_file_nothing_is_told(void)
{
    CHECK(unsetenv("KONTORA_BUS_TRACE") == 0);
    CHECK(!trace_is_on());
    step(&ours, "one");
    end(STATUS_OK);
    CHECK(!trace_has_kept(&ours));
}

static const struct test tests[] = {
    {.name = "a_step_alone_is_told_at_once", .run = a_step_alone_is_told_at_once},
    {.name = "a_transaction_is_told_when_it_commits", .run = a_transaction_is_told_when_it_commits},
    {.name = "what_is_undone_is_not_told", .run = what_is_undone_is_not_told},
    {.name = "of_an_undone_part_nothing_is_told", .run = of_an_undone_part_nothing_is_told},
    {.name = "what_is_rolled_back_is_not_told", .run = what_is_rolled_back_is_not_told},
    {.name = "a_commit_that_fails_is_told", .run = a_commit_that_fails_is_told},
    {.name = "a_line_is_a_json_object", .run = a_line_is_a_json_object},
    {.name = "without_a_file_nothing_is_told", .run = without_a_file_nothing_is_told},
};

#else

static void nothing_is_built_in(void)
{
    int count = 0;
    TRACE(count++);
    CHECK_INT(count, 0);
}

static const struct test tests[] = {{.name = "nothing_is_built_in", .run = nothing_is_built_in}};

#endif

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
