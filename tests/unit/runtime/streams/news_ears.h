/* news_ears.h - those who listen to the rig's streams, and what they hear.
 *
 * They speak HTTP/1.0, so that what they read is the text of the events and nothing else.
 */
#ifndef TESTS_UNIT_RUNTIME_STREAMS_NEWS_EARS_H
#define TESTS_UNIT_RUNTIME_STREAMS_NEWS_EARS_H

#include "tests/unit/runtime/streams/news_rig.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

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
    char *end = ear->heard ? memmem(ear->heard, ear->bytes, "\r\n\r\n", 4) : NULL;
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
        CHECK(ear_next(ear, TEST_PATIENCE_MS, &heard));
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
    struct heard heard = {.event = ""};
    CHECK(ear_next(ear, TEST_PATIENCE_MS, &heard));
    CHECK(text_starts_with(heard.block, TEXT("retry: 3000\nid: ")));
    return strtoll(heard.id, NULL, 10);
}

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
