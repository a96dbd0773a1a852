/* mailbox.h - how a message crosses to another thread.
 *
 * Many threads put, one thread takes; everything that waits is taken at once, in the order it was
 * put. Nothing is copied: the node is a member of the message, and whoever holds the message owns
 * it. The owner sleeps on `mailbox_descriptor` (an eventfd, readable when something was put while
 * the owner slept) or in mailbox_wait.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mailbox_node {
    struct mailbox_node *next;
};

struct mailbox {
    _Atomic(struct mailbox_node *) newest;
    atomic_bool owner_sleeps;
    int descriptor;
};

void mailbox_init(struct mailbox *mailbox);
void mailbox_finish(struct mailbox *mailbox);

/* From any thread. */
void mailbox_put(struct mailbox *mailbox, struct mailbox_node *node);

/* From any thread: wakes the owner, who finds nothing new here and looks around. */
void mailbox_ring(struct mailbox *mailbox);

/* The owner only: a list in order of arrival, NULL when nothing waits. */
struct mailbox_node *mailbox_take_all(struct mailbox *mailbox);

/* The owner only: before it sleeps on the descriptor. False when something waits already, and the
 * owner must take it instead of sleeping. mailbox_woken is called after the sleep. */
bool mailbox_may_sleep(struct mailbox *mailbox);
void mailbox_woken(struct mailbox *mailbox);

/* The same for an owner who watches the descriptor for edges: the bell need not be silenced. */
void mailbox_awake(struct mailbox *mailbox);

/* The owner only: sleeps until something was put or the time is over (-1: no limit). */
void mailbox_wait(struct mailbox *mailbox, int timeout_ms);

#endif
