/* rig.h - the clients of rig_server.h, and ways to make calls meet in one batch. */
#ifndef TESTS_UNIT_RUNTIME_RIG_H
#define TESTS_UNIT_RUNTIME_RIG_H

#include "tests/unit/runtime/rig_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { RIG_ANSWER_BYTES = 16 * 1024 };

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
        CHECK_INT(poll(&ready, 1, TEST_PATIENCE_MS),
                  1); /* an answer comes, or the connection ends */
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
    CHECK_UNTIL(atomic_load(&books.at_gate) > before);
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
        CHECK_UNTIL(rig_waiting() == i + 2);
    }
    rig_open_gate(gate);
    for (size_t i = 0; i < count; i++) {
        statuses_out[i] = rig_end(clients[i]);
    }
}

#endif
