/* mailbox.c - a stack that many push to and one takes whole, and a bell for when the owner sleeps.
 *
 * The bell (an eventfd write, a system call) is rung only when the owner has said that it sleeps:
 * under load messages cross without any system call. The order of the two flags matters: the owner
 * says "I sleep" and then looks once more; a sender puts and then asks "do you sleep?". With
 * sequentially consistent operations one of the two always notices the other.
 */
#include "base/mailbox.h"

#include "base/must.h"

#include <poll.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

void mailbox_init(struct mailbox *mailbox)
{
    atomic_init(&mailbox->newest, NULL);
    atomic_init(&mailbox->owner_sleeps, false);
    mailbox->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    MUST(mailbox->descriptor >= 0); /* only at start-up, when descriptors are plenty */
}

void mailbox_finish(struct mailbox *mailbox)
{
    close(mailbox->descriptor);
    mailbox->descriptor = -1;
}

void mailbox_ring(struct mailbox *mailbox)
{
    uint64_t one = 1;
    ssize_t written = write(mailbox->descriptor, &one, sizeof one);
    MUST(written == sizeof one);
}

void mailbox_put(struct mailbox *mailbox, struct mailbox_node *node)
{
    struct mailbox_node *newest = atomic_load(&mailbox->newest);
    do {
        node->next = newest;
    } while (!atomic_compare_exchange_weak(&mailbox->newest, &newest, node));
    if (atomic_load(&mailbox->owner_sleeps) && atomic_exchange(&mailbox->owner_sleeps, false)) {
        mailbox_ring(mailbox);
    }
}

struct mailbox_node *mailbox_take_all(struct mailbox *mailbox)
{
    if (atomic_load_explicit(&mailbox->newest, memory_order_relaxed) == NULL) {
        return NULL;
    }
    struct mailbox_node *newest = atomic_exchange(&mailbox->newest, NULL);
    struct mailbox_node *oldest = NULL;
    while (newest != NULL) {
        struct mailbox_node *before = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = before;
    }
    return oldest;
}

bool mailbox_may_sleep(struct mailbox *mailbox)
{
    atomic_store(&mailbox->owner_sleeps, true);
    if (atomic_load(&mailbox->newest) != NULL) {
        atomic_store(&mailbox->owner_sleeps, false);
        return false;
    }
    return true;
}

void mailbox_awake(struct mailbox *mailbox)
{
    atomic_store(&mailbox->owner_sleeps, false);
}

void mailbox_woken(struct mailbox *mailbox)
{
    mailbox_awake(mailbox);
    uint64_t rung;
    ssize_t ignored = read(mailbox->descriptor, &rung, sizeof rung);
    (void)ignored; /* EAGAIN: it was something else that woke us */
}

void mailbox_wait(struct mailbox *mailbox, int timeout_ms)
{
    if (!mailbox_may_sleep(mailbox)) {
        return;
    }
    struct pollfd bell = {.fd = mailbox->descriptor, .events = POLLIN};
    poll(&bell, 1, timeout_ms);
    mailbox_woken(mailbox);
}
