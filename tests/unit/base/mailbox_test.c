/* mailbox_test.c - messages arrive once, in order, and wake whoever sleeps. */
#include "base/clock.h"
#include "base/mailbox.h"
#include "tests/lib/check.h"

#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

/* The node is not the first member, so that nobody takes one for the other. */
struct message {
    int sender;
    int number;
    struct mailbox_node node;
};

static struct message *message_of(struct mailbox_node *node)
{
    return (struct message *)(void *)((char *)node - offsetof(struct message, node));
}

static struct mailbox mailbox;

static bool bell_rings(void)
{
    struct pollfd bell = {.fd = mailbox.descriptor, .events = POLLIN};
    return poll(&bell, 1, 0) == 1;
}

static void keeps_the_order(void)
{
    static struct message messages[5];
    mailbox_init(&mailbox);
    CHECK(mailbox_take_all(&mailbox) == NULL);
    for (int i = 0; i < 5; i++) {
        messages[i].number = i;
        mailbox_put(&mailbox, &messages[i].node);
    }
    struct mailbox_node *node = mailbox_take_all(&mailbox);
    for (int i = 0; i < 5; i++) {
        CHECK_INT(message_of(node)->number, i);
        node = node->next;
    }
    CHECK(node == NULL);
    CHECK(mailbox_take_all(&mailbox) == NULL);
    mailbox_finish(&mailbox);
    CHECK_INT(mailbox.descriptor, -1);
}

/* The bell is a system call: it rings only for an owner who said that it sleeps, and once. */
static void rings_only_for_a_sleeper(void)
{
    static struct message messages[4];
    mailbox_init(&mailbox);
    mailbox_put(&mailbox, &messages[0].node);
    CHECK(!bell_rings());
    CHECK(!mailbox_may_sleep(&mailbox)); /* something waits */
    mailbox_put(&mailbox, &messages[1].node);
    CHECK(!bell_rings());
    mailbox_take_all(&mailbox);
    CHECK(mailbox_may_sleep(&mailbox));
    CHECK(!bell_rings());
    mailbox_put(&mailbox, &messages[2].node);
    CHECK(bell_rings());
    mailbox_woken(&mailbox);
    CHECK(!bell_rings());
    mailbox_put(&mailbox, &messages[3].node);
    CHECK(!bell_rings());
    CHECK(mailbox_take_all(&mailbox) == &messages[2].node);
    mailbox_finish(&mailbox);
}

static void waits_no_longer_than_told(void)
{
    static struct message message;
    mailbox_init(&mailbox);
    int64_t before = clock_monotonic_ms();
    mailbox_wait(&mailbox, 30);
    CHECK(clock_monotonic_ms() - before >= 29);
    mailbox_put(&mailbox, &message.node);
    mailbox_wait(&mailbox, -1); /* returns at once, because something waits */
    CHECK(mailbox_take_all(&mailbox) == &message.node);
    mailbox_finish(&mailbox);
}

enum { SENDERS = 3, MESSAGES_EACH = 20000 };

static struct message letters[SENDERS][MESSAGES_EACH];

static void *send_letters(void *sender)
{
    int which = *(const int *)sender;
    for (int i = 0; i < MESSAGES_EACH; i++) {
        letters[which][i].sender = which;
        letters[which][i].number = i;
        mailbox_put(&mailbox, &letters[which][i].node);
        if (i % 1000 == 0) { /* so that the owner falls asleep now and then */
            poll(NULL, 0, 1);
        }
    }
    return NULL;
}

/* A lost bell would leave the owner waiting for ever, and the test's time would end. */
static void loses_nothing_between_threads(void)
{
    pthread_t threads[SENDERS];
    int numbers[SENDERS];
    int next[SENDERS] = {0};
    int left = SENDERS * MESSAGES_EACH;
    int sleeps = 0;
    mailbox_init(&mailbox);
    for (int i = 0; i < SENDERS; i++) {
        numbers[i] = i;
        CHECK_INT(pthread_create(&threads[i], NULL, send_letters, &numbers[i]), 0);
    }
    while (left > 0) {
        struct mailbox_node *node = mailbox_take_all(&mailbox);
        for (; node != NULL; node = node->next) {
            const struct message *message = message_of(node);
            CHECK_INT(message->number, next[message->sender]);
            next[message->sender]++;
            left--;
        }
        if (left > 0) {
            mailbox_wait(&mailbox, -1);
            sleeps++;
        }
    }
    for (int i = 0; i < SENDERS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
        CHECK_INT(next[i], MESSAGES_EACH);
    }
    CHECK(mailbox_take_all(&mailbox) == NULL);
    printf("# %d messages, at most %d sleeps\n", SENDERS * MESSAGES_EACH, sleeps);
    mailbox_finish(&mailbox);
}

/* One message at a time to and fro: each put meets an owner who is just falling asleep. */
static struct mailbox answers;

static void *answer_letters(void *count)
{
    int left = *(const int *)count;
    while (left > 0) {
        struct mailbox_node *node = mailbox_take_all(&mailbox);
        while (node != NULL) {
            struct mailbox_node *following = node->next;
            mailbox_put(&answers, node);
            node = following;
            left--;
        }
        if (left > 0) {
            mailbox_wait(&mailbox, -1);
        }
    }
    return NULL;
}

static void wakes_at_every_crossing(void)
{
    static struct message message;
    int count = test_scale(20000);
    pthread_t thread;
    mailbox_init(&mailbox);
    mailbox_init(&answers);
    CHECK_INT(pthread_create(&thread, NULL, answer_letters, &count), 0);
    for (int i = 0; i < count; i++) {
        message.number = i;
        mailbox_put(&mailbox, &message.node);
        struct mailbox_node *node = NULL;
        while ((node = mailbox_take_all(&answers)) == NULL) {
            mailbox_wait(&answers, -1);
        }
        CHECK(node == &message.node && node->next == NULL);
        CHECK_INT(message.number, i);
    }
    CHECK_INT(pthread_join(thread, NULL), 0);
    mailbox_finish(&mailbox);
    mailbox_finish(&answers);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"keeps_the_order", keeps_the_order, 0},
        {"rings_only_for_a_sleeper", rings_only_for_a_sleeper, 0},
        {"waits_no_longer_than_told", waits_no_longer_than_told, 0},
        {"loses_nothing_between_threads", loses_nothing_between_threads, 0},
        {"wakes_at_every_crossing", wakes_at_every_crossing, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
