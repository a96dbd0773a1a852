/* stream_check_test.c - each complaint about a stream, provoked once. */
#include "runtime/start/stream_check.h"

#include "tests/lib/check.h"

static bool shows(const struct stream *stream, const struct caller *reader,
                  const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)arena;
    *data_out = message->data;
    return true;
}

static const struct route routes[] = {
    {.method = HTTP_POST, .path = "/things", .operation = "make_thing"},
};
static const struct stream neighbour_streams[] = {
    {.path = "/others", .operation = "watch_others", .summary = "Others", .shows = shows},
};
static const struct service neighbour = {.name = "neighbour",
                                         .routes = routes,
                                         .route_count = COUNT_OF(routes),
                                         .streams = neighbour_streams,
                                         .stream_count = 1};

static void check_stream(struct stream stream, const char *expected)
{
    const struct service service = {.name = "news", .streams = &stream, .stream_count = 1};
    const struct service *const services[] = {&service, &neighbour};
    struct arena *arena = arena_create("check", 65536);
    struct text complaint = stream_check(arena, services, COUNT_OF(services));
    if (expected == NULL) {
        CHECK(complaint.data == NULL);
    } else {
        CHECK_TEXT(complaint, expected);
    }
    arena_destroy(&arena);
}

static const struct stream sound = {
    .path = "/news", .operation = "watch_news", .summary = "News", .shows = shows};

static void accepts_what_is_sound(void)
{
    struct stream stream = sound;
    check_stream(stream, NULL);
    stream.permission = "news.read";
    check_stream(stream, NULL);
}

static void complains_about_each(void)
{
    struct stream stream = sound;
    stream.operation = NULL;
    check_stream(stream, "news, stream without a name: it has no operation name");
    stream = sound;
    stream.path = "news";
    check_stream(stream,
                 "news, stream watch_news: its path must begin with '/' and has no parameters");
    stream.path = "/news/{id}";
    check_stream(stream,
                 "news, stream watch_news: its path must begin with '/' and has no parameters");
    stream = sound;
    stream.summary = NULL;
    check_stream(stream, "news, stream watch_news: there is no summary");
    stream = sound;
    stream.shows = NULL;
    check_stream(stream, "news, stream watch_news: nothing says what a reader is shown");
    stream = sound;
    stream.permission = "";
    check_stream(stream, "news, stream watch_news: an empty permission is none: leave it out to "
                         "let everybody in");
}

#define TWIN "a route or another stream has its path or its operation name"

static void complains_about_twins(void)
{
    struct stream stream = sound;
    stream.path = "/things";
    check_stream(stream, "news, stream watch_news: " TWIN);
    stream.path = "/others";
    check_stream(stream, "news, stream watch_news: " TWIN);
    stream = sound;
    stream.operation = "make_thing";
    check_stream(stream, "news, stream make_thing: " TWIN);
    stream.operation = "watch_others";
    check_stream(stream, "news, stream watch_others: " TWIN);
}

static const struct test tests[] = {
    {"accepts_what_is_sound", accepts_what_is_sound, 0},
    {"complains_about_each", complains_about_each, 0},
    {"complains_about_twins", complains_about_twins, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
