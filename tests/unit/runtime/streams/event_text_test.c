/* event_text_test.c - events as a browser reads them (HTML, 9.2.6). */
#include "runtime/streams/event_text.h"

#include "base/field.h"
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

static void check_line(struct event_line line, const char *expected)
{
    struct event_text text = {0};
    event_text_add(&text, &line);
    CHECK_TEXT(event_text_of(&text), expected);
    event_text_free(&text);
}

static void writes_an_event(void)
{
    check_line((struct event_line){.id = 17, .name = TEXT("a.b"), .data = TEXT("{\"c\":1}")},
               "id: 17\nevent: a.b\ndata: {\"c\":1}\n\n");
    check_line((struct event_line){.id = FIELD_NONE, .name = TEXT("closed"), .data = TEXT("{}")},
               "event: closed\ndata: {}\n\n");
    check_line((struct event_line){.id = 0, .name = TEXT("a"), .data = TEXT("")},
               "id: 0\nevent: a\ndata: \n\n");
}

/* A line end in the data would end the field, and an empty line the event. */
static void no_line_end_breaks_out(void)
{
    check_line(
        (struct event_line){.id = 1, .name = TEXT("a"), .data = TEXT("1\n\n2\r\nid: 9\r3\n")},
        "id: 1\nevent: a\ndata: 1\ndata: \ndata: 2\ndata: id: 9\ndata: 3\ndata: \n\n");
    check_line((struct event_line){.id = 1, .name = TEXT("a\nid: 9"), .data = TEXT("x")},
               "id: 1\nevent: a\ndata: x\n\n");
}

static void writes_a_position(void)
{
    struct event_text text = {0};
    event_text_add_plain(&text, TEXT(": hb\n"));
    event_text_add_position(&text, INT64_MAX);
    CHECK_TEXT(event_text_of(&text), ": hb\nid: 9223372036854775807\n\n");
    text.bytes = 0;
    CHECK_INT(event_text_of(&text).bytes, 0);
    event_text_free(&text);
    CHECK(event_text_of(&text).data != NULL);
}

static void grows(void)
{
    enum { BYTES = 300000 };
    char *data = malloc(BYTES);
    struct event_text text = {0};
    memset(data, 'x', BYTES);
    for (int i = 0; i < 3; i++) {
        event_text_add(&text, &(struct event_line){
                                  .id = i, .name = TEXT("a"), .data = (struct text){data, BYTES}});
    }
    CHECK_INT(text.bytes, 3 * (BYTES + strlen("id: 0\nevent: a\ndata: \n\n")));
    event_text_free(&text);
    free(data);
}

static void a_name_is_a_must(void)
{
    struct event_text text = {0};
    event_text_add(&text, &(struct event_line){.id = 1, .name = TEXT(""), .data = TEXT("{}")});
}

static void stops_without_a_name(void)
{
    CHECK_MUST_FAIL(a_name_is_a_must, "line->name.bytes > 0");
}

static const struct test tests[] = {
    {"writes_an_event", writes_an_event, 0},
    {"no_line_end_breaks_out", no_line_end_breaks_out, 0},
    {"writes_a_position", writes_a_position, 0},
    {"grows", grows, 0},
    {"stops_without_a_name", stops_without_a_name, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
