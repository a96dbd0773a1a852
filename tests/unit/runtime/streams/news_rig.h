/* news_rig.h - a service whose journal people watch, behind a real server; and those who listen.
 *
 * Who comes by the unix socket is root, who comes by TCP is nobody. The subject of an event says
 * who is shown it: "all", "root" or "none". Listeners speak HTTP/1.0, so that what they read is
 * the text of the events and nothing else.
 */
#ifndef TESTS_UNIT_RUNTIME_STREAMS_NEWS_RIG_H
#define TESTS_UNIT_RUNTIME_STREAMS_NEWS_RIG_H

#include "base/clock.h"
#include "bus/journal.h"
#include "net/http_server.h"
#include "runtime/dispatch.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
    struct arena *arena;
    struct host host;
    struct dispatch dispatch;
    struct http_server *server;
    struct store_source source;
    struct store_source *inner;
    atomic_bool reads_fail;
    bool is_shared; /* readers' stores say that others write too, and nothing is announced */
    struct store_ops shared_ops;
    char socket[300];
} news;

/* ---- the service ---- */

static inline bool news_shows(const struct caller *reader, const struct message *message,
                              struct arena *arena, struct text *data_out)
{
    bool for_all = text_equals(message->subject, TEXT("all"));
    bool for_root = text_equals(message->subject, TEXT("root")) && reader->kind == CALLER_ROOT;
    if (!for_all && !for_root) {
        return false;
    }
    *data_out = text_copy(arena, message->data);
    return true;
}

static const struct stream news_streams[] = {
    {.path = "/news", .operation = "watch_news", .summary = "News", .shows = news_shows},
    {.path = "/secrets",
     .operation = "watch_secrets",
     .permission = "secrets.read",
     .summary = "For few",
     .shows = news_shows},
};

static const struct service news_service = {.name = "news",
                                            .purpose = "Says things",
                                            .streams = news_streams,
                                            .stream_count = COUNT_OF(news_streams)};

/* ---- saying ---- */

struct saying {
    struct work work;
    const char *subject;
    struct text kind;
    struct text data;
    int count;
    int64_t forget_upto; /* instead of saying something: the journal forgets */
    sem_t done;
    enum status status;
};

static inline struct work_outcome say_run(struct work *work, struct store *store, bool with_mark)
{
    struct saying *saying = (struct saying *)(void *)work;
    struct work_outcome outcome = {.result = WORK_DONE, .wrote = true, .effects = {.told = true}};
    (void)with_mark;
    for (int i = 0; i < saying->count; i++) {
        CHECK_STATUS(journal_append(store, &(struct message){.id = id_new(),
                                                             .kind = saying->kind,
                                                             .source = TEXT("news"),
                                                             .name = TEXT("news.said"),
                                                             .version = 1,
                                                             .subject = text_of(saying->subject),
                                                             .revision = FIELD_NONE,
                                                             .told_at = clock_wall_ms(),
                                                             .data = saying->data}),
                     STATUS_OK);
    }
    if (saying->forget_upto > 0) {
        int64_t forgotten;
        CHECK_STATUS(journal_forget(store, INT64_MAX, saying->forget_upto, &forgotten), STATUS_OK);
        CHECK(forgotten > 0);
    }
    return outcome;
}

static inline void say_finish(struct work *work, enum status status)
{
    struct saying *saying = (struct saying *)(void *)work;
    saying->status = status;
    sem_post(&saying->done);
}

static const struct work_ops say_ops = {.name = "say", .run = say_run, .finish = say_finish};

static inline void say_this(struct saying saying)
{
    saying.work.ops = &say_ops;
    saying.kind = saying.kind.data ? saying.kind : message_event;
    saying.data = saying.data.data ? saying.data : TEXT("{}");
    sem_init(&saying.done, 0, 0);
    CHECK_STATUS(host_submit(&news.host, &saying.work, NO_TEXT), STATUS_OK);
    while (sem_wait(&saying.done) != 0) {
        CHECK_INT(errno, EINTR);
    }
    sem_destroy(&saying.done);
    CHECK_STATUS(saying.status, STATUS_OK);
}

static inline void say(const char *subject, int count)
{
    say_this((struct saying){.subject = subject, .count = count});
}

/* ---- the server ---- */

static inline unsigned news_shared_flags(const struct store *store)
{
    (void)store;
    return STORE_IS_SHARED;
}

static inline enum status news_open_store(struct store_source *source, enum store_access access,
                                          struct store **store_out)
{
    (void)source;
    if (access == STORE_READ && atomic_load(&news.reads_fail)) {
        return STATUS_UNAVAILABLE;
    }
    enum status status = news.inner->open(news.inner, access, store_out);
    if (status == STATUS_OK && access == STORE_READ && news.is_shared) {
        news.shared_ops = *(*store_out)->ops;
        news.shared_ops.flags = news_shared_flags;
        (*store_out)->ops = &news.shared_ops;
    }
    return status;
}

static inline void news_destroy_source(struct store_source *source)
{
    (void)source;
    news.inner->destroy(news.inner);
}

static inline void news_on_told(void *context, size_t host_index)
{
    (void)context;
    if (news.is_shared) {
        return;
    }
    streams_announce(news.dispatch.streams, host_index);
}

static inline void news_open_host(void)
{
    struct text error = NO_TEXT;
    const struct sqlite_options sqlite = {.directory = test_directory(), .schema = "news"};
    CHECK_STATUS(sqlite_source(&sqlite, &news.inner, &error), STATUS_OK);
    news.source = (struct store_source){
        .open = news_open_store, .destroy = news_destroy_source, .schema = "news"};
    const struct host_options options = {.service = &news_service,
                                         .source = &news.source,
                                         .writers = 1,
                                         .waiting_max = 1000,
                                         .waiting_ms_max = 30000,
                                         .on_told = news_on_told};
    CHECK_STATUS(host_open(&news.host, &options, news.arena, &error), STATUS_OK);
}

static inline void news_set_up_dispatch(void)
{
    struct text error = NO_TEXT;
    struct text key = NO_TEXT;
    struct access *access = NULL;
    struct router *router = router_create(news.arena);
    for (size_t i = 0; i < COUNT_OF(news_streams); i++) {
        router_add_stream(router, &news.host, streams_route(news.arena, &news_streams[i]),
                          &news_streams[i]);
    }
    CHECK_STATUS(access_open(news.arena, test_directory(), &access, &key, &error), STATUS_OK);
    news.dispatch.router = router;
    news.dispatch.access = access;
    news.dispatch.hosts = &news.host;
    news.dispatch.host_count = 1;
    news.dispatch.readers = readers_start(1, 100);
}

static inline void news_start(struct streams_options options)
{
    struct text error = NO_TEXT;
    CHECK(sodium_init() >= 0);
    news.arena = arena_create("news", 64 * 1024 * 1024);
    news.host = (struct host){.index = 0};
    options.hosts = &news.host;
    options.host_count = 1;
    options.user_max = options.user_max ? options.user_max : 1000;
    news.dispatch.streams = streams_create(&options);
    news_open_host();
    news_set_up_dispatch();
    snprintf(news.socket, sizeof news.socket, "unix:%s/s", test_directory());
    const struct http_listen listens[] = {{.address = news.socket}, {.address = "127.0.0.1:0"}};
    const struct http_server_options server = {
        .listens = listens,
        .listen_count = COUNT_OF(listens),
        .threads = 2,
        .limits = http_limits_default,
        .handler = {.context = &news.dispatch,
                    .on_request = dispatch_request,
                    .on_turn_end = dispatch_end_turn},
    };
    CHECK_STATUS(http_server_create(&server, &news.server, &error), STATUS_OK);
    streams_start(news.dispatch.streams);
    CHECK_STATUS(http_server_start(news.server), STATUS_OK);
}

/* In the order of the runtime. */
static inline void news_stop(void)
{
    streams_end_all(news.dispatch.streams);
    CHECK(http_server_drain(news.server, 10000));
    readers_stop(&news.dispatch.readers);
    streams_stop(news.dispatch.streams);
    host_finish_waiting(&news.host);
    http_server_destroy(&news.server);
    streams_destroy(&news.dispatch.streams);
    host_close(&news.host);
    arena_destroy(&news.arena);
}

/* ---- listening ---- */

struct ear {
    int socket;
    bool has_ended;
    char *heard; /* the text of the stream so far, without the head */
    size_t bytes;
    size_t room;
    size_t read; /* what ear_next has gone through */
    bool has_head;
};

static inline int ear_connect(bool as_root)
{
    struct sockaddr_un by_path = {.sun_family = AF_UNIX};
    struct sockaddr_in by_port = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)http_server_port(news.server, 1)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(as_root ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(client >= 0);
    snprintf(by_path.sun_path, sizeof by_path.sun_path, "%s/s", test_directory());
    int result = as_root ? connect(client, (const struct sockaddr *)&by_path, sizeof by_path)
                         : connect(client, (const struct sockaddr *)&by_port, sizeof by_port);
    CHECK_INT(result, 0);
    return client;
}

static inline void ear_send(int client, const char *path, const char *headers)
{
    char request[512];
    int bytes =
        snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: x\r\n%s\r\n", path, headers);
    CHECK_INT(send(client, request, (size_t)bytes, MSG_NOSIGNAL), bytes);
}

/* headers: lines that end in \r\n, or "". */
static inline struct ear ear_open(bool as_root, const char *path, const char *headers)
{
    struct ear ear = {.socket = ear_connect(as_root)};
    ear_send(ear.socket, path, headers);
    return ear;
}

static inline void ear_close(struct ear *ear)
{
    close(ear->socket);
    free(ear->heard);
    *ear = (struct ear){.socket = -1};
}

static inline void ear_drop_head(struct ear *ear)
{
    char *end = memmem(ear->heard, ear->bytes, "\r\n\r\n", 4);
    if (!ear->has_head && end != NULL) {
        size_t head = (size_t)(end + 4 - ear->heard);
        CHECK(memmem(ear->heard, head, " 200 ", 5) != NULL);
        memmove(ear->heard, ear->heard + head, ear->bytes - head);
        ear->bytes -= head;
        ear->has_head = true;
    }
}

/* False when nothing came in that time. */
static inline bool ear_hear(struct ear *ear, int wait_ms)
{
    struct pollfd ready = {.fd = ear->socket, .events = POLLIN};
    if (ear->has_ended || poll(&ready, 1, wait_ms) <= 0) {
        return false;
    }
    if (ear->room - ear->bytes < 65536) {
        ear->room += 262144;
        ear->heard = realloc(ear->heard, ear->room);
        CHECK(ear->heard != NULL);
    }
    ssize_t got = recv(ear->socket, ear->heard + ear->bytes, ear->room - ear->bytes, 0);
    ear->has_ended = got <= 0;
    ear->bytes += got > 0 ? (size_t)got : 0;
    ear_drop_head(ear);
    return true;
}

/* One block of lines, up to the empty one. */
struct heard {
    char id[32]; /* "" when the block has none */
    char event[64];
    size_t data_bytes;
    struct text block;
};

static inline void ear_line(struct heard *heard, struct text line)
{
    struct text name;
    struct text value;
    text_cut(line, ':', &name, &value);
    value = value.bytes > 0 && value.data[0] == ' ' ? text_slice(value, 1, value.bytes) : value;
    if (text_equals(name, TEXT("id"))) {
        snprintf(heard->id, sizeof heard->id, "%.*s", TEXT_ARGS(value));
    } else if (text_equals(name, TEXT("event"))) {
        snprintf(heard->event, sizeof heard->event, "%.*s", TEXT_ARGS(value));
    } else if (text_equals(name, TEXT("data"))) {
        heard->data_bytes += value.bytes + 1;
    }
}

/* False when none comes within the time, or the stream has ended. */
static inline bool ear_next(struct ear *ear, int wait_ms, struct heard *heard)
{
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    for (;;) {
        char *start = ear->heard ? ear->heard + ear->read : NULL;
        char *end = ear->has_head ? memmem(start, ear->bytes - ear->read, "\n\n", 2) : NULL;
        if (end != NULL) {
            *heard = (struct heard){.block = {start, (size_t)(end + 1 - start)}};
            struct text rest = heard->block;
            while (rest.bytes > 0) {
                struct text line;
                text_cut(rest, '\n', &line, &rest);
                ear_line(heard, line);
            }
            ear->read += (size_t)(end + 2 - start);
            return true;
        }
        int64_t left_ms = until_ms - clock_monotonic_ms();
        if (left_ms < 0 || (!ear_hear(ear, (int)left_ms) && ear->has_ended)) {
            return false;
        }
    }
}

/* The next block that is an event; heartbeats and positions are passed over. */
static inline struct heard ear_event(struct ear *ear)
{
    struct heard heard = {.event = ""};
    while (heard.event[0] == '\0') {
        CHECK(ear_next(ear, 20000, &heard));
    }
    return heard;
}

/* Each event from this position on, once and in order. */
static inline void ear_expect(struct ear *ear, int64_t first, int64_t last)
{
    for (int64_t position = first; position <= last; position++) {
        struct heard heard = ear_event(ear);
        CHECK_TEXT(text_of(heard.event), "news.said");
        CHECK_INT(strtoll(heard.id, NULL, 10), position);
    }
}

/* The first block says where the reader stands. */
static inline int64_t ear_greeted(struct ear *ear)
{
    struct heard heard;
    CHECK(ear_next(ear, 20000, &heard));
    CHECK(text_starts_with(heard.block, TEXT("retry: 3000\nid: ")));
    return strtoll(heard.id, NULL, 10);
}

#define NEWS_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t until_ms = clock_monotonic_ms() + 20000;                                           \
        while (!(condition) && clock_monotonic_ms() < until_ms) {                                  \
            usleep(500);                                                                           \
        }                                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

static inline struct streams_counts news_counts(void)
{
    struct streams_counts counts;
    streams_count(news.dispatch.streams, &counts);
    return counts;
}

static inline uint64_t news_open_streams(void)
{
    struct http_server_counts counts;
    http_server_count(news.server, &counts);
    return counts.streams_open;
}

#endif
