/* rig_server.h - books on a store that can be made to fail, behind a real server.
 *
 * The server listens on a unix socket (the caller is root) and on TCP (the caller is nobody). The
 * writer's store is wrapped: it fails as books.fault says, its commits can be held, and its flags
 * can be changed. Only the executor's thread looks at books.fault, so it is set by rig_arm.
 */
#ifndef TESTS_UNIT_RUNTIME_RIG_SERVER_H
#define TESTS_UNIT_RUNTIME_RIG_SERVER_H

#include "base/clock.h"
#include "net/http_server.h"
#include "runtime/dispatch.h"
#include "store/sqlite.h"
#include "tests/unit/runtime/books.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { RIG_ARENA_MAX = 64 * 1024 * 1024 };

struct rig_options {
    const struct service *service; /* books_service when NULL */
    struct store_source *source;   /* SQLite in the test's directory when NULL; used as it is */
    size_t writers;
    unsigned readers;
    size_t waiting_max;
    int waiting_ms_max;
    unsigned flags_taken; /* of enum store_flag */
    const atomic_bool *chores_may_run;
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
        .chores_may_run = rig.options.chores_may_run,
    };
    CHECK_STATUS(host_open(&rig.host, &options, rig.arena, &error), STATUS_OK);
}

static inline void rig_set_up_dispatch(void)
{
    struct text error = NO_TEXT;
    struct text key = NO_TEXT;
    struct access *access = NULL;
    struct router *router = router_create(rig.arena);
    bool is_other = rig.options.service != NULL && rig.options.service->route_count > 0;
    const struct route *routes = is_other ? rig.options.service->routes : books_routes;
    size_t count = is_other ? rig.options.service->route_count : COUNT_OF(books_routes);
    for (size_t i = 0; i < count; i++) {
        router_add(router, &rig.host, &routes[i]);
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
    CHECK(http_server_drain(rig.server, TEST_PATIENCE_MS));
    readers_stop(&rig.dispatch.readers);
    host_finish_waiting(&rig.host);
    http_server_destroy(&rig.server);
    host_close(&rig.host);
    arena_destroy(&rig.arena);
}

#endif
