/* amqp_link.c - the life of a link: created, run by its thread, destroyed.
 *
 * A step of the thread: take what others asked, fill the window, send, sleep until something can
 * be read or is due, read. Nothing in it waits for the broker, so nothing needs to be freed from
 * outside when the broker stops reading.
 */
#include "bus/rabbitmq/amqp_inside.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/thread.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    HEARTBEAT_SECONDS = 10,
    WINDOW = 1000,
    STALL_MS_MAX = 30 * 1000,
    RETRY_MS_MAX = 10 * 1000,
    CLOSING_MS_MAX = 1000,
    NEVER_MS = 60 * 1000, /* the thread looks around that often anyway */
};

/* ---- small things the parts share ---- */

void amqp__queue_add(struct amqp_queue *queue, struct amqp_order *order)
{
    order->node.next = NULL;
    if (queue->first == NULL) {
        queue->first = &order->node;
    } else {
        queue->last->next = &order->node;
    }
    queue->last = &order->node;
}

struct amqp_order *amqp__queue_take(struct amqp_queue *queue)
{
    struct mailbox_node *first = queue->first;
    if (first != NULL) {
        queue->first = first->next;
    }
    return (struct amqp_order *)first;
}

void amqp__send(struct amqp_link *link, uint16_t channel, amqp_method_number_t number, void *fields)
{
    amqp__write_method(
        link->library, &link->socket.out,
        (struct amqp_method){.channel = channel, .number = number, .fields = fields});
}

void amqp__break(struct amqp_link *link, const char *format, ...)
{
    if (link->is_broken) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(link->reason, sizeof link->reason, format, arguments);
    va_end(arguments);
    link->is_broken = true;
}

/* ---- what others asked ---- */

static void obey(struct amqp_link *link, struct amqp_order *order)
{
    switch (order->kind) {
    case AMQP__CONTROL:
        amqp__queue_add(&link->controls, order);
        break;
    case AMQP__PUBLISH:
        amqp__take_batch(link, (struct amqp_batch *)order);
        break;
    case AMQP__ACK:
        amqp__acknowledge(link, (struct amqp_ack *)order);
        memory_free(order);
        break;
    case AMQP__END:
        link->ends = true;
        link->ends_at_ms = clock_monotonic_ms() + ((struct amqp_end *)order)->grace_ms;
        memory_free(order);
        break;
    }
}

static void take_orders(struct amqp_link *link)
{
    struct mailbox_node *node = mailbox_take_all(&link->mailbox);
    while (node != NULL) {
        struct mailbox_node *next = node->next;
        obey(link, (struct amqp_order *)node);
        node = next;
    }
    if (link->stage != AMQP__UP) {
        amqp__forget_controls(link);
        amqp__forget_batches(link);
    }
}

/* ---- what is due ---- */

/* True while the broker owes us something: an answer, a confirm, room for more bytes. */
static bool is_waiting(const struct amqp_link *link)
{
    return link->stage != AMQP__UP || link->is_asked || link->oldest_tag != link->next_tag ||
           amqp__buffer_waiting(&link->socket.out) > 0;
}

static void watch(struct amqp_link *link, int64_t now_ms)
{
    if (link->stage == AMQP__PAUSED) {
        return;
    }
    if (link->is_blocked || !is_waiting(link)) {
        link->progress_at_ms = now_ms;
    }
    if (now_ms - link->progress_at_ms > link->stall_ms_max) {
        amqp__break(link, "the broker did not answer for %d ms", link->stall_ms_max);
    }
    if (link->heartbeat_ms > 0 && now_ms - link->received_at_ms > 2 * (int64_t)link->heartbeat_ms) {
        amqp__break(link, "the broker was silent for %d ms", 2 * link->heartbeat_ms);
    }
    if (link->heartbeat_ms > 0 && amqp__buffer_waiting(&link->socket.out) == 0 &&
        now_ms - link->sent_at_ms >= link->heartbeat_ms / 2) {
        amqp__write_heartbeat(&link->socket.out);
    }
}

static int64_t sooner(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static int sleep_ms(const struct amqp_link *link, int64_t now_ms)
{
    int64_t due = now_ms + NEVER_MS;
    if (link->stage == AMQP__PAUSED) {
        due = sooner(due, link->retry_at_ms);
    } else {
        due = sooner(due, link->progress_at_ms + link->stall_ms_max + 1);
    }
    if (link->stage != AMQP__PAUSED && link->heartbeat_ms > 0) {
        due = sooner(due, link->received_at_ms + 2 * (int64_t)link->heartbeat_ms + 1);
        due = sooner(due, link->sent_at_ms + link->heartbeat_ms / 2);
    }
    if (link->ends) {
        due = sooner(due, link->ends_at_ms);
    }
    return due <= now_ms ? 0 : (int)(due - now_ms);
}

/* ---- a step ---- */

static void send_out(struct amqp_link *link)
{
    size_t bytes = 0;
    const char *trouble = amqp__socket_send(&link->socket, &bytes);
    if (bytes > 0) {
        link->sent_at_ms = clock_monotonic_ms();
        link->progress_at_ms = link->sent_at_ms;
    }
    if (trouble != NULL) {
        amqp__break(link, "%s", trouble);
    }
}

static void read_in(struct amqp_link *link)
{
    size_t bytes = 0;
    const char *trouble = amqp__socket_receive(&link->socket, &bytes);
    if (bytes > 0) {
        link->received_at_ms = clock_monotonic_ms();
    }
    amqp__read_frames(link); /* also before a loss: it may say why */
    if (trouble != NULL) {
        amqp__break(link, "%s", trouble);
    }
}

static void finish_connecting(struct amqp_link *link)
{
    bool is_connected = false;
    const char *trouble = amqp__socket_connected(&link->socket, &is_connected);
    if (trouble != NULL) {
        amqp__break(link, "%s", trouble);
    } else if (is_connected) {
        amqp__greet(link);
    }
}

static void use_socket(struct amqp_link *link, short events)
{
    if (link->stage == AMQP__CONNECTING) {
        if (events != 0) {
            finish_connecting(link);
        }
        return;
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
        read_in(link);
    }
}

static void sleep_and_read(struct amqp_link *link)
{
    bool wants_out = link->stage == AMQP__CONNECTING || amqp__buffer_waiting(&link->socket.out) > 0;
    struct pollfd ears[2] = {
        {.fd = link->mailbox.descriptor, .events = POLLIN},
        {.fd = link->socket.descriptor, .events = (short)(wants_out ? POLLIN | POLLOUT : POLLIN)},
    };
    bool may_sleep = mailbox_may_sleep(&link->mailbox);
    poll(ears, 2, may_sleep ? sleep_ms(link, clock_monotonic_ms()) : 0);
    if (ears[0].revents != 0) {
        mailbox_woken(&link->mailbox);
    } else {
        mailbox_awake(&link->mailbox);
    }
    if (link->socket.descriptor >= 0) {
        use_socket(link, ears[1].revents);
    }
}

/* True while there is something to live for. */
static bool may_go_on(struct amqp_link *link, int64_t now_ms)
{
    if (!link->ends) {
        return true;
    }
    bool is_done = link->controls.first == NULL && link->batches.first == NULL &&
                   link->oldest_tag == link->next_tag;
    if (link->stage == AMQP__UP && (is_done || now_ms >= link->ends_at_ms)) {
        amqp__close(link);
        link->ends_at_ms = now_ms + CLOSING_MS_MAX;
    }
    return link->stage == AMQP__UP || (link->stage == AMQP__CLOSING && now_ms < link->ends_at_ms);
}

static void step(struct amqp_link *link)
{
    take_orders(link);
    if (link->stage == AMQP__PAUSED && clock_monotonic_ms() >= link->retry_at_ms) {
        amqp__connect(link);
    }
    if (link->stage == AMQP__UP) {
        amqp__ask_next(link);
        amqp__publish_more(link);
    }
    watch(link, clock_monotonic_ms());
    if (link->stage != AMQP__PAUSED && link->stage != AMQP__CONNECTING && !link->is_broken) {
        send_out(link);
    }
    if (!link->is_broken) {
        sleep_and_read(link);
    }
    if (link->is_broken) {
        amqp__go_down(link);
    }
}

static void finish(struct amqp_link *link)
{
    link->stage = AMQP__PAUSED;
    amqp__forget_flying(link, TEXT("the link was ended"));
    take_orders(link);
    for (int i = 0; i < AMQP__CHANNELS; i++) {
        amqp__forget_arrival(link, (uint16_t)i);
        amqp__buffer_finish(&link->channels[i].arrival.body);
        if (link->channels[i].has_pool) {
            link->library->empty_amqp_pool(&link->channels[i].pool);
        }
    }
    amqp__socket_finish(&link->socket);
}

static void *run(void *context)
{
    struct amqp_link *link = context;
    while (may_go_on(link, clock_monotonic_ms())) {
        step(link);
    }
    finish(link);
    return NULL;
}

/* ---- created and destroyed ---- */

static int or_default(int given, int otherwise)
{
    MUST(given >= 0);
    return given > 0 ? given : otherwise;
}

/* Signals are for the main thread. */
static void start_thread(struct amqp_link *link)
{
    thread_start(&link->thread, run, link, "amqp-link");
}

struct amqp_link *amqp_link_create(const struct amqp_link_options *options, const char **error_out)
{
    MUST(options->listener.up != NULL && options->listener.down != NULL);
    struct amqp_address address;
    const struct amqp_library *library = amqp__library(error_out);
    if (library == NULL || !amqp__address_read(options->address, &address, error_out)) {
        return NULL;
    }
    struct amqp_link *link = memory_take(sizeof *link);
    link->library = library;
    link->address = address;
    link->listener = options->listener;
    snprintf(link->name, sizeof link->name, "%s", options->name ? options->name : "kontora");
    link->heartbeat_seconds = or_default(options->heartbeat_seconds, HEARTBEAT_SECONDS);
    link->stall_ms_max = or_default(options->stall_ms_max, STALL_MS_MAX);
    link->retry_ms_max = or_default(options->retry_ms_max, RETRY_MS_MAX);
    link->window = (uint64_t)or_default(options->window, WINDOW);
    link->flying = memory_take(link->window * sizeof *link->flying);
    link->oldest_tag = 1;
    link->next_tag = 1;
    link->stage = AMQP__PAUSED;
    amqp__socket_init(&link->socket);
    mailbox_init(&link->mailbox);
    start_thread(link);
    *error_out = NULL;
    return link;
}

void amqp_link_destroy(struct amqp_link **link, int grace_ms)
{
    struct amqp_link *ending = *link;
    *link = NULL;
    if (ending == NULL) {
        return;
    }
    MUST(!pthread_equal(pthread_self(), ending->thread));
    struct amqp_end *end = memory_take(sizeof *end);
    end->order.kind = AMQP__END;
    end->grace_ms = grace_ms;
    mailbox_put(&ending->mailbox, &end->order.node);
    pthread_join(ending->thread, NULL);
    MUST(atomic_load(&ending->waiting) == 0);
    mailbox_finish(&ending->mailbox);
    explicit_bzero(&ending->address, sizeof ending->address);
    memory_free(ending->flying);
    memory_free(ending);
}
