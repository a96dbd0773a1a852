/* house.h - a process in miniature: some of the services, a server, a key, and whom it trusts. */
#ifndef TESTS_UNIT_RUNTIME_ASK_HOUSE_H
#define TESTS_UNIT_RUNTIME_ASK_HOUSE_H

#include "base/clock.h"
#include "base/json.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "runtime/ask/asker.h"
#include "runtime/ask/service_key.h"
#include "runtime/ask/trust.h"
#include "runtime/dispatch.h"
#include "store/sqlite.h"
#include "tests/unit/runtime/ask/ask_services.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HOUSE_SERVICES_MAX = 3 };

struct house_options {
    const char *name; /* of its directory */
    const struct service *services[HOUSE_SERVICES_MAX];
    const char *addresses;
    const char *trusts;
    const char *listen; /* "127.0.0.1:0" when NULL */
    int deadline_ms;    /* 2000 when 0 */
    unsigned readers;   /* 4 when 0 */
};

struct house {
    struct arena *arena;
    const char *directory;
    struct host hosts[HOUSE_SERVICES_MAX];
    size_t host_count;
    struct service_key key;
    struct asker *asker;
    struct dispatch dispatch;
    struct http_server *server;
    char address[64];
};

static inline void house_open_hosts(struct house *house, const struct house_options *options)
{
    struct text error = NO_TEXT;
    for (size_t i = 0; i < HOUSE_SERVICES_MAX && options->services[i] != NULL; i++) {
        const struct sqlite_options sqlite = {.directory = house->directory,
                                              .schema = options->services[i]->name};
        struct host_options host = {.service = options->services[i],
                                    .index = i,
                                    .writers = 1,
                                    .waiting_max = 1000,
                                    .waiting_ms_max = 30000};
        CHECK_STATUS(sqlite_source(&sqlite, &host.source, &error), STATUS_OK);
        CHECK_STATUS(host_open(&house->hosts[i], &host, house->arena, &error), STATUS_OK);
        house->host_count++;
    }
}

static inline void house_open_access(struct house *house, const struct house_options *options)
{
    struct text error = NO_TEXT;
    struct text key = NO_TEXT;
    struct trust *trust = NULL;
    CHECK_STATUS(access_open(house->arena, house->directory, &house->dispatch.access, &key, &error),
                 STATUS_OK);
    CHECK_STATUS(
        trust_open(house->arena, house->directory, text_of(options->trusts), &trust, &error),
        STATUS_OK);
    access_trust(house->dispatch.access, trust, all_services, COUNT_OF(all_services));
}

static inline void house_listen(struct house *house, const struct house_options *options)
{
    struct text error = NO_TEXT;
    struct router *router = router_create(house->arena);
    for (size_t i = 0; i < house->host_count; i++) {
        for (size_t j = 0; j < house->hosts[i].service->route_count; j++) {
            router_add(router, &house->hosts[i], &house->hosts[i].service->routes[j]);
        }
    }
    house->dispatch.router = router;
    house->dispatch.hosts = house->hosts;
    house->dispatch.host_count = house->host_count;
    house->dispatch.readers = readers_start(options->readers ? options->readers : 4, 1000);
    const struct http_listen listen = {.address =
                                           options->listen ? options->listen : "127.0.0.1:0"};
    const struct http_server_options server = {
        .listens = &listen,
        .listen_count = 1,
        .threads = 2,
        .limits = http_limits_default,
        .handler = {.context = &house->dispatch,
                    .on_request = dispatch_request,
                    .on_turn_end = dispatch_end_turn},
    };
    CHECK_STATUS(http_server_create(&server, &house->server, &error), STATUS_OK);
    CHECK_STATUS(http_server_start(house->server), STATUS_OK);
    snprintf(house->address, sizeof house->address, "http://127.0.0.1:%d",
             http_server_port(house->server, 0));
}

static inline void house_open_key(struct house *house, const char *name)
{
    struct text error = NO_TEXT;
    CHECK(sodium_init() >= 0);
    *house = (struct house){.arena = arena_create("house", 64 * 1024 * 1024)};
    house->directory = text_format(house->arena, "%s/%s", test_directory(), name).data;
    (void)mkdir(house->directory, 0700);
    CHECK_STATUS(service_key_open(house->arena, house->directory, &house->key, &error), STATUS_OK);
}

/* "orders,board=KEY" */
static inline const char *house_line(struct house *house, const char *services)
{
    return service_key_line(house->arena, &house->key, text_of(services)).data;
}

/* After house_open_key. */
static inline void house_start(struct house *house, struct house_options options)
{
    struct text error = NO_TEXT;
    house_open_hosts(house, &options);
    house_open_access(house, &options);
    const struct asker_options asker = {
        .hosts = house->hosts,
        .host_count = house->host_count,
        .known = all_services,
        .known_count = COUNT_OF(all_services),
        .addresses = options.addresses,
        .deadline_ms = options.deadline_ms ? options.deadline_ms : 2000,
        .key = &house->key,
    };
    CHECK_STATUS(asker_create(&asker, &house->asker, &error), STATUS_OK);
    house_listen(house, &options);
}

static inline void house_stop(struct house *house)
{
    atomic_store(&ask_world.is_held, false);
    CHECK(http_server_drain(house->server, TEST_PATIENCE_MS));
    readers_stop(&house->dispatch.readers);
    for (size_t i = 0; i < house->host_count; i++) {
        host_finish_waiting(&house->hosts[i]);
    }
    http_server_destroy(&house->server);
    asker_destroy(&house->asker);
    for (size_t i = 0; i < house->host_count; i++) {
        host_close(&house->hosts[i]);
    }
    arena_destroy(&house->arena);
}

/* A call of the service with this index, as a gather without a snapshot would have it. */
static inline struct call house_call(struct house *house, size_t index)
{
    return (struct call){.arena = house->arena,
                         .host = &house->hosts[index],
                         .service = house->hosts[index].service,
                         .now_ms = clock_wall_ms()};
}

/* What orders (the service with this index) hears about a person. */
static inline enum status house_ask(struct house *house, size_t index, const char *name,
                                    struct client *client_out)
{
    struct call call = house_call(house, index);
    const struct person_input input = {.name = text_of(name)};
    return ask(&call, &orders_asks[0], &input, client_out);
}

/* ---- over HTTP, as a client ---- */

struct asked {
    int status;
    struct text body;
    struct text operation; /* the header Kontora-Operation */
};

struct asking_options {
    const char *method; /* GET when NULL */
    const char *path;
    const char *credential;
    const char *key; /* Idempotency-Key */
    const char *deadline;
    const char *body;
};

static inline struct asked house_http(struct house *house, struct asking_options options)
{
    struct http_client *client = http_client_create();
    struct http_header headers[4];
    size_t count = 0;
    struct http_answer found;
    struct asked asked = {.status = 0};
    if (options.credential) {
        headers[count++] = (struct http_header){
            TEXT("Authorization"), text_format(house->arena, "Bearer %s", options.credential)};
    }
    if (options.key) {
        headers[count++] = (struct http_header){TEXT("Idempotency-Key"), text_of(options.key)};
    }
    if (options.deadline) {
        headers[count++] =
            (struct http_header){TEXT("Kontora-Deadline-Ms"), text_of(options.deadline)};
    }
    if (options.body) {
        headers[count++] = (struct http_header){TEXT("Content-Type"), TEXT("application/json")};
    }
    const struct http_client_request request = {
        .method = options.method ? options.method : "GET",
        .url = text_format(house->arena, "%s%s", house->address, options.path).data,
        .headers = headers,
        .header_count = count,
        .body = text_of(options.body),
        .deadline_ms = 20000,
        .answer_bytes_max = 100000,
    };
    CHECK_STATUS(http_client_ask(client, house->arena, &request, &found), STATUS_OK);
    asked.status = found.status;
    asked.body = text_copy(house->arena, found.body);
    for (size_t i = 0; i < found.header_count; i++) {
        if (text_equals_ignoring_case(found.headers[i].name, TEXT("Kontora-Operation"))) {
            asked.operation = text_copy(house->arena, found.headers[i].value);
        }
    }
    http_client_destroy(&client);
    return asked;
}

static inline bool asked_says(struct asked asked, const char *part)
{
    return memmem(asked.body.data, asked.body.bytes, part, strlen(part)) != NULL;
}

#endif
