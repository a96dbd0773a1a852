/* readers.c - reads on snapshots. */
#include "runtime/readers.h"

#include "base/clock.h"
#include "base/thread.h"
#include "runtime/ask/gather.h"
#include "runtime/call_run.h"
#include "runtime/problem.h"
#include "runtime/router.h"

#include <pthread.h>

enum { READERS_MAX = 32 };

/* ---- at once ---- */

static void end_snapshot(struct loop_reader *reader)
{
    if (reader->is_reading) {
        store_rollback(reader->store); /* nothing to commit in a read */
        reader->is_reading = false;
    }
}

static enum status begin_snapshot(struct host *host, struct loop_reader *reader)
{
    unsigned long commits = host_commits(host);
    if (reader->is_reading && reader->commits_seen == commits) {
        return STATUS_OK;
    }
    end_snapshot(reader);
    if (reader->store == NULL) {
        enum status status = host->source->open(host->source, STORE_READ, &reader->store);
        if (status != STATUS_OK) {
            return status;
        }
    }
    enum status status = store_begin(reader->store, STORE_READ);
    reader->is_reading = status == STATUS_OK;
    reader->commits_seen = commits; /* read before the snapshot: it can only be newer */
    return status;
}

void readers_run_at_once(struct call *call)
{
    struct host *host = call->bound->host;
    MUST(host->reads_at_once);
    MUST(call->exchange->loop_index < LOOPS_MAX);
    struct loop_reader *reader = &host->loop_readers[call->exchange->loop_index];
    enum status status = begin_snapshot(host, reader);
    if (status == STATUS_OK) {
        call_run_read(call, reader->store);
    } else {
        problem_fault(call->exchange, status);
    }
    if (reader->store != NULL && reader->store->state == STORE_FAILED) {
        end_snapshot(reader);
    }
    call_finish(call);
}

void readers_end_turn(struct host *hosts, size_t host_count, unsigned loop_index)
{
    for (size_t i = 0; i < host_count; i++) {
        end_snapshot(&hosts[i].loop_readers[loop_index]);
    }
}

/* ---- the pool ---- */

struct readers {
    pthread_mutex_t lock; /* of the queue; a call is run outside of it */
    pthread_cond_t changed;
    struct call *oldest;
    struct call *newest;
    size_t waiting;
    size_t waiting_max;
    bool stops;
    unsigned thread_count;
    pthread_t threads[READERS_MAX];
};

static struct call *take(struct readers *readers)
{
    pthread_mutex_lock(&readers->lock);
    while (readers->oldest == NULL && !readers->stops) {
        pthread_cond_wait(&readers->changed, &readers->lock);
    }
    struct call *call = readers->oldest;
    if (call != NULL) {
        struct mailbox_node *next = call->work.node.next;
        readers->oldest =
            next ? (struct call *)(void *)((char *)next - offsetof(struct call, work.node)) : NULL;
        readers->waiting--;
    }
    pthread_mutex_unlock(&readers->lock);
    return call;
}

static enum status begin_read(struct host *host, struct store **store)
{
    enum status status = STATUS_OK;
    if (*store == NULL) {
        status = host->source->open(host->source, STORE_READ, store);
    }
    return status == STATUS_OK ? store_begin(*store, STORE_READ) : status;
}

/* A write that asks others first; true when an executor has it now. */
static bool run_gather(struct call *call, struct store *store)
{
    bool goes_on = gather_run(call, store);
    if (store->state != STORE_IDLE) { /* it may have stopped reading by itself */
        store_rollback(store);
    }
    if (!goes_on) {
        return false;
    }
    enum status status = host_submit(call->host, &call->work, call->concerns);
    if (status != STATUS_OK) {
        problem_fault(call->exchange, status);
    }
    return status == STATUS_OK;
}

static void run(struct call *call, struct store **stores)
{
    call_before_fn *before = call->before;
    call->before = NULL;
    if (before != NULL && !before(call)) {
        return;
    }
    struct host *host = call->bound->host;
    struct store **store = &stores[host->index];
    bool is_over = call->give_up_at_ms != 0 && clock_monotonic_ms() >= call->give_up_at_ms;
    enum status status = is_over ? STATUS_TIMEOUT : begin_read(host, store);
    if (status != STATUS_OK) {
        problem_fault(call->exchange, status);
    } else if (call->route->kind == ROUTE_WRITES) {
        if (run_gather(call, *store)) {
            return;
        }
    } else {
        call_run_read(call, *store);
        store_rollback(*store);
    }
    call_finish(call);
}

static void *reader_main(void *argument)
{
    struct readers *readers = argument;
    struct store *stores[HOSTS_MAX] = {NULL};
    struct call *call;
    while ((call = take(readers)) != NULL) {
        run(call, stores);
    }
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        store_destroy(&stores[i]);
    }
    return NULL;
}

struct readers *readers_start(unsigned threads, size_t waiting_max)
{
    MUST(threads > 0 && threads <= READERS_MAX);
    struct readers *readers = memory_take(sizeof *readers);
    pthread_mutex_init(&readers->lock, NULL);
    pthread_cond_init(&readers->changed, NULL);
    readers->waiting_max = waiting_max;
    readers->thread_count = threads;
    for (unsigned i = 0; i < threads; i++) {
        thread_start(&readers->threads[i], reader_main, readers, "reads");
    }
    return readers;
}

enum status readers_submit(struct readers *readers, struct call *call)
{
    enum status status = STATUS_BUSY;
    call->work.node.next = NULL;
    pthread_mutex_lock(&readers->lock);
    if (readers->waiting < readers->waiting_max && !readers->stops) {
        if (readers->oldest == NULL) {
            readers->oldest = call;
        } else {
            readers->newest->work.node.next = &call->work.node;
        }
        readers->newest = call;
        readers->waiting++;
        status = STATUS_OK;
        pthread_cond_signal(&readers->changed);
    }
    pthread_mutex_unlock(&readers->lock);
    return status;
}

void readers_stop(struct readers **place)
{
    struct readers *readers = *place;
    if (readers == NULL) {
        return;
    }
    pthread_mutex_lock(&readers->lock);
    readers->stops = true;
    pthread_cond_broadcast(&readers->changed);
    pthread_mutex_unlock(&readers->lock);
    for (unsigned i = 0; i < readers->thread_count; i++) {
        pthread_join(readers->threads[i], NULL);
    }
    pthread_mutex_destroy(&readers->lock);
    pthread_cond_destroy(&readers->changed);
    memory_free(readers);
    *place = NULL;
}
