/* loop.c - epoll for descriptors, a mailbox for messages, a wheel for time.
 *
 * A turn: sleep; tell the watches; deliver messages; ring timers; on_turn_end; let go of what has
 * ended.
 *
 * The wheel has 1024 slots of 64 ms. A timer that is moved into the future only notes its new time
 * and is filed anew when its old slot comes by; a connection can therefore move its deadline with
 * every request at the price of one store. A bit for each slot that is not empty tells how long to
 * sleep.
 */
#include "net/loop.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/must.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    SLOT_COUNT = 1024,
    WORD_COUNT = SLOT_COUNT / 64,
    EVENT_COUNT = 256,
};

struct loop {
    int epoll;
    bool stops;
    struct loop_watch bell;
    struct mailbox mailbox;
    struct mailbox_node *here; /* messages of this thread to itself */
    struct mailbox_node **here_end;
    struct mailbox_node *last; /* delivered when all else is done */
    loop_turn_fn *on_turn_end;
    void *context;
    int64_t now_ms;
    int64_t tick; /* every slot up to this one has been rung */
    uint64_t occupied[WORD_COUNT];
    struct loop_timer *slots[SLOT_COUNT];
};

static _Thread_local struct loop *current;

struct loop *loop_here(void)
{
    return current;
}

int64_t loop_now_ms(const struct loop *loop)
{
    return loop->now_ms;
}

/* ---- descriptors ---- */

enum status loop_watch(struct loop *loop, struct loop_watch *watch, int descriptor, uint32_t events)
{
    MUST(watch->on_ready != NULL);
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 ? STATUS_OK
                                                                          : STATUS_UNAVAILABLE;
}

void loop_forget(struct loop_watch *watch)
{
    watch->on_ready = NULL;
}

/* ---- messages ---- */

/* A sender rang. The descriptor is edge-triggered and its count is never read: that saves a system
 * call in every turn, and 2^64 rings do not come. */
static void on_bell(struct loop_watch *watch, uint32_t events)
{
    (void)watch;
    (void)events;
}

void loop_post(struct loop *loop, struct loop_message *message)
{
    MUST(message->deliver != NULL);
    mailbox_put(&loop->mailbox, &message->node);
}

void loop_post_here(struct loop *loop, struct loop_message *message)
{
    MUST(loop == current);
    MUST(message->deliver != NULL);
    message->node.next = NULL;
    *loop->here_end = &message->node;
    loop->here_end = &message->node.next;
}

static void deliver(struct mailbox_node *node)
{
    while (node != NULL) {
        struct mailbox_node *next = node->next; /* a message may be gone once it is delivered */
        struct loop_message *message = (struct loop_message *)node;
        message->deliver(message);
        node = next;
    }
}

static void deliver_all(struct loop *loop)
{
    deliver(mailbox_take_all(&loop->mailbox));
    struct mailbox_node *here = loop->here;
    loop->here = NULL;
    loop->here_end = &loop->here;
    deliver(here);
}

void loop_post_last(struct loop *loop, struct loop_message *message)
{
    MUST(message->deliver != NULL);
    message->node.next = loop->last;
    loop->last = &message->node;
}

static void deliver_last(struct loop *loop)
{
    struct mailbox_node *last = loop->last;
    loop->last = NULL;
    deliver(last);
}

/* ---- time ---- */

static int64_t tick_of(int64_t time_ms)
{
    return time_ms / LOOP_TICK_MS;
}

static void unlink_timer(struct loop *loop, struct loop_timer *timer)
{
    size_t slot = (size_t)timer->filed_tick % SLOT_COUNT;
    *timer->link = timer->next;
    if (timer->next != NULL) {
        timer->next->link = timer->link;
    }
    timer->link = NULL;
    if (loop->slots[slot] == NULL) {
        loop->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    }
}

static void file_timer(struct loop *loop, struct loop_timer *timer)
{
    int64_t tick = tick_of(timer->due_ms) + 1; /* late rather than early */
    if (tick <= loop->tick) {
        tick = loop->tick + 1;
    } else if (tick >= loop->tick + SLOT_COUNT) {
        tick = loop->tick + SLOT_COUNT - 1;
    }
    size_t slot = (size_t)tick % SLOT_COUNT;
    timer->filed_tick = tick;
    timer->next = loop->slots[slot];
    timer->link = &loop->slots[slot];
    if (timer->next != NULL) {
        timer->next->link = &timer->next;
    }
    loop->slots[slot] = timer;
    loop->occupied[slot / 64] |= UINT64_C(1) << (slot % 64);
}

void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ms)
{
    MUST(timer->on_due != NULL);
    timer->due_ms = due_ms;
    if (timer->link != NULL) {
        if (timer->filed_tick <= tick_of(due_ms) + 1) {
            return;
        }
        unlink_timer(loop, timer);
    }
    file_timer(loop, timer);
}

void loop_clear_timer(struct loop *loop, struct loop_timer *timer)
{
    if (timer->link != NULL) {
        unlink_timer(loop, timer);
    }
}

static void ring_slot(struct loop *loop, size_t slot)
{
    struct loop_timer *waiting = loop->slots[slot];
    loop->slots[slot] = NULL;
    loop->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    if (waiting != NULL) {
        waiting->link = &waiting; /* so that a timer may be cleared by the ringing of another */
    }
    while (waiting != NULL) {
        struct loop_timer *timer = waiting;
        waiting = timer->next;
        if (waiting != NULL) {
            waiting->link = &waiting;
        }
        timer->link = NULL;
        if (timer->due_ms > loop->now_ms) {
            file_timer(loop, timer);
        } else {
            timer->on_due(timer);
        }
    }
}

static void ring_timers(struct loop *loop)
{
    int64_t now_tick = tick_of(loop->now_ms);
    if (now_tick - loop->tick > SLOT_COUNT) { /* once around is enough */
        loop->tick = now_tick - SLOT_COUNT;
    }
    while (loop->tick < now_tick) {
        loop->tick++;
        ring_slot(loop, (size_t)loop->tick % SLOT_COUNT);
    }
}

/* Slots from the given one to the next that is occupied; -1 when all are empty. */
static int slots_until(const struct loop *loop, size_t from)
{
    for (size_t i = 0; i <= WORD_COUNT; i++) {
        size_t word = (from / 64 + i) % WORD_COUNT;
        uint64_t bits = loop->occupied[word];
        if (i == 0) {
            bits &= ~UINT64_C(0) << (from % 64);
        }
        if (bits != 0) {
            size_t slot = word * 64 + (size_t)__builtin_ctzll(bits);
            return (int)((slot + SLOT_COUNT - from) % SLOT_COUNT);
        }
    }
    return -1;
}

static int sleep_ms(const struct loop *loop)
{
    if (loop->here != NULL || loop->last != NULL) {
        return 0;
    }
    int slots = slots_until(loop, (size_t)(loop->tick + 1) % SLOT_COUNT);
    if (slots < 0) {
        return -1;
    }
    int64_t due_ms = (loop->tick + 1 + slots) * LOOP_TICK_MS;
    return due_ms > loop->now_ms ? (int)(due_ms - loop->now_ms) : 0;
}

/* ---- turns ---- */

static int wait_for_events(struct loop *loop, struct epoll_event *events)
{
    int timeout_ms = sleep_ms(loop);
    if (timeout_ms != 0 && !mailbox_may_sleep(&loop->mailbox)) {
        timeout_ms = 0;
    }
    int count = epoll_wait(loop->epoll, events, EVENT_COUNT, timeout_ms);
    MUST(count >= 0 || errno == EINTR);
    mailbox_awake(&loop->mailbox);
    return count < 0 ? 0 : count;
}

void loop_run(struct loop *loop)
{
    MUST(current == NULL);
    current = loop;
    while (!loop->stops) {
        struct epoll_event events[EVENT_COUNT];
        int count = wait_for_events(loop, events);
        loop->now_ms = clock_monotonic_ms();
        for (int i = 0; i < count; i++) {
            struct loop_watch *watch = events[i].data.ptr;
            if (watch->on_ready != NULL) {
                watch->on_ready(watch, events[i].events);
            }
        }
        deliver_all(loop);
        ring_timers(loop);
        loop->on_turn_end(loop->context);
        deliver_last(loop);
    }
    current = NULL;
}

void loop_stop(struct loop *loop)
{
    MUST(loop == current);
    loop->stops = true;
}

struct loop *loop_create(loop_turn_fn *on_turn_end, void *context)
{
    MUST(on_turn_end != NULL);
    struct loop *loop = memory_take(sizeof *loop);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        memory_refused();
    }
    loop->here_end = &loop->here;
    loop->on_turn_end = on_turn_end;
    loop->context = context;
    loop->now_ms = clock_monotonic_ms();
    loop->tick = tick_of(loop->now_ms);
    mailbox_init(&loop->mailbox);
    loop->bell.on_ready = on_bell;
    if (loop_watch(loop, &loop->bell, loop->mailbox.descriptor, EPOLLIN) != STATUS_OK) {
        memory_refused();
    }
    return loop;
}

void loop_destroy(struct loop **loop)
{
    if (*loop == NULL) {
        return;
    }
    MUST(current != *loop);
    deliver_all(*loop); /* what was posted and never seen gives back what it holds */
    deliver_last(*loop);
    mailbox_finish(&(*loop)->mailbox);
    close((*loop)->epoll);
    memory_free(*loop);
    *loop = NULL;
}
