/* redis_link.c - one connection to a Redis, never waited for longer than its deadline. */
#include "cache/redis_link.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/must.h"
#include "cache/cache.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    INPUT_BYTES = CACHE_VALUE_BYTES_MAX + RESP_LINE_BYTES_MAX,
    CONNECT_MS_MAX = 1000,
    CODE_BYTES_MAX = 32,
};

static const char too_slow[] = "did not answer in time";
static const char hung_up[] = "hung up";

/* ---- waiting ---- */

static int64_t deadline_after(int64_t ms)
{
    return clock_monotonic_ns() + ms * 1000 * 1000;
}

/* True when the descriptor is ready, or broken, which the next call on it finds out. */
static bool wait_for(int descriptor, short events, int64_t deadline_ns)
{
    struct pollfd waiting = {.fd = descriptor, .events = events};
    for (;;) {
        int64_t left_ns = deadline_ns - clock_monotonic_ns();
        if (left_ns <= 0) {
            return false;
        }
        int ready = poll(&waiting, 1, (int)((left_ns + 999999) / 1000000));
        if (ready > 0) {
            return true;
        }
        MUST(ready == 0 || errno == EINTR || errno == ENOMEM);
        if (ready == 0) {
            return false;
        }
    }
}

/* ---- asking ---- */

static void skip_sent(struct iovec *parts, size_t count, size_t sent)
{
    for (size_t i = 0; i < count && sent > 0; i++) {
        size_t part = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        parts[i].iov_base = (char *)parts[i].iov_base + part;
        parts[i].iov_len -= part;
        sent -= part;
    }
}

/* NULL, or what is wrong. */
static const char *send_all(struct redis_link *link, struct iovec *parts, size_t count,
                            int64_t deadline_ns)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        left += parts[i].iov_len;
    }
    while (left > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t sent = sendmsg(link->descriptor, &message, MSG_NOSIGNAL);
        if (sent > 0) {
            skip_sent(parts, count, (size_t)sent);
            left -= (size_t)sent;
        } else if (errno != EAGAIN && errno != EINTR) {
            return hung_up;
        } else if (!wait_for(link->descriptor, POLLOUT, deadline_ns)) {
            return too_slow;
        }
    }
    return NULL;
}

static const char *send_command(struct redis_link *link, const struct text *words, size_t count,
                                int64_t deadline_ns)
{
    char head[RESP_HEAD_BYTES_MAX];
    char end[] = "\r\n";
    struct text last = words[count - 1];
    struct iovec parts[] = {
        {.iov_base = head, .iov_len = resp_write_head(words, count, head)},
        /* sendmsg changes nothing there; its type is older than const. */
        {.iov_base = (void *)(uintptr_t)last.data, .iov_len = last.bytes},
        {.iov_base = end, .iov_len = strlen(end)},
    };
    return send_all(link, parts, COUNT_OF(parts), deadline_ns);
}

/* Takes what there is. NULL, or what is wrong. */
static const char *receive(struct redis_link *link, int64_t deadline_ns)
{
    MUST(link->input_bytes < INPUT_BYTES); /* no answer that is still good is as long as that */
    for (;;) {
        if (!wait_for(link->descriptor, POLLIN, deadline_ns)) {
            return too_slow;
        }
        ssize_t got = recv(link->descriptor, link->input + link->input_bytes,
                           INPUT_BYTES - link->input_bytes, 0);
        if (got > 0) {
            link->input_bytes += (size_t)got;
            return NULL;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            return hung_up;
        }
    }
}

enum status redis_link_ask(struct redis_link *link, const struct text *words, size_t count,
                           int64_t deadline_ns, struct resp_answer *answer_out,
                           const char **trouble_out)
{
    size_t used = 0;
    enum resp_outcome outcome = RESP_MORE;
    link->input_bytes = 0;
    *trouble_out = send_command(link, words, count, deadline_ns);
    while (*trouble_out == NULL && outcome == RESP_MORE) {
        *trouble_out = receive(link, deadline_ns);
        outcome = resp_read((struct text){link->input, link->input_bytes}, CACHE_VALUE_BYTES_MAX,
                            answer_out, &used);
    }
    if (*trouble_out != NULL) {
        return STATUS_UNAVAILABLE;
    }
    if (outcome == RESP_TOO_LARGE) {
        return STATUS_TOO_LARGE;
    }
    if (outcome == RESP_WRONG || used != link->input_bytes) {
        *trouble_out = "does not answer as a Redis does";
        return STATUS_UNAVAILABLE;
    }
    return STATUS_OK;
}

bool redis_link_is_alive(const struct redis_link *link)
{
    char unasked;
    ssize_t got = recv(link->descriptor, &unasked, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

struct text redis_error_code(const struct resp_answer *answer)
{
    MUST(answer->kind == RESP_ERROR);
    size_t bytes = 0;
    while (bytes < answer->text.bytes && bytes < CODE_BYTES_MAX &&
           answer->text.data[bytes] >= 'A' && answer->text.data[bytes] <= 'Z') {
        bytes++;
    }
    return text_slice(answer->text, 0, bytes);
}

/* ---- opening ---- */

/* The connected socket, or -1. */
static int connect_to(const struct sockaddr *address, socklen_t bytes, int64_t deadline_ns)
{
    int one = 1;
    int error = 0;
    socklen_t error_bytes = sizeof error;
    int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return -1;
    }
    if (address->sa_family != AF_UNIX) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (connect(descriptor, address, bytes) != 0) {
        bool is_made = (errno == EINPROGRESS || errno == EINTR) &&
                       wait_for(descriptor, POLLOUT, deadline_ns) &&
                       getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &error_bytes) == 0 &&
                       error == 0;
        if (!is_made) {
            close(descriptor);
            return -1;
        }
    }
    return descriptor;
}

static int connect_path(const struct redis_address *address)
{
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    MUST(address->path.bytes < sizeof place.sun_path);
    memcpy(place.sun_path, address->path.data, address->path.bytes);
    return connect_to((const struct sockaddr *)(const void *)&place, sizeof place,
                      deadline_after(CONNECT_MS_MAX));
}

/* Every address that the name has is tried, all of them within the time of one connect. */
static int connect_host(const struct redis_address *address)
{
    const struct addrinfo wish = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int descriptor = -1;
    if (getaddrinfo(address->host.data, address->port.data, &wish, &found) != 0) {
        return -1;
    }
    int64_t deadline_ns = deadline_after(CONNECT_MS_MAX);
    for (const struct addrinfo *one = found; one != NULL && descriptor < 0; one = one->ai_next) {
        descriptor = connect_to(one->ai_addr, one->ai_addrlen, deadline_ns);
    }
    freeaddrinfo(found);
    return descriptor;
}

/* One command of the greeting, to be answered with this word. */
static bool greet(struct redis_link *link, const struct text *words, size_t count, int deadline_ms,
                  char trouble_out[REDIS_TROUBLE_BYTES])
{
    struct resp_answer answer = {.kind = RESP_NOTHING};
    const char *trouble = NULL;
    enum status status =
        redis_link_ask(link, words, count, deadline_after(deadline_ms), &answer, &trouble);
    if (status == STATUS_OK && answer.kind == RESP_SIMPLE) {
        return true;
    }
    if (status == STATUS_OK && answer.kind == RESP_ERROR) {
        struct text code = redis_error_code(&answer);
        snprintf(trouble_out, REDIS_TROUBLE_BYTES, "answered to %.*s with %.*s",
                 TEXT_ARGS(words[0]), TEXT_ARGS(code));
    } else {
        snprintf(trouble_out, REDIS_TROUBLE_BYTES, "%s",
                 trouble != NULL ? trouble : "does not answer as a Redis does");
    }
    return false;
}

static bool is_let_in(struct redis_link *link, const struct redis_address *address,
                      char trouble_out[REDIS_TROUBLE_BYTES])
{
    char digits[16];
    int bytes = snprintf(digits, sizeof digits, "%d", address->database);
    const struct text with_user[] = {TEXT("AUTH"), address->user, address->secret};
    const struct text with_secret[] = {TEXT("AUTH"), address->secret};
    const struct text select[] = {TEXT("SELECT"), {digits, (size_t)bytes}};
    const struct text ping[] = {TEXT("PING")};
    int ms = address->deadline_ms;
    if (text_is_given(address->user) && !greet(link, with_user, 3, ms, trouble_out)) {
        return false;
    }
    if (text_is_given(address->secret) && !text_is_given(address->user) &&
        !greet(link, with_secret, 2, ms, trouble_out)) {
        return false;
    }
    if (address->database != 0 && !greet(link, select, 2, ms, trouble_out)) {
        return false;
    }
    return greet(link, ping, 1, ms, trouble_out);
}

struct redis_link *redis_link_open(const struct redis_address *address,
                                   char trouble_out[REDIS_TROUBLE_BYTES])
{
    int descriptor = text_is_given(address->path) ? connect_path(address) : connect_host(address);
    if (descriptor < 0) {
        snprintf(trouble_out, REDIS_TROUBLE_BYTES, "cannot be connected to");
        return NULL;
    }
    struct redis_link *link = memory_take(sizeof *link);
    link->descriptor = descriptor;
    link->input = memory_resize(NULL, INPUT_BYTES); /* its pages need not be touched now */
    if (!is_let_in(link, address, trouble_out)) {
        redis_link_close(&link);
    }
    return link;
}

void redis_link_close(struct redis_link **link)
{
    struct redis_link *ending = *link;
    *link = NULL;
    if (ending != NULL) {
        close(ending->descriptor);
        memory_free(ending->input);
        memory_free(ending);
    }
}
