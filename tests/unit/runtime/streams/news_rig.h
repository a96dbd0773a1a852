/* news_rig.h - a service whose journal people watch, behind a real server; and those who listen.
 *
 * Who comes by the unix socket is root, who comes by TCP is nobody. The subject of an event says
 * who is shown it: "all", "root" or "none". Those who listen are in news_ears.h.
 */
#ifndef TESTS_UNIT_RUNTIME_STREAMS_NEWS_RIG_H
#define TESTS_UNIT_RUNTIME_STREAMS_NEWS_RIG_H

#include "base/clock.h"
#include "bus/journal.h"
#include "net/http_server.h"
#include "runtime/dispatch.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
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

static inline bool news_shows(const struct stream *stream, const struct caller *reader,
                              const struct message *message, struct arena *arena,
                              struct text *data_out)
{
    (void)stream;
    bool for_all = text_equals(message->subject, TEXT("all"));
    bool for_root = text_equals(message->subject, TEXT("root")) && reader->kind == CALLER_ROOT;
    *data_out = text_copy(arena, message->data);
    return for_all || for_root;
}

static const struct stream news_streams[] = {
    {.path = "/news", .operation = "watch_news", .summary = "News", .shows = news_shows},
    {.path = "/secrets",
     .operation = "watch_secrets",
     .permission = "secrets.read",
     .summary = "For few",
     .shows = news_shows},
    {.path = "/beats",
     .operation = "watch_beats",
     .summary = "That we are there",
     .shows = news_shows,
     .tells_beats = true},
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
    CHECK(http_server_drain(news.server, TEST_PATIENCE_MS));
    readers_stop(&news.dispatch.readers);
    streams_stop(news.dispatch.streams);
    host_finish_waiting(&news.host);
    http_server_destroy(&news.server);
    streams_destroy(&news.dispatch.streams);
    host_close(&news.host);
    arena_destroy(&news.arena);
}

#endif
