/* knock.h - a client of raw bytes, and the server that it knocks at. */
#ifndef TESTS_UNIT_NET_KNOCK_H
#define TESTS_UNIT_NET_KNOCK_H

#include "tests/unit/net/knock_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { KNOCK_ROOM = 1024 * 1024 };

static inline int knock_connect(void)
{
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)knock.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(client >= 0);
    CHECK_INT(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static inline bool knock_send(int client, struct text bytes)
{
    while (bytes.bytes > 0) {
        ssize_t sent = send(client, bytes.data, bytes.bytes, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes = text_slice(bytes, (size_t)sent, bytes.bytes);
    }
    return true;
}

struct knocked {
    char data[KNOCK_ROOM + 1];
    size_t bytes;
    bool is_closed;
};

static struct knocked knocked;

/* What comes until the server closes, nothing has come for quiet_ms, or `until` was seen. */
static inline void knock_read(int client, int quiet_ms, const char *until)
{
    knocked.bytes = 0;
    knocked.is_closed = false;
    knocked.data[0] = '\0';
    struct pollfd ready = {.fd = client, .events = POLLIN};
    while (knocked.bytes < KNOCK_ROOM && poll(&ready, 1, quiet_ms) > 0) {
        ssize_t got = recv(client, knocked.data + knocked.bytes, KNOCK_ROOM - knocked.bytes, 0);
        if (got <= 0) {
            knocked.is_closed = true;
            return;
        }
        knocked.bytes += (size_t)got;
        knocked.data[knocked.bytes] = '\0';
        if (until != NULL && strstr(knocked.data, until) != NULL) {
            return;
        }
    }
}

/* Of the n-th answer, from 0; 0 when there is none. An answer begins with its status line. */
static inline int knocked_status(size_t n)
{
    const char *at = strstr(knocked.data, "HTTP/1.1 ");
    while (at != NULL && n-- > 0) {
        at = strstr(at + 9, "HTTP/1.1 ");
    }
    return at != NULL ? (int)strtol(at + 9, NULL, 10) : 0;
}

static inline size_t knocked_answers(void)
{
    size_t count = 0;
    const char *at = knocked.data;
    while ((at = strstr(at, "HTTP/1.1 ")) != NULL) {
        count += at[9] >= '1' && at[9] <= '5'; /* "HTTP/1.1 and" is no answer */
        at += 9;
    }
    return count;
}

static inline bool knocked_has(const char *text)
{
    return strstr(knocked.data, text) != NULL;
}

/* One exchange on a connection of its own; the client sends nothing more. */
static inline void knock_ask(struct text request)
{
    int client = knock_connect();
    knock_send(client, request);
    shutdown(client, SHUT_WR);
    knock_read(client, TEST_PATIENCE_MS, NULL);
    close(client);
}

#endif
