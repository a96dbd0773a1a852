/* cache_redis_liar_test.c - servers that are no Redis, or a bad one: whatever they say, a call ends
 * in time, nothing is believed, and a server that has come to its senses is used again.
 */
#include "base/clock.h"
#include "cache/cache.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 1024 * 1024,
    LONG_MS = 60 * 1000,
    DEADLINE_MS = 100,
    TRIES_MAX = 100,
    SLACK_MS = 20 * 1000, /* a busy machine may not let a thread run for long */
};

/* What the server says to anything but PING. */
struct lie {
    const char *says;     /* NULL: nothing at all */
    size_t bytes;         /* 0: as many as there are before a NUL */
    bool for_ever;        /* again and again */
    int drip_ms;          /* between two bytes; 0: all at once */
    bool hangs_up;        /* after it */
    enum status expected; /* of a get */
};

static struct {
    int listener;
    char address[160];
    char path[108];
    _Atomic(const struct lie *) lie;
    _Atomic(const char *) greeting; /* the answer to PING */
    atomic_long connections;
} liar;

static bool say(int descriptor, const char *bytes, size_t count)
{
    return send(descriptor, bytes, count, MSG_NOSIGNAL) == (ssize_t)count;
}

/* False when the connection is over. */
static bool tell_lie(int descriptor, const struct lie *lie)
{
    if (lie->says == NULL) {
        return !lie->hangs_up;
    }
    size_t count = lie->bytes == 0 ? strlen(lie->says) : lie->bytes;
    size_t step = lie->drip_ms == 0 ? count : 1;
    do {
        for (size_t i = 0; i < count; i += step) {
            if (!say(descriptor, lie->says + i, step)) {
                return false;
            }
            usleep((useconds_t)lie->drip_ms * 1000);
        }
    } while (lie->for_ever);
    return !lie->hangs_up;
}

/* One connection; every command of the tests fits into one read. */
static void *serve(void *place)
{
    int descriptor = *(int *)place;
    char command[4096];
    bool goes_on = true;
    memory_free(place);
    while (goes_on) {
        ssize_t got = recv(descriptor, command, sizeof command, 0);
        if (got <= 0) {
            break;
        }
        bool is_ping = memmem(command, (size_t)got, "PING", 4) != NULL;
        const char *greeting = atomic_load(&liar.greeting);
        goes_on = is_ping ? say(descriptor, greeting, strlen(greeting))
                          : tell_lie(descriptor, atomic_load(&liar.lie));
    }
    close(descriptor);
    return NULL;
}

static void *accept_all(void *unused)
{
    for (;;) {
        int descriptor = accept(liar.listener, NULL, NULL);
        if (descriptor < 0) {
            return unused;
        }
        pthread_t thread;
        int *place = memory_take(sizeof *place);
        *place = descriptor;
        atomic_fetch_add(&liar.connections, 1);
        MUST(pthread_create(&thread, NULL, serve, place) == 0);
        pthread_detach(thread);
    }
}

static const struct lie honest = {.says = "$5\r\nhello\r\n", .expected = STATUS_OK};

/* The pause of a new one is short. */
static struct cache *open_cache(void)
{
    struct text error = NO_TEXT;
    struct cache *cache = cache_redis_create(liar.address, &error);
    CHECK(cache != NULL);
    return cache;
}

static struct cache *start_liar(void)
{
    pthread_t thread;
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    atomic_store(&liar.lie, &honest);
    atomic_store(&liar.greeting, "+PONG\r\n");
    snprintf(liar.path, sizeof liar.path, "%s/liar.sock", test_directory());
    snprintf(place.sun_path, sizeof place.sun_path, "%s", liar.path);
    snprintf(liar.address, sizeof liar.address, "unix:%s?deadline_ms=%d", liar.path, DEADLINE_MS);
    liar.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(liar.listener, (const struct sockaddr *)(const void *)&place, sizeof place) == 0);
    CHECK(listen(liar.listener, 64) == 0);
    CHECK(pthread_create(&thread, NULL, accept_all, NULL) == 0);
    pthread_detach(thread);
    return open_cache();
}

static enum status timed_get(struct cache *cache)
{
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text value = NO_TEXT;
    int64_t began = clock_monotonic_ms();
    enum status status = cache_get(cache, arena, TEXT("key"), &value);
    CHECK(clock_monotonic_ms() - began <= DEADLINE_MS + SLACK_MS);
    if (status == STATUS_OK) {
        CHECK_TEXT(value, "hello");
    }
    arena_destroy(&arena);
    return status;
}

static void check_sense(struct cache *cache)
{
    atomic_store(&liar.lie, &honest);
    CHECK_UNTIL(timed_get(cache) == STATUS_OK);
}

static char large_value[CACHE_VALUE_BYTES_MAX + 1000];

static const struct lie lies[] = {
    {.says = "HTTP/1.1 400 Bad Request\r\n\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "+OK\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = ":1\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "*1\r\n$5\r\nhello\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "$5\r\nhello\r\n$5\r\nhello\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "$5\r\nhello\r\nx", .expected = STATUS_UNAVAILABLE},
    {.says = "$6\r\nhello\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "$4\r\nhello\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "$-2\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "$", .expected = STATUS_UNAVAILABLE},
    {.says = "\0\0\0\0", .bytes = 4, .expected = STATUS_UNAVAILABLE},
    {.says = "$5\r\nhel", .hangs_up = true, .expected = STATUS_UNAVAILABLE},
    {.says = NULL, .hangs_up = true, .expected = STATUS_UNAVAILABLE},
    {.says = NULL, .expected = STATUS_UNAVAILABLE},
    {.says = "+x", .for_ever = true, .expected = STATUS_UNAVAILABLE},
    {.says = "$1", .for_ever = true, .expected = STATUS_UNAVAILABLE},
    {.says = "$99\r\nabcdefghijkl",
     .drip_ms = 20,
     .for_ever = true,
     .expected = STATUS_UNAVAILABLE},
    {.says = "-LOADING Redis is loading\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "-\r\n", .expected = STATUS_UNAVAILABLE},
    {.says = "-WRONGTYPE Operation\r\n", .expected = STATUS_ABSENT},
    {.says = "$9223372036854775807\r\n", .expected = STATUS_ABSENT},
    {.says = "$65537\r\n", .for_ever = true, .expected = STATUS_ABSENT},
    {.says = "$-1\r\n", .expected = STATUS_ABSENT},
    {.says = "$5\r\nhello\r\n", .drip_ms = 2, .expected = STATUS_OK},
};

/* What a new cache makes of it. */
static enum status hear(const struct lie *lie)
{
    struct cache *cache = open_cache();
    atomic_store(&liar.lie, lie);
    enum status status = timed_get(cache);
    check_sense(cache);
    cache_destroy(&cache);
    return status;
}

static void is_not_believed(void)
{
    struct cache *cache = start_liar();
    cache_destroy(&cache);
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        enum status status = hear(&lies[i]);
        /* On a busy machine anything may be too late. */
        for (int tries = 1; tries < TRIES_MAX && status == STATUS_UNAVAILABLE; tries++) {
            status = lies[i].expected == STATUS_UNAVAILABLE ? status : hear(&lies[i]);
        }
        if (status != lies[i].expected) {
            printf("#   lie %zu\n", i);
        }
        CHECK_STATUS(status, lies[i].expected);
    }
}

/* What fits one command is nonsense for another. */
static void answers_of_other_commands(void)
{
    static const struct lie nothing = {.says = "$-1\r\n"};
    static const struct lie simple = {.says = "+OK\r\n"};
    static const struct lie beyond = {.says = ":9007199254740992\r\n"};
    struct cache *cache = start_liar();
    int64_t value = 0;
    check_sense(cache);
    atomic_store(&liar.lie, &nothing);
    CHECK_STATUS(cache_put(cache, TEXT("key"), TEXT("value"), LONG_MS), STATUS_UNAVAILABLE);
    check_sense(cache);
    atomic_store(&liar.lie, &simple);
    CHECK_STATUS(cache_forget(cache, TEXT("key")), STATUS_UNAVAILABLE);
    check_sense(cache);
    atomic_store(&liar.lie, &beyond);
    CHECK_STATUS(cache_add(cache, TEXT("key"), 1, LONG_MS, &value), STATUS_UNAVAILABLE);
    CHECK_INT(value, 0);
    check_sense(cache);
    cache_destroy(&cache);
}

/* A value of any size on its way to somebody who does not read. */
static void does_not_read(void)
{
    static const struct lie naps = {.says = "................", .drip_ms = 200};
    struct cache *cache = start_liar();
    struct text value = {large_value, CACHE_VALUE_BYTES_MAX};
    check_sense(cache);
    atomic_store(&liar.lie, &naps);
    int64_t began = clock_monotonic_ms();
    CHECK_STATUS(cache_put(cache, TEXT("key"), value, LONG_MS), STATUS_UNAVAILABLE);
    CHECK(clock_monotonic_ms() - began <= DEADLINE_MS + SLACK_MS);
    check_sense(cache);
    cache_destroy(&cache);
}

static void greets_badly(void)
{
    static const char *const greetings[] = {"-DENIED for a secret reason\r\n", "$4\r\nPONG\r\n",
                                            "hello", "+PONG\r\n+PONG\r\n"};
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct cache *cache = start_liar();
    check_sense(cache);
    for (size_t i = 0; i < COUNT_OF(greetings); i++) {
        static const struct lie nothing = {.hangs_up = true};
        atomic_store(&liar.greeting, greetings[i]);
        atomic_store(&liar.lie, &nothing);
        CHECK_STATUS(timed_get(cache), STATUS_UNAVAILABLE);
        usleep(300 * 1000); /* a try or two */
        CHECK_STATUS(timed_get(cache), STATUS_UNAVAILABLE);
        struct text trouble = cache_trouble(cache, arena);
        CHECK(text_is_given(trouble));
        CHECK(memmem(trouble.data, trouble.bytes, "secret", 6) == NULL);
        atomic_store(&liar.greeting, "+PONG\r\n");
        check_sense(cache);
        cache_destroy(&cache);
        cache = open_cache();
    }
    arena_destroy(&arena);
    cache_destroy(&cache);
}

/* The pause grows: a server that is bad for a while is not asked thousands of times. */
static void is_not_pestered(void)
{
    static const struct lie nothing = {.hangs_up = true};
    struct cache *cache = start_liar();
    check_sense(cache);
    usleep(50 * 1000); /* until all connections are made */
    atomic_store(&liar.lie, &nothing);
    atomic_store(&liar.greeting, "-ERR no\r\n");
    long before = atomic_load(&liar.connections);
    int64_t began = clock_monotonic_ms();
    while (clock_monotonic_ms() - began < 2000 || atomic_load(&liar.connections) < before + 2) {
        CHECK_STATUS(timed_get(cache), STATUS_UNAVAILABLE);
        usleep(200);
    }
    long tries = atomic_load(&liar.connections) - before;
    printf("# %ld tries in two seconds\n", tries);
    CHECK(tries <= 12);
    cache_destroy(&cache);
}

static const struct test tests[] = {
    {"is_not_believed", is_not_believed, 0},
    {"answers_of_other_commands", answers_of_other_commands, 0},
    {"does_not_read", does_not_read, 0},
    {"greets_badly", greets_badly, 0},
    {"is_not_pestered", is_not_pestered, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
