/* bench_load.c - a closed loop of HTTP/1.1 clients on one epoll. */
#include "cli/bench/bench_load.h"

#include "base/clock.h"
#include "cli/bench/bench_answer.h"
#include "cli/bench/bench_person.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    REQUEST_BYTES_MAX = 1536,
    HEAD_BYTES_MAX = 768,
    ANSWER_BYTES_MAX = 16 * 1024,
    EVENTS_MAX = 128,
    LAST_ANSWERS_MS = 5000, /* how long those on their way are waited for at the end */
};

struct client {
    int descriptor;
    bool waits; /* for an answer */
    bool is_blocked;
    int expected_status;
    int64_t sent_ns;
    size_t request_bytes;
    size_t request_sent;
    size_t answer_bytes;
    char request[REQUEST_BYTES_MAX];
    char answer[ANSWER_BYTES_MAX];
};

enum phase { PHASE_PREPARES, PHASE_WARMS_UP, PHASE_MEASURES, PHASE_ENDS };

struct load {
    const struct load_options *options;
    struct load_result *result;
    int epoll;
    enum phase phase;
    struct client *clients;
    size_t waiting; /* clients that wait for an answer */

    char create_head[HEAD_BYTES_MAX]; /* up to the number behind "Content-Length: " */
    size_t create_head_bytes;
    char get_tail[HEAD_BYTES_MAX]; /* what follows the id */
    size_t get_tail_bytes;

    char *ids; /* whom to read: given, or created first */
    size_t id_count;
    size_t id_room;
    uint64_t chance; /* xorshift64, for whom to read next */
    uint64_t request_number;
    int64_t started_ns; /* of the phase */
};

/* ---- requests ---- */

static bool render_heads(struct load *load)
{
    const struct load_options *options = load->options;
    char key[512] = "";
    if (options->key.data != NULL) {
        snprintf(key, sizeof key, "Authorization: Bearer %.*s\r\n", TEXT_ARGS(options->key));
    }
    int create = snprintf(load->create_head, sizeof load->create_head,
                          "POST /api/users HTTP/1.1\r\nHost: %.*s\r\n%s"
                          "Content-Type: application/json\r\nContent-Length: ",
                          TEXT_ARGS(options->host), key);
    int get = snprintf(load->get_tail, sizeof load->get_tail, " HTTP/1.1\r\nHost: %.*s\r\n%s\r\n",
                       TEXT_ARGS(options->host), key);
    load->create_head_bytes = (size_t)create;
    load->get_tail_bytes = (size_t)get;
    return create < HEAD_BYTES_MAX && get < HEAD_BYTES_MAX;
}

static char *put(char *out, const char *data, size_t bytes)
{
    memcpy(out, data, bytes);
    return out + bytes;
}

static void render_create(struct load *load, struct client *client)
{
    struct bench_person person;
    char body[PERSON_BODY_BYTES_MAX];
    bench_person_make(load->result->next_person++, &person);
    size_t body_bytes = bench_person_write(&person, body);
    char *end = put(client->request, load->create_head, load->create_head_bytes);
    end += snprintf(end, 16, "%zu\r\n\r\n", body_bytes);
    end = put(end, body, body_bytes);
    client->request_bytes = (size_t)(end - client->request);
    client->expected_status = 201;
    MUST(client->request_bytes <= REQUEST_BYTES_MAX);
}

static uint64_t next_chance(struct load *load)
{
    load->chance ^= load->chance << 13;
    load->chance ^= load->chance >> 7;
    load->chance ^= load->chance << 17;
    return load->chance;
}

static void render_get(struct load *load, struct client *client)
{
    MUST(load->id_count > 0);
    const char *id = load->ids + (next_chance(load) % load->id_count) * LOAD_ID_BYTES;
    char *end = put(client->request, "GET /api/users/", 15);
    end = put(put(end, id, LOAD_ID_BYTES), load->get_tail, load->get_tail_bytes);
    client->request_bytes = (size_t)(end - client->request);
    client->expected_status = 200;
    MUST(client->request_bytes <= REQUEST_BYTES_MAX);
}

static void render(struct load *load, struct client *client)
{
    const struct load_options *options = load->options;
    uint64_t number = load->request_number++;
    bool reads = options->mode == LOAD_GET ||
                 (options->mode == LOAD_MIXED && number % 10 < options->reads_of_ten);
    if (reads && load->phase != PHASE_PREPARES) {
        render_get(load, client);
    } else {
        render_create(load, client);
    }
    client->request_sent = 0;
    client->answer_bytes = 0;
}

/* ---- connections ---- */

static void watch(struct load *load, struct client *client, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data = {.ptr = client}};
    int answer = epoll_ctl(load->epoll, operation, client->descriptor, &event);
    MUST(answer == 0);
}

static bool connect_client(struct load *load, struct client *client)
{
    const struct load_options *options = load->options;
    int yes = 1;
    client->descriptor = socket(options->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->descriptor < 0) {
        return false;
    }
    if (connect(client->descriptor, (const struct sockaddr *)&options->address,
                options->address_bytes) != 0) {
        close(client->descriptor);
        client->descriptor = -1;
        return false;
    }
    if (options->address.ss_family != AF_UNIX) {
        setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    client->is_blocked = false;
    watch(load, client, EPOLL_CTL_ADD, EPOLLIN);
    return true;
}

static void disconnect(struct client *client)
{
    if (client->descriptor >= 0) {
        close(client->descriptor);
        client->descriptor = -1;
    }
}

static void note_error(struct load *load, const char *what, struct text detail)
{
    struct load_result *result = load->result;
    if (result->errors++ == 0) {
        snprintf(result->first_error, sizeof result->first_error, "%s%s%.*s", what,
                 detail.bytes > 0 ? ": " : "", (int)(detail.bytes < 300 ? detail.bytes : 300),
                 detail.bytes > 0 ? detail.data : "");
    }
}

/* ---- the loop ---- */

static void set_waits(struct load *load, struct client *client, bool waits)
{
    load->waiting += waits && !client->waits;
    load->waiting -= !waits && client->waits;
    client->waits = waits;
}

static void lose(struct load *load, struct client *client, const char *why)
{
    note_error(load, why, NO_TEXT);
    disconnect(client);
    set_waits(load, client, false);
}

static void send_rest(struct load *load, struct client *client)
{
    ssize_t sent = send(client->descriptor, client->request + client->request_sent,
                        client->request_bytes - client->request_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        lose(load, client, "a connection broke while sending");
        return;
    }
    client->request_sent += sent > 0 ? (size_t)sent : 0;
    bool is_blocked = client->request_sent < client->request_bytes;
    if (is_blocked != client->is_blocked) {
        client->is_blocked = is_blocked;
        watch(load, client, EPOLL_CTL_MOD, is_blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

static bool may_send(const struct load *load)
{
    bool has_enough = load->id_count + load->waiting >= load->id_room;
    return load->phase == PHASE_PREPARES ? !has_enough : load->phase != PHASE_ENDS;
}

static void send_next(struct load *load, struct client *client, int64_t now_ns)
{
    if (!may_send(load)) {
        return;
    }
    render(load, client);
    client->sent_ns = now_ns;
    set_waits(load, client, true);
    send_rest(load, client);
}

/* The id of somebody who was created so that he can be read. */
static void keep_id(struct load *load, struct text body)
{
    static const char key[] = "\"id\":\"";
    const char *found = memmem(body.data, body.bytes, key, sizeof key - 1);
    const char *end = body.data + body.bytes;
    if (found == NULL || end - found < (ptrdiff_t)(sizeof key - 1 + LOAD_ID_BYTES)) {
        note_error(load, "an answer to a create has no id", body);
        return;
    }
    MUST(load->id_count < load->id_room);
    memcpy(load->ids + load->id_count++ * LOAD_ID_BYTES, found + sizeof key - 1, LOAD_ID_BYTES);
}

static void count_answer(struct load *load, const struct client *client,
                         const struct bench_answer *answer, int64_t now_ns)
{
    bool is_expected = answer->status == client->expected_status;
    if (!is_expected) {
        note_error(load, "an answer was not what was asked for",
                   (struct text){client->answer, client->answer_bytes});
    } else if (load->phase == PHASE_PREPARES) {
        keep_id(load, answer->body);
    }
    if (load->phase == PHASE_MEASURES) {
        load->result->statuses[answer->status]++;
        if (is_expected) {
            load->result->answers++;
            latency_add(&load->result->latency, now_ns - client->sent_ns);
        }
    }
}

static void receive(struct load *load, struct client *client, int64_t now_ns)
{
    ssize_t got = recv(client->descriptor, client->answer + client->answer_bytes,
                       ANSWER_BYTES_MAX - client->answer_bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        lose(load, client, "the server closed a connection");
        return;
    }
    client->answer_bytes += (size_t)got;
    struct bench_answer answer;
    enum status status =
        bench_answer_read((struct text){client->answer, client->answer_bytes}, &answer);
    if (status == STATUS_OK) {
        set_waits(load, client, false);
        count_answer(load, client, &answer, now_ns);
        send_next(load, client, now_ns);
    } else if (status != STATUS_ABSENT || client->answer_bytes == ANSWER_BYTES_MAX) {
        lose(load, client, "an answer cannot be read: it is broken, chunked or too long");
    }
}

static void turn(struct load *load, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(load->epoll, events, EVENTS_MAX, wait_ms);
    int64_t now_ns = clock_monotonic_ns();
    for (int i = 0; i < count; i++) {
        struct client *client = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) {
            send_rest(load, client);
        }
        if (client->descriptor >= 0 && (events[i].events & ~(uint32_t)EPOLLOUT)) {
            receive(load, client, now_ns);
        }
    }
}

/* A client whose connection was lost comes back with a new one. */
static void come_back(struct load *load)
{
    for (size_t i = 0; i < load->options->client_count; i++) {
        struct client *client = &load->clients[i];
        if (client->descriptor < 0 && connect_client(load, client)) {
            send_next(load, client, clock_monotonic_ns());
        }
    }
}

static void begin_phase(struct load *load, enum phase phase)
{
    load->phase = phase;
    load->started_ns = clock_monotonic_ns();
    for (size_t i = 0; i < load->options->client_count; i++) {
        if (!load->clients[i].waits && load->clients[i].descriptor >= 0) {
            send_next(load, &load->clients[i], clock_monotonic_ns());
        }
    }
}

static void run_for(struct load *load, int64_t ms)
{
    uint64_t errors = load->result->errors;
    int64_t end_ns = load->started_ns + ms * 1000000;
    for (int64_t left_ns; (left_ns = end_ns - clock_monotonic_ns()) > 0;) {
        turn(load, (int)(left_ns / 1000000) + 1);
        if (load->result->errors != errors) {
            errors = load->result->errors;
            come_back(load);
        }
    }
}

static enum status prepare(struct load *load, struct arena *arena, struct text *error_out)
{
    begin_phase(load, PHASE_PREPARES);
    while (load->id_count < load->id_room) {
        turn(load, LAST_ANSWERS_MS);
        bool is_stuck = load->waiting == 0 && load->id_count < load->id_room;
        if (load->result->errors > 0 || is_stuck) {
            *error_out = text_format(arena, "The people to read could not be created: %s.",
                                     load->result->first_error);
            return STATUS_UNAVAILABLE;
        }
    }
    return STATUS_OK;
}

static void end(struct load *load)
{
    load->result->elapsed_ns = clock_monotonic_ns() - load->started_ns;
    load->phase = PHASE_ENDS;
    load->started_ns = clock_monotonic_ns();
    while (load->waiting > 0 &&
           clock_monotonic_ns() - load->started_ns < LAST_ANSWERS_MS * INT64_C(1000000)) {
        turn(load, 100);
    }
    if (load->waiting > 0) {
        note_error(load, "the last answers did not come", NO_TEXT);
    }
}

static enum status connect_all(struct load *load, struct arena *arena, struct text *error_out)
{
    for (size_t i = 0; i < load->options->client_count; i++) {
        load->clients[i].descriptor = -1;
    }
    for (size_t i = 0; i < load->options->client_count; i++) {
        if (!connect_client(load, &load->clients[i])) {
            *error_out = text_format(arena,
                                     "Connection %zu cannot be made: %s. Is the server running "
                                     "there? `kontora serve` starts one.",
                                     i + 1, strerror(errno));
            return STATUS_UNAVAILABLE;
        }
    }
    return STATUS_OK;
}

static void set_up(struct load *load, struct arena *arena)
{
    const struct load_options *options = load->options;
    load->clients = ARENA_ARRAY(arena, struct client, options->client_count);
    load->chance = 0x2545f4914f6cdd1dU;
    load->result->next_person = options->first_person;
    load->id_count = options->id_count;
    if (options->id_count > 0) {
        load->ids = arena_take_array(arena, options->id_count, LOAD_ID_BYTES);
        memcpy(load->ids, options->ids, options->id_count * LOAD_ID_BYTES);
    } else if (options->mode != LOAD_CREATE) {
        load->id_room = options->people_first;
        load->ids = arena_take_array(arena, load->id_room, LOAD_ID_BYTES);
    }
}

enum status load_run(const struct load_options *options, struct arena *arena,
                     struct load_result *result_out, struct text *error_out)
{
    MUST(options->client_count > 0 && options->client_count <= LOAD_CLIENTS_MAX);
    MUST(options->mode == LOAD_CREATE || options->id_count > 0 || options->people_first > 0);
    struct load load = {.options = options, .result = result_out};
    *result_out = (struct load_result){0};
    set_up(&load, arena);
    if (!render_heads(&load)) {
        *error_out = TEXT("The host or the key is too long for a request.");
        return STATUS_TOO_LARGE;
    }
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    MUST(load.epoll >= 0);
    enum status status = connect_all(&load, arena, error_out);
    if (status == STATUS_OK) {
        status = prepare(&load, arena, error_out);
    }
    if (status == STATUS_OK) {
        begin_phase(&load, PHASE_WARMS_UP);
        run_for(&load, options->warm_up_ms);
        begin_phase(&load, PHASE_MEASURES);
        run_for(&load, options->measured_ms);
        end(&load);
    }
    for (size_t i = 0; i < options->client_count; i++) {
        disconnect(&load.clients[i]);
    }
    close(load.epoll);
    return status;
}
