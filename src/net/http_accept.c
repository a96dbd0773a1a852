/* http_accept.c - who knocks is let in and led to a hall, one hall after the other.
 *
 * The first hall's loop accepts for all. Dealing connections out in turn keeps two halls equally
 * busy even with a handful of clients, which the kernel's own ways of spreading them do not.
 */
#include "net/http_door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RETRY_MS = 100 };

static void arrive(struct loop_message *message)
{
    connection__begin(OWNER_OF(message, struct connection, message));
}

static void note_peer(struct connection *connection, const struct sockaddr_storage *address)
{
    connection->peer_user = UINT32_MAX;
    const void *number = NULL;
    if (address->ss_family == AF_INET) {
        number = &((const struct sockaddr_in *)address)->sin_addr;
    } else if (address->ss_family == AF_INET6) {
        number = &((const struct sockaddr_in6 *)address)->sin6_addr;
    }
    if (number != NULL) {
        inet_ntop(address->ss_family, number, connection->peer, sizeof connection->peer);
        return;
    }
    memcpy(connection->peer, "unix", sizeof "unix");
    struct ucred credentials;
    socklen_t bytes = sizeof credentials;
    if (getsockopt(connection->wire.descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) ==
        0) {
        connection->peer_user = credentials.uid;
    }
}

#define TURNED_AWAY                                                                                \
    "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"                  \
    "\"code\":\"busy\",\"message\":\"Too many connections are open.\"}"
_Static_assert(sizeof TURNED_AWAY - 1 == 122, "the length that the head announces");

/* Whoever does not take the answer at once gets none; under TLS there is nothing to say it with. */
static void turn_away(struct http_server *server, int descriptor, const struct door *door)
{
    static const char said[] =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
        "Retry-After: 1\r\nContent-Length: 122\r\nConnection: close\r\n\r\n" TURNED_AWAY;
    if (door->tls == NULL) {
        char ignored[4096];
        (void)!send(descriptor, said, sizeof said - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(descriptor, SHUT_WR);
        (void)!recv(descriptor, ignored, sizeof ignored, MSG_DONTWAIT);
    }
    close(descriptor);
    count_up(&server->halls[0].counts.refused_total, 1);
}

static void let_in(struct door *door, int descriptor, const struct sockaddr_storage *address)
{
    struct http_server *server = door->server;
    size_t count = atomic_fetch_add_explicit(&server->connection_count, 1, memory_order_relaxed);
    if (count >= server->limits.connection_count_max) {
        atomic_fetch_sub_explicit(&server->connection_count, 1, memory_order_relaxed);
        turn_away(server, descriptor, door);
        return;
    }
    struct connection *connection = memory_take(sizeof *connection);
    connection->wire.descriptor = descriptor;
    connection->door = (uint8_t)door->kind;
    note_peer(connection, address);
    connection->hall = &server->halls[server->next_hall];
    server->next_hall = (server->next_hall + 1) % server->hall_count;
    if (door->tls != NULL && wire_start_tls(&connection->wire, door->tls) != STATUS_OK) {
        wire_close(&connection->wire);
        atomic_fetch_sub_explicit(&server->connection_count, 1, memory_order_relaxed);
        memory_free(connection);
        return;
    }
    connection->message.deliver = arrive;
    loop_post(connection->hall->loop, &connection->message);
}

void door__accept(struct door *door)
{
    while (door->descriptor >= 0) {
        struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
        socklen_t bytes = sizeof address;
        int descriptor = accept4(door->descriptor, (struct sockaddr *)&address, &bytes,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            let_in(door, descriptor, &address);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            /* They wait in the kernel until a descriptor is free; asking at once would spin. */
            struct loop *loop = door->server->halls[0].loop;
            loop_set_timer(loop, &door->timer, loop_now_ms(loop) + RETRY_MS);
            return;
        }
        /* ECONNABORTED and its like: that one has gone already, the next one may be there. */
    }
}
