/* bench_lanes.c - drives the services of `kontora bench events`. */
#include "cli/bench/bench_lanes.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/bench/bench_answer.h"
#include "cli/bench/bench_events_services.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_BYTES_MAX = 4096,
    ANSWER_SECONDS_MAX = 60,
    ARENA_BYTES_MAX = 65536,
    POLL_US = 5000, /* among many events */
    LOOK_US = 50,   /* for a single one */
};

/* One connection, one request under way. */
struct lane {
    const struct lanes_options *options;
    int64_t number;
    int64_t events;
    int socket;
    pthread_t thread;
    enum status status;
    char answer[ANSWER_BYTES_MAX];
    char error[LANES_ERROR_BYTES];
};

static enum status lane_failed(struct lane *lane, const char *what, const char *why)
{
    snprintf(lane->error, sizeof lane->error, "%s: %s", what, why);
    return STATUS_UNAVAILABLE;
}

static enum status lane_open(struct lane *lane)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval longest = {.tv_sec = ANSWER_SECONDS_MAX};
    size_t bytes = strlen(lane->options->socket);
    if (bytes >= sizeof address.sun_path) {
        return lane_failed(lane, lane->options->socket, "the path is too long for a socket");
    }
    memcpy(address.sun_path, lane->options->socket, bytes + 1);
    lane->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (lane->socket < 0 ||
        connect(lane->socket, (const struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(lane->socket, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest) != 0) {
        return lane_failed(lane, lane->options->socket, strerror(errno));
    }
    return STATUS_OK;
}

static void lane_close(struct lane *lane)
{
    if (lane->socket >= 0) {
        close(lane->socket);
        lane->socket = -1;
    }
}

/* The answer points into the lane, and lasts until the next request. */
static enum status exchange(struct lane *lane, struct text request, int expected_status,
                            struct text *body_out)
{
    struct bench_answer answer;
    size_t bytes = 0;
    if (send(lane->socket, request.data, request.bytes, MSG_NOSIGNAL) != (ssize_t)request.bytes) {
        return lane_failed(lane, "a request was not sent", strerror(errno));
    }
    enum status status = STATUS_ABSENT;
    while (status == STATUS_ABSENT && bytes < sizeof lane->answer) {
        ssize_t got = recv(lane->socket, lane->answer + bytes, sizeof lane->answer - bytes, 0);
        if (got <= 0) {
            return lane_failed(lane, "no answer came", got < 0 ? strerror(errno) : "it hung up");
        }
        bytes += (size_t)got;
        status = bench_answer_read((struct text){lane->answer, bytes}, &answer);
    }
    if (status != STATUS_OK || answer.status != expected_status) {
        snprintf(lane->error, sizeof lane->error, "an unexpected answer: %.*s",
                 (int)(bytes < 200 ? bytes : 200), lane->answer);
        return STATUS_MALFORMED;
    }
    *body_out = answer.body;
    return STATUS_OK;
}

static enum status tell_events(struct lane *lane, int64_t first, int64_t count)
{
    char body[128];
    char request[512];
    struct text ignored;
    int body_bytes = snprintf(body, sizeof body, "{\"lane\":%lld,\"first\":%lld,\"count\":%lld}",
                              (long long)lane->number, (long long)first, (long long)count);
    int bytes = snprintf(request, sizeof request,
                         "POST /api/teller/tell HTTP/1.1\r\nHost: bench\r\n"
                         "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                         body_bytes, body);
    MUST(body_bytes < (int)sizeof body && bytes < (int)sizeof request);
    return exchange(lane, (struct text){request, (size_t)bytes}, 204, &ignored);
}

static int64_t processor_ns(void)
{
    struct rusage usage;
    int code = getrusage(RUSAGE_SELF, &usage);
    MUST(code == 0);
    int64_t us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return us * 1000;
}

/* Whole numbers of a JSON object, in the order of the names. */
static enum status read_numbers(struct lane *lane, const char *path, const char *const *names,
                                int64_t *numbers_out, size_t count)
{
    char request[256];
    struct text body = NO_TEXT;
    int bytes = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    enum status status = exchange(lane, (struct text){request, (size_t)bytes}, 200, &body);
    struct arena *arena = arena_create("bench answer", ARENA_BYTES_MAX);
    const struct json *root = NULL;
    struct json_error error;
    if (status == STATUS_OK) {
        status = json_read(arena, body, 100, &root, &error);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const struct json *member = json_member(root, text_of(names[i]));
        bool is_read = member != NULL && json_to_integer(member, &numbers_out[i]);
        status = is_read ? STATUS_OK : lane_failed(lane, "an answer lacks", names[i]);
    }
    arena_destroy(&arena);
    return status;
}

static enum status count_effects(struct lane *lane, int64_t *effects_out)
{
    static const char *const names[] = {"effects"};
    return read_numbers(lane, "/api/listener/effects", names, effects_out, COUNT_OF(names));
}

static void pause_us(long us)
{
    const struct timespec time = {.tv_nsec = us * 1000};
    nanosleep(&time, NULL);
}

/* Returns when there are so many. */
static enum status wait_for_effects(struct lane *lane, int64_t wanted, long between_us)
{
    int64_t last = -1;
    int64_t moved_ms = clock_monotonic_ms();
    for (;;) {
        int64_t effects = 0;
        enum status status = count_effects(lane, &effects);
        if (status != STATUS_OK || effects >= wanted) {
            return status;
        }
        int64_t now_ms = clock_monotonic_ms();
        moved_ms = effects > last ? now_ms : moved_ms;
        last = effects;
        if (now_ms - moved_ms > lane->options->stall_ms_max) {
            snprintf(lane->error, sizeof lane->error, "only %lld of %lld events have arrived",
                     (long long)effects, (long long)wanted);
            return STATUS_TIMEOUT;
        }
        pause_us(between_us);
    }
}

static void *run_lane(void *argument)
{
    struct lane *lane = argument;
    lane->status = STATUS_OK;
    for (int64_t told = 0; told < lane->events && lane->status == STATUS_OK;) {
        int64_t left = lane->events - told;
        int64_t count = left < lane->options->told_each ? left : lane->options->told_each;
        lane->status = tell_events(lane, told, count);
        told += count;
    }
    return NULL;
}

static void start_lanes(struct lane *lanes, const struct lanes_options *options)
{
    for (int64_t i = 0; i < options->lane_count; i++) {
        lanes[i].events = (options->events + i) / options->lane_count;
        if (pthread_create(&lanes[i].thread, NULL, run_lane, &lanes[i]) != 0) {
            memory_refused();
        }
    }
}

static enum status join_lanes(struct lane *lanes, const struct lanes_options *options,
                              struct lanes_result *result)
{
    enum status status = STATUS_OK;
    for (int64_t i = 0; i < options->lane_count; i++) {
        pthread_join(lanes[i].thread, NULL);
        if (status == STATUS_OK && lanes[i].status != STATUS_OK) {
            status = lanes[i].status;
            memcpy(result->error, lanes[i].error, sizeof result->error);
        }
    }
    return status;
}

/* Until it has arrived a broker may still be making queues, once for all that follows. */
static enum status warm_up(struct lane *watch)
{
    enum status status = tell_events(watch, 0, LANES_WARM_UP);
    return status == STATUS_OK ? wait_for_effects(watch, LANES_WARM_UP, POLL_US) : status;
}

/* One at a time: from its request until its effect is read. Who looks without a pause
 * would take the processor that he is waiting for. */
static enum status tell_singles(struct lane *watch, struct lanes_result *result)
{
    enum status status = STATUS_OK;
    const struct lanes_options *options = watch->options;
    for (int64_t i = 0; i < options->singles && status == STATUS_OK; i++) {
        int64_t began_ns = clock_monotonic_ns();
        status = tell_events(watch, LANES_WARM_UP + i, 1);
        if (status == STATUS_OK) {
            status = wait_for_effects(watch, LANES_WARM_UP + options->events + i + 1, LOOK_US);
        }
        latency_add(&result->alone, clock_monotonic_ns() - began_ns);
        pause_us(POLL_US);
    }
    return status;
}

static enum status summarize(struct lane *watch, struct effect_summary *summary_out)
{
    static const char *const names[] = {"effects", "doubles", "disorder"};
    int64_t numbers[COUNT_OF(names)] = {0};
    enum status status =
        read_numbers(watch, "/api/listener/summary", names, numbers, COUNT_OF(names));
    *summary_out = (struct effect_summary){
        .effects = numbers[0], .doubles = numbers[1], .disorder = numbers[2]};
    return status;
}

static enum status run_all(struct lane *lanes, struct lane *watch, struct lanes_result *result)
{
    const struct lanes_options *options = watch->options;
    enum status status = warm_up(watch);
    if (status != STATUS_OK) {
        memcpy(result->error, watch->error, sizeof result->error);
        return status;
    }
    int64_t began_ns = clock_monotonic_ns();
    int64_t used_before_ns = processor_ns();
    start_lanes(lanes, options);
    status = join_lanes(lanes, options, result);
    result->told_ns = clock_monotonic_ns() - began_ns;
    if (status != STATUS_OK) {
        return status; /* the lane has said why */
    }
    status = wait_for_effects(watch, LANES_WARM_UP + options->events, POLL_US);
    result->done_ns = clock_monotonic_ns() - began_ns;
    result->processor_ns = processor_ns() - used_before_ns;
    if (status == STATUS_OK) {
        status = tell_singles(watch, result);
    }
    if (status == STATUS_OK) {
        status = summarize(watch, &result->summary);
    }
    if (status != STATUS_OK) {
        memcpy(result->error, watch->error, sizeof result->error);
    }
    return status;
}

enum status lanes_run(const struct lanes_options *options, struct lanes_result *result_out)
{
    MUST(options->lane_count >= 1 && options->lane_count < BENCH_LANES_MAX);
    MUST(options->told_each >= 1 && options->told_each <= BENCH_TOLD_MAX);
    size_t count = (size_t)options->lane_count + 1; /* and one that watches */
    struct lane *lanes = memory_take(count * sizeof *lanes);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        lanes[i] = (struct lane){.options = options, .number = (int64_t)i, .socket = -1};
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = lane_open(&lanes[i]);
        memcpy(result_out->error, lanes[i].error, sizeof result_out->error);
    }
    if (status == STATUS_OK) {
        status = run_all(lanes, &lanes[count - 1], result_out);
    }
    for (size_t i = 0; i < count; i++) {
        lane_close(&lanes[i]);
    }
    memory_free(lanes);
    return status;
}
