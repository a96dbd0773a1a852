/* amqp_socket.c - connects to one address after the other, sends and receives what it can. */
#include "bus/rabbitmq/amqp_socket.h"

#include "base/must.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_BYTES = 2 * AMQP__FRAME_BYTES_MAX, SENTENCE_BYTES = 400 };

static const char *say(const char *what, const char *why)
{
    static _Thread_local char sentence[SENTENCE_BYTES];
    snprintf(sentence, sizeof sentence, "%s: %s", what, why);
    return sentence;
}

static const char *say_errno(const char *what, int error)
{
    char why[128];
    return say(what, strerror_r(error, why, sizeof why));
}

void amqp__socket_init(struct amqp_socket *socket)
{
    *socket = (struct amqp_socket){.descriptor = -1};
}

void amqp__socket_close(struct amqp_socket *socket)
{
    if (socket->descriptor >= 0) {
        close(socket->descriptor);
    }
    socket->descriptor = -1;
    amqp__buffer_take(&socket->out, amqp__buffer_waiting(&socket->out));
    amqp__buffer_take(&socket->in, amqp__buffer_waiting(&socket->in));
}

void amqp__socket_finish(struct amqp_socket *socket)
{
    amqp__socket_close(socket);
    amqp__buffer_finish(&socket->out);
    amqp__buffer_finish(&socket->in);
    if (socket->places != NULL) {
        freeaddrinfo(socket->places);
    }
    socket->places = NULL;
}

/* The first of the addresses left that can be tried at all. Frames are gathered before they are
 * sent, so the kernel need not wait for more of them. */
static const char *try_next(struct amqp_socket *out, int last_error)
{
    while (out->next_place != NULL) {
        const struct addrinfo *place = out->next_place;
        const int on = 1;
        out->next_place = place->ai_next;
        amqp__socket_close(out);
        out->descriptor = socket(place->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (out->descriptor < 0) {
            return say_errno("no socket", errno);
        }
        setsockopt(out->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(out->descriptor, place->ai_addr, place->ai_addrlen) == 0 ||
            errno == EINPROGRESS) {
            return NULL;
        }
        last_error = errno;
    }
    return say_errno("it does not take connections", last_error);
}

const char *amqp__socket_open(struct amqp_socket *out, const char *host, int port)
{
    MUST(out->descriptor < 0 && port > 0);
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    char port_text[16];
    snprintf(port_text, sizeof port_text, "%d", port);
    if (out->places != NULL) {
        freeaddrinfo(out->places);
    }
    out->places = NULL;
    int trouble = getaddrinfo(host, port_text, &wanted, &out->places);
    if (trouble != 0) {
        return say("its name cannot be looked up", gai_strerror(trouble));
    }
    out->next_place = out->places;
    return try_next(out, 0);
}

const char *amqp__socket_connected(struct amqp_socket *out, bool *is_connected_out)
{
    int error = 0;
    socklen_t bytes = sizeof error;
    MUST(getsockopt(out->descriptor, SOL_SOCKET, SO_ERROR, &error, &bytes) == 0);
    *is_connected_out = error == 0;
    return error == 0 ? NULL : try_next(out, error);
}

const char *amqp__socket_send(struct amqp_socket *out, size_t *bytes_out)
{
    *bytes_out = 0;
    while (amqp__buffer_waiting(&out->out) > 0) {
        ssize_t sent = send(out->descriptor, out->out.data + out->out.start,
                            amqp__buffer_waiting(&out->out), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            bool is_full = errno == EAGAIN || errno == EWOULDBLOCK;
            return is_full ? NULL : say_errno("the connection broke", errno);
        }
        amqp__buffer_take(&out->out, (size_t)sent);
        *bytes_out += (size_t)sent;
    }
    return NULL;
}

const char *amqp__socket_receive(struct amqp_socket *in, size_t *bytes_out)
{
    uint8_t *place = amqp__buffer_make_room(&in->in, RECEIVE_BYTES);
    ssize_t got = recv(in->descriptor, place, RECEIVE_BYTES, 0);
    *bytes_out = got > 0 ? (size_t)got : 0;
    in->in.end += *bytes_out;
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) {
        return NULL;
    }
    return got == 0 ? say("the connection broke", "the broker closed it")
                    : say_errno("the connection broke", errno);
}
