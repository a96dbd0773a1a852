/* http_listen.c - opens the doors: TCP and unix sockets that listen, with or without TLS. */
#include "net/http_door.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,
    KEEPALIVE_IDLE_S = 60, /* a peer whose machine has vanished is noticed after two minutes */
    KEEPALIVE_INTERVAL_S = 15,
    KEEPALIVE_COUNT = 4,
    UNHEARD_MS = 60 * 1000, /* so is one that vanishes, or stops reading, with bytes on their way */
    ERROR_BYTES = 512,
    PORT_MAX = 65535,
};

/* The text lives as long as the program: it is the last thing that is said before it ends. */
static enum status say(struct text *error_out, const struct http_listen *listen, const char *why)
{
    static _Thread_local char said[ERROR_BYTES];
    int bytes = snprintf(said, sizeof said, "cannot listen on %s: %s", listen->address, why);
    size_t kept = bytes < ERROR_BYTES ? (size_t)bytes : ERROR_BYTES - 1;
    *error_out = (struct text){said, kept};
    return errno == EADDRINUSE ? STATUS_EXISTS : STATUS_UNAVAILABLE;
}

static enum status say_errno(struct text *error_out, const struct http_listen *listen)
{
    return say(error_out, listen, strerror(errno));
}

/* ---- unix ---- */

/* A socket file that nobody listens on is left over from a process that was killed. */
static bool is_stale(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) {
        return false;
    }
    int result = connect(probe, (const struct sockaddr *)address, sizeof *address);
    bool stale = result != 0 && errno == ECONNREFUSED;
    close(probe);
    return stale;
}

static enum status open_unix(struct door *door, const struct http_listen *listen,
                             struct text *error_out)
{
    const char *path = listen->address + strlen("unix:");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) == 0 || strlen(path) >= sizeof address.sun_path) {
        errno = 0;
        return say(error_out, listen, "the path is empty or longer than 107 bytes");
    }
    memcpy(address.sun_path, path, strlen(path));
    if (is_stale(&address)) {
        unlink(path);
    }
    door->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door->descriptor < 0) {
        return say_errno(error_out, listen);
    }
    /* The mode is set before the socket can be connected to, and bind makes the file with it. */
    fchmod(door->descriptor, S_IRUSR | S_IWUSR);
    if (bind(door->descriptor, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, S_IRUSR | S_IWUSR) != 0) {
        return say_errno(error_out, listen);
    }
    door->kind = HTTP_DOOR_UNIX;
    memcpy(door->path, address.sun_path, sizeof door->path);
    return STATUS_OK;
}

/* ---- TCP ---- */

/* "127.0.0.1:8480", "[::1]:8480", "localhost:8480" */
static bool split_address(const char *address, char *host_out, size_t host_room, const char **port)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon[1] == '\0') {
        return false;
    }
    const char *from = address;
    const char *to = colon;
    if (*from == '[') {
        if (to[-1] != ']') {
            return false;
        }
        from++;
        to--;
    }
    size_t bytes = (size_t)(to - from);
    if (bytes == 0 || bytes >= host_room) {
        return false;
    }
    memcpy(host_out, from, bytes);
    host_out[bytes] = '\0';
    *port = colon + 1;
    return true;
}

/* Accepted sockets inherit these. No SO_REUSEPORT: a second server on the same port is an error
 * that must be seen, not a load balancer. */
static void set_options(int descriptor)
{
    const struct {
        int level;
        int name;
        int value;
    } options[] = {
        {SOL_SOCKET, SO_REUSEADDR, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, UNHEARD_MS},
    };
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        int result = setsockopt(descriptor, options[i].level, options[i].name, &options[i].value,
                                sizeof options[i].value);
        MUST(result == 0);
    }
}

static enum status bind_tcp(struct door *door, const struct http_listen *listen,
                            const struct addrinfo *address, struct text *error_out)
{
    door->descriptor =
        socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (door->descriptor < 0) {
        return say_errno(error_out, listen);
    }
    set_options(door->descriptor);
    if (bind(door->descriptor, address->ai_addr, address->ai_addrlen) != 0) {
        return say_errno(error_out, listen);
    }
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } bound = {.six = {.sin6_family = AF_UNSPEC}};
    socklen_t bytes = sizeof bound;
    int result = getsockname(door->descriptor, &bound.any, &bytes);
    MUST(result == 0);
    in_port_t port = bound.any.sa_family == AF_INET6 ? bound.six.sin6_port : bound.four.sin_port;
    door->port = ntohs(port);
    door->kind = HTTP_DOOR_TCP;
    return STATUS_OK;
}

static enum status open_tcp(struct door *door, const struct http_listen *listen,
                            struct text *error_out)
{
    char host[256];
    const char *port;
    int64_t number = 0;
    errno = 0;
    if (!split_address(listen->address, host, sizeof host, &port)) {
        return say(error_out, listen, "this is not HOST:PORT, [HOST]:PORT or unix:PATH");
    }
    /* getaddrinfo takes 65537 for 1. */
    if (!text_to_integer(text_of(port), &number) || number < 0 || number > PORT_MAX) {
        return say(error_out, listen, "the port must be a number from 0 to 65535");
    }
    struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    int result = getaddrinfo(host, port, &hints, &found);
    if (result != 0) {
        errno = 0;
        return say(error_out, listen, gai_strerror(result));
    }
    enum status status = bind_tcp(door, listen, found, error_out);
    freeaddrinfo(found);
    return status;
}

static enum status open_tls(struct door *door, const struct http_listen *listen,
                            struct text *error_out)
{
    if (listen->certificate == NULL && listen->key == NULL) {
        return STATUS_OK;
    }
    const char *why = "a certificate needs its key, and a key its certificate";
    errno = 0;
    if (listen->certificate == NULL || listen->key == NULL) {
        (void)say(error_out, listen, why);
        return STATUS_MALFORMED;
    }
    if (wire_tls_create(listen->certificate, listen->key, &door->tls, &why) != STATUS_OK) {
        errno = 0;
        (void)say(error_out, listen, why);
        return STATUS_MALFORMED;
    }
    if (door->kind == HTTP_DOOR_TCP) {
        door->kind = HTTP_DOOR_TLS;
    }
    return STATUS_OK;
}

enum status door__open(struct door *door, const struct http_listen *options, struct text *error_out)
{
    door->descriptor = -1;
    bool is_unix = strncmp(options->address, "unix:", strlen("unix:")) == 0;
    enum status status =
        is_unix ? open_unix(door, options, error_out) : open_tcp(door, options, error_out);
    if (status == STATUS_OK) {
        status = open_tls(door, options, error_out);
    }
    if (status == STATUS_OK && listen(door->descriptor, BACKLOG) != 0) {
        status = say_errno(error_out, options);
    }
    return status;
}

void door__close(struct door *door)
{
    if (door->descriptor >= 0) {
        if (door->path[0] != '\0') {
            unlink(door->path); /* before others can take the name */
        }
        close(door->descriptor);
        door->descriptor = -1;
    }
}
