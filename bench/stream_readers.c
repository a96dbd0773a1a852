/* stream_readers.c - many readers of one stream in one process, for benchmarks and tests.
 *
 *   stream_readers PORT KEY PATH READERS DEAD EVENT < commands
 *
 * Opens READERS streams on 127.0.0.1 that read, and DEAD ones that never do. A reader that is cut
 * off comes back with its Last-Event-ID. Commands are lines: `report` prints one line of JSON about
 * all that read, `clear` forgets the times measured so far; the end of the input ends it.
 *
 * In the data of an event of that name, a number "amount" is taken for the moment of sending, in
 * microseconds of the monotonic clock: the time on the way is measured from there.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/must.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINE_BYTES = 160, /* more of a line is not looked at */
    READ_BYTES = 64 * 1024,
    CONNECTING_MAX = 256,
    CONNECT_EVERY_MS = 20,
    DEAD_BUFFER_BYTES = 4096,
    TIMES_MAX = 20 * 1000 * 1000,
};

struct reader {
    int socket; /* -1: not connected */
    bool is_dead;
    bool is_connecting;
    bool is_greeted; /* by this connection */
    bool has_event;
    bool is_reset;
    bool is_timed;
    char line[LINE_BYTES + 1];
    size_t line_bytes;
    int64_t block_id; /* -1: none in this block */
    int64_t sent_us;
    int64_t last_id; /* -1: none yet */
    uint64_t events;
    uint64_t hash; /* of the ids, in order */
};

static struct {
    int port;
    const char *key;
    const char *path;
    const char *timed_event;
    struct reader *readers;
    size_t reader_count;
    size_t connecting;
    int epoll;
    int64_t connect_at_ms;
    uint64_t doubled; /* events that came with an id that was not new */
    uint64_t resets;
    uint64_t connections;
    int64_t *times_us;
    size_t time_count;
    size_t time_room;
    char command[64];
    size_t command_bytes;
} all;

/* ---- what comes in ---- */

static void note_time(int64_t us)
{
    if (all.time_count == all.time_room && all.time_room < TIMES_MAX) {
        all.time_room = all.time_room == 0 ? 65536 : all.time_room * 2;
        all.times_us = memory_resize(all.times_us, all.time_room * sizeof *all.times_us);
    }
    if (all.time_count < all.time_room) {
        all.times_us[all.time_count++] = us;
    }
}

static void end_block(struct reader *reader)
{
    if (reader->has_event && reader->is_reset) {
        all.resets++;
    } else if (reader->has_event && reader->block_id <= reader->last_id) {
        all.doubled++;
    } else if (reader->has_event) {
        reader->events++;
        reader->hash = (reader->hash ^ (uint64_t)reader->block_id) * 1099511628211u;
        if (reader->is_timed && reader->sent_us > 0) {
            note_time(clock_monotonic_ns() / 1000 - reader->sent_us);
        }
    }
    if (reader->block_id >= 0) {
        reader->last_id = reader->block_id;
        reader->is_greeted = true;
    }
    reader->block_id = -1;
    reader->has_event = false;
    reader->is_reset = false;
    reader->is_timed = false;
    reader->sent_us = 0;
}

static void end_line(struct reader *reader)
{
    const char *line = reader->line;
    reader->line[reader->line_bytes] = '\0';
    if (reader->line_bytes == 0) {
        end_block(reader);
    } else if (strncmp(line, "id: ", 4) == 0) {
        reader->block_id = strtoll(line + 4, NULL, 10);
    } else if (strncmp(line, "event: ", 7) == 0) {
        reader->has_event = true;
        reader->is_reset = strcmp(line + 7, "reset") == 0;
        reader->is_timed = strcmp(line + 7, all.timed_event) == 0;
    } else if (strncmp(line, "data: ", 6) == 0) {
        const char *amount = strstr(line, "\"amount\":");
        reader->sent_us = amount != NULL ? strtoll(amount + 9, NULL, 10) : 0;
    }
    reader->line_bytes = 0;
}

static void take(struct reader *reader, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n') {
            end_line(reader);
        } else if (bytes[i] != '\r' && reader->line_bytes < LINE_BYTES) {
            reader->line[reader->line_bytes++] = bytes[i];
        }
    }
}

/* ---- connections ---- */

static void let_go(struct reader *reader)
{
    all.connecting -= reader->is_connecting;
    reader->is_connecting = false;
    close(reader->socket);
    reader->socket = -1;
}

static void connect_one(struct reader *reader)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)all.port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    reader->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    MUST(reader->socket >= 0);
    if (reader->is_dead) {
        int bytes = DEAD_BUFFER_BYTES;
        setsockopt(reader->socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    reader->line_bytes = 0;
    reader->block_id = -1;
    reader->has_event = false;
    reader->is_greeted = false;
    reader->is_connecting = true;
    all.connecting++;
    int result = connect(reader->socket, (const struct sockaddr *)&address, sizeof address);
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = reader};
    if ((result != 0 && errno != EINPROGRESS) ||
        epoll_ctl(all.epoll, EPOLL_CTL_ADD, reader->socket, &event) != 0) {
        let_go(reader);
    }
}

static void ask(struct reader *reader)
{
    char request[1024];
    char resume[64] = "";
    if (reader->last_id >= 0) {
        snprintf(resume, sizeof resume, "Last-Event-ID: %lld\r\n", (long long)reader->last_id);
    }
    int bytes = snprintf(request, sizeof request,
                         "GET %s HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n",
                         all.path, all.key, resume);
    if (send(reader->socket, request, (size_t)bytes, MSG_NOSIGNAL) != bytes) {
        let_go(reader);
        return;
    }
    all.connecting--;
    all.connections++;
    reader->is_connecting = false;
    struct epoll_event event = {.events = reader->is_dead ? 0 : EPOLLIN, .data.ptr = reader};
    epoll_ctl(all.epoll, EPOLL_CTL_MOD, reader->socket, &event);
}

static void read_some(struct reader *reader)
{
    static char bytes[READ_BYTES];
    ssize_t got = recv(reader->socket, bytes, sizeof bytes, 0);
    if (got > 0) {
        take(reader, bytes, (size_t)got);
    } else if (got == 0 || errno != EAGAIN) {
        let_go(reader);
    }
}

static void on_ready(struct reader *reader, uint32_t events)
{
    if (reader->is_connecting) {
        if (events & (EPOLLERR | EPOLLHUP)) {
            let_go(reader);
        } else {
            ask(reader);
        }
    } else if (reader->is_dead) {
        let_go(reader); /* it was cut */
    } else {
        read_some(reader);
    }
}

/* The dead do not come back. */
static void connect_more(void)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < all.connect_at_ms) {
        return;
    }
    all.connect_at_ms = now_ms + CONNECT_EVERY_MS;
    for (size_t i = 0; i < all.reader_count && all.connecting < CONNECTING_MAX; i++) {
        struct reader *reader = &all.readers[i];
        if (reader->socket < 0 && !(reader->is_dead && all.connections >= all.reader_count)) {
            connect_one(reader);
        }
    }
}

/* ---- commands ---- */

static int by_size(const void *left, const void *right)
{
    int64_t one = *(const int64_t *)left;
    int64_t other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

static long long percentile(size_t of_hundred)
{
    if (all.time_count == 0) {
        return 0;
    }
    size_t index = all.time_count * of_hundred / 100;
    return (long long)all.times_us[index < all.time_count ? index : all.time_count - 1];
}

static void report(void)
{
    size_t open = 0;
    size_t dead = 0;
    uint64_t fewest = UINT64_MAX;
    uint64_t most = 0;
    const struct reader *first = &all.readers[0];
    bool same = true;
    for (size_t i = 0; i < all.reader_count; i++) {
        const struct reader *reader = &all.readers[i];
        if (reader->is_dead) {
            dead += reader->socket >= 0;
            continue;
        }
        open += reader->socket >= 0 && reader->is_greeted;
        fewest = reader->events < fewest ? reader->events : fewest;
        most = reader->events > most ? reader->events : most;
        same = same && reader->hash == first->hash;
    }
    qsort(all.times_us, all.time_count, sizeof *all.times_us, by_size);
    printf("{\"open\":%zu,\"dead_open\":%zu,\"fewest\":%llu,\"most\":%llu,\"same\":%s,"
           "\"doubled\":%llu,\"resets\":%llu,\"connections\":%llu,\"last_id\":%lld,\"hash\":%llu,"
           "\"times\":%zu,\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld}\n",
           open, dead, (unsigned long long)fewest, (unsigned long long)most,
           same ? "true" : "false", (unsigned long long)all.doubled, (unsigned long long)all.resets,
           (unsigned long long)all.connections, (long long)first->last_id,
           (unsigned long long)first->hash, all.time_count, percentile(50), percentile(99),
           percentile(100));
    fflush(stdout);
}

static void obey(void)
{
    if (strcmp(all.command, "report") == 0) {
        report();
    } else if (strcmp(all.command, "clear") == 0) {
        all.time_count = 0;
    }
}

/* False at the end of the input. */
static bool read_commands(void)
{
    char letter;
    ssize_t got = read(STDIN_FILENO, &letter, 1);
    if (got <= 0) {
        return false;
    }
    if (letter == '\n') {
        all.command[all.command_bytes] = '\0';
        all.command_bytes = 0;
        obey();
    } else if (all.command_bytes + 1 < sizeof all.command) {
        all.command[all.command_bytes++] = letter;
    }
    return true;
}

/* ---- all of it ---- */

static void allow_many_descriptors(void)
{
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void make_readers(size_t alive, size_t dead)
{
    all.reader_count = alive + dead;
    all.readers = memory_take(all.reader_count * sizeof *all.readers);
    for (size_t i = 0; i < all.reader_count; i++) {
        all.readers[i].socket = -1;
        all.readers[i].block_id = -1;
        all.readers[i].last_id = -1;
        all.readers[i].is_dead = i >= alive;
    }
}

static void run(void)
{
    bool goes_on = true;
    struct epoll_event command = {.events = EPOLLIN, .data.ptr = NULL};
    MUST(epoll_ctl(all.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &command) == 0);
    while (goes_on) {
        struct epoll_event events[512];
        int count = epoll_wait(all.epoll, events, COUNT_OF(events), CONNECT_EVERY_MS);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL) {
                goes_on = read_commands();
            } else {
                on_ready(events[i].data.ptr, events[i].events);
            }
        }
        connect_more();
    }
}

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "stream_readers PORT KEY PATH READERS DEAD EVENT < commands\n");
        return EXIT_USAGE;
    }
    all.port = (int)strtol(argv[1], NULL, 10);
    all.key = argv[2];
    all.path = argv[3];
    all.timed_event = argv[6];
    allow_many_descriptors();
    make_readers((size_t)strtol(argv[4], NULL, 10), (size_t)strtol(argv[5], NULL, 10));
    all.epoll = epoll_create1(EPOLL_CLOEXEC);
    MUST(all.epoll >= 0);
    run();
    return EXIT_OK;
}
