/* rig.h - books on a store that can be made to fail, behind a real server; and its clients.
 *
 * The server listens on a unix socket (the caller is root) and on TCP (the caller is nobody). The
 * writer's store is wrapped: it fails as books.fault says, its commits can be held, and its flags
 * can be changed. Only the executor's thread looks at books.fault, so it is set by rig_arm.
 */
#ifndef TESTS_UNIT_RUNTIME_RIG_H
#define TESTS_UNIT_RUNTIME_RIG_H

#include "base/clock.h"
#include "net/http_server.h"
#include "runtime/dispatch.h"
#include "store/sqlite.h"
#include "tests/unit/runtime/books.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { RIG_ANSWER_BYTES = 16 * 1024, RIG_WRITERS_MAX = 8, RIG_ARENA_MAX = 64 * 1024 * 1024 };

struct rig_options {
    const struct service *service; /* books_service when NULL */
    struct store_source *source;   /* SQLite in the test's directory when NULL; used as it is */
    size_t writers;
    unsigned readers;
    size_t waiting_max;
    int waiting_ms_max;
    unsigned flags_taken; /* of enum store_flag */
};

static struct {
    struct arena *arena;
    struct rig_options options;
    struct host host;
    struct dispatch dispatch;
    struct http_server *server;
    struct store_source source;
    struct store_source *inner;
    struct store_ops ops;
    const struct store_ops *wrapped;
    atomic_bool commits_are_counted; /* else each goes on at once */
    atomic_int commits_allowed;
    atomic_uint commits_begun;
    atomic_int reads_fail; /* a status with which no connection for reading opens */
    char socket[300];
} rig;

/* ---- the store ---- */

static inline enum status rig_commit(struct store *store)
{
    atomic_fetch_add(&rig.commits_begun, 1);
    while (atomic_load(&rig.commits_are_counted)) {
        if (atomic_load(&rig.commits_allowed) > 0) {
            atomic_fetch_sub(&rig.commits_allowed, 1);
            break;
        }
        usleep(200);
    }
    return rig.wrapped->commit(store);
}

static inline unsigned rig_flags(const struct store *store)
{
    return rig.wrapped->flags(store) & ~rig.options.flags_taken;
}

static inline enum status rig_open_store(struct store_source *source, enum store_access access,
                                         struct store **store_out)
{
    CHECK(source == &rig.source);
    enum status fails = (enum status)atomic_load(&rig.reads_fail);
    if (access == STORE_READ && fails != STATUS_OK) {
        return fails;
    }
    enum status status = rig.inner->open(rig.inner, access, store_out);
    if (status == STATUS_OK && access == STORE_WRITE) {
        *store_out = store_fault_create(*store_out, &books.fault);
        rig.wrapped = (*store_out)->ops;
        rig.ops = *rig.wrapped;
        rig.ops.commit = rig_commit;
        rig.ops.flags = rig_flags;
        (*store_out)->ops = &rig.ops;
    }
    return status;
}

static inline void rig_destroy_source(struct store_source *source)
{
    CHECK(source == &rig.source);
    rig.inner->destroy(rig.inner);
}

static inline struct store_source *rig_source(void)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = "books"};
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &rig.inner, &error), STATUS_OK);
    rig.source = (struct store_source){
        .open = rig_open_store, .destroy = rig_destroy_source, .schema = "books"};
    return &rig.source;
}

/* ---- the server ---- */

static inline void rig_open_host(void)
{
    struct text error = NO_TEXT;
    const struct host_options options = {
        .service = rig.options.service ? rig.options.service : &books_service,
        .source = rig.options.source ? rig.options.source : rig_source(),
        .writers = rig.options.writers ? rig.options.writers : 1,
        .waiting_max = rig.options.waiting_max ? rig.options.waiting_max : 1000,
        .waiting_ms_max = rig.options.waiting_ms_max ? rig.options.waiting_ms_max : 30000,
    };
    CHECK_STATUS(host_open(&rig.host, &options, rig.arena, &error), STATUS_OK);
}

static inline void rig_set_up_dispatch(void)
{
    struct text error = NO_TEXT;
    struct text key = NO_TEXT;
    struct access *access = NULL;
    struct router *router = router_create(rig.arena);
    for (size_t i = 0; i < COUNT_OF(books_routes); i++) {
        router_add(router, &rig.host, &books_routes[i]);
    }
    CHECK_STATUS(access_open(rig.arena, test_directory(), &access, &key, &error), STATUS_OK);
    rig.dispatch.router = router;
    rig.dispatch.access = access;
    rig.dispatch.hosts = &rig.host;
    rig.dispatch.host_count = 1;
    rig.dispatch.readers = readers_start(rig.options.readers ? rig.options.readers : 2,
                                         rig.options.waiting_max ? rig.options.waiting_max : 1000);
}

static inline void rig_start(struct rig_options options)
{
    struct text error = NO_TEXT;
    CHECK(sodium_init() >= 0);
    rig.options = options;
    rig.arena = arena_create("rig", RIG_ARENA_MAX);
    rig.host = (struct host){.index = 0};
    rig_open_host();
    rig_set_up_dispatch();
    snprintf(rig.socket, sizeof rig.socket, "unix:%s/s", test_directory());
    const struct http_listen listens[] = {{.address = rig.socket}, {.address = "127.0.0.1:0"}};
    const struct http_server_options server = {
        .listens = listens,
        .listen_count = COUNT_OF(listens),
        .threads = 2,
        .limits = http_limits_default,
        .handler = {.context = &rig.dispatch,
                    .on_request = dispatch_request,
                    .on_turn_end = dispatch_end_turn},
    };
    CHECK_STATUS(http_server_create(&server, &rig.server, &error), STATUS_OK);
    CHECK_STATUS(http_server_start(rig.server), STATUS_OK);
}

/* In the order of the runtime. */
static inline void rig_stop(void)
{
    CHECK(http_server_drain(rig.server, 20000));
    readers_stop(&rig.dispatch.readers);
    host_finish_waiting(&rig.host);
    http_server_destroy(&rig.server);
    host_close(&rig.host);
    arena_destroy(&rig.arena);
}

/* ---- clients ---- */

struct answered {
    int status; /* 0: the connection ended without an answer */
    char data[RIG_ANSWER_BYTES + 1];
    size_t bytes;
    struct text body;
};

static inline int rig_connect(void)
{
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(client >= 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", test_directory());
    CHECK_INT(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static inline int rig_connect_as_nobody(void)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)http_server_port(rig.server, 1)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(client >= 0);
    CHECK_INT(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

/* False when the server has gone. */
static inline bool rig_send(int client, const char *request)
{
    size_t bytes = strlen(request);
    return send(client, request, bytes, MSG_NOSIGNAL) == (ssize_t)bytes;
}

/* headers: lines that end in \r\n, or "". */
static inline bool rig_send_post(int client, const char *headers, const char *body)
{
    char request[2048];
    snprintf(request, sizeof request,
             "POST /entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n%s\r\n%s",
             strlen(body), headers, body);
    return rig_send(client, request);
}

static inline bool rig_send_get(int client, const char *path, const char *headers)
{
    char request[1024];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);
    return rig_send(client, request);
}

/* The body's bytes that are announced; 0 when none are. */
static inline size_t rig_announced(const struct answered *answered)
{
    const char *length = strstr(answered->data, "Content-Length: ");
    const char *end = strstr(answered->data, "\r\n\r\n");
    return length != NULL && length < end ? (size_t)strtol(length + 16, NULL, 10) : 0;
}

/* One answer, at most twenty seconds later. */
static inline void rig_read(int client, struct answered *answered)
{
    struct pollfd ready = {.fd = client, .events = POLLIN};
    answered->bytes = 0;
    answered->data[0] = '\0';
    answered->status = 0;
    for (;;) {
        const char *end = strstr(answered->data, "\r\n\r\n");
        if (end != NULL &&
            answered->bytes >= (size_t)(end + 4 - answered->data) + rig_announced(answered)) {
            answered->body = text_of(end + 4);
            answered->status = (int)strtol(answered->data + 9, NULL, 10);
            return;
        }
        CHECK_INT(poll(&ready, 1, 20000), 1); /* an answer comes, or the connection ends */
        ssize_t got =
            recv(client, answered->data + answered->bytes, RIG_ANSWER_BYTES - answered->bytes, 0);
        if (got <= 0) {
            return;
        }
        answered->bytes += (size_t)got;
        answered->data[answered->bytes] = '\0';
    }
}

static inline bool rig_has(const struct answered *answered, const char *part)
{
    return strstr(answered->data, part) != NULL;
}

static struct answered answered; /* of the newest rig_post, rig_get and rig_end */

static inline int rig_end(int client)
{
    rig_read(client, &answered);
    close(client);
    return answered.status;
}

static inline int rig_begin_post(const char *headers, const char *body)
{
    int client = rig_connect();
    CHECK(rig_send_post(client, headers, body));
    return client;
}

static inline int rig_post(const char *body)
{
    return rig_end(rig_begin_post("", body));
}

static inline int rig_get(const char *path)
{
    int client = rig_connect();
    CHECK(rig_send_get(client, path, ""));
    return rig_end(client);
}

/* A number of the newest answer; -1 when it is not there. */
static inline int64_t rig_number(const char *member)
{
    char start[40];
    snprintf(start, sizeof start, "\"%s\":", member);
    const char *at = strstr(answered.data, start);
    return at != NULL ? strtol(at + strlen(start), NULL, 10) : -1;
}

/* What the entry holds; -1 when there is none. */
static inline int64_t rig_amount(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "/entries/%s", name);
    int status = rig_get(path);
    CHECK(status == 200 || status == 404);
    return status == 200 ? rig_number("amount") : -1;
}

/* Waits until the condition holds, fifteen seconds at most. */
#define RIG_UNTIL(condition)                                                                       \
    do {                                                                                           \
        int64_t until_ms = clock_monotonic_ms() + 15000;                                           \
        while (!(condition) && clock_monotonic_ms() < until_ms) {                                  \
            usleep(500);                                                                           \
        }                                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

static inline void rig_arm(struct store_fault plan)
{
    pthread_mutex_lock(&books.lock);
    books.plan = plan;
    pthread_mutex_unlock(&books.lock);
    CHECK_INT(rig_post("{\"name\":\"x\",\"how\":\"arm\"}"), 410);
}

static inline size_t rig_waiting(void)
{
    struct executor_counts counts;
    host_count(&rig.host, &counts);
    return counts.waiting;
}

/* A call stays in its transaction until rig_open_gate; what is sent meanwhile becomes one batch. */
static inline int rig_close_gate(void)
{
    unsigned before = atomic_load(&books.at_gate);
    atomic_store(&books.gate_is_closed, true);
    int client = rig_begin_post("", "{\"name\":\"gate\",\"how\":\"gate\"}");
    RIG_UNTIL(atomic_load(&books.at_gate) > before);
    return client;
}

static inline void rig_open_gate(int client)
{
    atomic_store(&books.gate_is_closed, false);
    CHECK_INT(rig_end(client), 201);
}

/* Sends all bodies while the gate is closed, so that they are one batch; then the answers'
 * statuses.
 */
static inline void rig_batch(const char *const *bodies, size_t count, int *statuses_out)
{
    int clients[64];
    CHECK(count <= COUNT_OF(clients));
    int gate = rig_close_gate();
    for (size_t i = 0; i < count; i++) {
        clients[i] = rig_begin_post("", bodies[i]);
        RIG_UNTIL(rig_waiting() == i + 2);
    }
    rig_open_gate(gate);
    for (size_t i = 0; i < count; i++) {
        statuses_out[i] = rig_end(clients[i]);
    }
}

#endif
