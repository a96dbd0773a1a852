/* loop_test.c - messages in order, timers in time, and with a clock that a test owns. */
#include "net/loop.h"

#include "base/arena.h"
#include "base/clock.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct loop *loop;
static int turn_count;

static void on_turn_end(void *context)
{
    (void)context;
    turn_count++;
}

static void on_stop(struct loop_message *message)
{
    (void)message;
    loop_stop(loop_here());
}

static struct loop_message stop = {.deliver = on_stop};

/* ---- messages ---- */

enum { SENDERS = 4, MESSAGES = 20000 };

struct numbered {
    struct loop_message message;
    int sender;
    int number;
};

static int last_of[SENDERS];
static int arrived_count;

static void on_numbered(struct loop_message *message)
{
    struct numbered *numbered = (struct numbered *)message;
    CHECK_INT(numbered->number, last_of[numbered->sender] + 1);
    last_of[numbered->sender] = numbered->number;
    memory_free(numbered);
    if (++arrived_count == SENDERS * MESSAGES) {
        loop_stop(loop);
    }
}

static void *send_numbers(void *context)
{
    for (int i = 1; i <= MESSAGES; i++) {
        struct numbered *numbered = memory_take(sizeof *numbered);
        numbered->message.deliver = on_numbered;
        numbered->sender = (int)(intptr_t)context;
        numbered->number = i;
        loop_post(loop, &numbered->message);
        if (i % 1000 == 0) {
            usleep(100); /* so that the loop falls asleep now and then */
        }
    }
    return NULL;
}

static void delivers_in_order_of_each_sender(void)
{
    pthread_t senders[SENDERS];
    loop = loop_create(on_turn_end, NULL);
    for (int i = 0; i < SENDERS; i++) {
        CHECK_INT(pthread_create(&senders[i], NULL, send_numbers, (void *)(intptr_t)i), 0);
    }
    loop_run(loop);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(senders[i], NULL);
        CHECK_INT(last_of[i], MESSAGES);
    }
    CHECK(turn_count > 0);
    loop_destroy(&loop);
    CHECK(loop == NULL);
}

static int order[4];
static int order_count;
static struct loop_message here;
static struct loop_message last;

static void on_first(struct loop_message *message)
{
    (void)message;
    order[order_count++] = 1;
    loop_post_last(loop, &last);
    loop_post_here(loop, &here);
    loop_post(loop, &stop);
}

static void on_here(struct loop_message *message)
{
    (void)message;
    order[order_count++] = 2;
}

static void on_last(struct loop_message *message)
{
    (void)message;
    order[order_count++] = 3;
}

static void what_ends_is_delivered_last(void)
{
    struct loop_message first = {.deliver = on_first};
    here.deliver = on_here;
    last.deliver = on_last;
    loop = loop_create(on_turn_end, NULL);
    loop_post(loop, &first);
    loop_run(loop);
    CHECK_INT(order_count, 3);
    CHECK_INT(order[0] * 100 + order[1] * 10 + order[2], 123);
    loop_destroy(&loop);
}

/* ---- timers, with a clock of the test's own ---- */

static int64_t now_ms;

static int64_t test_now_ns(void)
{
    return now_ms * 1000000;
}

static int64_t test_wall_ms(void)
{
    return now_ms;
}

static const struct clock_ops test_clock = {.wall_ms = test_wall_ms, .monotonic_ns = test_now_ns};

enum { TIMERS = 500, STEPS = 3000 };

static struct {
    struct loop_timer timer;
    int64_t due_ms; /* -1: not set */
    int rung_count;
} timed[TIMERS];

static void on_due(struct loop_timer *timer)
{
    size_t i = (size_t)((char *)timer - (char *)timed) / sizeof timed[0];
    CHECK(timed[i].due_ms >= 0 && timed[i].due_ms <= loop_now_ms(loop));
    CHECK(loop_now_ms(loop) - timed[i].due_ms <= 2 * LOOP_TICK_MS + 1000); /* 1000: a step */
    timed[i].due_ms = -1;
    timed[i].rung_count++;
    if (i % 3 == 0) { /* timers may set and clear others while they ring */
        size_t other = (i * 7 + 1) % TIMERS;
        loop_clear_timer(loop, &timed[other].timer);
        timed[other].due_ms = -1;
    }
}

static int step_count;

static void on_step(struct loop_message *message)
{
    for (int i = 0; i < 5; i++) {
        size_t which = (size_t)rand() % TIMERS;
        timed[which].timer.on_due = on_due;
        timed[which].due_ms = now_ms + (rand() % 4 == 0 ? rand() % 200000 : rand() % 2000);
        loop_set_timer(loop, &timed[which].timer, timed[which].due_ms);
    }
    for (size_t i = 0; i < TIMERS; i++) { /* nobody is forgotten */
        CHECK(timed[i].due_ms < 0 || now_ms - timed[i].due_ms <= 2 * LOOP_TICK_MS + 1000);
    }
    now_ms += rand() % 1000;
    if (++step_count < STEPS) {
        loop_post(loop, message);
    } else {
        loop_stop(loop);
    }
}

static void timers_ring_in_time(void)
{
    srand(7);
    for (size_t i = 0; i < TIMERS; i++) {
        timed[i].due_ms = -1;
    }
    now_ms = 5000;
    clock_use(&test_clock);
    loop = loop_create(on_turn_end, NULL);
    struct loop_message message = {.deliver = on_step};
    loop_post(loop, &message);
    loop_run(loop);
    int rung_count = 0;
    for (size_t i = 0; i < TIMERS; i++) {
        rung_count += timed[i].rung_count;
    }
    CHECK(rung_count > STEPS / 2);
    loop_destroy(&loop);
    clock_use(NULL);
}

static int64_t rung_ms;

static void on_real_due(struct loop_timer *timer)
{
    (void)timer;
    rung_ms = clock_monotonic_ms();
    loop_stop(loop);
}

static void sleeps_until_a_timer_is_due(void)
{
    static const int waits_ms[] = {1, 50, 200, 700};
    for (size_t i = 0; i < COUNT_OF(waits_ms); i++) {
        loop = loop_create(on_turn_end, NULL);
        turn_count = 0;
        struct loop_timer timer = {.on_due = on_real_due};
        int64_t due_ms = clock_monotonic_ms() + waits_ms[i];
        loop_set_timer(loop, &timer, due_ms);
        loop_run(loop);
        CHECK(rung_ms >= due_ms);
        CHECK(rung_ms - due_ms < 20 * 1000); /* to the tick it is with the clock of the test */
        CHECK(turn_count < 10);              /* it slept, and did not spin */
        loop_destroy(&loop);
    }
}

/* ---- descriptors ---- */

static int ends[2];
static struct loop_watch watch;

static void on_bytes(struct loop_watch *watched, uint32_t events)
{
    char bytes[8];
    CHECK(watched == &watch);
    CHECK((events & EPOLLIN) != 0);
    CHECK_INT(read(ends[0], bytes, sizeof bytes), 3);
    loop_forget(&watch);
    loop_stop(loop);
}

static void tells_that_bytes_have_come(void)
{
    CHECK_INT(pipe(ends), 0);
    loop = loop_create(on_turn_end, NULL);
    watch.on_ready = on_bytes;
    CHECK_STATUS(loop_watch(loop, &watch, ends[0], EPOLLIN), STATUS_OK);
    CHECK_STATUS(loop_watch(loop, &watch, 9999, EPOLLIN), STATUS_UNAVAILABLE);
    CHECK_INT(write(ends[1], "abc", 3), 3);
    loop_run(loop);
    loop_destroy(&loop);
}

static const struct test tests[] = {
    {.name = "delivers_in_order_of_each_sender", .run = delivers_in_order_of_each_sender},
    {.name = "what_ends_is_delivered_last", .run = what_ends_is_delivered_last},
    {.name = "timers_ring_in_time", .run = timers_ring_in_time},
    {.name = "sleeps_until_a_timer_is_due", .run = sleeps_until_a_timer_is_due},
    {.name = "tells_that_bytes_have_come", .run = tells_that_bytes_have_come},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
