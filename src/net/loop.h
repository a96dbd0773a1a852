/* loop.h - one thread that waits for many things: descriptors, times, messages.
 *
 * Watches and timers are members of what they belong to and are used on the loop's own thread only.
 * A message may come from any thread. Descriptors are watched edge-triggered: a watch is told once
 * that something may be done and then does all of it.
 *
 * Timers are cheap to move into the future and not exact: they ring up to LOOP_TICK_MS late.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/mailbox.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct loop;

enum { LOOP_TICK_MS = 64 };

/* on_ready is NULL while nothing is watched. Events are those of epoll(7). */
struct loop_watch {
    void (*on_ready)(struct loop_watch *watch, uint32_t events);
};

/* Starts zeroed; due_ms is in the time of loop_now_ms. */
struct loop_timer {
    void (*on_due)(struct loop_timer *timer);
    struct loop_timer *next;
    struct loop_timer **link; /* what points at this timer; NULL while it is not filed */
    int64_t due_ms;
    int64_t filed_tick;
};

struct loop_message {
    struct mailbox_node node;
    void (*deliver)(struct loop_message *message);
};

/* Called at the end of each turn, on the loop's thread. */
typedef void loop_turn_fn(void *context);

struct loop *loop_create(loop_turn_fn *on_turn_end, void *context);
void loop_destroy(struct loop **loop);

/* Returns when loop_stop was called on this loop's thread. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* The loop that this thread runs; NULL on other threads. */
struct loop *loop_here(void);

/* Monotonic, as of the beginning of this turn. */
int64_t loop_now_ms(const struct loop *loop);

/* UNAVAILABLE: the kernel watches too much already. Closing the descriptor ends the watching;
 * loop_forget makes sure that no event that waits already is told. */
NODISCARD enum status loop_watch(struct loop *loop, struct loop_watch *watch, int descriptor,
                                 uint32_t events);
void loop_forget(struct loop_watch *watch);

void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ms);
void loop_clear_timer(struct loop *loop, struct loop_timer *timer);

/* From any thread: the message is delivered on the loop's thread, in order. */
void loop_post(struct loop *loop, struct loop_message *message);

/* The same without crossing anything, on the loop's own thread: delivered within this turn. */
void loop_post_here(struct loop *loop, struct loop_message *message);

/* The same at the very end of the turn: no event, timer or message of this turn comes after it.
 * What has ended frees itself there. */
void loop_post_last(struct loop *loop, struct loop_message *message);

#endif
