/* bad_link.c - the proxy's thread: accepts, carries bytes, does harm when told to. */
#include "tests/lib/bad_link.h"

#include "base/must.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MAX = 16, CARRIED_BYTES = 64 * 1024, LOOK_MS = 5 };

enum harm { HARM_NONE, HARM_CUT, HARM_RESET };

/* Carries from one descriptor to the other; what is read and not written waits here. */
struct lane {
    char bytes[CARRIED_BYTES];
    size_t start;
    size_t end;
};

struct pair {
    int client; /* -1: the place is free */
    int server;
    struct lane up; /* towards the server */
    struct lane down;
};

struct bad_link {
    int ear;
    int port;
    int port_behind;
    pthread_t thread;
    atomic_bool stalls_up;
    atomic_bool stalls_down;
    atomic_bool refuses;
    atomic_bool ends;
    atomic_int harm;
    atomic_int count;
    struct pair pairs[PAIRS_MAX];
};

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void drop(struct pair *pair, bool is_reset)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (is_reset) {
        setsockopt(pair->client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        setsockopt(pair->server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close(pair->client);
    close(pair->server);
    pair->client = -1;
}

static void welcome(struct bad_link *link)
{
    int client = accept4(link->ear, NULL, NULL, SOCK_CLOEXEC);
    struct sockaddr_in address = loopback(link->port_behind);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct pair *place = NULL;
    for (size_t i = 0; i < PAIRS_MAX && place == NULL; i++) {
        place = link->pairs[i].client < 0 ? &link->pairs[i] : NULL;
    }
    MUST(client >= 0 && server >= 0);
    if (atomic_load(&link->refuses) || place == NULL ||
        connect(server, (struct sockaddr *)&address, sizeof address) != 0) {
        close(client);
        close(server);
        return;
    }
    memset(place, 0, sizeof *place);
    place->client = client;
    place->server = server;
    atomic_fetch_add(&link->count, 1);
}

/* False when one of the two is gone. */
static bool carry(struct lane *lane, int from, int towards)
{
    ssize_t got;
    if (lane->start == lane->end) {
        got = recv(from, lane->bytes, sizeof lane->bytes, MSG_DONTWAIT);
        if (got <= 0) {
            return got < 0;
        }
        lane->start = 0;
        lane->end = (size_t)got;
    }
    got = send(towards, lane->bytes + lane->start, lane->end - lane->start,
               MSG_DONTWAIT | MSG_NOSIGNAL);
    lane->start += got > 0 ? (size_t)got : 0;
    return true;
}

static void carry_pair(struct bad_link *link, struct pair *pair)
{
    bool is_whole = true;
    if (!atomic_load(&link->stalls_up)) {
        is_whole = carry(&pair->up, pair->client, pair->server);
    }
    if (is_whole && !atomic_load(&link->stalls_down)) {
        is_whole = carry(&pair->down, pair->server, pair->client);
    }
    if (!is_whole) {
        drop(pair, false);
    }
}

static void do_harm(struct bad_link *link)
{
    int harm = atomic_load(&link->harm);
    if (harm == HARM_NONE) {
        return;
    }
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        if (link->pairs[i].client >= 0) {
            drop(&link->pairs[i], harm == HARM_RESET);
        }
    }
    atomic_store(&link->harm, HARM_NONE);
}

/* Which descriptors are worth waking for: full lanes wait to be written, empty ones to be read. */
static nfds_t listen_to(struct bad_link *link, struct pollfd *ears)
{
    nfds_t count = 0;
    ears[count++] = (struct pollfd){.fd = link->ear, .events = POLLIN};
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        const struct pair *pair = &link->pairs[i];
        if (pair->client < 0) {
            continue;
        }
        if (!atomic_load(&link->stalls_up)) {
            bool is_empty = pair->up.start == pair->up.end;
            ears[count++] = (struct pollfd){.fd = is_empty ? pair->client : pair->server,
                                            .events = is_empty ? POLLIN : POLLOUT};
        }
        if (!atomic_load(&link->stalls_down)) {
            bool is_empty = pair->down.start == pair->down.end;
            ears[count++] = (struct pollfd){.fd = is_empty ? pair->server : pair->client,
                                            .events = is_empty ? POLLIN : POLLOUT};
        }
    }
    return count;
}

static void *run(void *context)
{
    struct bad_link *link = context;
    while (!atomic_load(&link->ends)) {
        struct pollfd ears[1 + 2 * PAIRS_MAX];
        nfds_t count = listen_to(link, ears);
        poll(ears, count, LOOK_MS);
        do_harm(link);
        if ((ears[0].revents & POLLIN) != 0) {
            welcome(link);
        }
        for (size_t i = 0; i < PAIRS_MAX; i++) {
            if (link->pairs[i].client >= 0) {
                carry_pair(link, &link->pairs[i]);
            }
        }
    }
    return NULL;
}

struct bad_link *bad_link_start(int port_behind)
{
    struct bad_link *link = calloc(1, sizeof *link);
    struct sockaddr_in address = loopback(0);
    socklen_t bytes = sizeof address;
    MUST(link != NULL);
    link->port_behind = port_behind;
    link->ear = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MUST(bind(link->ear, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(listen(link->ear, PAIRS_MAX) == 0);
    MUST(getsockname(link->ear, (struct sockaddr *)&address, &bytes) == 0);
    link->port = ntohs(address.sin_port);
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        link->pairs[i].client = -1;
    }
    MUST(pthread_create(&link->thread, NULL, run, link) == 0);
    return link;
}

void bad_link_stop(struct bad_link **link)
{
    struct bad_link *ending = *link;
    *link = NULL;
    if (ending == NULL) {
        return;
    }
    atomic_store(&ending->ends, true);
    pthread_join(ending->thread, NULL);
    for (size_t i = 0; i < PAIRS_MAX; i++) {
        if (ending->pairs[i].client >= 0) {
            drop(&ending->pairs[i], false);
        }
    }
    close(ending->ear);
    free(ending);
}

int bad_link_port(const struct bad_link *link)
{
    return link->port;
}

int bad_link_count(const struct bad_link *link)
{
    return atomic_load(&link->count);
}

void bad_link_stall(struct bad_link *link, bool towards_server, bool towards_client)
{
    atomic_store(&link->stalls_up, towards_server);
    atomic_store(&link->stalls_down, towards_client);
}

void bad_link_refuse(struct bad_link *link, bool refuses)
{
    atomic_store(&link->refuses, refuses);
}

static void order(struct bad_link *link, enum harm harm)
{
    atomic_store(&link->harm, harm);
    while (atomic_load(&link->harm) != HARM_NONE) {
        usleep(1000);
    }
}

void bad_link_cut(struct bad_link *link)
{
    order(link, HARM_CUT);
}

void bad_link_reset(struct bad_link *link)
{
    order(link, HARM_RESET);
}
