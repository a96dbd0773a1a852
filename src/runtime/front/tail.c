/* tail.c - reads what is told in a journal from now on.
 *
 * When the store cannot be read for a while nobody is dropped meanwhile; that is why no decision is
 * kept for longer than its few seconds.
 */
#include "base/log.h"
#include "base/thread.h"
#include "bus/journal.h"
#include "runtime/front/dropped.h"
#include "runtime/input.h"

#include <pthread.h>
#include <string.h>

enum {
    ARENA_BYTES_MAX = 256 * 1024 * 1024, /* 256 rows of the journal, however long */
    LOOK_MS = 200,                       /* what other processes commit is not announced here */
    RETRY_MS = 1000,
};

struct tail {
    struct host *host;
    tail_fn *on_dropped;
    void *context;
    struct mailbox mailbox;
    atomic_bool stops;
    pthread_t thread;

    /* The thread's own. */
    struct arena *arena;
    struct store *store;
    int64_t position; /* read up to here; FIELD_NONE: the end is not known yet */
};

static void take(struct tail *tail, const struct message *message)
{
    const struct event *drops = tail->host->service->drops;
    struct input_data data;
    struct text error = NO_TEXT;
    if (!text_equals(message->name, text_of(drops->name))) {
        return;
    }
    enum status status = input_read_data(tail->arena, &dropped_shape, message->data, &data, &error);
    if (status == STATUS_OK) {
        tail->on_dropped(tail->context, data.structure);
    } else {
        log_line(LOG_ERROR, tail->host->service->name, "what was told of a drop cannot be read",
                 LOG_TEXT("why", error));
    }
}

static enum status begin_reading(struct tail *tail)
{
    struct store_source *source = tail->host->source;
    enum status status =
        tail->store == NULL ? source->open(source, STORE_READ, &tail->store) : STATUS_OK;
    return status == STATUS_OK ? store_begin(tail->store, STORE_READ) : status;
}

/* Where it begins: what was told before has nothing to do with this process. */
static enum status find_end(struct tail *tail)
{
    struct journal_ends ends;
    enum status status = journal_ends(tail->store, tail->arena, &ends);
    if (status == STATUS_OK) {
        tail->position = ends.last;
    }
    return status;
}

static enum status read_piece(struct tail *tail, size_t *count_out)
{
    struct messages messages = {0};
    *count_out = 0;
    enum status status = begin_reading(tail);
    if (status != STATUS_OK) {
        return status;
    }
    if (tail->position == FIELD_NONE) {
        status = find_end(tail);
    } else {
        status = journal_read(tail->store, tail->arena, text_of(tail->host->service->name),
                              tail->position, &messages);
    }
    store_rollback(tail->store);
    for (size_t i = 0; status == STATUS_OK && i < messages.count; i++) {
        take(tail, &messages.items[i]);
        tail->position = messages.items[i].position;
    }
    *count_out = messages.count;
    return status;
}

/* The milliseconds for which there is nothing to do. */
static int look(struct tail *tail)
{
    size_t count = 0;
    enum status status = read_piece(tail, &count);
    arena_reset(tail->arena);
    if (status != STATUS_OK) {
        log_line(LOG_WARNING, tail->host->service->name,
                 "the journal cannot be read: who is dropped is found out by asking",
                 LOG_TEXT("status", text_of(status_name(status))));
        store_destroy(&tail->store);
        return RETRY_MS;
    }
    if (count > 0) {
        return 0;
    }
    return store_has(tail->store, STORE_IS_SHARED) ? LOOK_MS : -1;
}

static void *tail_main(void *argument)
{
    struct tail *tail = argument;
    while (!atomic_load(&tail->stops)) {
        int wait_ms = look(tail);
        if (wait_ms != 0 && !atomic_load(&tail->stops)) {
            mailbox_wait(&tail->mailbox, wait_ms);
        }
    }
    store_destroy(&tail->store);
    return NULL;
}

struct tail *tail_start(struct host *host, tail_fn *on_dropped, void *context)
{
    MUST(host->service->drops != NULL);
    struct tail *tail = memory_take(sizeof *tail);
    tail->host = host;
    tail->on_dropped = on_dropped;
    tail->context = context;
    tail->position = FIELD_NONE;
    tail->arena = arena_create("tail of a journal", ARENA_BYTES_MAX);
    mailbox_init(&tail->mailbox);
    thread_start(&tail->thread, tail_main, tail, "front");
    return tail;
}

/* What only wakes the thread needs no message. */
void tail_announce(struct tail *tail)
{
    mailbox_ring(&tail->mailbox);
}

void tail_stop(struct tail *tail)
{
    atomic_store(&tail->stops, true);
    tail_announce(tail);
    pthread_join(tail->thread, NULL);
}

void tail_destroy(struct tail **place)
{
    struct tail *tail = *place;
    if (tail == NULL) {
        return;
    }
    MUST(atomic_load(&tail->stops));
    mailbox_finish(&tail->mailbox);
    arena_destroy(&tail->arena);
    memory_free(tail);
    *place = NULL;
}
